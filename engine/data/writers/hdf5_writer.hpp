// HDF5 files of one dataset.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/data/value_type.hpp"
#include "engine/files/folder.hpp"

namespace vgan {

/// Writes an array in C order with constant memory, contiguous and unpacked, by libhdf5. The file
/// appears at finish(); a writer destroyed before that leaves nothing.
class Hdf5Writer {
 public:
  /// `dataset` is the dataset's name in the root group; `shape` has one dimension or more, each
  /// size 1 or more. Throws Error: bad_config where the build has no libhdf5 and for what is no
  /// regular file, io where the system or the library refuses.
  Hdf5Writer(const FilePlace& place, const std::string& dataset, ValueType type,
             const std::vector<std::int64_t>& shape);
  ~Hdf5Writer();
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;

  /// Appends whole entries of the first axis, elements little-endian. Throws internal for another
  /// type, parts of entries, or more than announced.
  void append_bytes(ValueType type, const void* data, std::size_t bytes);
  /// Throws internal where fewer were appended than announced.
  void finish();

 private:
  struct File;
  std::unique_ptr<File> file_;
};

}  // namespace vgan
