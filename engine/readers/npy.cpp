#include "engine/readers/npy.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "engine/number_text.hpp"

namespace vgan {
namespace {

constexpr std::int64_t most_channels = 3;

// The data as `count` images of `height` x `width` x `channels`, and how far apart in the file the
// neighbours in each direction lie, in elements.
struct Layout {
  struct Axis {
    std::uint64_t size = 1;
    std::uint64_t stride = 0;
  };
  Axis count, height, width, channels;

  std::uint64_t columns() const { return height.size * width.size * channels.size; }
  std::uint64_t elements() const { return count.size * columns(); }
  /// Of one value of image `row`; `column` counts its values in the order H, W, C.
  std::uint64_t stored_index(std::uint64_t row, std::uint64_t column) const {
    const std::uint64_t pixel = column / channels.size;
    return row * count.stride + pixel / width.size * height.stride +
           pixel % width.size * width.stride + column % channels.size * channels.stride;
  }
  /// Whether the file has the values in the order N, H, W, C.
  bool in_order() const {
    std::uint64_t stride = 1;
    for (const Axis& axis : {channels, width, height, count}) {
      if (axis.size > 1 && axis.stride != stride) return false;
      stride *= axis.size;
    }
    return true;
  }
};

std::vector<Layout::Axis> stored_axes(const NpyHeader& header) {
  std::vector<Layout::Axis> axes(header.shape.size());
  std::uint64_t stride = 1;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t axis = header.fortran_order ? i : axes.size() - 1 - i;
    axes[axis] = {static_cast<std::uint64_t>(header.shape[axis]), stride};
    stride *= axes[axis].size;
  }
  return axes;
}

// (N, P): a square picture where P is a square number, else one row.
Layout flat_layout(const Layout::Axis& images, const Layout::Axis& pixels) {
  const auto side =
      static_cast<std::uint64_t>(std::llround(std::sqrt(static_cast<double>(pixels.size))));
  const std::uint64_t height = side * side == pixels.size ? side : 1;
  const std::uint64_t width = pixels.size / height;
  return {images, {height, pixels.stride * width}, {width, pixels.stride}, {}};
}

Layout image_layout(const ByteSource& source, const NpyHeader& header) {
  const std::vector<Layout::Axis> axes = stored_axes(header);
  const auto are_channels = [&](std::size_t axis) { return header.shape[axis] <= most_channels; };
  if (axes.size() == 2) return flat_layout(axes[0], axes[1]);
  if (axes.size() == 3) return {axes[0], axes[1], axes[2], {}};
  if (axes.size() == 4 && are_channels(3)) return {axes[0], axes[1], axes[2], axes[3]};
  if (axes.size() == 4 && are_channels(1)) return {axes[0], axes[2], axes[3], axes[1]};
  source.fail(header.shape_offset, "the shape " + header.shape_text(),
              "(N, H, W), (N, H*W), (N, H, W, C) or (N, C, H, W), C being 1, 2 or 3 channels",
              "reshape the array and save it again");
}

// From the file's order to N, H, W, C.
template <class Value>
std::vector<Value> in_order(std::vector<Value> stored, const Layout& layout) {
  if (layout.in_order()) return stored;
  std::vector<Value> values(stored.size());
  std::size_t at = 0;
  for (std::uint64_t n = 0; n < layout.count.size; ++n) {
    for (std::uint64_t h = 0; h < layout.height.size; ++h) {
      const std::uint64_t row = n * layout.count.stride + h * layout.height.stride;
      for (std::uint64_t w = 0; w < layout.width.size; ++w) {
        for (std::uint64_t c = 0; c < layout.channels.size; ++c) {
          values[at++] = stored[row + w * layout.width.stride + c * layout.channels.stride];
        }
      }
    }
  }
  return values;
}

[[noreturn]] void fail_pixel(const ByteSource& source, std::uint64_t data_offset,
                             std::uint64_t item_bytes, const Layout& layout, std::uint64_t index,
                             float value) {
  const std::uint64_t row = index / layout.columns();
  const std::uint64_t column = index % layout.columns();
  source.fail(data_offset + layout.stored_index(row, column) * item_bytes,
              (std::isnan(value) ? "NaN" : "an infinite number or one beyond float32") +
                  std::string(" in row ") + std::to_string(row) + ", column " +
                  std::to_string(column),
              "finite numbers", "replace it and save the array again");
}

// Smallest and largest value; `bad` is the index of the first that is not finite, or the size.
struct Range {
  float low = std::numeric_limits<float>::infinity();
  float high = -std::numeric_limits<float>::infinity();
  std::size_t bad = 0;
};

Range range_of(const std::vector<float>& values) {
  Range range;
  for (; range.bad < values.size(); ++range.bad) {
    const float value = values[range.bad];
    if (!std::isfinite(value)) break;
    range.low = std::min(range.low, value);
    range.high = std::max(range.high, value);
  }
  return range;
}

std::string number_text(float value) { return general_text(static_cast<double>(value)); }

void set_range(const ByteSource& source, std::uint64_t data_offset, const Range& range,
               ImageSet& images) {
  images.low = range.low;
  images.high = range.high;
  images.by_values = true;
  if (range.low == range.high && std::abs(range.low) <= 1.0F) {  // a constant
    images.low = range.low < 0.0F ? -1.0F : 0.0F;
    images.high = 1.0F;
  }
  const float span = images.high - images.low;
  if (span > 0.0F && std::isfinite(span)) return;
  source.fail(data_offset,
              "values from " + number_text(range.low) + " to " + number_text(range.high),
              "a range wider than nothing and narrower than float32's largest number",
              "scale the array, e.g. to 0..1");
}

template <class Stored>
void read_float_images(ByteSource& source, const NpyHeader& header, const Layout& layout,
                       ImageSet& images) {
  const std::uint64_t data_offset = source.offset();
  const std::uint64_t elements = layout.elements();
  const std::uint64_t copies = layout.in_order() ? 1 : 2;
  source.expect_data(elements * sizeof(Stored), elements * sizeof(float) * copies,
                     header.promise_text());
  auto values = in_order(source.read_values<Stored, float>(elements), layout);
  source.expect_end();
  const Range range = range_of(values);
  if (range.bad < values.size()) {
    fail_pixel(source, data_offset, sizeof(Stored), layout, range.bad, values[range.bad]);
  }
  set_range(source, data_offset, range, images);
  images.pixels = std::move(values);
}

void read_u8_images(ByteSource& source, const NpyHeader& header, const Layout& layout,
                    ImageSet& images) {
  const std::uint64_t elements = layout.elements();
  source.expect_data(elements, elements * (layout.in_order() ? 1 : 2), header.promise_text());
  images.pixels = in_order(source.read_values<std::uint8_t>(elements), layout);
  source.expect_end();
}

}  // namespace

ImageSet read_npy_images(const std::filesystem::path& path) {
  ByteSource source(path, "cannot read .npy images");
  const NpyHeader header = read_npy_header(source);
  const std::string dtype = std::string(1, header.kind) + std::to_string(header.item_bytes);
  if (dtype != "u1" && dtype != "f4" && dtype != "f8") {
    source.fail(header.descr_offset, "the dtype '" + header.descr + "'", "'|u1', '<f4' or '<f8'",
                "convert with array.astype('float32') and save again");
  }
  require_little_endian(source, header);
  count_elements(source, header);
  const Layout layout = image_layout(source, header);
  ImageSet images;
  images.count = static_cast<std::int64_t>(layout.count.size);
  images.height = static_cast<std::int64_t>(layout.height.size);
  images.width = static_cast<std::int64_t>(layout.width.size);
  images.channels = static_cast<std::int64_t>(layout.channels.size);
  images.source = path.string();
  if (dtype == "u1") read_u8_images(source, header, layout, images);
  if (dtype == "f4") read_float_images<float>(source, header, layout, images);
  if (dtype == "f8") read_float_images<double>(source, header, layout, images);
  return images;
}

}  // namespace vgan
