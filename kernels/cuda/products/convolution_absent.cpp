// Stands in for convolution.cpp in a build without cuDNN's headers.
#include "kernels/cuda/products/convolution.hpp"

namespace vgan::cuda {

std::vector<SharedLibrary> convolution_libraries() { return {}; }

struct Convolutions::Implementation {};

Convolutions::Convolutions() = default;
Convolutions::~Convolutions() = default;

ConvolutionStatus Convolutions::prepare(const ConvGeometry&, std::int64_t, ElementType, bool,
                                        std::size_t) {
  return {.refused = true};
}

std::size_t Convolutions::run_scratch(const ConvTask&) { return 0; }

std::size_t Convolutions::gradient_scratch(const ConvGeometry&, std::int64_t, ElementType) {
  return 0;
}

ConvolutionStatus Convolutions::run(cudaStream_t, const MatmulWorkspace&, void*, const ConvTask&,
                                    math::Activation, float, bool) {
  return {.refused = true};
}

ConvolutionStatus Convolutions::backward_weights(cudaStream_t, const MatmulWorkspace&, void*,
                                                 const ConvGeometry&, ConstMatrixRef,
                                                 ConstMatrixRef, bool, MatrixView<float>, bool) {
  return {.refused = true};
}

}  // namespace vgan::cuda
