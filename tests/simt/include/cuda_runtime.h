// The host executor's stand-in for CUDA C++: the language of a kernel, and how one is launched.
#pragma once

#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "cuda_runtime_api.h"
#include "simt/device.hpp"

namespace simt {

/// Where an argument lies.
struct Argument {
  const void* data;
  std::size_t bytes;
};

/// A kernel with copies of its arguments. Every thread runs it.
struct KernelCall {
  KernelCall(const void* entry, std::size_t size) : kernel(entry), bytes(size) {}
  virtual ~KernelCall() = default;
  virtual void run() const = 0;
  virtual std::vector<Argument> arguments() const = 0;

  const void* kernel;
  std::size_t bytes;  ///< of this object: the parameters, which threads may read
};

template <class... Params>
struct TypedKernelCall final : KernelCall {
  template <class... Args>
  explicit TypedKernelCall(void (*entry)(Params...), Args&&... args)
      : KernelCall(reinterpret_cast<const void*>(entry), sizeof(*this)),
        function(entry),
        params(std::forward<Args>(args)...) {}
  void run() const override { std::apply(function, params); }
  std::vector<Argument> arguments() const override {
    return std::apply(
        [](const auto&... each) {
          return std::vector<Argument>{{&each, sizeof each}...};
        },
        params);
  }

  void (*function)(Params...);
  std::tuple<std::remove_cv_t<Params>...> params;
};

cudaError_t launch(const cudaLaunchConfig_t& config, std::shared_ptr<const KernelCall> call);

}  // namespace simt

template <class... Params, class... Args>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(Params...),
                               Args&&... args) {
  return simt::launch(*config, std::make_shared<const simt::TypedKernelCall<Params...>>(
                                   kernel, std::forward<Args>(args)...));
}

template <class... Params>
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, void (*kernel)(Params...)) {
  return cudaFuncGetAttributes(attributes, reinterpret_cast<const void*>(kernel));
}
template <class... Params>
cudaError_t cudaFuncSetAttribute(void (*kernel)(Params...), cudaFuncAttribute attribute,
                                 int value) {
  return cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel), attribute, value);
}
template <class... Params>
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, void (*kernel)(Params...),
                                                          int block_size,
                                                          std::size_t dynamic_bytes) {
  return cudaOccupancyMaxActiveBlocksPerMultiprocessor(
      blocks, reinterpret_cast<const void*>(kernel), block_size, dynamic_bytes);
}
template <class T>
cudaError_t cudaMalloc(T** pointer, std::size_t bytes) {
  return cudaMalloc(reinterpret_cast<void**>(pointer), bytes);
}
template <class T>
cudaError_t cudaMallocHost(T** pointer, std::size_t bytes) {
  return cudaMallocHost(reinterpret_cast<void**>(pointer), bytes);
}
