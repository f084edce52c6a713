// Operations of the seam that no backend has yet.
#include "engine/backend.hpp"
#include "engine/check.hpp"

namespace vgan {

#define VGAN_ABSENT(name) require(false, name, "an operation this backend lacks", "one it has")

void Backend::conv(Queue&, const ConvTask&, const ActivationOptions&) { VGAN_ABSENT("conv"); }
void Backend::conv_backward_weights(Queue&, const ConvGeometry&, ConstMatrixRef, ConstMatrixRef,
                                    MatrixView<float>, const WeightGradientOptions&) {
  VGAN_ABSENT("conv_backward_weights");
}
void Backend::channel_sums(Queue&, ConstMatrixRef, VectorView<float>, bool) {
  VGAN_ABSENT("channel_sums");
}
void Backend::batch_norm(Queue&, const BatchNormTask&, const ActivationOptions&) {
  VGAN_ABSENT("batch_norm");
}
void Backend::batch_norm_inference(Queue&, const BatchNormTask&, const ActivationOptions&) {
  VGAN_ABSENT("batch_norm_inference");
}
void Backend::batch_norm_backward(Queue&, const BatchNormBackwardTask&) {
  VGAN_ABSENT("batch_norm_backward");
}

}  // namespace vgan
