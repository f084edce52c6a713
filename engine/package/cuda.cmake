# Finds a CUDA toolkit and switches the CUDA language on; sets `vgan_cuda_built` to its version and
# the architectures compiled for. With VGAN_CUDA=AUTO a missing toolkit is no error.
if(NOT CMAKE_CUDA_COMPILER)
  find_program(CMAKE_CUDA_COMPILER nvcc HINTS ENV CUDA_HOME ENV CUDA_PATH /usr/local/cuda
               PATH_SUFFIXES bin)
endif()
if(NOT CMAKE_CUDA_COMPILER)
  if(VGAN_CUDA STREQUAL "ON")
    message(FATAL_ERROR "VGAN_CUDA=ON: nvcc was not found; put it on PATH, set CUDA_HOME, or use "
                        "VGAN_CUDA=OFF for the CPU backend alone")
  endif()
  unset(CMAKE_CUDA_COMPILER CACHE)
  return()
endif()

# Ampere, Ada and Hopper as machine code, and PTX for what comes after.
if(NOT CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 80-real 86-real 89-real 90a-real 90-virtual CACHE STRING
      "Compute capabilities to compile for")
endif()
if(VGAN_CCACHE AND NOT CMAKE_CUDA_COMPILER_LAUNCHER)
  set(CMAKE_CUDA_COMPILER_LAUNCHER ${VGAN_CCACHE})
endif()
enable_language(CUDA)
find_package(CUDAToolkit 12.0 REQUIRED)
set(CMAKE_CUDA_STANDARD 20)
set(CMAKE_CUDA_STANDARD_REQUIRED ON)
if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)  # CMake before 3.26 does not know nvcc's flag
  set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
  set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
endif()
# 554: views of const data do not use their own conversion to const.
string(APPEND CMAKE_CUDA_FLAGS " --diag-suppress=554 -Xcompiler=-Wall,-Wextra")
string(REPLACE ";" " " vgan_cuda_targets "${CMAKE_CUDA_ARCHITECTURES}")
set(vgan_cuda_built "${CUDAToolkit_VERSION} for ${vgan_cuda_targets}")
message(STATUS "CUDA backend: toolkit ${vgan_cuda_built}")
