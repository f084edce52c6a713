#include "engine/models/model_traits.hpp"

#include <array>

namespace vgan {
namespace {

std::vector<nn::LayerSpec> encoder(const TrainConfig& config, const TrialShape& trial,
                                   std::int64_t) {
  return encoder_layers(config, trial);
}

constexpr std::array<ModelTraits, 3> models{{
    {.kind = ModelKind::gan,
     .first = "generator",
     .second = "discriminator",
     .stem = "d",
     .encodes = false,
     .variational = false,
     .fits_codes = false,
     .second_layers = discriminator_layers},
    {.kind = ModelKind::vae,
     .first = "decoder",
     .second = "encoder",
     .stem = "e",
     .encodes = true,
     .variational = true,
     .fits_codes = false,
     .second_layers = encoder},
    {.kind = ModelKind::ae,
     .first = "decoder",
     .second = "encoder",
     .stem = "e",
     .encodes = true,
     .variational = false,
     .fits_codes = true,
     .second_layers = encoder},
}};

// A model's row stands at its enumerator.
static_assert(models[0].kind == ModelKind{0} && models[1].kind == ModelKind{1} &&
              models[2].kind == ModelKind{2});

}  // namespace

const ModelTraits& traits_of(ModelKind model) { return models.at(static_cast<std::size_t>(model)); }

}  // namespace vgan
