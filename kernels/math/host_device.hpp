// Marks a function as callable from host and device code; empty for a plain C++ compiler.
#pragma once

#if defined(__CUDACC__)
#define VGAN_HOST_DEVICE __host__ __device__
#else
#define VGAN_HOST_DEVICE
#endif
