// What a kernel throws where oneDNN refuses: the seam makes a vgan::Error of it.
#pragma once

#include <stdexcept>
#include <string>

#include <oneapi/dnnl/dnnl_debug.h>
#include <dnnl.hpp>

#include "kernels/view.hpp"

namespace vgan::cpu {

class LibraryError : public std::runtime_error {
 public:
  /// `operation` with its shapes and types, e.g. "product [64, 100] x [100, 784], bf16 to f32".
  LibraryError(std::string operation, const std::string& answer, bool out_of_memory)
      : std::runtime_error(answer),
        operation_(std::move(operation)),
        out_of_memory_(out_of_memory) {}

  const std::string& operation() const noexcept { return operation_; }
  bool out_of_memory() const noexcept { return out_of_memory_; }

 private:
  std::string operation_;
  bool out_of_memory_;
};

inline const char* name_of(ElementType type) {
  return type == ElementType::f32 ? "f32" : type == ElementType::bf16 ? "bf16" : "u8";
}

/// Calls `work()`, which calls oneDNN. What oneDNN throws becomes a LibraryError that names
/// `operation()`.
template <class Operation, class Work>
decltype(auto) call_onednn(Operation operation, Work work) {
  try {
    return work();
  } catch (const dnnl::error& error) {
    throw LibraryError(operation(),
                       error.what() + std::string(", ") + dnnl_status2str(error.status),
                       error.status == dnnl_out_of_memory);
  }
}

}  // namespace vgan::cpu
