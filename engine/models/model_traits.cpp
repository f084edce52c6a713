#include "engine/models/model_traits.hpp"

#include <array>

namespace vgan {
namespace {

std::vector<nn::LayerSpec> encoder(const TrainConfig& config, const TrialShape& trial,
                                   std::int64_t) {
  return encoder_layers(config, trial);
}

std::vector<nn::LayerSpec> none(const TrainConfig&, const TrialShape&, std::int64_t) { return {}; }

constexpr std::array<ModelTraits, 4> models{{
    {.kind = ModelKind::gan,
     .first = "generator",
     .second = "discriminator",
     .stem = "d",
     .encodes = false,
     .averages_second = false,
     .variational = false,
     .fits_codes = false,
     .over_cells = false,
     .second_layers = discriminator_layers},
    {.kind = ModelKind::vae,
     .first = "decoder",
     .second = "encoder",
     .stem = "e",
     .encodes = true,
     .averages_second = true,
     .variational = true,
     .fits_codes = false,
     .over_cells = false,
     .second_layers = encoder},
    {.kind = ModelKind::ae,
     .first = "decoder",
     .second = "encoder",
     .stem = "e",
     .encodes = true,
     .averages_second = true,
     .variational = false,
     .fits_codes = true,
     .over_cells = false,
     .second_layers = encoder},
    {.kind = ModelKind::masked,
     .first = "network",
     .second = nullptr,
     .stem = "",
     .encodes = false,
     .averages_second = false,
     .variational = false,
     .fits_codes = false,
     .over_cells = true,
     .second_layers = none},
}};

// Each model has a row, at its enumerator.
constexpr bool has_each_model() {
  for (std::size_t i = 0; i < models.size(); ++i) {
    if (models[i].kind != static_cast<ModelKind>(i)) return false;
  }
  return models.size() == WordTable<ModelKind>::table.size();
}
static_assert(has_each_model());

}  // namespace

const ModelTraits& traits_of(ModelKind model) { return models.at(static_cast<std::size_t>(model)); }

}  // namespace vgan
