// Shares of classes, modes and clusters where they are known.
#include "engine/metrics/class_measures.hpp"

#include <cmath>
#include <set>

#include "engine/base/error.hpp"
#include "kernels/math/gaussian.hpp"
#include "tests/support/compare.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

using Labels = std::vector<std::int32_t>;

Labels repeated(const std::vector<std::pair<std::int32_t, int>>& counts) {
  Labels made;
  for (const auto& [label, count] : counts) {
    made.insert(made.end(), static_cast<std::size_t>(count), label);
  }
  return made;
}

// Groups of points around (0, 0), (20, 0), (40, 0), ...
Features groups(std::int64_t count, std::int64_t each, std::uint64_t stream) {
  Features made{count * each, 2, {}};
  for (std::int64_t i = 0; i < made.rows; ++i) {
    const auto at = static_cast<std::uint64_t>(2 * i);
    made.values.push_back(20.0F * static_cast<float>(i % count) + math::gaussian(1, stream, at));
    made.values.push_back(math::gaussian(1, stream, at + 1));
  }
  return made;
}

}  // namespace

TEST_CASE("classes: shares, and labels that no class has", "[metrics]") {
  CHECK(classes_of(Labels{7, 3, 7, -2}) == Labels{-2, 3, 7});
  const ClassShares found = class_shares(Labels{3, 3, 7, 9}, Labels{-2, 3, 7});
  CHECK(found.labels == Labels{-2, 3, 7});
  CHECK(found.shares == std::vector<double>{0.0, 0.5, 0.25});
  CHECK_THROWS_AS(class_shares(Labels{}, Labels{1}), Error);
  CHECK_THROWS_AS(class_shares(Labels{1}, Labels{}), Error);
}

TEST_CASE("classes: figures by hand", "[metrics]") {
  const Labels real = repeated({{0, 50}, {1, 30}, {2, 20}});
  const ClassFigures same = class_figures(real, real);
  CHECK(same.difference.value == 0.0);
  CHECK(same.modes.value == 3.0);
  CHECK(same.smallest.value == Approx(0.2));
  CHECK_FALSE(same.modes.low.has_value());
  // Shares 0.9, 0.09, 0.01 against 0.5, 0.3, 0.2: 1 % of class 2 is less than a tenth of 20 %.
  const ClassFigures few = class_figures(real, repeated({{2, 1}, {0, 90}, {1, 9}}));
  CHECK(few.difference.value == Approx(0.4));
  CHECK(few.modes.value == 2.0);
  CHECK(few.smallest.value == Approx(0.01));
  // A label that no real trial has counts in the difference.
  const ClassFigures strange = class_figures(real, Labels(10, 5));
  CHECK(strange.difference.value == Approx(1.0));
  CHECK(strange.modes.value == 0.0);
  CHECK(strange.smallest.value == 0.0);
  const ClassFigures one = class_figures(Labels(5, 1), Labels(3, 1));
  CHECK(one.difference.value == 0.0);
  CHECK(one.modes.value == 1.0);
  CHECK_THROWS_AS(class_figures(real, Labels{}), Error);
}

TEST_CASE("classes: intervals hold their figures and narrow with the trials", "[metrics]") {
  const BootstrapOptions options;
  double before = 1.0;
  for (const int times : {1, 25}) {
    const Labels real = repeated({{0, 50 * times}, {1, 30 * times}, {2, 20 * times}});
    const Labels drawn = repeated({{0, 70 * times}, {1, 20 * times}, {2, 10 * times}});
    const ClassFigures found = class_figures(real, drawn, &options);
    for (const Estimate& one : {found.difference, found.modes, found.smallest}) {
      CHECK(*one.low <= one.value);
      CHECK(one.value <= *one.high);
    }
    // The deviation of a share of 0.1 of 100 is 0.03.
    const double width = *found.smallest.high - *found.smallest.low;
    CHECK(width == Approx(3.92 * 0.03 / std::sqrt(times)).epsilon(0.2));
    CHECK(width < before);
    before = width;
  }
}

TEST_CASE("modes: clusters of real trials, and those that virtual ones come from", "[metrics]") {
  const FeatureModes modes(groups(4, 100, 1), 4, 3);
  CHECK(modes.count() == 4);
  const std::vector<std::int32_t> found = modes.of(groups(4, 25, 2));
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == found[i % 4]);
  CHECK(std::set<std::int32_t>(found.begin(), found.end()).size() == 4);
  const std::vector<std::int32_t> half = modes.of(groups(2, 50, 3));
  CHECK(class_figures(found, half).modes.value == 2.0);
  CHECK(class_figures(found, half).difference.value == Approx(0.5));
  CHECK_THROWS_AS(modes.of(Features{1, 3, {1, 2, 3}}), Error);
}

TEST_CASE("modes: of trials that are all alike there is one", "[metrics]") {
  const Features alike{6, 2, std::vector<float>(12, 2.0F)};
  const FeatureModes modes(alike, 3, 1);
  CHECK(modes.count() == 1);
  CHECK(modes.of(alike) == Labels(6, 0));
  CHECK_THROWS_AS(FeatureModes(Features{0, 2, {}}, 3, 1), Error);
  CHECK_THROWS_AS(FeatureModes(alike, 0, 1), Error);
}
