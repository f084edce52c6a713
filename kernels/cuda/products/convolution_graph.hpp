// A convolution as a graph of cuDNN's operations.
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "kernels/cuda/products/cudnn_descriptor.hpp"
#include "kernels/ops/conv.hpp"
#include "kernels/view.hpp"

namespace vgan::cuda {

/// What is done to the sums of a forward pass before they are stored: small = activation(sums +
/// bias).
struct ConvolutionEpilogue {
  bool bias = false;
  bool leaky_relu = false;
  float slope = 0.0F;                  ///< of leaky_relu
  ElementType out = ElementType::f32;  ///< of the small images

  auto operator<=>(const ConvolutionEpilogue&) const = default;
};

struct ConvolutionShape {
  enum class Pass : std::uint8_t { forward, backward_data, backward_filter };

  Pass pass = Pass::forward;
  ConvGeometry geometry;
  std::int64_t images = 0;
  ElementType type = ElementType::f32;            ///< of images and filter
  bool tensor_cores = false;                      ///< f32 numbers may be rounded to tf32
  std::optional<ConvolutionEpilogue> epilogue{};  ///< of a forward pass; without, sums are stored

  auto operator<=>(const ConvolutionShape&) const = default;
};

/// How tensors of a graph are called when it is run.
enum class ConvolutionTensor : std::int64_t { large = 1, small, filter, bias, sums, biased };

/// cuDNN's extents are 32-bit, it pads both ends of a side alike, and it takes every position that
/// fits: false for a shape that is not so.
bool is_shape_of_cudnn(const ConvolutionShape& shape);

/// Large and small images [n, c, h, w] lie in memory as NHWC, filters [k, c, r, s] as KRSC, sums
/// are f32.
class ConvolutionGraph {
 public:
  ConvolutionGraph(const Cudnn& library, cudnnHandle_t handle, const ConvolutionShape& shape);

  /// The finished graph, which has the failure of whatever it is made of.
  const CudnnDescriptor& descriptor() const { return graph_; }

 private:
  const CudnnDescriptor& keep(CudnnDescriptor part);
  CudnnDescriptor tensor(ConvolutionTensor name, ElementType type, bool stored) const;
  CudnnDescriptor geometry_descriptor() const;
  CudnnDescriptor convolution(const CudnnDescriptor& small);
  CudnnDescriptor pointwise(cudnnPointwiseMode_t mode, const CudnnDescriptor& from,
                            const CudnnDescriptor* bias, const CudnnDescriptor& to);
  void add_epilogue(const ConvolutionEpilogue& epilogue);

  const Cudnn* library_;
  ConvolutionShape shape_;
  std::deque<CudnnDescriptor> parts_;  ///< that operations point to
  std::vector<CudnnDescriptor> operations_;
  CudnnDescriptor graph_;
};

}  // namespace vgan::cuda
