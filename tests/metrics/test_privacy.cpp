// Measures of privacy against SciPy's and scikit-learn's, and where they are known.
#include "engine/metrics/privacy.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "engine/base/error.hpp"
#include "tests/metrics/golden_quality.hpp"
#include "tests/metrics/plain_kernels.hpp"
#include "tests/support/compare.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

using Numbers = std::vector<double>;

// Inputs are floats, distances their roots in double.
constexpr double rounding = 1e-6;

struct Closest {
  Numbers first, second;
};

Closest closest(const Features& rows, const Features& points) {
  Closest made;
  for (std::int64_t i = 0; i < rows.rows; ++i) {
    Numbers all;
    for (std::int64_t j = 0; j < points.rows; ++j) {
      all.push_back(std::sqrt(plain_squared_distance(rows, i, points, j)));
    }
    std::partial_sort(all.begin(), all.begin() + 2, all.end());
    made.first.push_back(all[0]);
    made.second.push_back(all[1]);
  }
  return made;
}

double mean(const Numbers& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

TEST_CASE("privacy: agrees with SciPy's distances and scikit-learn's AUC", "[metrics]") {
  const nlohmann::json wanted = golden_quality().at("distances");
  const Features training = features_of(wanted.at("training"));
  const Features held_out = features_of(wanted.at("held_out"));
  const Features drawn = features_of(wanted.at("drawn"));
  const Closest samples = closest(drawn, training), own = closest(held_out, training);
  CHECK(near_copy_distance(own.first, 0.1) ==
        Approx(wanted.at("near_distance").get<double>()).margin(rounding));
  CHECK(mean(near_copies(samples.first, own.first, 0.1)) ==
        Approx(wanted.at("near_copies").get<double>()).margin(rounding));
  CHECK(closest_ratio(samples.first, own.first)->value ==
        Approx(wanted.at("closest_ratio").get<double>()).margin(rounding));
  CHECK(bootstrap_median(neighbour_ratios(samples.first, samples.second)).value ==
        Approx(wanted.at("neighbour_ratio").get<double>()).margin(rounding));
  const Numbers members = closest(training, drawn).first, others = closest(held_out, drawn).first;
  CHECK(membership_auc(members, others).value ==
        Approx(wanted.at("membership").get<double>()).margin(rounding));
}

TEST_CASE("privacy: near copies are nearer than nearly all held-out rows", "[metrics]") {
  Numbers held_out(101);
  std::iota(held_out.begin(), held_out.end(), 0.0);
  CHECK(near_copy_distance(held_out) == Approx(1.0));
  CHECK(near_copies(Numbers{0.0, 0.5, 1.0, 7.0}, held_out) == Numbers{1.0, 1.0, 0.0, 0.0});
  // Held-out rows that are copies themselves make a copy nothing special.
  CHECK(mean(near_copies(Numbers(5, 0.0), Numbers(9, 0.0))) == 0.0);
  CHECK_THROWS_AS(near_copies(Numbers{}, held_out), Error);
  CHECK_THROWS_AS(near_copies(held_out, Numbers{}), Error);
}

TEST_CASE("privacy: the ratio of closest records", "[metrics]") {
  const Numbers held_out{2.0, 4.0, 6.0};
  CHECK(closest_ratio(held_out, held_out)->value == 1.0);
  CHECK(closest_ratio(Numbers{1.0, 1.0, 3.0, 3.0}, held_out)->value == 0.5);
  CHECK(closest_ratio(Numbers{0.0}, held_out)->value == 0.0);
  CHECK_FALSE(closest_ratio(held_out, Numbers{0.0, 0.0, 1.0}).has_value());
  CHECK_THROWS_AS(closest_ratio(Numbers{}, held_out), Error);
  Numbers samples(80), others(70);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = 1.0 + static_cast<double>(i % 9);
  for (std::size_t i = 0; i < others.size(); ++i) others[i] = 2.0 + static_cast<double>(i % 7);
  const BootstrapOptions options;
  const Estimate found = *closest_ratio(samples, others, &options);
  CHECK(found.value == 1.0);
  CHECK(*found.low < 1.0);
  CHECK(*found.high > 1.0);
  CHECK(*found.low > 0.4);
  CHECK(*found.high < 2.0);
}

TEST_CASE("privacy: ratios of neighbours", "[metrics]") {
  const double far = std::numeric_limits<double>::infinity();
  CHECK(neighbour_ratios(Numbers{1.0, 0.0, 0.0, 3.0}, Numbers{2.0, 0.0, 5.0, far}) ==
        Numbers{0.5, 1.0, 0.0, 0.0});
  CHECK_THROWS_AS(neighbour_ratios(Numbers{1.0}, Numbers{}), Error);
}

TEST_CASE("privacy: the membership attack tells copies from what was drawn alike", "[metrics]") {
  // Every training row was copied: all members are at distance 0.
  CHECK(membership_auc(Numbers(20, 0.0), Numbers{1.0, 2.0, 0.5}).value == 1.0);
  CHECK(membership_auc(Numbers{1.0, 2.0}, Numbers{2.0, 1.0}).value == 0.5);
  CHECK(membership_auc(Numbers{3.0}, Numbers{1.0}).value == 0.0);
  const BootstrapOptions options{100, 0.9, 4};
  const Estimate found =
      membership_auc(Numbers{1, 2, 3, 4, 5, 6}, Numbers{2, 3, 4, 5, 6, 7}, &options);
  CHECK(*found.low < found.value);
  CHECK(found.value < *found.high);
  CHECK(*found.high <= 1.0);
}

TEST_CASE("privacy: how often the closest record was trained on, one for one", "[metrics]") {
  // Three of four samples are closest to one of 30 training trials, one to one of 10 held-out ones.
  const Numbers to_training{1, 1, 1, 2, 5}, to_held_out{2, 2, 2, 1, 5};
  CHECK(closest_share(to_training, to_held_out, 30, 10)->value == Approx(0.5));
  CHECK(closest_share(to_training, to_held_out, 10, 10)->value == Approx(0.75));
  CHECK(closest_share(Numbers{1}, Numbers{2}, 30, 10)->value == 1.0);
  CHECK(closest_share(Numbers{2}, Numbers{1}, 30, 10)->value == 0.0);
  CHECK_FALSE(closest_share(Numbers{1, 2}, Numbers{1, 2}, 30, 10).has_value());
  CHECK_THROWS_AS(closest_share(Numbers{1}, Numbers{}, 30, 10), Error);
  const BootstrapOptions options;
  const Estimate found = *closest_share(to_training, to_held_out, 30, 10, &options);
  CHECK(*found.low <= found.value);
  CHECK(found.value <= *found.high);
}
