// A file that is either the old one or the complete new one, whatever stops the writer.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "engine/files/posix_file.hpp"

namespace vgan {

/// Writes `.NAME.tmp-PID` beside `path`; `commit()` puts it in the place of `path`. Without a
/// commit the destructor removes it and `path` stays as it was. A kill at any moment leaves `path`
/// old or new, and at worst one temporary, which the next AtomicFile of the same name and process
/// id replaces.
///
/// A symbolic link is followed, so that its target is replaced. A device (`/dev/null`) or a FIFO
/// that somebody reads cannot be replaced and is written in place; a FIFO without a reader is
/// refused. Within one process, one AtomicFile for a path at a time. Every refusal of the system is
/// an Error io with the path and strerror's words.
class AtomicFile {
 public:
  /// `what` begins every message, e.g. "cannot write samples".
  explicit AtomicFile(const std::filesystem::path& path, std::string what = "cannot write");
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Appends `n` bytes.
  void write(const void* data, std::size_t n);
  void write(std::string_view text) { write(text.data(), text.size()); }

  /// Flushes to the disk, renames over `path`, flushes the folder. Nothing may be written after it.
  void commit();

  /// The file that commit() replaces: the target of a symbolic link.
  const std::filesystem::path& path() const { return path_; }
  const std::filesystem::path& temporary() const { return temporary_; }

 private:
  void discard() noexcept;

  std::string what_;
  std::filesystem::path path_;
  std::filesystem::path temporary_;  // empty where `path_` is written in place, and after commit
  FileDescriptor file_;
};

/// Whether `name` (no folder) is what an AtomicFile for a file called `target` would call its
/// temporary, in any process.
bool is_temporary_of(std::string_view name, std::string_view target);

}  // namespace vgan
