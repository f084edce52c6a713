// NumPy .npz files of one array.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/data/value_type.hpp"
#include "engine/files/atomic_file.hpp"
#include "engine/files/folder.hpp"

namespace vgan {

/// Writes an array in C order with constant memory, stored as numpy.savez does. The file appears at
/// finish(); a writer destroyed before that leaves nothing.
class NpzWriter {
 public:
  /// `array` is what the array is called, without .npy. Throws Error: bad_config for a shape that
  /// .npy has not, io where the system refuses.
  NpzWriter(const FilePlace& place, const std::string& array, ValueType type,
            const std::vector<std::int64_t>& shape);

  /// Appends elements in C order as they lie in the file, little-endian; a chunk may end anywhere.
  /// Throws internal for another type or more bytes than announced.
  void append_bytes(ValueType type, const void* data, std::size_t bytes);
  /// Throws internal where fewer elements than announced were appended, io for a FIFO, which
  /// cannot be gone back in.
  void finish();

 private:
  std::string header(bool in_directory) const;
  std::string end() const;

  AtomicFile file_;
  std::string name_;  // of the entry
  ValueType type_;
  std::uint64_t entry_bytes_ = 0;  // with the array's own header
  std::uint64_t missing_ = 0;      // bytes still to come
  unsigned long crc_ = 0;          // of what has been written of the entry
};

}  // namespace vgan
