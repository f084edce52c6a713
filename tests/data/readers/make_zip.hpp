// Zip archives, good and hostile, made on the spot.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/data/readers/make_files.hpp"

namespace vgan::testing {

/// `number` as `bytes` bytes, the least first.
inline std::string little_endian(std::uint64_t number, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(number >> (8 * i));
  return text;
}

/// A bare deflate stream.
inline std::string deflated(const std::string& bytes) {
  const std::string packed = gzip(bytes);
  return packed.substr(10, packed.size() - 18);  // without gzip's header, CRC and size
}

/// What the archive says of an entry, and what is there. Members are what is written, true or not.
struct ZipPart {
  std::string name;
  std::string data;  ///< as packed
  std::uint64_t bytes = 0;
  std::uint32_t crc32 = 0;
  std::uint16_t method = 0;
  std::uint16_t flags = 0;
  std::string name_inside = {};    ///< in the entry's own header; "": `name`
  std::int64_t header_shift = 0;   ///< of where the directory says that the header stands
  std::uint64_t packed_bytes = 0;  ///< as the directory says it; 0: those of `data`
  bool zip64 = false;
};

inline ZipPart stored_part(const std::string& name, const std::string& content) {
  const auto crc = ::crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size());
  return {name, content, content.size(), static_cast<std::uint32_t>(crc)};
}

inline ZipPart deflated_part(const std::string& name, const std::string& content) {
  ZipPart part = stored_part(name, content);
  part.data = deflated(content);
  part.method = 8;
  return part;
}

inline std::string zip_of(const std::vector<ZipPart>& parts, const std::string& comment = "",
                          bool zip64_end = false) {
  const auto u16 = [](std::uint64_t n) { return little_endian(n, 2); };
  const auto u32 = [](std::uint64_t n) { return little_endian(n, 4); };
  const auto u64 = [](std::uint64_t n) { return little_endian(n, 8); };
  std::string file, directory;
  for (const ZipPart& part : parts) {
    const std::uint64_t at = file.size() + static_cast<std::uint64_t>(part.header_shift);
    const std::uint64_t packed = part.packed_bytes > 0 ? part.packed_bytes : part.data.size();
    const std::string inside = part.name_inside.empty() ? part.name : part.name_inside;
    const auto sizes = [&](std::uint64_t a, std::uint64_t b) {
      return part.zip64 ? std::string(8, '\xff') : u32(a) + u32(b);
    };
    const std::string extra =
        part.zip64 ? u16(1) + u16(24) + u64(part.bytes) + u64(packed) + u64(at) : "";
    file += "PK\x03\x04" + u16(20) + u16(part.flags) + u16(part.method) + u32(0) + u32(part.crc32) +
            sizes(packed, part.bytes) + u16(inside.size()) + u16(0) + inside + part.data;
    directory += "PK\x01\x02" + u16(20) + u16(20) + u16(part.flags) + u16(part.method) + u32(0) +
                 u32(part.crc32) + sizes(packed, part.bytes) + u16(part.name.size()) +
                 u16(extra.size()) + u16(0) + u16(0) + u16(0) + u32(0) +
                 (part.zip64 ? std::string(4, '\xff') : u32(at)) + part.name + extra;
  }
  const std::uint64_t begin = file.size();
  file += directory;
  if (zip64_end) {
    const std::uint64_t end64 = file.size();
    file += "PK\x06\x06" + u64(44) + u16(45) + u16(45) + u32(0) + u32(0) + u64(parts.size()) +
            u64(parts.size()) + u64(directory.size()) + u64(begin);
    file += "PK\x06\x07" + u32(0) + u64(end64) + u32(1);
    return file + "PK\x05\x06" + std::string(16, '\xff') + u16(comment.size()) + comment;
  }
  return file + "PK\x05\x06" + u16(0) + u16(0) + u16(parts.size()) + u16(parts.size()) +
         u32(directory.size()) + u32(begin) + u16(comment.size()) + comment;
}

}  // namespace vgan::testing
