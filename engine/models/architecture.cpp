#include "engine/models/architecture.hpp"

#include <algorithm>

#include "engine/base/error.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/models/listed_layers.hpp"
#include "engine/models/model_traits.hpp"
#include "engine/models/single_layers.hpp"

namespace vgan {
namespace {

using nn::LayerSpec;

// The width of the dense layer that a convolutional D gets for its minibatch statistic.
constexpr std::int64_t statistic_features = 128;

bool convolves(const TrainConfig& config) { return config.net != NetKind::mlp; }

bool normalises(const TrainConfig& config) {
  return config.norm == NormKind::batch ||
         (config.norm == NormKind::automatic && convolves(config));
}

std::int64_t bn(bool wanted, std::int64_t channels) { return wanted ? channels : 0; }

// How often the nets halve an image. Sides that are multiples of 4 are halved as long as nothing
// remains, up to three times, or four from 64 on; others, whose halves are rounded up, as often as
// those about their size. What has come down to a single number is not halved again.
std::size_t halvings(const TrialShape& image) {
  const std::int64_t least = std::min(image.height, image.width);
  const std::int64_t most = std::max(image.height, image.width);
  const auto multiples_of = [&](std::int64_t factor) {
    return image.height % factor == 0 && image.width % factor == 0;
  };
  if (most <= 2) return 1;
  if (!multiples_of(4)) return least >= 64 ? 4 : least >= 32 ? 3 : 2;
  if (least >= 64 && multiples_of(16)) return 4;
  return multiples_of(8) ? 3 : 2;
}

// D's channels, from the trial on.
std::vector<std::int64_t> channels_down(const TrialShape& image) {
  switch (halvings(image)) {
    case 1: return {64};
    case 2: return {64, 128};
    case 3: return {64, 128, 256};
    default: return {32, 64, 128, 256};
  }
}

std::vector<LayerSpec> convolutional_generator(const TrainConfig& config, const TrialShape& image,
                                               std::int64_t inputs) {
  const std::vector<std::int64_t>& channels = config.g_layers;
  // The image sizes from the trial back to the first.
  std::vector<TrialShape> shapes{image};
  for (std::size_t i = channels.size(); i-- > 0;) {
    const ConvGeometry g = geometry_of(shapes.back(), channels[i], kernel_side(config), own_stride);
    shapes.push_back({g.small_height, g.small_width, channels[i]});
  }
  std::reverse(shapes.begin(), shapes.end());
  const bool normal = normalises(config);
  std::vector<LayerSpec> layers{dense_layer(inputs, shapes[0].size(), Activation::leaky_relu)};
  layers[0].normalised = bn(normal, shapes[0].channels);
  for (std::size_t i = 1; i < shapes.size(); ++i) {
    const bool last = i + 1 == shapes.size();
    const ConvGeometry g =
        geometry_of(shapes[i], shapes[i - 1].channels, kernel_side(config), own_stride);
    layers.push_back(
        convolution(g, true, last ? output_activation(config.output) : Activation::leaky_relu));
    if (!last) layers.back().normalised = bn(normal, shapes[i].channels);
  }
  return layers;
}

std::vector<LayerSpec> trunk(const TrainConfig& config, const TrialShape& image,
                             std::int64_t inputs, const TrialShape& seen) {
  if (!config.d_net.empty()) {
    return listed_trunk(config, seen, inputs, image.height == 1);
  }
  std::vector<LayerSpec> layers;
  if (!convolves(config)) {
    std::int64_t from = inputs;
    for (const std::int64_t width : config.d_layers) {
      layers.push_back(dense_layer(from, width, Activation::leaky_relu));
      from = width;
    }
    return layers;
  }
  TrialShape at = seen;
  for (const std::int64_t channels : config.d_layers) {
    const ConvGeometry g = geometry_of(at, channels, kernel_side(config), own_stride);
    layers.push_back(convolution(g, false, Activation::leaky_relu));
    at = {g.small_height, g.small_width, channels};
  }
  return layers;
}

}  // namespace

Activation output_activation(OutputKind output) {
  switch (output) {
    case OutputKind::tanh:
    case OutputKind::automatic: return Activation::tanh;
    case OutputKind::sigmoid: return Activation::sigmoid;
    case OutputKind::linear: return Activation::identity;
  }
  return Activation::identity;
}

TrialShape image_shape(const TrainConfig& config, const TrialShape& trial) {
  if (config.net != NetKind::conv1d) return trial;
  if (trial.height == 1) return {1, trial.width, trial.channels};
  return {1, trial.height, trial.width * trial.channels};
}

void require_pictures(const TrainConfig& config, const TrialShape& trial) {
  if (trial.kind != TrialKind::row || config.net != NetKind::conv) return;
  const std::string numbers = std::to_string(trial.size());
  refuse_setting("net", "conv, for rows of " + numbers + " numbers, which are no pictures",
                 "mlp, or conv1d for curves",
                 "if each row is a picture, give its sides with --shape HxW, of " + numbers +
                     " pixels in all");
}

TrainConfig with_layers(TrainConfig config, const TrialShape& trial) {
  const TrialShape image = image_shape(config, trial);
  std::vector<std::int64_t> down{512, 256, 128};
  if (config.net == NetKind::conv) {
    down = channels_down(image);
  } else if (config.net == NetKind::conv1d) {
    down = {32, 64, 128};
    while (down.size() > 1 && image.width < std::int64_t{4} << down.size()) down.pop_back();
  }
  const std::vector<std::int64_t> up(down.rbegin(), down.rend());
  if (config.g_layers.empty()) {
    config.g_layers = config.net == NetKind::mlp ? std::vector<std::int64_t>{256, 512, 1024} : up;
  }
  if (config.d_layers.empty()) config.d_layers = down;
  return config;
}

std::vector<LayerSpec> generator_layers(const TrainConfig& config, const TrialShape& trial,
                                        std::int64_t conditions) {
  const TrialShape image = image_shape(config, trial);
  const std::int64_t inputs = config.latent + conditions;
  if (!config.g_net.empty())
    return listed_generator(config, image, inputs, output_activation(config.output));
  if (convolves(config)) return convolutional_generator(config, image, inputs);
  std::vector<std::int64_t> widths{inputs};
  widths.insert(widths.end(), config.g_layers.begin(), config.g_layers.end());
  widths.push_back(trial.size());
  std::vector<LayerSpec> layers = nn::dense_stack(widths, output_activation(config.output));
  for (std::size_t l = 0; l + 1 < layers.size(); ++l) {
    layers[l].normalised = bn(normalises(config), layers[l].outputs);
  }
  return layers;
}

void end_in_heads(std::vector<LayerSpec>& generator, const TrainConfig& config) {
  generator.back().activation = Activation::identity;
  generator.back().heads = true;
  generator.back().keeps_variance = traits_of(config).encodes;
}

std::vector<LayerSpec> discriminator_layers(const TrainConfig& config, const TrialShape& trial,
                                            std::int64_t conditions) {
  const TrialShape image = image_shape(config, trial);
  const TrialShape seen = image.height == 1
                              ? TrialShape{1, image.width * config.pack, image.channels}
                              : TrialShape{image.height * config.pack, image.width, image.channels};
  // Whether D convolves is in its own layers; conditions behind a trial would be no image.
  std::vector<LayerSpec> layers = trunk(config, image, seen.size(), seen);
  const bool projects = conditions > 0 && nn::has_convolution(layers);
  if (conditions > 0 && !projects) {
    layers = trunk(config, image, seen.size() + config.pack * conditions, seen);
  }
  if (projects && config.pack > 1) {
    refuse_setting("pack", std::to_string(config.pack),
                   "1 where a convolutional D sees conditions");
  }
  const std::int64_t features = layers.empty() ? seen.size() : layers.back().outputs;
  if (config.minibatch_stddev > 0) {
    // The statistic goes beside a dense layer's features: an image has no place for it.
    if (layers.empty() || layers.back().kind != nn::LayerKind::dense) {
      layers.push_back(dense_layer(features, statistic_features, Activation::leaky_relu));
    }
    layers.back().stddev_group = config.minibatch_stddev;
  }
  const std::int64_t width = layers.empty() ? features : layers.back().width();
  layers.push_back(dense_layer(width, 1, Activation::identity));
  if (projects) layers.back().conditions = conditions;
  for (LayerSpec& layer : layers) layer.spectral = config.spectral_norm;
  return layers;
}

std::vector<LayerSpec> encoder_layers(const TrainConfig& config, const TrialShape& trial) {
  const TrialShape image = image_shape(config, trial);
  std::vector<LayerSpec> layers = trunk(config, image, image.size(), image);
  const std::int64_t features = layers.empty() ? image.size() : layers.back().outputs;
  const std::int64_t code = traits_of(config).variational ? 2 * config.latent : config.latent;
  layers.push_back(dense_layer(features, code, Activation::identity));
  return layers;
}

}  // namespace vgan
