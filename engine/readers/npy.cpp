#include "engine/readers/npy.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <utility>

namespace vgan {
namespace {

constexpr const char* save_again = "save the array again with numpy.save";

// The data as `count` rows of `height` x `width`; in Fortran order the file's index of image n,
// row h, column w is n + count * (h + height * w), of (N, P) arrays n + count * p.
struct Layout {
  std::uint64_t count = 0;
  std::uint64_t height = 0;
  std::uint64_t width = 0;
  bool flat = false;  // stored as (N, P)
  bool fortran = false;

  std::uint64_t columns() const { return height * width; }
  std::uint64_t stored_index(std::uint64_t row, std::uint64_t column) const {
    if (!fortran) return row * columns() + column;
    if (flat) return row + count * column;
    return row + count * (column / width + height * (column % width));
  }
};

void check_order(const ByteSource& source, const NpyHeader& header) {
  if (header.item_bytes == 1 || header.order == '<') return;
  source.fail(header.descr_offset,
              (header.order == '>' ? "big-endian numbers (dtype '" : "the dtype '") + header.descr +
                  (header.order == '>' ? "')" : "'"),
              "little-endian numbers ('<')",
              "convert with array.astype(array.dtype.newbyteorder('<')) and save again");
}

// Elements of the array, the overflow of their number and of their bytes refused.
std::uint64_t count_elements(const ByteSource& source, const NpyHeader& header) {
  std::uint64_t bytes = static_cast<std::uint64_t>(header.item_bytes);
  for (const std::int64_t size : header.shape) {
    if (size == 0) {
      source.fail(header.shape_offset, "the shape " + header.shape_text(), "sizes of 1 or more",
                  "save an array that holds something");
    }
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes)) {
      source.fail(header.shape_offset, "the shape " + header.shape_text(),
                  "a product below 2^64 bytes", save_again);
    }
  }
  return bytes / static_cast<std::uint64_t>(header.item_bytes);
}

Layout image_layout(const ByteSource& source, const NpyHeader& header) {
  std::vector<std::int64_t> shape = header.shape;
  if (shape.size() == 4 && shape[3] == 1) {
    shape.pop_back();
  } else if (shape.size() == 4 && shape[1] == 1) {
    shape.erase(shape.begin() + 1);
  }
  if (shape.size() != 2 && shape.size() != 3) {
    source.fail(header.shape_offset, "the shape " + header.shape_text(),
                "(N, H, W), (N, H*W), (N, H, W, 1) or (N, 1, H, W)",
                "reshape the array and save it again");
  }
  Layout layout;
  layout.fortran = header.fortran_order;
  layout.count = static_cast<std::uint64_t>(shape[0]);
  layout.height = static_cast<std::uint64_t>(shape[1]);
  layout.width = shape.size() == 3 ? static_cast<std::uint64_t>(shape[2]) : 1;
  if (shape.size() == 2) {
    layout.flat = true;
    const std::uint64_t pixels = layout.height;
    const auto side =
        static_cast<std::uint64_t>(std::llround(std::sqrt(static_cast<double>(pixels))));
    layout.height = side * side == pixels ? side : 1;
    layout.width = pixels / layout.height;
  }
  return layout;
}

template <class Value>
std::vector<Value> to_c_order(std::vector<Value> stored, const Layout& layout) {
  if (!layout.fortran) return stored;
  std::vector<Value> values(stored.size());
  std::size_t at = 0;
  for (std::uint64_t row = 0; row < layout.count; ++row) {
    for (std::uint64_t column = 0; column < layout.columns(); ++column) {
      values[at++] = stored[layout.stored_index(row, column)];
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

std::string number_text(float value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%g", static_cast<double>(value));
  return text;
}

void set_range(const ByteSource& source, std::uint64_t data_offset, const Range& range,
               ImageSet& images) {
  const auto within = [&](float low, float high) {
    images.low = low;
    images.high = high;
    return range.low >= low && range.high <= high;
  };
  if (within(0.0F, 1.0F) || within(-1.0F, 1.0F) || within(range.low, range.high)) {
    const float span = images.high - images.low;
    if (span > 0.0F && std::isfinite(span)) return;
  }
  source.fail(data_offset,
              "values from " + number_text(range.low) + " to " + number_text(range.high),
              "a range wider than nothing and narrower than float32's largest number",
              "scale the array, e.g. to 0..1");
}

std::string promise_text(const NpyHeader& header) {
  return "the shape " + header.shape_text() + " of '" + header.descr + "'";
}

template <class Stored>
void read_float_images(ByteSource& source, const NpyHeader& header, const Layout& layout,
                       ImageSet& images) {
  const std::uint64_t data_offset = source.offset();
  const std::uint64_t elements = layout.count * layout.columns();
  const std::uint64_t copies = layout.fortran ? 2 : 1;
  source.expect_data(elements * sizeof(Stored), elements * sizeof(float) * copies,
                     promise_text(header));
  auto values = to_c_order(source.read_values<Stored, float>(elements), layout);
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
  const std::uint64_t elements = layout.count * layout.columns();
  source.expect_data(elements, elements * (layout.fortran ? 2 : 1), promise_text(header));
  images.pixels = to_c_order(source.read_values<std::uint8_t>(elements), layout);
  source.expect_end();
}

template <class Stored>
std::vector<std::int32_t> read_integers(ByteSource& source, const NpyHeader& header,
                                        std::uint64_t count) {
  const std::uint64_t data_offset = source.offset();
  source.expect_data(count * sizeof(Stored), count * (sizeof(Stored) + sizeof(std::int32_t)),
                     promise_text(header));
  const auto stored = source.read_values<Stored>(count);
  source.expect_end();
  std::vector<std::int32_t> labels(stored.size());
  for (std::size_t i = 0; i < stored.size(); ++i) {
    if (!std::in_range<std::int32_t>(stored[i]) || stored[i] < 0) {
      source.fail(data_offset + i * sizeof(Stored),
                  "the label " + std::to_string(stored[i]) + " in row " + std::to_string(i),
                  "0 to 2147483647", "number the classes from 0");
    }
    labels[i] = static_cast<std::int32_t>(stored[i]);
  }
  return labels;
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
  check_order(source, header);
  count_elements(source, header);
  const Layout layout = image_layout(source, header);
  ImageSet images;
  images.count = static_cast<std::int64_t>(layout.count);
  images.height = static_cast<std::int64_t>(layout.height);
  images.width = static_cast<std::int64_t>(layout.width);
  images.source = path.string();
  if (dtype == "u1") read_u8_images(source, header, layout, images);
  if (dtype == "f4") read_float_images<float>(source, header, layout, images);
  if (dtype == "f8") read_float_images<double>(source, header, layout, images);
  return images;
}

std::vector<std::int32_t> read_npy_labels(const std::filesystem::path& path) {
  ByteSource source(path, "cannot read .npy labels");
  const NpyHeader header = read_npy_header(source);
  const auto is = [&](char kind, int bytes) {
    return header.kind == kind && header.item_bytes == bytes;
  };
  const bool sized =
      is(header.kind, 1) || is(header.kind, 2) || is(header.kind, 4) || is(header.kind, 8);
  if ((header.kind != 'u' && header.kind != 'i') || !sized) {
    source.fail(header.descr_offset, "the dtype '" + header.descr + "'", "integers of 8 to 64 bits",
                "convert with array.astype('int32') and save again");
  }
  check_order(source, header);
  if (header.shape.size() != 1) {
    source.fail(header.shape_offset, "the shape " + header.shape_text(), "one dimension (N,)",
                "reshape the array and save it again");
  }
  const std::uint64_t count = count_elements(source, header);
  if (is('u', 1)) return read_integers<std::uint8_t>(source, header, count);
  if (is('u', 2)) return read_integers<std::uint16_t>(source, header, count);
  if (is('u', 4)) return read_integers<std::uint32_t>(source, header, count);
  if (is('u', 8)) return read_integers<std::uint64_t>(source, header, count);
  if (is('i', 1)) return read_integers<std::int8_t>(source, header, count);
  if (is('i', 2)) return read_integers<std::int16_t>(source, header, count);
  if (is('i', 4)) return read_integers<std::int32_t>(source, header, count);
  return read_integers<std::int64_t>(source, header, count);
}

}  // namespace vgan
