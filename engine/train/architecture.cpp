#include "engine/train/architecture.hpp"

#include <algorithm>

#include "engine/error.hpp"
#include "engine/train/layer_list.hpp"

namespace vgan {
namespace {

using nn::LayerKind;
using nn::LayerSpec;
using Kind = LayerItem::Kind;

constexpr std::int64_t stride = 2;  // of the nets' own convolutions
// Of the dense layer that a convolutional D gets for its minibatch statistic.
constexpr std::int64_t statistic_features = 128;

[[noreturn]] void refuse(const std::string& name, const std::string& found,
                         const std::string& allowed, const std::string& remedy = "") {
  throw Error(ErrorCode::bad_config, {"bad setting", name, found, allowed, remedy});
}

std::string text(std::int64_t number) { return std::to_string(number); }

bool convolves(const TrainConfig& config) { return config.net != "mlp"; }

std::int64_t kernel_side(const TrainConfig& config) {
  if (config.kernel > 0) return config.kernel;
  return config.net == "conv1d" ? 8 : 4;
}

std::int64_t halved(std::int64_t side, std::int64_t by) { return (side + by - 1) / by; }

void require_size(double height, double width, double channels) {
  if (height * width * channels <= static_cast<double>(most_numbers)) return;
  const auto whole = [](double side) { return text(static_cast<std::int64_t>(side)); };
  refuse("net", "an image of " + whole(height) + " x " + whole(width) + " x " + whole(channels),
         "up to 2^28 numbers in each layer");
}

void require_size(const TrialShape& image) {
  require_size(static_cast<double>(image.height), static_cast<double>(image.width),
               static_cast<double>(image.channels));
}

// A strided convolution of a large image with sides kept, halved or whatever `step` says, rounded
// up; zeros on both sides, the odd one behind. A side of 1 stays 1.
ConvGeometry geometry_of(const TrialShape& large, std::int64_t filters, std::int64_t kernel,
                         std::int64_t step) {
  ConvGeometry g;
  const auto along = [&](std::int64_t side, std::int64_t& small, std::int64_t& k, std::int64_t& s,
                         std::int64_t& pad) {
    k = side == 1 ? 1 : kernel;
    s = side == 1 ? 1 : step;
    small = halved(side, s);
    pad = std::max<std::int64_t>(0, (small - 1) * s + k - side) / 2;
  };
  require_size(large);
  g.height = large.height;
  g.width = large.width;
  g.channels = large.channels;
  g.filters = filters;
  along(large.height, g.small_height, g.kernel_h, g.stride_h, g.pad_h);
  along(large.width, g.small_width, g.kernel_w, g.stride_w, g.pad_w);
  require_size({g.small_height, g.small_width, filters});
  return g;
}

// Images must halve without a remainder, or G's and D's sizes would not be each other's.
void require_sides(const TrialShape& image, std::size_t layers, const char* setting) {
  const std::int64_t factor = std::int64_t{1} << std::min<std::size_t>(layers, 40);
  if (image.height == 1) {
    if (image.width > factor / 2) return;
    refuse(setting,
           text(static_cast<std::int64_t>(layers)) + " layers that halve " + text(image.width) +
               " samples",
           "curves of more than " + text(factor / 2) + " samples", "use fewer layers");
  }
  if (image.height % factor == 0 && image.width % factor == 0) return;
  std::int64_t most = 0;
  while (image.height % (std::int64_t{2} << most) == 0 &&
         image.width % (std::int64_t{2} << most) == 0) {
    ++most;
  }
  const std::int64_t below = std::max(image.height, image.width) / factor * factor;
  const std::string sizes = below > 0 ? text(below) + " or " + text(below + factor) : text(factor);
  refuse(setting,
         text(static_cast<std::int64_t>(layers)) + " layers that halve " + text(image.height) +
             " x " + text(image.width) + " pixels",
         "sides that are multiples of " + text(factor) + ", such as " + sizes,
         most == 0 ? "pad or crop the images, or use --net mlp"
                   : "name up to " + text(most) + " channels, or pad or crop the images");
}

std::int64_t bn(bool wanted, std::int64_t channels) { return wanted ? channels : 0; }

LayerSpec dense(std::int64_t inputs, std::int64_t outputs, Activation activation) {
  if (static_cast<double>(inputs) * static_cast<double>(outputs) > 0x1p40) {
    refuse("net", "a dense layer of " + text(inputs) + " x " + text(outputs),
           "up to 2^40 weights in each layer");
  }
  return {inputs, outputs, activation};
}

LayerSpec convolution(const ConvGeometry& g, bool transposed, Activation activation) {
  LayerSpec spec;
  spec.kind = transposed ? LayerKind::transposed_conv : LayerKind::conv;
  spec.inputs = transposed ? g.small_size() : g.large_size();
  spec.outputs = transposed ? g.large_size() : g.small_size();
  spec.activation = activation;
  spec.geometry = g;
  return spec;
}

bool normalises(const TrainConfig& config) {
  return config.norm == "batch" || (config.norm == "auto" && convolves(config));
}

std::vector<LayerSpec> convolutional_generator(const TrainConfig& config, const TrialShape& image,
                                               std::int64_t inputs) {
  const std::vector<std::int64_t>& channels = config.g_layers;
  require_sides(image, channels.size(), "g-layers");
  // The image sizes from the trial back to the first.
  std::vector<TrialShape> shapes{image};
  for (std::size_t i = channels.size(); i-- > 0;) {
    const ConvGeometry g = geometry_of(shapes.back(), channels[i], kernel_side(config), stride);
    shapes.push_back({g.small_height, g.small_width, channels[i]});
  }
  std::reverse(shapes.begin(), shapes.end());
  const bool normal = normalises(config);
  std::vector<LayerSpec> layers{dense(inputs, shapes[0].size(), Activation::leaky_relu)};
  layers[0].normalised = bn(normal, shapes[0].channels);
  for (std::size_t i = 1; i < shapes.size(); ++i) {
    const bool last = i + 1 == shapes.size();
    const ConvGeometry g =
        geometry_of(shapes[i], shapes[i - 1].channels, kernel_side(config), stride);
    layers.push_back(
        convolution(g, true, last ? output_activation(config.output) : Activation::leaky_relu));
    if (!last) layers.back().normalised = bn(normal, shapes[i].channels);
  }
  return layers;
}

/// Builds layers one after the other, keeping count of the image that is passed on. Those of a
/// curve stay one row high.
class Listed {
 public:
  Listed(const TrainConfig& config, const char* setting, std::int64_t inputs, bool curve)
      : config_(config), setting_(setting), size_(inputs), curve_(curve) {}

  void set_image(const TrialShape& image) { image_ = image; }
  void add(const LayerItem& item) {
    if (item.kind == Kind::dense) return add_dense(item);
    if (image_.size() != size_) {
      refuse(setting_, "a convolution of " + text(size_) + " numbers without a shape", "an image",
             "put a layer dense:HxWxC before it");
    }
    const std::int64_t kernel = item.kernel > 0 ? item.kernel : kernel_side(config_);
    if (item.kind == Kind::conv) {
      const ConvGeometry g = geometry_of(image_, item.size, kernel, item.stride);
      push(convolution(g, false, Activation::leaky_relu), item,
           {g.small_height, g.small_width, g.filters});
    } else {
      const TrialShape large{curve_ ? image_.height : image_.height * item.stride,
                             image_.width * item.stride, item.size};
      push(convolution(geometry_of(large, image_.channels, kernel, item.stride), true,
                       Activation::leaky_relu),
           item, large);
    }
  }
  std::vector<LayerSpec> layers;
  std::int64_t size() const { return size_; }
  const TrialShape& image() const { return image_; }

 private:
  void add_dense(const LayerItem& item) {
    const bool shaped = item.height > 0;
    const TrialShape out =
        shaped ? TrialShape{item.height, item.width, item.size} : TrialShape{1, 1, item.size};
    push(dense(size_, out.size(), Activation::leaky_relu), item, out);
  }
  void push(LayerSpec spec, const LayerItem& item, const TrialShape& out) {
    spec.normalised = bn(item.normalised, out.channels);
    layers.push_back(spec);
    image_ = out;
    size_ = out.size();
  }

  const TrainConfig& config_;
  const char* setting_;
  std::int64_t size_;
  bool curve_;
  TrialShape image_{0, 0, 0};
};

std::vector<LayerSpec> listed_generator(const TrainConfig& config, const TrialShape& image,
                                        std::int64_t inputs) {
  Listed list(config, "g-net", inputs, image.height == 1);
  const std::vector<LayerItem> items = parse_layers("g-net", config.g_net);
  for (const LayerItem& item : items) list.add(item);
  if (items.back().kind == Kind::dense && items.back().height == 0) {
    list.layers.push_back(dense(list.size(), image.size(), output_activation(config.output)));
    return list.layers;
  }
  // A last transposed convolution to the trial, from half of each side, rounded up.
  const TrialShape now = list.image();
  const std::int64_t half_height = halved(image.height, stride);
  const std::int64_t half_width = halved(image.width, stride);
  const bool keeps = now.height == image.height && now.width == image.width;
  if (!keeps && (now.height != half_height || now.width != half_width)) {
    const auto sides = [](std::int64_t height, std::int64_t width) {
      return text(height) + " x " + text(width);
    };
    refuse("g-net", "an image of " + sides(now.height, now.width) + " at its end",
           sides(image.height, image.width) + ", the trial's, or " +
               sides(half_height, half_width) + ", half of that",
           "the last layer, which is added, doubles or keeps it");
  }
  const std::int64_t kernel = keeps ? 3 : kernel_side(config);
  const ConvGeometry g = geometry_of(image, now.channels, kernel, keeps ? 1 : stride);
  list.layers.push_back(convolution(g, true, output_activation(config.output)));
  return list.layers;
}

std::vector<LayerSpec> trunk(const TrainConfig& config, const TrialShape& image,
                             std::int64_t inputs, const TrialShape& seen) {
  if (!config.d_net.empty()) {
    Listed list(config, "d-net", inputs, image.height == 1);
    list.set_image(seen);
    for (const LayerItem& item : parse_layers("d-net", config.d_net)) {
      if (item.kind == Kind::up) refuse("d-net", "a layer 'up'", "conv:C and dense:N");
      if (item.normalised) {
        refuse("d-net", "':bn'", "layers without batch normalisation",
               "D judges each trial by itself, and gradient penalties need it so");
      }
      list.add(item);
    }
    return list.layers;
  }
  std::vector<LayerSpec> layers;
  if (!convolves(config)) {
    std::int64_t from = inputs;
    for (const std::int64_t width : config.d_layers) {
      layers.push_back(dense(from, width, Activation::leaky_relu));
      from = width;
    }
    return layers;
  }
  require_sides(image, config.d_layers.size(), "d-layers");
  TrialShape at = seen;
  for (const std::int64_t channels : config.d_layers) {
    const ConvGeometry g = geometry_of(at, channels, kernel_side(config), stride);
    layers.push_back(convolution(g, false, Activation::leaky_relu));
    at = {g.small_height, g.small_width, channels};
  }
  return layers;
}

}  // namespace

Activation output_activation(const std::string& output) {
  if (output == "tanh") return Activation::tanh;
  if (output == "sigmoid") return Activation::sigmoid;
  return Activation::identity;
}

TrialShape image_shape(const TrainConfig& config, const TrialShape& trial) {
  if (config.net != "conv1d") return trial;
  if (trial.height == 1) return {1, trial.width, trial.channels};
  return {1, trial.height, trial.width * trial.channels};
}

TrainConfig with_layers(TrainConfig config, const TrialShape& trial) {
  const TrialShape image = image_shape(config, trial);
  std::vector<std::int64_t> down{512, 256, 128};
  if (config.net == "conv") {
    down = {64, 128};
    if (image.height % 8 == 0 && image.width % 8 == 0) down = {64, 128, 256};
    if (std::min(image.height, image.width) >= 64 && image.height % 16 == 0 &&
        image.width % 16 == 0) {
      down = {32, 64, 128, 256};
    }
  } else if (config.net == "conv1d") {
    down = {32, 64, 128};
    while (down.size() > 1 && image.width < std::int64_t{4} << down.size()) down.pop_back();
  }
  const std::vector<std::int64_t> up(down.rbegin(), down.rend());
  if (config.g_layers.empty()) {
    config.g_layers = config.net == "mlp" ? std::vector<std::int64_t>{256, 512, 1024} : up;
  }
  if (config.d_layers.empty()) config.d_layers = down;
  return config;
}

std::vector<LayerSpec> generator_layers(const TrainConfig& config, const TrialShape& trial,
                                        std::int64_t conditions) {
  const TrialShape image = image_shape(config, trial);
  const std::int64_t inputs = config.latent + conditions;
  if (!config.g_net.empty()) return listed_generator(config, image, inputs);
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
    refuse("pack", text(config.pack), "1 where a convolutional D sees conditions");
  }
  const std::int64_t features = layers.empty() ? seen.size() : layers.back().outputs;
  if (config.minibatch_stddev > 0) {
    // The statistic goes beside a dense layer's features: an image has no place for it.
    if (layers.empty() || layers.back().kind != LayerKind::dense) {
      layers.push_back(dense(features, statistic_features, Activation::leaky_relu));
    }
    layers.back().stddev_group = config.minibatch_stddev;
  }
  const std::int64_t width = layers.empty() ? features : layers.back().width();
  layers.push_back(dense(width, 1, Activation::identity));
  if (projects) layers.back().conditions = conditions;
  for (LayerSpec& layer : layers) layer.spectral = config.spectral_norm;
  return layers;
}

std::vector<LayerSpec> encoder_layers(const TrainConfig& config, const TrialShape& trial) {
  const TrialShape image = image_shape(config, trial);
  std::vector<LayerSpec> layers = trunk(config, image, image.size(), image);
  const std::int64_t features = layers.empty() ? image.size() : layers.back().outputs;
  const std::int64_t code = config.model == "vae" ? 2 * config.latent : config.latent;
  layers.push_back(dense(features, code, Activation::identity));
  return layers;
}

}  // namespace vgan
