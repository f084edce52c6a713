// One operation of the seam, ready to be run again and again.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "apps/bench/workload.hpp"
#include "engine/device/backend.hpp"

namespace vgan::bench {

/// Owns the operands: normal numbers (u8 noise for trials), rows padded as the step's are. None is
/// zero but Adam's moments, which its first run fills. A gather takes the same rows each time. The
/// queue and the backend must outlive it.
class Operation {
 public:
  /// `spec.name` is one of `operation_names()`. `tf32`: products of f32 may be computed in it.
  /// Throws no_device where memory lacks.
  Operation(Backend& backend, Queue& queue, const OperationSpec& spec, bool tf32);

  const OperationSpec& spec() const { return spec_; }
  /// Puts it on the queue once.
  void run() { run_(); }

 private:
  MatrixRef matrix(std::int64_t rows, std::int64_t cols, ElementType type);
  VectorView<float> vector(std::int64_t size);
  StepState* state();
  void prepare_product();
  void prepare_nearest();
  void prepare_adam();
  void prepare_gather();
  void prepare_pointwise();

  Backend* backend_;
  Queue* queue_;
  OperationSpec spec_;
  bool tf32_;
  std::vector<Buffer> buffers_;
  std::function<void()> run_;
};

const std::vector<std::string>& operation_names();

}  // namespace vgan::bench
