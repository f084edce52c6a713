// Networks whose hidden layers are listed one by one, by `--g-net` and `--d-net`.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/data/trial_shape.hpp"
#include "engine/nn/layer.hpp"
#include "engine/settings/config.hpp"

namespace vgan {

/// G of `config.g_net`, which is not empty, from `inputs` numbers to `image`, with the last layer,
/// of activation `last`, added: dense behind a dense layer of plain numbers, else a transposed
/// convolution that keeps or doubles the sides. Where doubled sides miss the trial's, each doubling
/// ends one short where the trial's sides, halved and rounded up, ask for that. Throws bad_config
/// where the layers do not fit one another or the image, with the first image that does.
std::vector<nn::LayerSpec> listed_generator(const TrainConfig& config, const TrialShape& image,
                                            std::int64_t inputs, Activation last);
/// The hidden layers of `config.d_net`, which is not empty. D's `inputs` numbers begin with the
/// image `seen`; `curve`: that it is one. Throws bad_config likewise.
std::vector<nn::LayerSpec> listed_trunk(const TrainConfig& config, const TrialShape& seen,
                                        std::int64_t inputs, bool curve);

}  // namespace vgan
