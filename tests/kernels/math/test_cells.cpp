// Which columns a network is shown, and which cell a number draws.
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "kernels/math/cells.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;
using math::MaskShares;

namespace {

constexpr std::uint64_t seed = 11;
constexpr std::uint64_t stream = 3 * 16 + 13;

using Mask = std::vector<bool>;  // of the places of the order

Mask mask_of(const MaskShares& shares, std::int64_t row, std::int64_t rows, std::int32_t columns) {
  Mask mask;
  math::draw_mask(shares, row, rows, columns, seed, stream, [&](std::int32_t place, bool shown) {
    REQUIRE(place == static_cast<std::int32_t>(mask.size()));
    mask.push_back(shown);
  });
  REQUIRE(mask.size() == static_cast<std::size_t>(columns));
  return mask;
}

int shown_in(const Mask& mask) {
  int shown = 0;
  for (const bool one : mask) shown += one ? 1 : 0;
  return shown;
}

/// Counts against what is expected of them.
template <class Key>
double chi_square(const std::map<Key, double>& counts, const std::map<Key, double>& want) {
  double sum = 0.0;
  for (const auto& [key, count] : counts) REQUIRE(want.count(key) == 1);
  for (const auto& [key, expected] : want) {
    const auto found = counts.find(key);
    const double count = found == counts.end() ? 0.0 : found->second;
    sum += (count - expected) * (count - expected) / expected;
  }
  return sum;
}

double binomial(int n, int k) { return k == 0 ? 1.0 : binomial(n - 1, k - 1) * n / k; }

}  // namespace

// 1 in 1,000 chi-squares of 30 degrees of freedom is above 59.7, of 4 above 18.5.
TEST_CASE("a mask shows any k columns, each number and each subset as often", "[math][cells]") {
  constexpr std::int64_t rows = 40000;
  constexpr int columns = 5;
  std::map<Mask, double> subsets, want;
  std::map<int, double> sizes, want_sizes;
  for (std::int64_t row = 0; row < rows; ++row) {
    const Mask mask = mask_of({}, row, rows, columns);
    subsets[mask] += 1.0;
    sizes[shown_in(mask)] += 1.0;
  }
  for (int bits = 0; bits < (1 << columns) - 1; ++bits) {
    Mask mask;
    for (int place = 0; place < columns; ++place) mask.push_back((bits >> place & 1) != 0);
    const int shown = shown_in(mask);
    want[mask] = rows / (columns * binomial(columns, shown));
    want_sizes[shown] = static_cast<double>(rows) / columns;
  }
  REQUIRE(want.size() == 31);
  CHECK(chi_square(subsets, want) < 59.7);
  CHECK(chi_square(sizes, want_sizes) < 18.5);
}

// 1 in 1,000 chi-squares of 8 degrees of freedom is above 26.1.
TEST_CASE("how much one row shows says nothing of the next", "[math][cells]") {
  constexpr std::int64_t rows = 20000;
  std::map<int, double> pairs, want;
  for (std::int64_t row = 0; row + 1 < rows; row += 2) {
    pairs[3 * shown_in(mask_of({}, row, rows, 3)) + shown_in(mask_of({}, row + 1, rows, 3))] += 1.0;
  }
  for (int pair = 0; pair < 9; ++pair) want[pair] = rows / 2.0 / 9.0;
  CHECK(chi_square(pairs, want) < 26.1);
}

TEST_CASE("the first rows show the front of the order, the last all but its end", "[math][cells]") {
  constexpr std::int64_t rows = 20000, prefixes = 9000, outcomes = 4000;
  constexpr int columns = 7;
  std::map<int, double> sizes, want;
  int others = 0;
  for (std::int64_t row = 0; row < rows; ++row) {
    const Mask mask = mask_of({prefixes, outcomes, 2}, row, rows, columns);
    const int shown = shown_in(mask);
    bool front = true;
    for (int place = 0; place < columns; ++place) {
      front = front && mask[static_cast<std::size_t>(place)] == (place < shown);
    }
    const bool outcome = row >= rows - outcomes;
    if (row < prefixes || outcome) REQUIRE(front);
    if (outcome) REQUIRE(shown == columns - 2);
    if (row < prefixes) sizes[shown] += 1.0;
    if (row >= prefixes && !outcome && !front) ++others;
  }
  for (int k = 0; k < columns; ++k) want[k] = static_cast<double>(prefixes) / columns;
  CHECK(chi_square(sizes, want) < 22.5);  // 1 in 1,000 of 6 degrees of freedom
  CHECK(others > 4000);                   // of 7,000; subsets that are fronts are 1 in 5
}

TEST_CASE("masks at the ends of what there may be", "[math][cells]") {
  for (std::int64_t row = 0; row < 20; ++row) {
    CHECK(mask_of({}, row, 20, 1) == Mask{false});
    CHECK(mask_of({20, 0, 1}, row, 20, 1) == Mask{false});
    CHECK(mask_of({0, 20, 1}, row, 20, 1) == Mask{false});
    CHECK(mask_of({0, 20, 4}, row, 20, 4) == Mask(4, false));
    // More prefixes than there are rows; outcomes come first.
    CHECK(mask_of({30, 20, 1}, row, 20, 3) == Mask{true, true, false});
  }
}

namespace {

constexpr float least_u = 0x1p-33F;
const float nan_share = std::nanf("");

std::int32_t drawn(const std::vector<float>& shares, float u,
                   const std::vector<std::uint8_t>& allowed = {}) {
  return math::draw_cell(shares.data(), allowed.empty() ? nullptr : allowed.data(),
                         static_cast<std::int32_t>(shares.size()), u);
}

}  // namespace

TEST_CASE("a cell is drawn by the running sum of shares", "[math][cells]") {
  const std::vector<float> shares = {0.0F, 1.0F, 2.0F, 0.0F, 1.0F, 0.0F};
  CHECK(drawn(shares, least_u) == 1);
  CHECK(drawn(shares, 0.25F) == 1);
  CHECK(drawn(shares, std::nextafter(0.25F, 1.0F)) == 2);
  CHECK(drawn(shares, 0.75F) == 2);
  CHECK(drawn(shares, std::nextafter(0.75F, 1.0F)) == 4);
  CHECK(drawn(shares, 1.0F) == 4);
  CHECK(drawn({5.0F}, 1.0F) == 0);
  // Of shares so small that u times their sum is 0, one is drawn all the same.
  CHECK(drawn({0.0F, 1e-44F, 0.0F}, least_u) == 1);
  CHECK(drawn({0.0F, 1e-44F, 0.0F}, 1.0F) == 1);
}

TEST_CASE("no cell is drawn that is not allowed or has no share", "[math][cells]") {
  const std::vector<float> shares = {8.0F, 1.0F, 0.0F, 1.0F, 8.0F};
  const std::vector<std::uint8_t> allowed = {0, 1, 1, 1, 0};
  CHECK(drawn(shares, least_u, allowed) == 1);
  CHECK(drawn(shares, 0.5F, allowed) == 1);
  CHECK(drawn(shares, 0.6F, allowed) == 3);
  CHECK(drawn(shares, 1.0F, allowed) == 3);
  // Sums that round: a third of 1e8 small shares is lost beside the first.
  std::vector<float> many(1000, 0.3F);
  many[0] = 0x1p24F;
  many.push_back(0.0F);
  for (const float u : {least_u, 0.5F, std::nextafter(1.0F, 0.0F), 1.0F}) {
    const std::int32_t cell = drawn(many, u);
    CHECK(many[static_cast<std::size_t>(cell)] > 0.0F);
  }
  for (int k = 1; k <= 4000; ++k) {
    std::vector<float> few;
    for (int t = 0; t < 9; ++t) few.push_back(t % 3 == 2 ? 0.0F : 1.0F / static_cast<float>(k + t));
    few.push_back(0.0F);
    const std::int32_t cell = drawn(few, static_cast<float>(k) / 4000.0F);
    REQUIRE(few[static_cast<std::size_t>(cell)] > 0.0F);
  }
}

TEST_CASE("without a share the allowed cell nearest to the greatest is drawn", "[math][cells]") {
  const std::vector<float> shares = {0.0F, 1.0F, 0.0F, 9.0F, 0.0F, 0.0F, 0.0F};
  for (const float u : {least_u, 0.5F, 1.0F}) {
    CHECK(drawn(shares, u, {1, 0, 0, 0, 0, 1, 1}) == 5);
    CHECK(drawn(shares, u, {1, 0, 0, 0, 0, 0, 1}) == 0);
    CHECK(drawn(shares, u, {0, 0, 1, 0, 1, 0, 0}) == 2);
    CHECK(drawn(shares, u, {0, 0, 0, 0, 0, 0, 1}) == 6);
    CHECK(drawn({0.0F, 0.0F, 0.0F}, u) == 0);
  }
}

TEST_CASE("a share that is no number counts as none", "[math][cells]") {
  const float infinite = std::numeric_limits<float>::infinity();
  for (const float u : {least_u, 0.5F, 1.0F}) {
    CHECK(drawn({nan_share, 1.0F, nan_share}, u) == 1);
    CHECK(drawn({nan_share, 1.0F, 3.0F, nan_share}, u) == (u < 0.25F ? 1 : 2));
    CHECK(drawn({nan_share, nan_share}, u) == 0);
    CHECK(drawn({nan_share, nan_share}, u, {0, 1}) == 1);
    CHECK(drawn({nan_share, nan_share, 1.0F, nan_share}, u, {1, 0, 0, 1}) == 3);
    CHECK(drawn({-1.0F, 2.0F, -infinite}, u) == 1);
    const std::int32_t cell = drawn({1.0F, infinite, 1.0F}, u);
    CHECK((cell >= 0 && cell < 3));
    // Shares whose sum is infinite.
    CHECK(drawn({3e38F, 3e38F, 3e38F}, u) == 1);
  }
}
