# Finds a CUDA toolkit and switches the CUDA language on; sets `vgan_cuda_built` to its version and
# the architectures compiled for. With VGAN_CUDA=AUTO a toolkit that is missing or cannot be used is
# no error: the build is one for the CPU, and says so.
macro(vgan_without_cuda reason)
  if(VGAN_CUDA STREQUAL "ON")
    message(FATAL_ERROR "VGAN_CUDA=ON: ${reason}. VGAN_CUDA=OFF builds the CPU backend alone")
  endif()
  message(STATUS "CUDA backend: off, ${reason}")
  return()
endmacro()

# As CMake does it: what was set, $CUDACXX, the toolkit that the environment names, PATH.
if(CMAKE_CUDA_COMPILER)
  set(vgan_nvcc ${CMAKE_CUDA_COMPILER})
elseif(DEFINED ENV{CUDACXX})
  set(vgan_nvcc $ENV{CUDACXX})
else()
  find_program(VGAN_NVCC nvcc HINTS ENV CUDA_HOME ENV CUDA_PATH PATHS /usr/local/cuda
               PATH_SUFFIXES bin)
  mark_as_advanced(VGAN_NVCC)
  set(vgan_nvcc ${VGAN_NVCC})
endif()
if(NOT vgan_nvcc)
  vgan_without_cuda("nvcc was not found (put it on PATH, or set CUDA_HOME)")
endif()
execute_process(COMMAND ${vgan_nvcc} --version OUTPUT_VARIABLE vgan_nvcc_text ERROR_QUIET)
if(NOT vgan_nvcc_text MATCHES "release ([0-9]+\\.[0-9]+)")
  vgan_without_cuda("${vgan_nvcc} does not say its version")
elseif(CMAKE_MATCH_1 VERSION_LESS 12.0)
  vgan_without_cuda("${vgan_nvcc} is CUDA ${CMAKE_MATCH_1}, and 12.0 or newer is needed")
endif()
if(NOT VGAN_NVCC_WORKS STREQUAL vgan_nvcc)
  file(WRITE ${PROJECT_BINARY_DIR}/nvcc_probe.cu "#include <concepts>\n#include <cub/version.cuh>\n__global__ void probe() {}\n")
  execute_process(COMMAND ${vgan_nvcc} -std=c++20 -arch=sm_80 -c nvcc_probe.cu -o nvcc_probe.o
                  WORKING_DIRECTORY ${PROJECT_BINARY_DIR} RESULT_VARIABLE vgan_nvcc_status
                  OUTPUT_QUIET ERROR_QUIET)
  if(NOT vgan_nvcc_status EQUAL 0)
    vgan_without_cuda("${vgan_nvcc} cannot compile C++20 with the g++ it finds, or has no CUB (NVIDIA's package cuda-cccl)")
  endif()
  set(VGAN_NVCC_WORKS ${vgan_nvcc} CACHE INTERNAL "The nvcc that compiled the probe")
endif()
set(CMAKE_CUDA_COMPILER ${vgan_nvcc})

# Ampere, Ada and Hopper as machine code, and PTX for what comes after, unless CMake's own variable or
# its environment variable says otherwise.
if(NOT CMAKE_CUDA_ARCHITECTURES AND NOT "$ENV{CUDAARCHS}" STREQUAL "")
  set(CMAKE_CUDA_ARCHITECTURES $ENV{CUDAARCHS} CACHE STRING "Compute capabilities to compile for")
elseif(NOT CMAKE_CUDA_ARCHITECTURES)
  set(vgan_hopper 90a-real 90-virtual)
  if(CMAKE_VERSION VERSION_LESS 3.25)  # which does not know 90a
    set(vgan_hopper 90)
  endif()
  set(CMAKE_CUDA_ARCHITECTURES 80-real 86-real 89-real ${vgan_hopper} CACHE STRING
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

# cuDNN, from 9 on, does the convolutions; without its headers they are patches and matrix products.
find_path(CUDNN_INCLUDE_DIR cudnn_version.h HINTS ENV CUDNN_HOME ENV CUDNN_PATH
          ${CUDAToolkit_INCLUDE_DIRS} PATH_SUFFIXES include)
mark_as_advanced(CUDNN_INCLUDE_DIR)
set(vgan_cudnn_built off)
if(CUDNN_INCLUDE_DIR)
  file(STRINGS ${CUDNN_INCLUDE_DIR}/cudnn_version.h vgan_cudnn_major REGEX "^#define CUDNN_MAJOR ")
  string(REGEX MATCH "[0-9]+" vgan_cudnn_major "${vgan_cudnn_major}")
  if(vgan_cudnn_major AND NOT vgan_cudnn_major VERSION_LESS 9)
    set(vgan_cudnn_built ${vgan_cudnn_major})
  endif()
endif()
if(vgan_cudnn_built)
  message(STATUS "CUDA backend: cuDNN ${vgan_cudnn_built}")
else()
  message(STATUS "CUDA backend: no headers of cuDNN 9 (set CUDNN_HOME): convolutions are patches and products")
endif()
