#include <string>

#include "engine/base/error.hpp"
#include "engine/data/readers/npy.hpp"

namespace vgan {
namespace {

constexpr const char* what = "cannot write .npy";

// Magic, version 1.0, header length, then the dictionary, padded so that data starts at a
// multiple of 64 bytes, as numpy.save does it.
std::string npy_header_text(ValueType type, const std::string& shape) {
  const ValueTypeInfo& info = info_of(type);
  std::string dict = std::string("{'descr': '") + (info.bytes == 1 ? '|' : '<') + info.npy_kind +
                     std::to_string(info.bytes) + "', 'fortran_order': False, 'shape': " + shape +
                     ", }";
  constexpr std::size_t before = 10;
  while ((before + dict.size() + 1) % 64 != 0) dict += ' ';
  dict += '\n';
  std::string text = "\x93NUMPY";
  text += '\x01';
  text += '\x00';
  text += static_cast<char>(dict.size() & 0xff);
  text += static_cast<char>(dict.size() >> 8);
  return text + dict;
}

}  // namespace

NpyStart npy_start(ValueType type, const std::vector<std::int64_t>& shape, const char* what,
                   const std::filesystem::path& path) {
  NpyHeader header;
  header.shape = shape;
  auto bytes = static_cast<std::uint64_t>(info_of(type).bytes);
  bool valid = !shape.empty() && shape.size() <= 32;
  for (const std::int64_t size : shape) {
    valid = valid && size >= 0 &&
            !__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes);
  }
  if (!valid) {
    throw Error(ErrorCode::bad_config,
                {what, path.string(), "the shape " + header.shape_text(),
                 "1 to 32 dimensions of 0 or more, less than 2^64 bytes in all", ""});
  }
  return {npy_header_text(type, header.shape_text()), bytes};
}

NpyWriter::NpyWriter(const FilePlace& place, ValueType type, const std::vector<std::int64_t>& shape)
    : file_(place, what), type_(type) {
  const NpyStart start = npy_start(type, shape, what, place.path);
  file_.announce(start.header.data(), start.header.size(), start.data_bytes);
}

void NpyWriter::append_bytes(ValueType type, const void* data, std::size_t bytes) {
  if (type != type_) {
    throw Error(ErrorCode::internal, {what, file_.path().string(), "elements of another type",
                                      std::string(info_of(type_).name), ""});
  }
  file_.write(data, bytes);
}

void NpyWriter::finish() { file_.commit(); }

}  // namespace vgan
