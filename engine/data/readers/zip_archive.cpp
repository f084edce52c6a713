#include "engine/data/readers/zip_archive.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <unordered_set>
#include <utility>

#include "engine/base/printable.hpp"
#include "engine/base/text.hpp"
#include "engine/data/readers/inflater.hpp"

namespace vgan {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view entry_magic = "PK\x03\x04"sv;
constexpr std::string_view directory_magic = "PK\x01\x02"sv;
constexpr std::string_view end_magic = "PK\x05\x06"sv;
constexpr std::string_view end64_magic = "PK\x06\x06"sv;
constexpr std::string_view locator_magic = "PK\x06\x07"sv;
constexpr std::size_t entry_header_bytes = 30, directory_header_bytes = 46, end_bytes = 22;
constexpr std::size_t end64_bytes = 56, locator_bytes = 20;
constexpr std::size_t longest_comment = 65535;
constexpr std::uint64_t largest_directory = std::uint64_t{16} << 20;
constexpr std::uint32_t in_zip64 = 0xffffffff;  // the number stands in the zip64 record
constexpr std::uint16_t zip64_extra = 1;
constexpr std::uint16_t encrypted = 1;  // a flag
constexpr std::uint16_t stored = 0, deflated = 8;
constexpr const char* again = "the file is damaged: download or write it again";

// Little-endian numbers of a header that has at least `at` + sizeof(Number) bytes.
template <class Number>
Number number_at(std::string_view bytes, std::size_t at) {
  Number number;
  std::memcpy(&number, bytes.data() + at, sizeof(Number));
  return number;
}

std::uint16_t u16(std::string_view bytes, std::size_t at) {
  return number_at<std::uint16_t>(bytes, at);
}
std::uint32_t u32(std::string_view bytes, std::size_t at) {
  return number_at<std::uint32_t>(bytes, at);
}
std::uint64_t u64(std::string_view bytes, std::size_t at) {
  return number_at<std::uint64_t>(bytes, at);
}

std::string read(const RawFile& file, std::uint64_t offset, std::uint64_t bytes, const char* part) {
  std::string text(bytes, '\0');
  const std::size_t got = file.read_at(text.data(), text.size(), offset);
  if (got == bytes) return text;
  file.fail(offset + got, std::string("the end of the file inside ") + part,
            counted(bytes, "byte") + " of it", again);
}

/// Where the directory lies, and how much is in it.
struct DirectoryPlace {
  std::uint64_t begin = 0;
  std::uint64_t bytes = 0;
  std::uint64_t entries = 0;
};

// Where the record at the archive's end begins: behind it there is its comment alone.
std::uint64_t find_end(const RawFile& file) {
  const std::uint64_t most = std::min<std::uint64_t>(file.size(), end_bytes + longest_comment);
  const std::uint64_t from = file.size() - most;
  const std::string tail = read(file, from, most, "the zip archive");
  for (std::size_t at = tail.size() < end_bytes ? 0 : tail.size() - end_bytes + 1; at-- > 0;) {
    if (tail.compare(at, end_magic.size(), end_magic) != 0) continue;
    if (at + end_bytes + u16(tail, at + 20) == tail.size()) return from + at;
  }
  file.fail(file.size(), "a zip archive without the directory at its end", "a whole archive",
            "the file is truncated: download or copy it again");
}

// The numbers of the zip64 record, where the archive has one.
std::optional<DirectoryPlace> find_zip64(const RawFile& file, std::uint64_t end) {
  if (end < locator_bytes) return std::nullopt;
  const std::string locator = read(file, end - locator_bytes, locator_bytes, "the zip64 locator");
  if (!locator.starts_with(locator_magic)) return std::nullopt;
  const std::uint64_t at = u64(locator, 8);
  if (at > end - locator_bytes || end - locator_bytes - at < end64_bytes) {
    file.fail(end - locator_bytes, "a zip64 record at byte " + std::to_string(at),
              "one before this byte", again);
  }
  const std::string record = read(file, at, end64_bytes, "the zip64 record");
  if (!record.starts_with(end64_magic)) {
    file.fail(at, "another thing than a zip64 record", "50 4b 06 06", again);
  }
  if (u32(record, 16) != 0 || u32(record, 20) != 0 || u64(record, 24) != u64(record, 32)) {
    file.fail(at, "a zip archive in several parts", "one of one part",
              "put it together with zip -s 0 FILE --out whole.npz");
  }
  return DirectoryPlace{u64(record, 48), u64(record, 40), u64(record, 32)};
}

DirectoryPlace find_directory(const RawFile& file) {
  const std::uint64_t end = find_end(file);
  const std::string record = read(file, end, end_bytes, "the zip directory");
  DirectoryPlace place{u32(record, 16), u32(record, 12), u16(record, 10)};
  std::uint64_t most_end = end;
  if (const auto zip64 = find_zip64(file, end)) {
    place = *zip64;
    most_end = end - locator_bytes - end64_bytes;
  } else if (u16(record, 4) != 0 || u16(record, 6) != 0 || u16(record, 8) != place.entries) {
    file.fail(end, "a zip archive in several parts", "one of one part",
              "put it together with zip -s 0 FILE --out whole.npz");
  }
  if (place.bytes > most_end || place.begin > most_end - place.bytes) {
    file.fail(end,
              "a zip directory of " + counted(place.bytes, "byte") + " at byte " +
                  std::to_string(place.begin),
              "one that ends before this byte", again);
  }
  if (place.bytes > largest_directory || place.entries > place.bytes / directory_header_bytes) {
    file.fail(end,
              "a zip directory of " + counted(place.bytes, "byte") + " for " +
                  counted(place.entries, "entry", "entries"),
              "up to " + std::to_string(largest_directory) + " bytes, 46 or more an entry", again);
  }
  return place;
}

// Takes the numbers that did not fit into 32 bits from the zip64 record of an entry.
void read_zip64(const RawFile& file, std::string_view extra, ZipEntry& entry) {
  const bool wanted =
      entry.bytes == in_zip64 || entry.packed_bytes == in_zip64 || entry.header_offset == in_zip64;
  if (!wanted) return;
  while (extra.size() >= 4) {
    const std::size_t size = u16(extra, 2);
    if (size > extra.size() - 4) break;
    std::string_view record = extra.substr(4, size);
    if (u16(extra, 0) != zip64_extra) {
      extra.remove_prefix(4 + size);
      continue;
    }
    bool whole = true;
    for (std::uint64_t* number : {&entry.bytes, &entry.packed_bytes, &entry.header_offset}) {
      if (*number != in_zip64) continue;
      whole = whole && record.size() >= 8;
      if (!whole) break;
      *number = u64(record, 0);
      record.remove_prefix(8);
    }
    if (whole) return;
    break;
  }
  file.fail(entry.directory_offset, "a zip entry without the zip64 record that it needs",
            "sizes and place of the entry", again);
}

// Whether it is a name within the archive, and no path out of a folder or text that hides
// something.
bool is_plain_name(std::string_view name) {
  if (name.empty() || name.front() == '/') return false;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    if (name.substr(begin, end - begin) == "..") return false;
    begin = end + 1;
  }
  return std::none_of(name.begin(), name.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f || c == '\\';
  });
}

std::string shown(const std::string& name) { return "'" + shortened(printable(name)) + "'"; }

ZipEntry read_entry(const RawFile& file, std::string_view& left, std::uint64_t offset) {
  const auto refuse = [&](const std::string& found) {
    file.fail(offset, found, "an entry of the zip directory (50 4b 01 02)", again);
  };
  if (left.size() < directory_header_bytes) refuse("the end of the zip directory inside an entry");
  if (!left.starts_with(directory_magic)) refuse("another thing");
  const std::size_t name_bytes = u16(left, 28), extra_bytes = u16(left, 30);
  const std::size_t bytes = directory_header_bytes + name_bytes + extra_bytes + u16(left, 32);
  if (left.size() < bytes) refuse("the end of the zip directory inside an entry");
  ZipEntry entry{std::string(left.substr(directory_header_bytes, name_bytes)),
                 u16(left, 8),
                 u16(left, 10),
                 u32(left, 16),
                 u32(left, 20),
                 u32(left, 24),
                 u32(left, 42),
                 offset};
  read_zip64(file, left.substr(directory_header_bytes + name_bytes, extra_bytes), entry);
  if (!is_plain_name(entry.name)) {
    file.fail(offset, "a zip entry of the name " + shown(entry.name),
              "names without '..', '\\' and control characters, not from the root",
              "write the archive again with numpy.savez");
  }
  left.remove_prefix(bytes);
  return entry;
}

/// Unpacks one entry and holds it to its size and checksum.
class EntryUnpacker final : public Unpacker {
 public:
  EntryUnpacker(std::shared_ptr<const RawFile> file, ZipEntry entry, std::uint64_t begin)
      : file_(std::move(file)), entry_(std::move(entry)), begin_(begin) {
    const std::uint64_t end = begin_ + entry_.packed_bytes;
    if (entry_.method == deflated) {
      inflater_.emplace(PackedBytes(file_, begin_, end), Inflater::Wrapping::none);
    }
  }

  std::size_t read(void* to, std::size_t bytes) override {
    const auto room = std::min<std::uint64_t>(bytes, entry_.bytes - done_);
    const std::size_t got =
        inflater_ ? inflater_->read(to, room) : file_->read_at(to, room, begin_ + done_);
    crc_ = crc32_z(crc_, static_cast<const unsigned char*>(to), got);
    done_ += got;
    if (got < room) refuse_size(std::to_string(done_));
    if (got < bytes) check_end();
    return got;
  }

  std::uint64_t most_bytes() const override { return entry_.bytes; }
  bool exact() const override { return true; }
  std::uint64_t vouched_bytes() const override { return inflater_ ? 0 : entry_.bytes; }
  const char* name() const override { return "zip"; }

 private:
  void check_end() {
    char extra = 0;
    if (inflater_ && inflater_->read(&extra, 1) != 0) {
      refuse_size("more than " + std::to_string(entry_.bytes));
    }
    if (inflater_ && inflater_->offset() != begin_ + entry_.packed_bytes) {
      file_->fail(inflater_->offset(), "bytes between " + shown(entry_.name) + " and its end",
                  "the end of the zip entry", again);
    }
    if (crc_ == entry_.crc32) return;
    file_->fail(entry_.directory_offset,
                shown(entry_.name) + " with the CRC-32 " + std::to_string(crc_),
                std::to_string(entry_.crc32) + ", as the zip directory says", again);
  }

  [[noreturn]] void refuse_size(const std::string& found) const {
    file_->fail(entry_.directory_offset, shown(entry_.name) + " of " + found + " bytes",
                std::to_string(entry_.bytes) + ", as the zip directory says", again);
  }

  std::shared_ptr<const RawFile> file_;
  ZipEntry entry_;
  std::uint64_t begin_;
  std::optional<Inflater> inflater_;  // none of an entry that is stored
  std::uint64_t done_ = 0;
  unsigned long crc_ = 0;
};

// What an entry says of itself that cannot be.
void require_readable(const RawFile& file, const ZipEntry& entry) {
  const auto refuse = [&](const std::string& found, const std::string& allowed,
                          const std::string& remedy) {
    file.fail(entry.directory_offset, shown(entry.name) + found, allowed, remedy);
  };
  if ((entry.flags & encrypted) != 0) {
    refuse(", encrypted", "entries that are not", "unpack it with unzip -P PASSWORD first");
  }
  if (entry.method != stored && entry.method != deflated) {
    refuse(", packed by method " + std::to_string(entry.method),
           "0 (stored) or 8 (deflate), which numpy.savez and savez_compressed write",
           "unpack it with unzip or 7z and name the .npy file");
  }
  std::uint64_t most = entry.packed_bytes;
  if (entry.method == deflated &&
      __builtin_mul_overflow(entry.packed_bytes, most_deflate_ratio, &most)) {
    most = UINT64_MAX;
  }
  if (entry.method == stored ? entry.bytes != most : entry.bytes > most) {
    refuse(" of " + counted(entry.bytes, "byte") + ", packed into " +
               std::to_string(entry.packed_bytes),
           (entry.method == stored ? "" : "at most ") + std::to_string(most), again);
  }
}

}  // namespace

ZipArchive::ZipArchive(std::shared_ptr<const RawFile> file) : file_(std::move(file)) {
  const DirectoryPlace place = find_directory(*file_);
  const std::string directory = read(*file_, place.begin, place.bytes, "the zip directory");
  directory_begin_ = place.begin;
  std::string_view left = directory;
  std::unordered_set<std::string> names;
  for (std::uint64_t i = 0; i < place.entries; ++i) {
    const std::uint64_t offset = place.begin + (directory.size() - left.size());
    entries_.push_back(read_entry(*file_, left, offset));
    if (names.insert(entries_.back().name).second) continue;
    file_->fail(offset, "a second zip entry of the name " + shown(entries_.back().name),
                "a name of its own for each", "write the archive again with numpy.savez");
  }
}

ByteSource ZipArchive::open(const ZipEntry& entry, const std::string& part) const {
  require_readable(*file_, entry);
  const std::uint64_t at = entry.header_offset;
  if (at > directory_begin_ || directory_begin_ - at < entry_header_bytes) {
    file_->fail(entry.directory_offset, shown(entry.name) + " at byte " + std::to_string(at),
                "a place before the zip directory", again);
  }
  const std::string header = read(*file_, at, entry_header_bytes, "a zip entry");
  if (!header.starts_with(entry_magic)) {
    file_->fail(at, "another thing than the zip entry " + shown(entry.name), "50 4b 03 04",
                "the file is damaged, or bytes stand before the archive: write it again");
  }
  const std::uint64_t name_bytes = u16(header, 26);
  const std::uint64_t begin = at + entry_header_bytes + name_bytes + u16(header, 28);
  if (read(*file_, at + entry_header_bytes, name_bytes, "a zip entry") != entry.name ||
      u16(header, 8) != entry.method) {
    file_->fail(at, "a zip entry of another name or method", shown(entry.name), again);
  }
  if (begin > directory_begin_ || directory_begin_ - begin < entry.packed_bytes) {
    file_->fail(entry.directory_offset,
                shown(entry.name) + " of " + counted(entry.packed_bytes, "byte"),
                "what is between it and the zip directory", again);
  }
  return ByteSource(file_, std::make_unique<EntryUnpacker>(file_, entry, begin), part);
}

bool is_zip(std::string_view head) {
  return head.starts_with(entry_magic) || head.starts_with(end_magic);
}

}  // namespace vgan
