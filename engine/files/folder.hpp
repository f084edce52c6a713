// An open folder, and files named in it, wherever the folder is moved to meanwhile.
#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/files/posix_file.hpp"

namespace vgan {

/// Owns the descriptor of a folder. What is named through it lies in this very folder, even when
/// another process has renamed it or put another folder in its place. Names are single components,
/// without '/'. Every function throws Error io where the system refuses.
class Folder {
 public:
  /// Opens a folder that is there.
  Folder(const std::filesystem::path& path);
  /// One that is open; `path` names it in messages.
  Folder(FileDescriptor file, std::filesystem::path path);
  /// Makes the folder, and those above it, where they are missing, and opens it. A folder that is
  /// made is flushed into the one above it, so that a crash cannot take it back.
  static Folder make(const std::filesystem::path& path);

  Folder inside(const std::string& name) const;
  Folder make_inside(const std::string& name) const;
  /// Nothing where that name is taken.
  std::optional<Folder> claim_inside(const std::string& name) const;

  int descriptor() const { return file_.get(); }
  /// As it was named when it was opened.
  const std::filesystem::path& path() const { return path_; }
  /// Its name now: path() unless that has become another folder or none.
  std::filesystem::path present_path() const;

  /// The names of all entries, sorted.
  std::vector<std::string> names() const;
  /// Links are followed.
  bool is_folder(const std::string& name) const;
  bool is_regular_file(const std::string& name) const;
  /// Whatever it is; a link is there even where what it points to is not.
  bool has(const std::string& name) const;
  /// Bytes of a file; 0 where there is none.
  std::uint64_t size_of(const std::string& name) const;

  /// Removes a file or link. No error where there is none.
  void remove(const std::string& name) const;
  /// Moves a file to `to`, on the same file system.
  void move(const std::string& name, const Folder& to, const std::string& new_name) const;
  /// Flushes the folder's list of names to the disk.
  void sync() const;

 private:
  FileDescriptor file_;
  std::filesystem::path path_;
};

/// Where a file is or shall be: a path, or a name in an open folder, which must outlive this.
struct FilePlace {
  template <std::convertible_to<std::filesystem::path> Path>
  FilePlace(const Path& path_) : name(path_), path(name) {}
  FilePlace(const Folder& folder_, const std::string& name_)
      : folder(folder_.descriptor()), name(name_), path(folder_.path() / name_) {}

  int folder = working_folder;  ///< what openat and its like take
  std::filesystem::path name;   ///< from `folder`
  std::filesystem::path path;   ///< for messages

 private:
  static const int working_folder;
};

}  // namespace vgan
