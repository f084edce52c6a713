#include "engine/train/objective.hpp"

namespace vgan {

std::unique_ptr<Objective> make_objective(ObjectiveSetting setting) {
  switch (setting.config.model) {
    case ModelKind::gan: break;
    case ModelKind::vae:
    case ModelKind::ae: return make_autoencoder_objective(std::move(setting));
    case ModelKind::masked: return make_masked_objective(std::move(setting));
  }
  return make_gan_objective(std::move(setting));
}

}  // namespace vgan
