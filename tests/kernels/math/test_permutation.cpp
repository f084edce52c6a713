// The permutation is a bijection for every length, differs between passes, and looks random.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "kernels/math/permutation.hpp"
#include "tests/support/catch.hpp"

namespace {

using vgan::math::Permutation;
using vgan::math::permute;

std::vector<std::uint64_t> images(std::uint64_t n, std::uint64_t seed, std::uint64_t pass) {
  const Permutation permutation(n, seed, pass);
  std::vector<std::uint64_t> values(n);
  for (std::uint64_t i = 0; i < n; ++i) values[i] = permutation(i);
  return values;
}

bool is_bijection(const std::vector<std::uint64_t>& values) {
  std::vector<bool> seen(values.size(), false);
  for (const std::uint64_t value : values) {
    if (value >= values.size() || seen[value]) return false;
    seen[value] = true;
  }
  return true;
}

double chi_square(const std::vector<std::uint64_t>& counts, double expected) {
  double sum = 0;
  for (const std::uint64_t count : counts) {
    const double excess = static_cast<double>(count) - expected;
    sum += excess * excess / expected;
  }
  return sum;
}

// Within five standard deviations of what `freedom` degrees give.
bool plausible(double statistic, double freedom) {
  return std::fabs(statistic - freedom) <= 5 * std::sqrt(2 * freedom);
}

}  // namespace

TEST_CASE("every length from 1 to 2000 is permuted one to one", "[math][permutation]") {
  for (std::uint64_t n = 1; n <= 2000; ++n) {
    CAPTURE(n);
    REQUIRE(is_bijection(images(n, 7, n % 3)));
  }
}

TEST_CASE("positions that are sent side by side go where each goes alone", "[math][permutation]") {
  for (const std::uint64_t n : {1u, 17u, 64u, 65u, 1503u, 65'537u}) {
    CAPTURE(n);
    const Permutation permutation(n, 5, 2);
    for (const std::uint64_t first : {std::uint64_t{0}, n / 3, n - 1}) {
      const int count = static_cast<int>(std::min<std::uint64_t>(37, n - first));
      std::vector<std::uint64_t> together(static_cast<std::size_t>(count) + 1, n);
      permutation.consecutive(first, count, together.data());
      std::vector<std::uint64_t> alone;
      for (int i = 0; i < count; ++i) {
        alone.push_back(permutation(first + static_cast<std::uint64_t>(i)));
      }
      alone.push_back(n);
      CHECK(together == alone);
    }
  }
}

TEST_CASE("large lengths are permuted one to one", "[math][permutation]") {
  for (const std::uint64_t n : {60'000u, 65'535u, 65'536u, 65'537u, 1'000'003u}) {
    CAPTURE(n);
    CHECK(is_bijection(images(n, 1, 0)));
  }
  for (const std::uint64_t n : {(std::uint64_t{1} << 40), (std::uint64_t{1} << 38) + 1}) {
    const Permutation permutation(n, 3, 4);
    std::set<std::uint64_t> seen;
    bool inside = true;
    for (std::uint64_t i = 0; i < 50'000; ++i) {
      const std::uint64_t image = permutation(n - 1 - i);
      inside = inside && image < n;
      seen.insert(image);
    }
    CAPTURE(n);
    CHECK(inside);
    CHECK(seen.size() == 50'000);
    CHECK(*seen.rbegin() - *seen.begin() > n / 10 * 9);  // not clustered
  }
}

TEST_CASE("passes and seeds give other orders, the same pair the same", "[math][permutation]") {
  const std::uint64_t n = 60'000;
  const std::vector<std::uint64_t> base = images(n, 1, 0);
  CHECK(base == images(n, 1, 0));
  const std::vector<std::uint64_t> others[] = {images(n, 1, 1), images(n, 1, 2), images(n, 2, 0),
                                               images(n, std::uint64_t{1} << 32 | 1, 0)};
  for (const auto& other : others) {
    int fixed = 0;
    for (std::size_t i = 0; i < n; ++i) fixed += other[i] == base[i];
    CHECK(fixed <= 8);  // one is expected between independent permutations
  }
  CHECK(permute(123, n, 1, 0) == base[123]);
}

TEST_CASE("images spread evenly over the range", "[math][permutation]") {
  // A table of tenth of the position against tenth of the image, summed over passes.
  const std::uint64_t n = 60'000;
  const int passes = 50;
  double statistic = 0;
  double serial = 0;
  for (std::uint64_t pass = 0; pass < passes; ++pass) {
    const std::vector<std::uint64_t> values = images(n, 42, pass);
    std::vector<std::uint64_t> table(100, 0);
    for (std::size_t i = 0; i < n; ++i) ++table[i * 10 / n * 10 + values[i] * 10 / n];
    statistic += chi_square(table, static_cast<double>(n) / 100);
    for (std::size_t i = 0; i + 1 < n; ++i) {
      const double a = static_cast<double>(values[i]) / static_cast<double>(n) - 0.5;
      const double b = static_cast<double>(values[i + 1]) / static_cast<double>(n) - 0.5;
      serial += 12 * a * b;
    }
  }
  CAPTURE(statistic, serial);
  CHECK(plausible(statistic, 81.0 * passes));  // margins are fixed: 9 * 9 free cells a table
  CHECK(std::fabs(serial) <= 5 * std::sqrt(static_cast<double>(n) * passes));
}

TEST_CASE("each of the 120 orders of five comes up equally often", "[math][permutation]") {
  const std::uint64_t trials = 60'000;
  std::map<std::vector<std::uint64_t>, std::uint64_t> seen;
  for (std::uint64_t pass = 0; pass < trials; ++pass) ++seen[images(5, 9, pass)];
  REQUIRE(seen.size() == 120);
  std::vector<std::uint64_t> counts;
  for (const auto& [order, count] : seen) counts.push_back(count);
  const double statistic = chi_square(counts, static_cast<double>(trials) / 120);
  CAPTURE(statistic);
  CHECK(plausible(statistic, 119));
}
