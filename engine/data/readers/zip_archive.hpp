// Zip archives: their directory, and the content of one entry. PKWARE's APPNOTE 6.3.10 describes
// the format.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/data/readers/byte_source.hpp"

namespace vgan {

/// A file in an archive, as the directory at the archive's end describes it.
struct ZipEntry {
  std::string name;
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t crc32 = 0;
  std::uint64_t packed_bytes = 0;
  std::uint64_t bytes = 0;
  std::uint64_t header_offset = 0;     ///< where in the archive its own header stands
  std::uint64_t directory_offset = 0;  ///< where in the archive the directory describes it
};

/// Nothing is taken for true: sizes are held to what the file can hold, each entry's own header to
/// the directory, and what comes out to the announced size and checksum. No file is written and no
/// name is a path. Throws Error: io where the system refuses, bad_data for what is broken or
/// hostile: an archive in parts or behind other bytes, names that are no names in it, two entries
/// of one name.
class ZipArchive {
 public:
  /// The directory is read at once; it may have up to 16 MiB.
  explicit ZipArchive(std::shared_ptr<const RawFile> file);

  const std::vector<ZipEntry>& entries() const { return entries_; }
  const RawFile& file() const { return *file_; }
  /// Opens one of the entries, which is stored or deflated; `part` names it in messages. Encrypted
  /// ones, and those packed otherwise, are bad_data.
  ByteSource open(const ZipEntry& entry, const std::string& part) const;

 private:
  std::shared_ptr<const RawFile> file_;
  std::vector<ZipEntry> entries_;
  std::uint64_t directory_begin_ = 0;
};

/// Whether a file that begins with `head` is a zip archive.
bool is_zip(std::string_view head);

}  // namespace vgan
