// A file whose header says how many bytes follow it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "engine/files/atomic_file.hpp"
#include "engine/files/folder.hpp"

namespace vgan {

/// It is there, under its name, only when all bytes that were announced have been written. I/O
/// errors are `io`.
class AnnouncedFile {
 public:
  /// `what` begins every message: "cannot write .npy".
  AnnouncedFile(const FilePlace& place, const char* what);

  /// Writes the header; `bytes` are to follow.
  void announce(const void* header, std::size_t header_bytes, std::uint64_t bytes);
  /// Throws internal where more than was announced would be there.
  void write(const void* data, std::size_t bytes);
  /// Throws internal where some never came.
  void commit();
  const std::filesystem::path& path() const { return file_.path(); }

 private:
  AtomicFile file_;
  const char* what_;
  std::uint64_t missing_ = 0;  ///< bytes still to come
};

}  // namespace vgan
