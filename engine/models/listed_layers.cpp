#include "engine/models/listed_layers.hpp"

#include "engine/base/error.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/models/single_layers.hpp"
#include "engine/settings/layer_list.hpp"

namespace vgan {
namespace {

using Kind = LayerItem::Kind;

std::string text(std::int64_t number) { return std::to_string(number); }

bool same_sides(const TrialShape& a, const TrialShape& b) {
  return a.height == b.height && a.width == b.width;
}

/// The sides of the image behind each layer of `items`, if the last is to end at those of `end`:
/// going back, up to the last layer that could come from other sides. 0 x 0 before it: any.
std::vector<TrialShape> sides_towards(const std::vector<LayerItem>& items, const TrialShape& end) {
  std::vector<TrialShape> sides(items.size(), {0, 0, 0});
  TrialShape at = end;
  for (std::size_t i = items.size(); i-- > 0;) {
    sides[i] = at;
    if (items[i].kind == Kind::up) {
      at = {strided(at.height, items[i].stride), strided(at.width, items[i].stride), 0};
    } else if (items[i].kind == Kind::dense || items[i].stride > 1) {
      break;
    }
  }
  return sides;
}

/// Builds layers one after the other, keeping count of the image that is passed on. Those of a
/// curve stay one row high.
class Listed {
 public:
  Listed(const TrainConfig& config, const char* setting, std::int64_t inputs, bool curve)
      : config_(&config), setting_(setting), size_(inputs), curve_(curve) {}

  void set_image(const TrialShape& image) { image_ = image; }
  /// A transposed convolution multiplies each side by its stride, or ends at `wanted`'s where that
  /// side, divided and rounded up, is what it starts from.
  void add(const LayerItem& item, const TrialShape& wanted = {0, 0, 0}) {
    if (item.kind == Kind::dense) return add_dense(item);
    if (image_.size() != size_) {
      refuse_setting(setting_, "a convolution of " + text(size_) + " numbers without a shape",
                     "an image", "put a layer dense:HxWxC before it");
    }
    const std::int64_t kernel = item.kernel > 0 ? item.kernel : kernel_side(*config_);
    if (item.kind == Kind::conv) {
      const ConvGeometry g = geometry_of(image_, item.size, kernel, item.stride, setting_);
      push(convolution(g, false, Activation::leaky_relu), item,
           {g.small_height, g.small_width, g.filters});
    } else {
      const auto larger = [&](std::int64_t side, std::int64_t goal) {
        return goal > 0 && strided(goal, item.stride) == side ? goal : side * item.stride;
      };
      const TrialShape large{curve_ ? image_.height : larger(image_.height, wanted.height),
                             larger(image_.width, wanted.width), item.size};
      const ConvGeometry g = geometry_of(large, image_.channels, kernel, item.stride, setting_);
      push(convolution(g, true, Activation::leaky_relu), item, large);
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
    push(dense_layer(size_, out.size(), Activation::leaky_relu, setting_), item, out);
  }
  void push(nn::LayerSpec spec, const LayerItem& item, const TrialShape& out) {
    spec.normalised = item.normalised ? out.channels : 0;
    layers.push_back(spec);
    image_ = out;
    size_ = out.size();
  }

  const TrainConfig* config_;
  const char* setting_;
  std::int64_t size_;
  bool curve_;
  TrialShape image_{0, 0, 0};
};

std::string sides_text(const TrialShape& image) {
  return text(image.height) + " x " + text(image.width);
}

[[noreturn]] void refuse_end(const std::vector<LayerItem>& items, const TrialShape& found,
                             const TrialShape& image, const TrialShape& half) {
  std::string advice = "the last layer, which is added, doubles or keeps it";
  const std::vector<TrialShape> sides = sides_towards(items, half);
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (items[i].kind != Kind::dense || items[i].height == 0 || sides[i].height == 0) continue;
    const auto dense = [&](std::int64_t height, std::int64_t width) {
      return "dense:" + text(height) + "x" + text(width) + "x" + text(items[i].size);
    };
    advice = dense(sides[i].height, sides[i].width) + " in place of " +
             dense(items[i].height, items[i].width) + " ends at " + sides_text(half);
  }
  refuse_setting("g-net", "an image of " + sides_text(found) + " at its end",
                 sides_text(image) + ", the trial's, or " + sides_text(half) + ", half of that",
                 advice);
}

}  // namespace

std::vector<nn::LayerSpec> listed_generator(const TrainConfig& config, const TrialShape& image,
                                            std::int64_t inputs, Activation last) {
  const std::vector<LayerItem> items = parse_layers("g-net", config.g_net);
  const auto built = [&](const std::vector<TrialShape>& wanted) {
    Listed list(config, "g-net", inputs, image.height == 1);
    for (std::size_t i = 0; i < items.size(); ++i) list.add(items[i], wanted[i]);
    return list;
  };
  Listed list = built(std::vector<TrialShape>(items.size(), {0, 0, 0}));
  if (items.back().kind == Kind::dense && items.back().height == 0) {
    list.layers.push_back(dense_layer(list.size(), image.size(), last));
    return list.layers;
  }
  // A last transposed convolution to the trial, from half of each side, rounded up, or from all of
  // it. Where doubled sides are neither, those before are rounded up as well.
  const TrialShape half{strided(image.height, own_stride), strided(image.width, own_stride), 0};
  const TrialShape doubled = list.image();
  const auto fits = [&] {
    return same_sides(list.image(), image) || same_sides(list.image(), half);
  };
  for (const TrialShape& end : {half, image}) {
    if (!fits()) list = built(sides_towards(items, end));
  }
  if (!fits()) refuse_end(items, doubled, image, half);
  const bool keeps = same_sides(list.image(), image);
  const std::int64_t kernel = keeps ? 3 : kernel_side(config);
  const ConvGeometry g = geometry_of(image, list.image().channels, kernel, keeps ? 1 : own_stride);
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
