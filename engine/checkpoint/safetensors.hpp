// The safetensors format: u64 header length, JSON header, tensors without gaps.
// Source: https://github.com/huggingface/safetensors#format
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/checkpoint/tensor_type.hpp"
#include "engine/files/read_file.hpp"

namespace vgan {

struct TensorInfo {
  TensorType type = TensorType::f32;
  std::vector<std::int64_t> shape;  ///< row-major; empty is a scalar, a zero makes no elements
  std::uint64_t begin = 0;          ///< bytes from the start of the data
  std::uint64_t end = 0;            ///< one past the last byte
};

struct SafetensorsHeader {
  std::map<std::string, std::string> metadata;
  std::map<std::string, TensorInfo> tensors;
  std::uint64_t data_offset = 0;  ///< bytes from the start of the file to the data
  std::uint64_t file_size = 0;    ///< bytes
};

/// The reference implementation's cap on the header's length, in bytes.
inline constexpr std::uint64_t safetensors_header_cap = 100'000'000;

/// Reads the JSON header `json` of a file of `file_size` bytes, of which 8 + json.size() lie before
/// the data. Memory used is bounded by a small multiple of json.size(). `where` names the file in
/// errors. Throws Error bad_data unless the header is UTF-8 JSON that starts with '{' and is padded
/// at its end with blanks only; has no key twice, no unknown key, no number that is not a
/// non-negative integer; and its tensors have known types, begin at a multiple of their element
/// size, agree with their shapes, and cover the data exactly: no overlap, no hole, nothing after.
SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t file_size,
                                           const std::string& where);

/// An open file whose header has been found valid.
class SafetensorsReader {
 public:
  /// Throws Error io where the system refuses or it is no regular file, bad_data where the header
  /// is invalid (see parse_safetensors_header). Nothing is allocated before the header's length is
  /// known to lie inside the file and under the cap.
  static SafetensorsReader open(const FilePlace& place);

  const SafetensorsHeader& header() const { return header_; }
  const std::filesystem::path& path() const { return path_; }

  /// The tensor's bytes, end - begin of them. Throws Error bad_data where there is no such tensor.
  std::vector<std::byte> read(const std::string& name) const;
  /// A tensor's values as floats; it must be F32. Throws Error bad_data.
  std::vector<float> read_f32(const std::string& name) const;

 private:
  SafetensorsReader() = default;
  const TensorInfo& info(const std::string& name) const;

  std::filesystem::path path_;
  FileDescriptor file_;
  SafetensorsHeader header_;
};

/// A tensor to write; it owns no memory.
struct TensorSpan {
  TensorType type = TensorType::f32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;  ///< row-major, product(shape) * element size of them
};

/// Writes a file atomically (see AtomicFile). The same input makes the same bytes: widest elements
/// first, then by name, so that every tensor is aligned to its element; the data start at a
/// multiple of 64 bytes. Throws Error io where the system refuses; internal where a shape and its
/// bytes disagree, text is not UTF-8, or the header would pass the cap.
void write_safetensors(const FilePlace& place, const std::map<std::string, std::string>& metadata,
                       const std::map<std::string, TensorSpan>& tensors);

/// product(shape) * element size. Throws Error `code` at `where` for a negative extent or a product
/// past 2^63 - 1.
std::uint64_t tensor_bytes(TensorType type, const std::vector<std::int64_t>& shape, ErrorCode code,
                           const std::string& where);

}  // namespace vgan
