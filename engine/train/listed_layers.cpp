#include "engine/train/listed_layers.hpp"

#include "engine/error.hpp"
#include "engine/train/layer_list.hpp"
#include "engine/train/refuse_setting.hpp"
#include "engine/train/single_layers.hpp"

namespace vgan {
namespace {

using Kind = LayerItem::Kind;

std::string text(std::int64_t number) { return std::to_string(number); }

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
      refuse_setting(setting_, "a convolution of " + text(size_) + " numbers without a shape",
                     "an image", "put a layer dense:HxWxC before it");
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
  std::vector<nn::LayerSpec> layers;
  std::int64_t size() const { return size_; }
  const TrialShape& image() const { return image_; }

 private:
  void add_dense(const LayerItem& item) {
    const bool shaped = item.height > 0;
    const TrialShape out =
        shaped ? TrialShape{item.height, item.width, item.size} : TrialShape{1, 1, item.size};
    push(dense_layer(size_, out.size(), Activation::leaky_relu), item, out);
  }
  void push(nn::LayerSpec spec, const LayerItem& item, const TrialShape& out) {
    spec.normalised = item.normalised ? out.channels : 0;
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

}  // namespace

std::vector<nn::LayerSpec> listed_generator(const TrainConfig& config, const TrialShape& image,
                                            std::int64_t inputs, Activation last) {
  Listed list(config, "g-net", inputs, image.height == 1);
  const std::vector<LayerItem> items = parse_layers("g-net", config.g_net);
  for (const LayerItem& item : items) list.add(item);
  if (items.back().kind == Kind::dense && items.back().height == 0) {
    list.layers.push_back(dense_layer(list.size(), image.size(), last));
    return list.layers;
  }
  // A last transposed convolution to the trial, from half of each side, rounded up.
  const TrialShape now = list.image();
  const std::int64_t half_height = strided(image.height, own_stride);
  const std::int64_t half_width = strided(image.width, own_stride);
  const bool keeps = now.height == image.height && now.width == image.width;
  if (!keeps && (now.height != half_height || now.width != half_width)) {
    const auto sides = [](std::int64_t height, std::int64_t width) {
      return text(height) + " x " + text(width);
    };
    refuse_setting("g-net", "an image of " + sides(now.height, now.width) + " at its end",
                   sides(image.height, image.width) + ", the trial's, or " +
                       sides(half_height, half_width) + ", half of that",
                   "the last layer, which is added, doubles or keeps it");
  }
  const std::int64_t kernel = keeps ? 3 : kernel_side(config);
  const ConvGeometry g = geometry_of(image, now.channels, kernel, keeps ? 1 : own_stride);
  list.layers.push_back(convolution(g, true, last));
  return list.layers;
}

std::vector<nn::LayerSpec> listed_trunk(const TrainConfig& config, const TrialShape& seen,
                                        std::int64_t inputs, bool curve) {
  Listed list(config, "d-net", inputs, curve);
  list.set_image(seen);
  for (const LayerItem& item : parse_layers("d-net", config.d_net)) {
    if (item.kind == Kind::up) refuse_setting("d-net", "a layer 'up'", "conv:C and dense:N");
    if (item.normalised) {
      refuse_setting("d-net", "':bn'", "layers without batch normalisation",
                     "D judges each trial by itself, and gradient penalties need it so");
    }
    list.add(item);
  }
  return list.layers;
}

}  // namespace vgan
