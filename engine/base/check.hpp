// Checks of the seam's promises: shapes and types, before any work.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/error.hpp"
#include "kernels/view.hpp"

namespace vgan {

inline std::string shape_text(std::int64_t rows, std::int64_t cols) {
  return "[" + std::to_string(rows) + ", " + std::to_string(cols) + "]";
}

inline void require(bool holds, const char* operation, const std::string& found,
                    const std::string& allowed) {
  if (holds) return;
  throw Error(ErrorCode::internal, {"shape or type mismatch", operation, found, allowed, ""});
}

template <class View>
void require_shape(const char* operation, const char* name, const View& view, std::int64_t rows,
                   std::int64_t cols) {
  require(view.rows == rows && view.cols == cols, operation,
          std::string(name) + " " + shape_text(view.rows, view.cols), shape_text(rows, cols));
  require(view.rows <= 1 || view.stride >= view.cols, operation,
          std::string(name) + " with a stride below its columns", "stride >= columns");
}

inline void require_float(const char* operation, const char* name, ElementType type) {
  require(type != ElementType::u8, operation, std::string(name) + " of u8", "f32 or bf16");
}

}  // namespace vgan
