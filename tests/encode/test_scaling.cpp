// Scales fitted to data, and numbers there and back.
#include "engine/encode/scaling.hpp"

#include <cmath>
#include <limits>

#include "engine/base/error.hpp"
#include "engine/encode/as_type.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

constexpr NetworkNumbers tanh_numbers{-1.0, true};

template <class Number>
Trials rows_of(std::int64_t columns, std::vector<Number> values, TrialKind kind = TrialKind::row) {
  Trials set;
  set.count = static_cast<std::int64_t>(values.size()) / columns;
  set.shape = {1, columns, 1, kind};
  set.by_values = true;
  set.source = "made";
  set.values = std::move(values);
  return set;
}

/// What a value of a column comes back as, by way of a float of the network.
double back(const Scaling& scaling, double value, std::int64_t column = 0) {
  return scaling.decode(scaling.encode(value, column), column);
}

std::string refused(const Trials& set, const ScalingChoice& choice, int exit_code,
                    const NetworkNumbers& network = tanh_numbers) {
  try {
    (void)Scaling::fit(set, choice, network);
  } catch (const Error& error) {
    CHECK(static_cast<int>(error.code()) == exit_code);
    return error.what();
  }
  FAIL("not refused");
  return "";
}

}  // namespace

TEST_CASE("each column of rows has its own scale", "[encode]") {
  std::vector<double> values;
  for (int i = 0; i < 400; ++i) {
    const double wave = std::sin(0.37 * i);
    for (const double size : {1e-300, 1e-3, 1.0, 1e6}) values.push_back(size * (wave + 3.0));
  }
  const Trials set = rows_of(4, values);
  const Scaling scaling = Scaling::fit(set, {}, tanh_numbers);
  REQUIRE(scaling.scales().size() == 4);
  const std::vector<float> numbers = scaling.encoded(set);
  for (std::size_t i = 0; i < numbers.size(); i += 4) {
    REQUIRE((numbers[i] >= -1.0F && numbers[i] <= 1.0F));
    for (std::size_t j = 1; j < 4; ++j) REQUIRE(std::fabs(numbers[i + j] - numbers[i]) < 1e-6F);
  }
  std::vector<double> decoded;
  scaling.decode(numbers, 4, decoded);
  for (std::size_t i = 0; i < values.size(); ++i) {
    REQUIRE(std::fabs(decoded[i] / values[i] - 1.0) < 1e-6);
  }
  // All values of curves and images have one.
  CHECK(Scaling::fit(rows_of(4, values, TrialKind::curve), {}, tanh_numbers).scales().size() == 1);
  CHECK(Scaling::fit(set, {ScaleKind::data, ""}, tanh_numbers).scales().size() == 1);
  CHECK(Scaling::fit(rows_of(4, values, TrialKind::image), {ScaleKind::column, ""}, tanh_numbers) ==
        scaling);
}

TEST_CASE("a constant column comes back as that constant", "[encode]") {
  const double third = 1.0 / 3.0;
  const Scaling scaling =
      Scaling::fit(rows_of<double>(2, {third, 1, third, 2, third, 5}), {}, tanh_numbers);
  CHECK(scaling.encode(third, 0) == 0.0F);
  for (const float number : {-5.0F, -1.0F, 0.0F, 0.3F, 9.0F}) {
    CHECK(scaling.decode(number, 0) == third);
  }
  CHECK(scaling.decode(-1.0F, 1) == 1.0);
  CHECK(scaling.decode(1.0F, 1) == 5.0);
}

TEST_CASE("an outlier does not flatten the rest and can be reached", "[encode]") {
  const auto kind = GENERATE(TrialKind::row, TrialKind::image);
  std::vector<float> values;
  for (int i = 0; i < 300; ++i) values.push_back(2.0F * static_cast<float>(i % 97) / 97.0F);
  values[17] = 1e6F;
  const Scaling scaling = Scaling::fit(rows_of(1, values, kind), {}, tanh_numbers);
  REQUIRE(scaling.scales()[0].has_tails());
  CHECK(scaling.encode(1.9, 0) - scaling.encode(0.1, 0) > 1.5F);
  CHECK(scaling.encode(1e6, 0) == 1.0F);
  CHECK(scaling.decode(1.0F, 0) == 1e6);
  CHECK(scaling.decode(1.5F, 0) == 1e6);
  float before = -2.0F;
  for (const double value : {0.0, 0.5, 1.0, 1.9, 10.0, 1e3, 1e5, 1e6}) {
    const float number = scaling.encode(value, 0);
    CHECK(number > before);
    before = number;
    // Half a float's unit below 1, 2^-25, of a network's number; the tail has 1e6 in 0.1 of them.
    CHECK(std::fabs(back(scaling, value) - value) <= 0x1p-25 * (value > 2.0 ? 1e7 : 2.0));
  }
  // Among zeros too, where the bulk is that of the other numbers.
  std::vector<float> sparse(1000, 0.0F);
  for (std::size_t i = 0; i < 4; ++i) sparse[100 * i] = 0.5F + static_cast<float>(i);
  sparse[999] = 1e6F;
  // The bulk, 0 to 3.5, has 95 hundredths of -1 to 1.
  CHECK(Scaling::fit(rows_of(1, sparse, kind), {}, tanh_numbers).encode(2.5, 0) ==
        Approx(2 * 0.95 * 2.5 / 3.5 - 1));
}

TEST_CASE("no tail where the range is that of the bulk", "[encode]") {
  std::vector<float> values;
  for (int i = 0; i < 1000; ++i)
    values.push_back(std::tan(1.2F * std::sin(0.7F * static_cast<float>(i))));
  const Scaling scaling = Scaling::fit(rows_of(1, values), {}, tanh_numbers);
  CHECK_FALSE(scaling.scales()[0].has_tails());
  // Nine bright pixels in each image, ten thousand times as bright as the rest, are no outliers.
  std::vector<float> images;
  for (int i = 0; i < 200 * 100; ++i) images.push_back(i % 100 < 9 ? 1.0F : 1e-4F);
  const Scaling bright = Scaling::fit(rows_of(100, images, TrialKind::image), {}, tanh_numbers);
  CHECK_FALSE(bright.scales()[0].has_tails());
}

TEST_CASE("numbers of any size are scaled", "[encode]") {
  const double least = std::numeric_limits<double>::denorm_min();
  const double most = std::numeric_limits<double>::max();
  for (const auto& [low, high] :
       {std::pair{0.0, 3 * least}, std::pair{1e-300, 2e-300}, std::pair{-most / 4, most / 4},
        std::pair{1e9, 1e9 + 1.0}, std::pair{1.0, std::nextafter(1.0, 2.0)}}) {
    CAPTURE(low, high);
    const Scaling scaling =
        Scaling::fit(rows_of<double>(1, {low, high, low, high}), {}, tanh_numbers);
    CHECK(scaling.encode(low, 0) == -1.0F);
    CHECK(scaling.encode(high, 0) == 1.0F);
    CHECK(back(scaling, low) == low);
    CHECK(back(scaling, high) == high);
    const double middle = low + 0.5 * (high - low);
    CHECK(std::fabs(back(scaling, middle) - middle) <= 1e-6 * (high - low));
  }
  CHECK_THAT(refused(rows_of<double>(1, {-most, most}), {}, 65),
             ContainsSubstring("too far apart"));
}

TEST_CASE("a range or a scale that is asked for", "[encode]") {
  const Trials set = rows_of<float>(2, {1, 2, 3, 4, 5, 6});
  const Scaling given = Scaling::fit(set, {ScaleKind::automatic, "-10:10"}, tanh_numbers);
  CHECK(given.scales() == std::vector<Scale>{{-10, -10, 10, 10}});
  CHECK(given.encode(5.0, 1) == 0.5F);
  CHECK_THAT(refused(set, {ScaleKind::automatic, "0:5.5"}, 65),
             ContainsSubstring("6 in row 2, column 1"));
  CHECK_THAT(refused(set, {ScaleKind::none, ""}, 65), ContainsSubstring("2 in row 0, column 1"));
  const Scaling none = Scaling::fit(set, {ScaleKind::none, ""}, {-1.0, false});
  CHECK(none.encode(5.0, 0) == 5.0F);
  CHECK(none.decode(5.0F, 0) == 5.0);
  for (const char* range :
       {"5", "5:5", "6:5", "a:b", "0:inf", "nan:1", "1:2:3", "0,5:1", ":", "-1.7e308:1.7e308"}) {
    CHECK_THAT(refused(set, {ScaleKind::automatic, range}, 78), ContainsSubstring("range"));
  }
  CHECK_THAT(refused(set, {ScaleKind::data, "0:9"}, 78), ContainsSubstring("give one of them"));

  Trials bytes = rows_of<std::uint8_t>(2, {1, 2, 3, 4});
  CHECK(Scaling::fit(bytes, {}, tanh_numbers).bytes());
  CHECK(Scaling::fit(bytes, {ScaleKind::automatic, "0:255"}, tanh_numbers).bytes());
  CHECK(Scaling::fit(bytes, {ScaleKind::data, ""}, tanh_numbers).scales() ==
        std::vector<Scale>{{1, 1, 4, 4}});
  // Data that say what their range is keep it.
  Trials said = set;
  said.by_values = false;
  said.low = 0.0F;
  said.high = 8.0F;
  CHECK(Scaling::fit(said, {}, tanh_numbers).scales() == std::vector<Scale>{{0, 0, 8, 8}});
  CHECK(Scaling::fit(said, {}, {0.0, true}).encode(4.0, 0) == 0.5F);
}

TEST_CASE("numbers are rounded and held to a file's type", "[encode]") {
  const auto of = [](ValueType type, double value) {
    std::vector<std::byte> bytes;
    as_type(std::vector<double>{value}, type, bytes);
    REQUIRE(bytes.size() == static_cast<std::size_t>(info_of(type).bytes));
    std::uint64_t bits = 0;
    for (std::size_t i = bytes.size(); i > 0; --i) {
      bits = bits << 8 | static_cast<std::uint64_t>(bytes[i - 1]);
    }
    return bits;
  };
  CHECK(of(ValueType::u8, 254.4) == 254);
  CHECK(of(ValueType::u8, 2.5) == 2);
  CHECK(of(ValueType::u8, -3.0) == 0);
  CHECK(of(ValueType::u8, 1e9) == 255);
  CHECK(of(ValueType::u8, std::nan("")) == 0);
  CHECK(of(ValueType::i8, -128.6) == 0x80);
  CHECK(of(ValueType::i16, -2.0) == 0xFFFE);
  CHECK(of(ValueType::u16, 65535.4) == 65535);
  CHECK(of(ValueType::u32, 4294967295.0) == 4294967295U);
  CHECK(of(ValueType::i32, 1e10) == 0x7FFFFFFF);
  CHECK(of(ValueType::i64, 1e30) == 0x7FFFFFFFFFFFFFFF);
  CHECK(of(ValueType::i64, -1e30) == 0x8000000000000000);
  CHECK(of(ValueType::u64, 1e30) == 0xFFFFFFFFFFFFFFFF);
  CHECK(of(ValueType::boolean, 0.5) == 1);
  CHECK(of(ValueType::boolean, 0.49) == 0);
  CHECK(of(ValueType::f32, 1e300) == 0x7F7FFFFF);
  CHECK(of(ValueType::f64, 1.5) == 0x3FF8000000000000);
  // IEEE 754 half precision, as numpy.float16 has it.
  CHECK(of(ValueType::f16, 0.0) == 0);
  CHECK(of(ValueType::f16, 1.0) == 0x3C00);
  CHECK(of(ValueType::f16, -2.0) == 0xC000);
  CHECK(of(ValueType::f16, 0.1) == 0x2E66);
  CHECK(of(ValueType::f16, 2047.9999) == 0x6800);
  CHECK(of(ValueType::f16, 1e6) == 0x7BFF);
  CHECK(of(ValueType::f16, 0x1p-24) == 1);
  CHECK(of(ValueType::f16, 0x1p-26) == 0);
  CHECK(of(ValueType::f16, 6.1e-5) == 0x03FF);
}
