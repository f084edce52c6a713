// Good and bad files, made on the spot, and the errors that reading them gives.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/base/error.hpp"
#include "tests/support/catch.hpp"

namespace vgan::testing {

inline std::filesystem::path write_file(const std::filesystem::path& path,
                                        const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
  return path;
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// `bytes` as one gzip member.
inline std::string gzip(const std::string& bytes, int level = 6) {
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("deflateInit2");
  }
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int status = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::runtime_error("deflate");
  return packed;
}

/// An IDX header: 00 00 `type` DIMS, then the sizes, big-endian.
inline std::string idx_header(const std::vector<std::uint32_t>& sizes, char type = 8) {
  std::string header = {'\0', '\0', type, static_cast<char>(sizes.size())};
  for (const std::uint32_t size : sizes) {
    for (int shift = 24; shift >= 0; shift -= 8) header += static_cast<char>(size >> shift);
  }
  return header;
}

/// `count` bytes 0, 1, ... 250, 0, ...
inline std::string counting_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<char>(i % 251);
  return bytes;
}

/// A .npy header as version 1.0 with this dictionary, not padded.
inline std::string npy_header(const std::string& dict) {
  std::string text = {'\x93', 'N', 'U', 'M', 'P', 'Y', '\x01', '\x00'};
  text += static_cast<char>(dict.size() & 0xff);
  text += static_cast<char>(dict.size() >> 8);
  return text + dict;
}

inline std::string npy_header(const std::string& descr, const std::string& shape,
                              bool fortran = false) {
  return npy_header("{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") +
                    ", 'shape': " + shape + ", }\n");
}

template <class T>
std::string raw_bytes(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

/// The vgan::Error that `call` throws; the test fails where it throws none.
template <class Call>
Error error_of(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  FAIL("no vgan::Error was thrown");
  throw std::logic_error("unreachable");
}

/// Demands one line with this exit code that holds every one of `parts`.
inline void check_error(const Error& error, int exit_code, const std::vector<std::string>& parts) {
  const std::string line = error.what();
  INFO(line);
  CHECK(error.exit_code() == exit_code);
  CHECK(line.find('\n') == std::string::npos);
  for (const std::string& part : parts) {
    INFO("part: " << part);
    CHECK(line.find(part) != std::string::npos);
  }
}

}  // namespace vgan::testing
