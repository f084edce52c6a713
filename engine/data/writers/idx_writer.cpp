#include "engine/data/writers/idx_writer.hpp"

#include <algorithm>
#include <bit>
#include <string>
#include <vector>

#include "engine/base/error.hpp"

namespace vgan {
namespace {

constexpr const char* what = "cannot write IDX images";

static_assert(std::endian::native == std::endian::little);

// The third byte of the file; 0: the format has no such type.
char code_of(ValueType type) {
  switch (type) {
    case ValueType::u8: return 0x08;
    case ValueType::i8: return 0x09;
    case ValueType::i16: return 0x0B;
    case ValueType::i32: return 0x0C;
    case ValueType::f32: return 0x0D;
    case ValueType::f64: return 0x0E;
    default: return 0;
  }
}

}  // namespace

void IdxWriter::require_type(const std::filesystem::path& path, ValueType type) {
  if (code_of(type) != 0) return;
  throw Error(ErrorCode::bad_config,
              {what, path.string(), "numbers of type " + std::string(info_of(type).name),
               "u8, i8, i16, i32, f32 or f64, which the format has",
               "name one of these with --dtype, or write .npy"});
}

IdxWriter::IdxWriter(const std::filesystem::path& path, std::int64_t count, const TrialShape& shape,
                     ValueType type)
    : file_(path, what), number_bytes_(static_cast<std::size_t>(info_of(type).bytes)) {
  require_type(path, type);
  std::vector<std::int64_t> axes = {count, shape.height, shape.width};
  if (shape.channels != 1) axes.push_back(shape.channels);
  std::string header = {0, 0, code_of(type), static_cast<char>(axes.size())};
  std::uint64_t bytes = number_bytes_;
  for (const std::int64_t size : axes) {
    if (size < 1 || size > INT64_C(0xffffffff) ||
        __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes)) {
      throw Error(ErrorCode::bad_config,
                  {what, path.string(),
                   std::to_string(count) + " x " + std::to_string(shape.height) + " x " +
                       std::to_string(shape.width) +
                       (shape.channels == 1 ? " pixels"
                                            : " x " + std::to_string(shape.channels) + " values"),
                   "sizes from 1 to 4294967295, less than 2^64 bytes in all", "write .npy"});
    }
    for (int shift = 24; shift >= 0; shift -= 8) {
      header += static_cast<char>(size >> shift);
    }
  }
  file_.announce(header.data(), header.size(), bytes);
}

void IdxWriter::append(std::span<const std::byte> numbers) {
  if (number_bytes_ == 1) return file_.write(numbers.data(), numbers.size());
  // The format is big-endian.
  swapped_.assign(numbers.begin(), numbers.end());
  for (auto at = swapped_.begin(); at != swapped_.end();) {
    const auto end = at + static_cast<std::ptrdiff_t>(number_bytes_);
    std::reverse(at, end);
    at = end;
  }
  file_.write(swapped_.data(), swapped_.size());
}

void IdxWriter::finish() { file_.commit(); }

}  // namespace vgan
