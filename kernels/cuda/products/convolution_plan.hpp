// What cuDNN is asked once for each shape of a convolution: descriptors and an algorithm.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

#include <cudnn.h>

#include "kernels/cuda/products/convolution.hpp"

namespace vgan::cuda {

struct ConvolutionShape {
  enum class Pass : std::uint8_t { forward, backward_data, backward_filter };

  Pass pass = Pass::forward;
  ConvGeometry geometry;
  std::int64_t images = 0;
  ElementType type = ElementType::f32;
  bool tensor_cores = false;  ///< f32 numbers may be rounded to tf32

  auto operator<=>(const ConvolutionShape&) const = default;
};

struct ConvolutionPlan {
  ConvolutionPlan() = default;
  ConvolutionPlan(const ConvolutionPlan&) = delete;
  ConvolutionPlan& operator=(const ConvolutionPlan&) = delete;
  ~ConvolutionPlan();

  cudnnTensorDescriptor_t large = nullptr, small = nullptr;
  cudnnFilterDescriptor_t filter = nullptr;
  cudnnConvolutionDescriptor_t convolution = nullptr;
  int algorithm = 0;    ///< of its pass
  bool refused = true;  ///< cuDNN has no algorithm
};

/// The library's handle, and the plans made so far.
class ConvolutionPlans {
 public:
  ConvolutionPlans() = default;
  ~ConvolutionPlans();
  ConvolutionPlans(const ConvolutionPlans&) = delete;
  ConvolutionPlans& operator=(const ConvolutionPlans&) = delete;

  /// Made by the first `find` of a shape that cuDNN can be asked for.
  cudnnHandle_t handle() const { return handle_; }
  /// Sets `found` unless the shape is refused or a call failed.
  [[nodiscard]] ConvolutionStatus find(const ConvolutionShape& shape, std::size_t workspace_bytes,
                                       ConvolutionPlan*& found);

 private:
  [[nodiscard]] ConvolutionStatus pick(const ConvolutionShape& shape, std::size_t workspace_bytes,
                                       ConvolutionPlan& plan) const;

  cudnnHandle_t handle_ = nullptr;
  std::map<ConvolutionShape, std::unique_ptr<ConvolutionPlan>> plans_;
};

/// What a failed call of cuDNN means: a shape refused, or an error.
ConvolutionStatus failed(cudnnStatus_t code, const char* call);

}  // namespace vgan::cuda
