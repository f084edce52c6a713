// A network as .onnx, opened and run on the CPU by ONNX Runtime.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/features/onnx_runtime.hpp"

namespace vgan::onnx {

/// A tensor of f32.
struct Tensor {
  std::vector<std::int64_t> shape;
  std::vector<float> values;  ///< row-major
};

class OpenSession {
 public:
  /// Opens the file. Throws io where it cannot be read, bad_config as Runtime::load, and bad_data
  /// where the runtime refuses it, or it has not one input of f32 and an output of f32.
  OpenSession(const std::string& file, std::int64_t threads);

  /// The extents of the network's input; -1 for one that is left open, as that of trials mostly is.
  const std::vector<std::int64_t>& input_shape() const { return input_shape_; }
  const std::string& runtime_version() const { return runtime_->version(); }
  /// The last output for this input. Throws bad_data where the runtime refuses.
  Tensor run(const Tensor& input) const;

 private:
  std::vector<std::int64_t> shape_in(const ShapeInfo* info) const;
  std::vector<std::int64_t> shape_of(TypeInfo* type, const std::string& what) const;
  std::string name_of(Status* (*function)(const Session*, std::size_t, Allocator*, char**),
                      std::size_t index) const;
  void check(Status* status) const { runtime_->check(status, "cannot use a network", file_); }

  std::string file_;
  std::shared_ptr<const Runtime> runtime_;
  Owned<Environment> environment_;
  Owned<Session> session_;
  Owned<MemoryInfo> memory_;
  std::string input_name_, output_name_;
  std::vector<std::int64_t> input_shape_;
};

}  // namespace vgan::onnx
