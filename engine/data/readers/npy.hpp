// NumPy .npy files: trials and conditions in, samples out; labels are in labels.hpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "engine/data/readers/npy_header.hpp"
#include "engine/data/trial_axes.hpp"
#include "engine/data/trials.hpp"
#include "engine/files/announced_file.hpp"

namespace vgan {

/// Reads trials of any number type, in either byte order, from a plain or gzip .npy file, in C or
/// Fortran order. u8 stays u8; whole numbers of up to 16 bits, f16, f32 and booleans become float,
/// others double; `file_type` says what they were. What the trials are: see trial_axes. The values
/// become N, H, W, C; the fourth channel of images is left out with a note.
/// u8 means 0 to 255. Others mean 0 to 1 where all of them lie there, else -1 to 1 where all lie
/// there, else their smallest to their largest.
/// Throws Error: io where the system refuses; bad_config for a shape that the file has not;
/// bad_data for all else, NaN, Inf, numbers beyond float32 and a single repeated value included
/// (row = trial, column = number, from 0).
Trials read_npy_trials(const std::filesystem::path& path, const ShapeWish& wish = {});
/// Reads them from a source that stands at its beginning.
Trials read_npy_trials(ByteSource& source, const ShapeWish& wish);

/// Continuous conditions: `size` numbers for each image.
struct Conditions {
  std::vector<float> values;  ///< N x size, row-major
  std::int64_t size = 0;

  std::int64_t count() const { return static_cast<std::int64_t>(values.size()) / size; }
};

/// Reads (N,) or (N, K) finite numbers of any type, K up to 4096, which become float32, from a .npy
/// file or from an array of an .npz file (see npz_part). Throws as read_npy_trials does.
Conditions read_conditions(const std::filesystem::path& path);

/// What a .npy array begins with, as numpy.save writes it, and the bytes of numbers that follow.
struct NpyStart {
  std::string header;
  std::uint64_t data_bytes = 0;
};

/// `shape` has 1 to 32 dimensions, each size 0 or more, less than 2^64 bytes in all, else Error
/// (bad_config), which `what` and `path` begin.
NpyStart npy_start(ValueType type, const std::vector<std::int64_t>& shape, const char* what,
                   const std::filesystem::path& path);

/// Writes one .npy array in C order with constant memory. The file appears at finish(); a writer
/// destroyed before that leaves nothing.
class NpyWriter {
 public:
  /// Throws Error as npy_start does, and io where the system refuses.
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
  AnnouncedFile file_;
  ValueType type_;
};

}  // namespace vgan
