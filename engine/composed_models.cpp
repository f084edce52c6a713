// Operations of the seam that no backend has yet.
#include "engine/backend.hpp"
#include "engine/check.hpp"

namespace vgan {

#define VGAN_ABSENT(name) require(false, name, "an operation this backend lacks", "one it has")

void Backend::spectral_norm(Queue&, const SpectralTask&) { VGAN_ABSENT("spectral_norm"); }
void Backend::spectral_gradient(Queue&, const SpectralGradientTask&) {
  VGAN_ABSENT("spectral_gradient");
}
void Backend::minibatch_stddev(Queue&, const MinibatchStddevTask&) {
  VGAN_ABSENT("minibatch_stddev");
}
void Backend::minibatch_stddev_backward(Queue&, const MinibatchStddevBackwardTask&) {
  VGAN_ABSENT("minibatch_stddev_backward");
}
void Backend::augment(Queue&, const AugmentTask&, const StepState*, const RandomStream&) {
  VGAN_ABSENT("augment");
}
void Backend::add_row_dots(Queue&, ConstMatrixRef, ConstMatrixRef, MatrixView<float>) {
  VGAN_ABSENT("add_row_dots");
}
void Backend::scale_rows(Queue&, const ScaleRowsTask&) { VGAN_ABSENT("scale_rows"); }
void Backend::reparameterise(Queue&, const ReparameteriseTask&, const StepState*,
                             const RandomStream&) {
  VGAN_ABSENT("reparameterise");
}
void Backend::latent_loss(Queue&, const LatentLossTask&) { VGAN_ABSENT("latent_loss"); }
void Backend::reconstruction_loss(Queue&, const ReconstructionTask&) {
  VGAN_ABSENT("reconstruction_loss");
}

}  // namespace vgan
