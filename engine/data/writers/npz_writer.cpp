#include "engine/data/writers/npz_writer.hpp"

#include <zlib.h>

#include <algorithm>
#include <bit>

#include "engine/base/error.hpp"
#include "engine/data/readers/npy.hpp"

namespace vgan {
namespace {

constexpr const char* what = "cannot write .npz";
constexpr std::uint64_t most_in_32_bits = 0xfffffffe;  // all ones: it stands in a zip64 record
constexpr std::uint64_t crc_offset = 14;               // in an entry's own header
constexpr std::uint16_t version = 20, zip64_version = 45;
constexpr std::uint16_t unix_made = 3 << 8;
constexpr std::uint32_t first_date = 0x210000;  // 1980-01-01, as NumPy has it: files are the same
constexpr std::uint32_t unix_mode = 0100644U << 16;

static_assert(std::endian::native == std::endian::little);

template <class Number>
void put(std::string& bytes, Number number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

std::uint32_t in_32_bits(std::uint64_t number) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(number, 0xffffffff));
}

}  // namespace

NpzWriter::NpzWriter(const FilePlace& place, const std::string& array, ValueType type,
                     const std::vector<std::int64_t>& shape)
    : file_(place, what), name_(array + ".npy"), type_(type) {
  const NpyStart start = npy_start(type, shape, what, place.path);
  entry_bytes_ = start.header.size() + start.data_bytes;
  missing_ = entry_bytes_;
  file_.write(header(false));
  append_bytes(type, start.header.data(), start.header.size());
}

// The entry's description, before it and in the directory (PKWARE's APPNOTE, 4.3.7 and 4.3.12).
std::string NpzWriter::header(bool in_directory) const {
  const bool zip64 = entry_bytes_ > most_in_32_bits;
  std::string bytes = in_directory ? "PK\x01\x02" : "PK\x03\x04";
  if (in_directory) put(bytes, static_cast<std::uint16_t>(unix_made | zip64_version));
  put(bytes, zip64 ? zip64_version : version);
  put(bytes, std::uint16_t{0});  // flags
  put(bytes, std::uint16_t{0});  // stored
  put(bytes, first_date);
  put(bytes, static_cast<std::uint32_t>(crc_));
  const std::uint32_t size = zip64 ? 0xffffffff : in_32_bits(entry_bytes_);
  put(bytes, size);
  put(bytes, size);
  put(bytes, static_cast<std::uint16_t>(name_.size()));
  put(bytes, static_cast<std::uint16_t>(zip64 ? 20 : 0));
  if (in_directory) {
    bytes.append(6, '\0');  // comment, disk, kind
    put(bytes, unix_mode);
    put(bytes, std::uint32_t{0});  // where the entry begins
  }
  bytes += name_;
  if (zip64) {
    put(bytes, std::uint16_t{1});
    put(bytes, std::uint16_t{16});
    put(bytes, entry_bytes_);
    put(bytes, entry_bytes_);
  }
  return bytes;
}

// The directory of the one entry and the records at the archive's end (4.3.14 to 4.3.16).
std::string NpzWriter::end() const {
  const std::string directory = header(true);
  const std::uint64_t begin = header(false).size() + entry_bytes_;
  std::string bytes = directory;
  if (begin > most_in_32_bits) {
    const std::uint64_t end64 = begin + directory.size();
    bytes += "PK\x06\x06";
    put(bytes, std::uint64_t{44});
    put(bytes, static_cast<std::uint16_t>(unix_made | zip64_version));
    put(bytes, zip64_version);
    put(bytes, std::uint64_t{0});  // disks
    put(bytes, std::uint64_t{1});
    put(bytes, std::uint64_t{1});
    put(bytes, std::uint64_t{directory.size()});
    put(bytes, begin);
    bytes += "PK\x06\x07";
    put(bytes, std::uint32_t{0});
    put(bytes, end64);
    put(bytes, std::uint32_t{1});
  }
  bytes += "PK\x05\x06";
  put(bytes, std::uint32_t{0});
  put(bytes, std::uint16_t{1});
  put(bytes, std::uint16_t{1});
  put(bytes, in_32_bits(directory.size()));
  put(bytes, in_32_bits(begin));
  put(bytes, std::uint16_t{0});
  return bytes;
}

void NpzWriter::append_bytes(ValueType type, const void* data, std::size_t bytes) {
  if (type != type_ || bytes > missing_) {
    throw Error(
        ErrorCode::internal,
        {what, file_.path().string(), "elements that were not announced",
         std::string(info_of(type_).name) + ", " + std::to_string(missing_) + " bytes", ""});
  }
  file_.write(data, bytes);
  crc_ = crc32_z(crc_, static_cast<const unsigned char*>(data), bytes);
  missing_ -= bytes;
}

void NpzWriter::finish() {
  if (missing_ != 0) {
    throw Error(ErrorCode::internal,
                {what, file_.path().string(),
                 std::to_string(missing_) + " announced bytes that never came", "none", ""});
  }
  file_.write(end());
  const auto crc = static_cast<std::uint32_t>(crc_);
  file_.rewrite(crc_offset, &crc, sizeof(crc));
  file_.commit();
}

}  // namespace vgan
