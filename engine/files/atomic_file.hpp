// A file that is either the old one or the complete new one, whatever stops the writer.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "engine/files/folder.hpp"
#include "engine/files/posix_file.hpp"

namespace vgan {

/// Writes `.NAME.tmp-PID` beside the place named; `commit()` puts it there. Without a commit the
/// destructor removes it and the place stays as it was. A kill at any moment leaves the file old or
/// new, and at worst one temporary, which the next AtomicFile for this name removes: a writer holds
/// a lock on its temporary, and one that nobody holds is nobody's.
///
/// The folder is opened once: a file appears in that very folder, whatever is renamed meanwhile. A
/// file that is replaced hands on its mode, and its owner where the system lets it. A symbolic link
/// is followed, so that its target is replaced. A device (`/dev/null`) or a FIFO that somebody
/// reads cannot be replaced and is written in place; a FIFO without a reader is refused. Within one
/// process, one AtomicFile for a path at a time. Every refusal of the system is an Error io with
/// the path and strerror's words.
class AtomicFile {
 public:
  /// `what` begins every message, e.g. "cannot write samples".
  explicit AtomicFile(const FilePlace& place, std::string what = "cannot write");
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Appends `n` bytes.
  void write(const void* data, std::size_t n);
  void write(std::string_view text) { write(text.data(), text.size()); }
  /// Puts `n` bytes in the place of those that were written at `offset`. A FIFO refuses it.
  void rewrite(std::uint64_t offset, const void* data, std::size_t n);

  /// Flushes to the disk, renames over the place, flushes the folder. Nothing may be written after
  /// it.
  void commit();

  /// The file that commit() replaces: the target of a symbolic link.
  const std::filesystem::path& path() const { return path_; }
  /// Empty where the file is written in place, and after commit.
  std::filesystem::path temporary() const;

 private:
  void follow_links();
  void make_temporary();
  void hand_on(const struct stat& old);
  void discard() noexcept;

  std::string what_;
  std::filesystem::path path_;
  std::optional<Folder> folder_;  // none where the file is written in place
  std::string name_;              // in `folder_`
  std::string temporary_;         // in `folder_`
  FileDescriptor file_;
};

/// Whether `name` (no folder) is what an AtomicFile for a file called `target` would call its
/// temporary, in any process.
bool is_temporary_of(std::string_view name, std::string_view target);

/// Removes the temporaries for `target` in the folder that no writer holds. What the system refuses
/// to remove stays.
void remove_abandoned_temporaries(const Folder& folder, std::string_view target);

}  // namespace vgan
