// One owner for every kind of CUDA handle.
#pragma once

#include <utility>

#include <cuda_runtime_api.h>

namespace vgan::cuda {

/// Owns `Raw`, which `destroy` gives back; errors of giving back are ignored, for by then the
/// context may be lost. Moves, does not copy.
template <class Raw, cudaError_t (*destroy)(Raw)>
class Handle {
 public:
  Handle() = default;
  explicit Handle(Raw raw) : raw_(raw) {}
  ~Handle() { reset(); }
  Handle(Handle&& other) noexcept : raw_(std::exchange(other.raw_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(raw_, other.raw_);
    return *this;
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  Raw get() const { return raw_; }
  /// For calls that make a handle: `check(cudaStreamCreate(stream.out()), ...)`.
  Raw* out() {
    reset();
    return &raw_;
  }
  void reset() noexcept {
    if (raw_ != nullptr) (void)destroy(raw_);
    raw_ = nullptr;
  }

 private:
  Raw raw_ = nullptr;
};

using StreamHandle = Handle<cudaStream_t, cudaStreamDestroy>;
using EventHandle = Handle<cudaEvent_t, cudaEventDestroy>;
using GraphHandle = Handle<cudaGraph_t, cudaGraphDestroy>;
using GraphExecHandle = Handle<cudaGraphExec_t, cudaGraphExecDestroy>;

}  // namespace vgan::cuda
