// NumPy .npy files: images, labels and conditions in, samples out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "engine/files/atomic_file.hpp"
#include "engine/readers/image_set.hpp"
#include "engine/readers/npy_header.hpp"

namespace vgan {

/// Reads images of u8, float32 or float64 (little-endian; float64 becomes float32) from a plain or
/// gzip .npy file, in C or Fortran order. Shapes: (N, H, W); (N, H, W, C) and (N, C, H, W) with C
/// of 1 to 3 channels, the former where both could be meant; and (N, P), which is a square picture
/// where P is a square number, else 1 x P. The pixels become N, H, W, C.
/// u8 means 0 to 255. Floats mean 0 to 1 where all of them lie there, else -1 to 1 where all lie
/// there, else their smallest to their largest.
/// Throws Error: io where the system refuses; bad_data for all else, NaN, Inf, numbers beyond
/// float32 and a single repeated value included (row = image, column = pixel, from 0).
ImageSet read_npy_images(const std::filesystem::path& path);

/// Reads one dimension of integers, each 0 to 2^31 - 1. Throws as read_npy_images does.
std::vector<std::int32_t> read_npy_labels(const std::filesystem::path& path);

/// Continuous conditions: `size` numbers for each image.
struct Conditions {
  std::vector<float> values;  ///< N x size, row-major
  std::int64_t size = 0;

  std::int64_t count() const { return static_cast<std::int64_t>(values.size()) / size; }
};

/// Reads (N,) or (N, K) finite numbers, K up to 4096: float32, float64 or integers of 8 to 64 bits,
/// which become float32. Throws as read_npy_images does.
Conditions read_conditions(const std::filesystem::path& path);

/// Writes one .npy array in C order with constant memory. The file appears at finish(); a writer
/// destroyed before that leaves nothing.
class NpyWriter {
 public:
  /// `shape` has one dimension or more, each size 0 or more, else Error (bad_config). Error (io)
  /// where the system refuses.
  NpyWriter(const FilePlace& place, ValueType type, const std::vector<std::int64_t>& shape);

  /// Appends elements in C order; a chunk may end anywhere. Error (internal) for another type than
  /// announced or more elements than announced.
  template <class Number>
  void append(std::span<Number> values) {
    append_bytes(value_type_of<std::remove_const_t<Number>>(), values.data(), values.size_bytes());
  }
  template <class Number>
  void append(const std::vector<Number>& values) {
    append(std::span<const Number>(values));
  }
  /// Elements as they lie in the file, little-endian, where C++ may have no number of the type.
  void append_bytes(ValueType type, const void* data, std::size_t bytes);
  /// Error (internal) where fewer elements than announced were appended.
  void finish();

 private:
  AtomicFile file_;
  ValueType type_;
  std::uint64_t missing_ = 0;  // bytes still to come
};

}  // namespace vgan
