// Which devices have contexts, and which one a thread works on.
#pragma once

#include "tests/simt/include/cuda_runtime_api.h"

namespace simt {

/// Whether there is a device of this number.
bool has_device(int device);

/// The device of the thread's current context, else the one that cudaSetDevice chose, else 0.
int current_device();
/// As cudaSetDevice does from CUDA 12 on: the device gets a context, which is made current.
void choose_device(int device);
/// Binds a thread that has no current context to that of its device, as the runtime does in every
/// call that needs one.
void require_context();

}  // namespace simt
