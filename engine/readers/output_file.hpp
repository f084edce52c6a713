// A file that appears whole or not at all.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace vgan {

/// Collects bytes under a temporary name in the target's folder (".vgan-PID-N.tmp"); commit()
/// syncs them, renames them to `path` and syncs the folder. Without commit() nothing is left and
/// an older file at `path` stays as it was. A symbolic link is followed, not replaced.
class OutputFile {
 public:
  /// `what` begins every message, e.g. "cannot write samples". Throws Error (io) where the folder
  /// is missing or not writable, or where `path` is something other than a regular file.
  OutputFile(std::filesystem::path path, std::string what);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Throws Error (io) where the system refuses, e.g. a full disk.
  void write(const void* data, std::size_t bytes);
  void commit();

  const std::filesystem::path& path() const { return path_; }

 private:
  void make_temporary();
  [[noreturn]] void fail(int error, std::string remedy) const;

  std::filesystem::path path_;    // as the caller named it
  std::filesystem::path target_;  // with a final symbolic link followed
  std::filesystem::path temporary_;
  std::string what_;
  int file_ = -1;
};

}  // namespace vgan
