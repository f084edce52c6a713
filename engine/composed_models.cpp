// Operations of the seam that no backend has yet.
#include "engine/backend.hpp"
#include "engine/check.hpp"

namespace vgan {

#define VGAN_ABSENT(name) require(false, name, "an operation this backend lacks", "one it has")

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
void Backend::patches(Queue&, const ConvGeometry&, ConstMatrixRef, MatrixRef) {
  VGAN_ABSENT("patches");
}
void Backend::fold_patches(Queue&, MatrixView<const float>, const ConvTask&,
                           const ActivationOptions&) {
  VGAN_ABSENT("fold_patches");
}
MatrixRef Backend::patch_memory(Queue&, std::int64_t, std::int64_t, ElementType, std::size_t) {
  VGAN_ABSENT("patch_memory");
  return {};
}
}  // namespace vgan
