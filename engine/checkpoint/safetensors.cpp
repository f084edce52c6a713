#include "engine/checkpoint/safetensors.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "engine/checkpoint/safetensors_types.hpp"
#include "engine/files/atomic_file.hpp"

namespace vgan {
namespace {

static_assert(std::endian::native == std::endian::little,
              "tensors are copied as they are in files");

constexpr std::size_t length_bytes = 8;
constexpr std::size_t data_alignment = 64;  // bytes: a cache line, an AVX-512 register

using NamedSpan = std::pair<const std::string, TensorSpan>;

const TensorTypeFacts& facts(TensorType type) {
  for (const TensorTypeFacts& candidate : tensor_types) {
    if (candidate.type == type) return candidate;
  }
  throw Error(ErrorCode::internal, {"no such tensor type", "", "", "", ""});
}

std::string json_text(const std::string& text, const std::filesystem::path& path) {
  try {
    return nlohmann::json(text).dump();
  } catch (const nlohmann::json::exception&) {
    throw Error(ErrorCode::internal, {"cannot write a safetensors header", path.string(),
                                      "text that is not UTF-8", "names and metadata in UTF-8", ""});
  }
}

std::vector<const NamedSpan*> file_order(const std::map<std::string, TensorSpan>& tensors) {
  std::vector<const NamedSpan*> order;
  for (const NamedSpan& tensor : tensors) order.push_back(&tensor);
  std::stable_sort(order.begin(), order.end(), [](const NamedSpan* a, const NamedSpan* b) {
    return tensor_type_size(a->second.type) > tensor_type_size(b->second.type);
  });
  return order;
}

void check_span(const NamedSpan& tensor, const std::filesystem::path& path) {
  const std::string where = path.string() + ", tensor '" + tensor.first + "'";
  const auto& [type, shape, bytes] = tensor.second;
  if (tensor.first == metadata_key) {
    throw Error(ErrorCode::internal, {"this name is the format's own", where, "", "", ""});
  }
  const std::uint64_t expected = tensor_bytes(type, shape, ErrorCode::internal, where);
  if (expected != bytes.size()) {
    throw Error(ErrorCode::internal, {"a tensor's shape and bytes disagree", where,
                                      std::to_string(bytes.size()), std::to_string(expected), ""});
  }
}

std::string header_json(const std::map<std::string, std::string>& metadata,
                        const std::vector<const NamedSpan*>& order,
                        const std::filesystem::path& path) {
  std::string text = "{";
  if (!metadata.empty()) {
    text += "\"" + std::string(metadata_key) + "\":{";
    for (const auto& [key, value] : metadata) {
      if (text.back() != '{') text += ',';
      text += json_text(key, path) + ":" + json_text(value, path);
    }
    text += '}';
  }
  std::uint64_t at = 0;
  for (const NamedSpan* tensor : order) {
    const auto& [type, shape, bytes] = tensor->second;
    if (text.back() != '{') text += ',';
    text += json_text(tensor->first, path) + ":{\"dtype\":\"" +
            std::string(tensor_type_name(type)) + "\",\"shape\":[";
    for (const std::int64_t extent : shape) {
      if (text.back() != '[') text += ',';
      text += std::to_string(extent);
    }
    text += "],\"data_offsets\":[" + std::to_string(at) + ',';
    at += bytes.size();
    text += std::to_string(at) + "]}";
  }
  return text + "}";
}

}  // namespace

std::size_t tensor_type_size(TensorType type) { return facts(type).size; }

std::string_view tensor_type_name(TensorType type) { return facts(type).name; }

std::uint64_t tensor_bytes(TensorType type, const std::vector<std::int64_t>& shape, ErrorCode code,
                           const std::string& where) {
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  std::uint64_t product = tensor_type_size(type);
  for (const std::int64_t extent : shape) {
    const auto factor = static_cast<std::uint64_t>(extent);
    if (extent < 0 || (factor != 0 && product > most / factor)) {
      throw Error(code, {"impossible tensor shape", where, "the extent " + std::to_string(extent),
                         "a product of extents and element size from 0 to 2^63 - 1", ""});
    }
    product *= factor;
  }
  return product;
}

SafetensorsReader SafetensorsReader::open(const FilePlace& place) {
  SafetensorsReader reader;
  const std::filesystem::path& path = place.path;
  reader.path_ = path;
  std::uint64_t file_size = 0;
  reader.file_ = open_regular_file(place, file_size);
  const auto fail = [&](const std::string& found, const std::string& allowed) {
    throw Error(ErrorCode::bad_data, {"not a safetensors file", path.string(), found, allowed, ""});
  };
  if (file_size < length_bytes) {
    fail(std::to_string(file_size) + " bytes", "at least 8 bytes of header length");
  }
  std::uint64_t length = 0;
  read_exactly(reader.file_, path, &length, length_bytes, 0);
  if (length > safetensors_header_cap || length > file_size - length_bytes) {
    const std::uint64_t most = std::min(safetensors_header_cap, file_size - length_bytes);
    fail("a header length of " + std::to_string(length), "at most " + std::to_string(most));
  }
  std::string text(length, '\0');
  read_exactly(reader.file_, path, text.data(), text.size(), length_bytes);
  reader.header_ = parse_safetensors_header(text, file_size, path.string());
  return reader;
}

const TensorInfo& SafetensorsReader::info(const std::string& name) const {
  const auto found = header_.tensors.find(name);
  if (found == header_.tensors.end()) {
    throw Error(ErrorCode::bad_data, {"no such tensor in the file",
                                      path_.string() + ", tensor '" + name + "'", "", "", ""});
  }
  return found->second;
}

std::vector<std::byte> SafetensorsReader::read(const std::string& name) const {
  const TensorInfo& tensor = info(name);
  std::vector<std::byte> bytes(tensor.end - tensor.begin);
  read_exactly(file_, path_, bytes.data(), bytes.size(), header_.data_offset + tensor.begin);
  return bytes;
}

std::vector<float> SafetensorsReader::read_f32(const std::string& name) const {
  const TensorInfo& tensor = info(name);
  if (tensor.type != TensorType::f32) {
    throw Error(ErrorCode::bad_data,
                {"a tensor has another type", path_.string() + ", tensor '" + name + "'",
                 std::string(tensor_type_name(tensor.type)), "F32", ""});
  }
  std::vector<float> values((tensor.end - tensor.begin) / sizeof(float));
  read_exactly(file_, path_, values.data(), values.size() * sizeof(float),
               header_.data_offset + tensor.begin);
  return values;
}

void write_safetensors(const FilePlace& place, const std::map<std::string, std::string>& metadata,
                       const std::map<std::string, TensorSpan>& tensors) {
  const std::filesystem::path& path = place.path;
  for (const NamedSpan& tensor : tensors) check_span(tensor, path);
  const std::vector<const NamedSpan*> order = file_order(tensors);
  std::string header = header_json(metadata, order, path);
  const std::size_t used = length_bytes + header.size();
  header.append((data_alignment - used % data_alignment) % data_alignment, ' ');
  if (header.size() > safetensors_header_cap) {
    throw Error(ErrorCode::internal, {"a safetensors header is too long", path.string(),
                                      std::to_string(header.size()) + " bytes",
                                      "at most " + std::to_string(safetensors_header_cap), ""});
  }
  AtomicFile file(place);
  const std::uint64_t length = header.size();
  file.write(&length, length_bytes);
  file.write(header);
  for (const NamedSpan* tensor : order) {
    file.write(tensor->second.bytes.data(), tensor->second.bytes.size());
  }
  file.commit();
}

}  // namespace vgan
