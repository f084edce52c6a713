// What cuDNN is asked once for each shape of a convolution: a graph, and an engine that computes
// it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "kernels/cuda/products/convolution.hpp"
#include "kernels/cuda/products/convolution_graph.hpp"
#include "kernels/cuda/products/cudnn.hpp"

namespace vgan::cuda {

struct ConvolutionPlan {
  std::unique_ptr<ConvolutionGraph> graph;
  std::vector<CudnnDescriptor> parts;  ///< the engine's configuration and, last, the plan
  std::size_t workspace_bytes = 0;
  bool refused = true;  ///< cuDNN has no engine for the shape that is deterministic and fits
};

/// A tensor's place when a plan is run.
struct ConvolutionOperand {
  ConvolutionTensor name;
  const void* data;
};

/// The library, its handle, and the plans made so far.
class ConvolutionPlans {
 public:
  ConvolutionPlans() = default;
  /// Plans by functions of the caller's, in place of the library's.
  explicit ConvolutionPlans(const Cudnn& functions)
      : library_(functions), is_loaded_(true), is_usable_(true) {}
  ~ConvolutionPlans();
  ConvolutionPlans(const ConvolutionPlans&) = delete;
  ConvolutionPlans& operator=(const ConvolutionPlans&) = delete;

  /// Sets `found`, made if need be, unless the shape is refused or a call failed. The first call
  /// loads cuDNN; where it cannot be used every shape is refused. Not to be called while a graph is
  /// captured for a shape that has no plan: making one compiles kernels and may wait for the
  /// device.
  [[nodiscard]] ConvolutionStatus find(const ConvolutionShape& shape, std::size_t workspace_bytes,
                                       ConvolutionPlan*& found);
  bool has(const ConvolutionShape& shape) const { return plans_.contains(shape); }

  [[nodiscard]] ConvolutionStatus run(const ConvolutionPlan& plan, cudaStream_t stream,
                                      const MatmulWorkspace& workspace,
                                      const std::vector<ConvolutionOperand>& operands);

 private:
  [[nodiscard]] ConvolutionStatus open();
  [[nodiscard]] ConvolutionStatus make(const ConvolutionShape& shape, std::size_t workspace_bytes,
                                       ConvolutionPlan& plan) const;
  [[nodiscard]] ConvolutionStatus pick(const ConvolutionShape& shape, cudnnBackendHeurMode_t mode,
                                       std::size_t workspace_bytes, ConvolutionPlan& plan) const;
  /// Whether the engine of a configuration gives what the shape asks for.
  bool is_fit(CudnnDescriptor& configuration, const ConvolutionShape& shape) const;
  ConvolutionStatus status_of(const CudnnFailure& failure) const;

  Cudnn library_;
  bool is_loaded_ = false, is_usable_ = false;
  cudnnHandle_t handle_ = nullptr;
  std::map<ConvolutionShape, std::unique_ptr<ConvolutionPlan>> plans_;
};

}  // namespace vgan::cuda
