// What a set of images says about itself.
#include "engine/data/trials.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "tests/data/readers/make_files.hpp"
#include "tests/support/dice.hpp"

namespace {

using namespace vgan::testing;

vgan::Trials counting(std::int64_t height, std::int64_t width, std::int64_t channels) {
  vgan::Trials images;
  images.count = 2;
  images.shape = {height, width, channels};
  images.source = "counting";
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(2 * images.values_per_trial()));
  std::iota(pixels.begin(), pixels.end(), std::uint8_t{0});
  images.values = pixels;
  return images;
}

}  // namespace

TEST_CASE("a fingerprint tells shape and pixels, and stays what it was", "[readers]") {
  // Computed from the description of FNV-1a over words, in Python, for bytes 0 to 23. A change here
  // would keep old runs from being resumed.
  CHECK(counting(3, 4, 1).fingerprint() == "ab434b76fa9b849f");
  CHECK(counting(2, 2, 3).fingerprint() == "b591df8fa31ce293");
  CHECK(counting(4, 3, 1).fingerprint() != counting(3, 4, 1).fingerprint());
  CHECK(counting(2, 3, 2).fingerprint() != counting(2, 2, 3).fingerprint());
  CHECK(counting(2, 6, 1).fingerprint() != counting(2, 2, 3).fingerprint());

  vgan::Trials images = counting(3, 4, 1);
  images.labels = {0, 1};
  images.conditions = {1.0F, 2.0F};
  images.condition_size = 1;
  CHECK(images.fingerprint() == counting(3, 4, 1).fingerprint());
  std::get<std::vector<std::uint8_t>>(images.values)[23] = 0;
  CHECK(images.fingerprint() != counting(3, 4, 1).fingerprint());
}

TEST_CASE("a part of the images has what belongs to them", "[readers]") {
  vgan::Trials images = counting(1, 2, 3);
  images.labels = {4, 5};
  images.conditions = {0.5F, 1.5F, 2.5F, 3.5F};
  images.condition_size = 2;
  images.low = -3.0F;
  const vgan::Trials last = images.part(1, 1);
  REQUIRE_NOTHROW(last.require_consistent());
  CHECK(last.count == 1);
  CHECK(std::get<0>(last.values) == std::vector<std::uint8_t>{6, 7, 8, 9, 10, 11});
  CHECK(last.labels == std::vector<std::int32_t>{5});
  CHECK(last.conditions == std::vector<float>{2.5F, 3.5F});
  CHECK(last.low == -3.0F);
  CHECK(last.source == "counting");
  const vgan::Trials first = images.part(0, 1);
  images.keep_first(1);
  REQUIRE_NOTHROW(images.require_consistent());
  CHECK(images.fingerprint() == first.fingerprint());
  CHECK(images.labels == first.labels);
  CHECK(images.conditions == first.conditions);
  CHECK(images.part(1, 0).count == 0);
  CHECK_THROWS_AS(images.part(0, 2), vgan::Error);
  CHECK_THROWS_AS(images.part(2, 0), vgan::Error);
  CHECK_THROWS_AS(images.keep_first(-1), vgan::Error);
}

TEST_CASE("images that contradict themselves are refused", "[readers]") {
  const auto error = [](auto&& damage) {
    vgan::Trials images = counting(2, 2, 3);
    images.require_consistent();
    damage(images);
    return error_of([&] { images.require_consistent(); });
  };
  using Images = vgan::Trials&;
  check_error(error([](Images i) { i.shape.channels = 0; }), 65,
              {"no data to train on", "counting"});
  check_error(error([](Images i) { i.shape.channels = 2; }), 65, {"24 pixels", "2 images of 8"});
  check_error(error([](Images i) {
                i.conditions = {1.0F, 2.0F};
              }),
              65, {"2 numbers of conditions", "2 x 0"});
  check_error(error([](Images i) { i.condition_size = 3; }), 65, {"0 numbers", "2 x 3"});
  check_error(error([](Images i) { i.condition_size = -1; }), 65, {"conditions"});
  vgan::Trials images = counting(2, 2, 3);
  images.conditions.resize(6);
  images.condition_size = 3;
  CHECK_NOTHROW(images.require_consistent());
}

TEST_CASE("sizes whose product cannot be counted are bad data", "[readers]") {
  const auto error = [](auto&& damage) {
    vgan::Trials images = counting(2, 2, 3);
    images.labels = {0, 1};
    damage(images);
    return error_of([&] { images.require_consistent(); });
  };
  using Images = vgan::Trials&;
  constexpr std::int64_t two_62 = std::int64_t{1} << 62;
  check_error(error([](Images i) { i.shape.width = two_62; }), 65, {"2 x 4611686018427387904"});
  check_error(
      error([](Images i) { i.shape.height = two_62, i.shape.width = 4, i.shape.channels = 1; }), 65,
      {"at most 2^63 - 1"});
  check_error(error([](Images i) { i.count = two_62; }), 65, {"4611686018427387904 x 12"});
  check_error(error([](Images i) { i.condition_size = two_62; }), 65, {"at most 2^63 - 1"});
  // 4 x 2^62 is 0 in 64 bits, which is as many conditions as there are.
  check_error(error([](Images i) {
                i.count = 4, i.shape.channels = 1, i.shape.width = 3, i.labels = {0, 1, 0, 1};
                i.condition_size = two_62;
              }),
              65, {"4 x 4611686018427387904"});
  check_error(error([](Images i) { i.count = -2, i.shape.height = -2; }), 65,
              {"at least one pixel"});
  check_error(error([](Images i) {
                i.count = 0, i.values = std::vector<std::uint8_t>(), i.labels.clear();
              }),
              65, {"0 images"});
  check_error(error([](Images i) { i.labels.pop_back(); }), 65, {"1 label; allowed 2"});
  vgan::Trials images = counting(2, 2, 3);
  images.shape.width = two_62;
  CHECK(error_of([&] { (void)images.part(0, 1); }).code() == vgan::ErrorCode::bad_data);
  CHECK(error_of([&] { images.keep_first(1); }).code() == vgan::ErrorCode::bad_data);
  CHECK(error_of([&] { (void)images.values_per_trial(); }).code() == vgan::ErrorCode::bad_data);
}

TEST_CASE("a number that is none or out of range is named by row and column", "[readers]") {
  vgan::Trials images = counting(1, 3, 1);
  images.values = std::vector<float>{0.0F, 0.5F, 1.0F, 0.25F, 0.5F, 0.75F};
  images.high = 1.0F;
  REQUIRE_NOTHROW(images.require_consistent());
  const auto with = [&](std::size_t at, float value) {
    vgan::Trials bad = images;
    std::get<std::vector<float>>(bad.values)[at] = value;
    return error_of([&] { bad.require_consistent(); });
  };
  check_error(with(4, std::nanf("")), 65, {"counting", "NaN in row 1, column 1 of the trials"});
  check_error(with(2, HUGE_VALF), 65, {"an infinite number", "in row 0, column 2"});
  check_error(with(3, -0.5F), 65, {"-0.5 in row 1, column 0", "0 to 1", "low and high"});
  check_error(with(3, 1.0F + 0x1p-23F), 65, {"row 1, column 0"});

  images = counting(1, 3, 1);
  images.high = 4.0F;
  check_error(error_of([&] { images.require_consistent(); }), 65, {"5 in row 1, column 2"});
  images.low = 0.0, images.high = 1e-310;  // its reciprocal is infinite
  check_error(error_of([&] { images.require_consistent(); }), 65, {"without a range"});
  images.high = HUGE_VALF;
  check_error(error_of([&] { images.require_consistent(); }), 65, {"without a range", "0 to inf"});
  images.high = 255.0F;
  images.condition_size = 2;
  images.conditions = {1.0F, 2.0F, 3.0F, std::nanf("")};
  check_error(error_of([&] { images.require_consistent(); }), 65,
              {"NaN in row 1, column 1 of the conditions"});
}

namespace {

// Mostly small, sometimes where products overflow.
std::int64_t hostile_size(Dice& dice) {
  static constexpr std::array<std::int64_t, 12> edges = {0,
                                                         -1,
                                                         1,
                                                         std::int64_t{1} << 31,
                                                         std::int64_t{1} << 32,
                                                         (std::int64_t{1} << 32) + 1,
                                                         std::int64_t{1} << 61,
                                                         std::int64_t{1} << 62,
                                                         std::numeric_limits<std::int64_t>::max(),
                                                         std::numeric_limits<std::int64_t>::min(),
                                                         -(std::int64_t{1} << 32),
                                                         3037000500};
  if (dice.roll(3) == 0) return edges[dice.roll(edges.size())];
  return static_cast<std::int64_t>(dice.roll(4));
}

float hostile_number(Dice& dice) {
  static constexpr std::array<float, 6> edges = {std::numeric_limits<float>::quiet_NaN(),
                                                 std::numeric_limits<float>::infinity(),
                                                 -1e38F,
                                                 std::numeric_limits<float>::max(),
                                                 -0.0F,
                                                 std::numeric_limits<float>::denorm_min()};
  if (dice.roll(12) == 0) return edges[dice.roll(edges.size())];
  return static_cast<float>(dice.roll(256));
}

vgan::Trials hostile_set(Dice& dice) {
  vgan::Trials set;
  for (std::int64_t* size :
       {&set.count, &set.shape.height, &set.shape.width, &set.shape.channels}) {
    *size = dice.roll(4) == 0 ? hostile_size(dice) : 1 + static_cast<std::int64_t>(dice.roll(3));
  }
  if (dice.roll(2) == 0) set.condition_size = hostile_size(dice);
  // As many values as the sizes say, modulo 2^64, where that is few; else some.
  const auto promised = [&](std::uint64_t each) {
    const std::uint64_t all = static_cast<std::uint64_t>(set.count) * each;
    return all < 100 && dice.roll(8) != 0 ? static_cast<std::size_t>(all) : dice.roll(20);
  };
  const std::uint64_t each = static_cast<std::uint64_t>(set.shape.height) *
                             static_cast<std::uint64_t>(set.shape.width) *
                             static_cast<std::uint64_t>(set.shape.channels);
  if (dice.roll(2) == 0) {
    std::vector<float> values(promised(each));
    for (float& value : values) value = hostile_number(dice);
    set.values = values;
  } else {
    set.values = std::vector<std::uint8_t>(promised(each), static_cast<std::uint8_t>(dice.word()));
  }
  if (dice.roll(3) == 0) set.labels.resize(promised(1));
  set.conditions.resize(promised(static_cast<std::uint64_t>(set.condition_size)));
  for (float& value : set.conditions) value = hostile_number(dice);
  if (dice.roll(8) == 0) set.low = hostile_number(dice);
  if (dice.roll(8) == 0) set.high = hostile_number(dice);
  return set;
}

// What `require_consistent` promises, in 128 bits.
bool is_consistent(const vgan::Trials& set) {
  if (set.count < 1 || set.shape.height < 1 || set.shape.width < 1 || set.shape.channels < 1)
    return false;
  const auto is = [](std::size_t held, __int128 first, __int128 second, __int128 third) {
    constexpr auto most = static_cast<__int128>(std::numeric_limits<std::int64_t>::max());
    if (second * third > most) return false;
    return first * (second * third) == static_cast<__int128>(held);
  };
  if (static_cast<__int128>(set.shape.height) * set.shape.width >
      std::numeric_limits<std::int64_t>::max()) {
    return false;
  }
  const std::size_t held = std::visit([](const auto& values) { return values.size(); }, set.values);
  if (!is(held, set.count, static_cast<__int128>(set.shape.height) * set.shape.width,
          set.shape.channels))
    return false;
  if (!set.labels.empty() && set.labels.size() != static_cast<std::size_t>(set.count)) return false;
  if (set.condition_size < 0 || !is(set.conditions.size(), set.count, set.condition_size, 1)) {
    return false;
  }
  if (!(set.low < set.high) || !std::isnormal(set.high - set.low)) return false;
  for (const float value : set.conditions) {
    if (!std::isfinite(value)) return false;
  }
  return std::visit(
      [&](const auto& values) {
        for (const auto value : values) {
          if (!(static_cast<float>(value) >= set.low && static_cast<float>(value) <= set.high)) {
            return false;
          }
        }
        return true;
      },
      set.values);
}

}  // namespace

namespace {

template <class Call>
std::optional<vgan::Error> thrown_by(Call&& call) {
  try {
    call();
  } catch (const vgan::Error& error) {
    return error;
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("whatever a caller puts into a set is consistent or bad data", "[readers]") {
  Dice dice(1616);
  int good = 0, bad = 0;
  for (int round = 0; round < 60000; ++round) {
    const vgan::Trials set = hostile_set(dice);
    const auto error = thrown_by([&] { set.require_consistent(); });
    const bool consistent = is_consistent(set);
    if (error.has_value() == consistent || (error && error->exit_code() != 65)) {
      FAIL("round " << round << ": " << (error ? error->what() : "taken as consistent"));
    }
    ++(consistent ? good : bad);
    // Parts are of what is there, or an error; never another exception.
    const auto first = static_cast<std::int64_t>(dice.roll(3));
    vgan::Trials kept = set;
    const auto part_error = thrown_by([&] { (void)set.part(first, hostile_size(dice)); });
    const auto keep_error = thrown_by([&] { kept.keep_first(first); });
    if (consistent && !keep_error) CHECK(kept.count == first);
    if (!consistent && part_error) CHECK(part_error->exit_code() >= 65);
    (void)set.bytes();
    (void)set.fingerprint();
  }
  CHECK(good > 2000);
  CHECK(bad > 20000);
}
