// When a profiler that waits to be told takes what runs (tests/simt/profiler.cpp).
#pragma once

#include "cuda_runtime_api.h"

cudaError_t cudaProfilerStart();
cudaError_t cudaProfilerStop();
