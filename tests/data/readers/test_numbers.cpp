// Every number type that files have, in either byte order.
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/data/readers/idx.hpp"
#include "engine/data/readers/npy.hpp"
#include "engine/data/readers/stored_number.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

using namespace vgan::testing;
using vgan::ValueType;

std::string swapped_bytes(std::string bytes, std::size_t item) {
  for (std::size_t at = 0; at < bytes.size(); at += item) {
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                 bytes.begin() + static_cast<std::ptrdiff_t>(at + item));
  }
  return bytes;
}

std::vector<double> values_of(const vgan::Trials& images) {
  return std::visit(
      [](const auto& pixels) { return std::vector<double>(pixels.begin(), pixels.end()); },
      images.values);
}

struct Case {
  ValueType type;
  std::string bytes;  ///< little-endian, of 2 x 3 numbers
  std::vector<double> values;
};

template <class Number>
Case of(ValueType type, const std::vector<Number>& numbers) {
  return {type, raw_bytes(numbers), {numbers.begin(), numbers.end()}};
}

std::vector<Case> cases() {
  return {of<std::uint8_t>(ValueType::u8, {0, 1, 2, 127, 128, 255}),
          of<std::uint16_t>(ValueType::u16, {0, 1, 256, 4095, 32768, 65535}),
          of<std::uint32_t>(ValueType::u32, {0, 1, 16777217, 65536, 2147483648, 4294967295}),
          of<std::uint64_t>(ValueType::u64, {0, 1, 16777217, 65536, 4294967296, 9007199254740991}),
          of<std::int8_t>(ValueType::i8, {-128, -1, 0, 1, 64, 127}),
          of<std::int16_t>(ValueType::i16, {-32768, -1, 0, 1, 256, 32767}),
          of<std::int32_t>(ValueType::i32, {-2147483648, -1, 0, 16777217, 256, 2147483647}),
          of<std::int64_t>(ValueType::i64, {-9007199254740991, -1, 0, 16777217, 256, 7}),
          {ValueType::f16,
           raw_bytes<std::uint16_t>({0x0001, 0x8400, 0x3C00, 0xC500, 0x7BFF, 0x3555}),
           {0x1p-24, -0x1p-14, 1, -5, 65504, 0.333251953125}},
          of<float>(ValueType::f32, {-1.5F, 0, 3.25F, 1e-30F, 1e30F, 7}),
          of<double>(ValueType::f64, {-1.5, 0, 3.25, 1e-30, 1e30, 1 + 0x1p-50}),
          {ValueType::boolean, std::string("\0\1\1\0\0\1", 6), {0, 1, 1, 0, 0, 1}}};
}

}  // namespace

TEST_CASE("all .npy numbers are read, whatever their bytes' order", "[readers]") {
  const TempDir folder;
  for (const Case& c : cases()) {
    const auto& info = vgan::info_of(c.type);
    const auto item = static_cast<std::size_t>(info.bytes);
    for (const char order : {'<', '>', '=', '|'}) {
      INFO(info.name << " " << order);
      const std::string descr = order + (info.npy_kind + std::to_string(info.bytes));
      const std::string stored = order == '>' ? swapped_bytes(c.bytes, item) : c.bytes;
      const auto path = folder.path() / "a.npy";
      const auto read =
          vgan::read_npy_trials(write_file(path, npy_header(descr, "(2, 3)") + stored));
      CHECK(values_of(read) == c.values);
      CHECK(read.value_type() == c.type);
      CHECK(read.notes.empty());
      CHECK(read.part(1, 1).value_type() == c.type);
      CHECK_NOTHROW(read.require_consistent());
      // In Fortran order: columns of two rows.
      std::string turned;
      for (std::size_t column = 0; column < 3; ++column)
        for (std::size_t row = 0; row < 2; ++row)
          turned += stored.substr((row * 3 + column) * item, item);
      CHECK(values_of(vgan::read_npy_trials(
                write_file(path, gzip(npy_header(descr, "(2, 3)", true) + turned)))) == c.values);
    }
  }
}

TEST_CASE("IDX numbers of all its types are read", "[readers]") {
  const TempDir folder;
  constexpr std::pair<ValueType, char> codes[] = {{ValueType::u8, 0x08},  {ValueType::i8, 0x09},
                                                  {ValueType::i16, 0x0B}, {ValueType::i32, 0x0C},
                                                  {ValueType::f32, 0x0D}, {ValueType::f64, 0x0E}};
  for (const auto& [type, code] : codes) {
    for (const Case& c : cases()) {
      if (c.type != type) continue;
      INFO(vgan::info_of(type).name);
      const std::string bytes =
          idx_header({2, 1, 3}, code) +
          swapped_bytes(c.bytes, static_cast<std::size_t>(vgan::info_of(type).bytes));
      for (const std::string& stored : {bytes, gzip(bytes)}) {
        const auto read = vgan::read_idx_trials(write_file(folder.path() / "images", stored));
        CHECK(values_of(read) == c.values);
        CHECK(read.value_type() == type);
        CHECK((read.count == 2 && read.shape.height == 1 && read.shape.width == 3));
      }
    }
  }
}

TEST_CASE("whole numbers beyond 2^53 are read with a note", "[readers]") {
  const TempDir folder;
  const auto read = vgan::read_npy_trials(
      write_file(folder.path() / "a.npy",
                 npy_header("<i8", "(2, 1)") + raw_bytes<std::int64_t>({1, 9007199254740993})));
  REQUIRE(read.notes.size() == 1);
  CHECK(read.notes[0].find("beyond 2^53") != std::string::npos);
}

TEST_CASE("half precision in full", "[readers]") {
  CHECK(vgan::half_to_float(0x0000) == 0.0F);
  CHECK(std::signbit(vgan::half_to_float(0x8000)));
  CHECK(vgan::half_to_float(0x03FF) == 0x1.ff8p-15F);  // the largest subnormal
  CHECK(vgan::half_to_float(0x0400) == 0x1p-14F);
  CHECK(vgan::half_to_float(0x7C00) == std::numeric_limits<float>::infinity());
  CHECK(vgan::half_to_float(0xFC00) == -std::numeric_limits<float>::infinity());
  CHECK(std::isnan(vgan::half_to_float(0x7E00)));
  const TempDir folder;
  check_error(error_of([&] {
                vgan::read_npy_trials(
                    write_file(folder.path() / "a.npy",
                               npy_header(">f2", "(2, 1)") + std::string("\x3C\x00\x7E\x00", 4)));
              }),
              65, {"NaN in row 1, column 0"});
}
