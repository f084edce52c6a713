// The bytes of a file as they lie there, and the messages about them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "engine/files/posix_file.hpp"

namespace vgan {

/// An open regular file, or standard input, which "-" names. Folders, FIFOs, sockets and devices
/// are refused before they are opened, so nothing blocks. An empty file is bad_data.
class RawFile {
 public:
  /// `what` begins every message, e.g. "cannot read IDX images". Throws Error io or bad_data.
  RawFile(std::filesystem::path path, std::string what);

  const std::filesystem::path& path() const { return path_; }
  /// The path, or "standard input".
  const std::string& name() const { return name_; }
  const std::string& what() const { return what_; }
  /// A path by which a library can open the same file.
  std::string system_path() const;
  std::uint64_t size() const { return size_; }  ///< bytes

  /// Reads up to `bytes` from `offset` on; fewer only at the end. Throws Error io.
  std::size_t read_at(void* to, std::size_t bytes, std::uint64_t offset) const;

  /// Throws bad_data at "NAME, byte OFFSET".
  [[noreturn]] void fail(std::uint64_t offset, std::string found, std::string allowed,
                         std::string remedy) const;

 private:
  void open();
  [[noreturn]] void fail_io(std::string found, std::string allowed, std::string remedy) const;

  std::filesystem::path path_;
  std::string name_;
  std::string what_;
  FileDescriptor owned_;  // none of standard input
  int file_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace vgan
