// Figures of sets whose quality is known: the data themselves, resampled columns, one class.
#include "engine/metrics/quality.hpp"

#include <cmath>
#include <set>

#include "engine/base/error.hpp"
#include "engine/metrics/resampled.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/small_run.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

Quality judged(const QualityJudge& judge, const Trials& images) {
  return judge.judge(TrialRows(images));
}

}  // namespace

TEST_CASE("quality of rows: no column counts for more because its unit is small", "[metrics]") {
  // Column 1 is column 0 with its sign turned in half of the samples; units 1e6 and 1e-3.
  const auto rows = [](std::int64_t count, double first, double second, bool turned) {
    Trials images;
    images.count = count;
    images.shape = {1, 2, 1, TrialKind::row};
    images.by_values = true;
    std::vector<double> values;
    for (std::int64_t n = 0; n < count; ++n) {
      const double x = std::sin(0.7 * static_cast<double>(n));
      values.push_back(first * x);
      values.push_back(second * (turned && n % 2 == 1 ? -x : x));
    }
    images.values = values;
    return images;
  };
  const auto distance = [&](double first, double second) {
    const QualityJudge judge(rows(600, first, second, false), rows(200, first, second, false));
    return judged(judge, rows(400, first, second, true)).distance;
  };
  const double equal = distance(1.0, 1.0);
  // Training trials lie along one line, where their variance is 2 in deviations; that of samples,
  // whose columns are independent, is 1 there: (sqrt(2) - 1)^2.
  CHECK(equal == Approx(0.1716).epsilon(0.02));
  CHECK(distance(1e6, 1e-3) == Approx(equal).epsilon(1e-3));
  CHECK(distance(1e-3, 1e6) == Approx(equal).epsilon(1e-3));
}

// Waves of one frequency, samples of another: what that makes of the distance must not depend on a
// spike in one training trial, or on the number that all values are counted from. Noise sees to it
// that there are all components without the spike.
TEST_CASE("quality of curves: neither an outlier nor an offset decides", "[metrics]") {
  const auto waves = [](std::int64_t count, double frequency, double offset) {
    Trials images;
    images.count = count;
    images.shape = {1, 16, 1, TrialKind::curve};
    images.by_values = true;
    std::vector<double> values;
    for (std::int64_t n = 0; n < count; ++n) {
      for (int i = 0; i < 16; ++i) {
        const auto at = static_cast<double>(n * 16 + i);
        const double noise = 0.1 * std::sin(12.9898 * at * at);
        values.push_back(offset + std::sin(0.7 * static_cast<double>(n) + frequency * i) + noise);
      }
    }
    images.values = values;
    return images;
  };
  const auto distance = [&](double offset, bool spike) {
    Trials training = waves(600, 0.2, offset);
    if (spike) std::get<std::vector<double>>(training.values)[16 * 300 + 5] = offset + 1e7;
    const QualityJudge judge(training, waves(200, 0.2, offset));
    return judged(judge, waves(400, 0.4, offset)).distance;
  };
  const double plain = distance(0.0, false);
  CHECK(plain > 0.5);
  CHECK(distance(0x1p30, false) == Approx(plain).epsilon(1e-4));
  CHECK(distance(0.0, true) == Approx(plain).epsilon(0.02));
}

TEST_CASE("resampled columns: each keeps its values, and a seed its draw", "[metrics]") {
  const Trials bars = bar_images(600);
  const Trials drawn = resampled_columns(bars, 3000, 1);
  REQUIRE_NOTHROW(drawn.require_consistent());
  CHECK(drawn.values == resampled_columns(bars, 3000, 1).values);
  CHECK(drawn.values != resampled_columns(bars, 3000, 2).values);
  const auto& from = std::get<std::vector<std::uint8_t>>(bars.values);
  const auto& to = std::get<std::vector<std::uint8_t>>(drawn.values);
  for (std::size_t column = 0; column < 36; ++column) {
    std::set<std::uint8_t> values;
    for (std::size_t n = 0; n < 600; ++n) values.insert(from[n * 36 + column]);
    std::size_t bright = 0;
    for (std::size_t n = 0; n < 3000; ++n) {
      REQUIRE(values.count(to[n * 36 + column]) == 1);
      bright += to[n * 36 + column] > 10 ? 1 : 0;
    }
    // A sixth of 3,000: deviation 20, five of them.
    CHECK((bright >= 400 && bright <= 600));
  }
}

TEST_CASE("quality: the data themselves are near, resampled columns far", "[metrics]") {
  const Trials training = bar_images(600);
  const Trials held_out = bar_images(120);
  const QualityJudge judge(training, held_out);
  CHECK(judge.components().size() >= 6);
  REQUIRE(judge.classes_right());
  CHECK(*judge.classes_right() == 1.0);

  const Quality near = judged(judge, training);
  CHECK(near.count == 600);
  CHECK(near.distance < 0.01);
  CHECK(near.precision > 0.9);
  CHECK(near.recall > 0.9);
  REQUIRE(near.classes);
  CHECK(near.classes->labels == std::vector<std::int32_t>{0, 1, 2, 3, 4, 5});
  for (const double share : near.classes->shares) CHECK(share == Approx(1.0 / 6.0));

  const Quality far = judged(judge, resampled_columns(training, 600, 1));
  CHECK(far.distance > 0.5);
  CHECK(far.distance > 50.0 * near.distance);
  CHECK(far.precision < 0.1);
}

TEST_CASE("quality: a class that is missing shows in shares, recall and distance", "[metrics]") {
  const QualityJudge judge(bar_images(600), bar_images(120));
  Trials some = bar_images(600);
  auto& pixels = std::get<std::vector<std::uint8_t>>(some.values);
  for (std::size_t n = 3; n < 600; n += 6) {  // class 3 becomes class 2
    std::copy_n(pixels.begin() + (n - 1) * 36, 36, pixels.begin() + n * 36);
  }
  const Quality found = judged(judge, some);
  REQUIRE(found.classes);
  CHECK(found.classes->smallest() == 3);
  CHECK(found.classes->shares[3] == 0.0);
  CHECK(found.classes->shares[2] == Approx(1.0 / 3.0));
  CHECK(found.recall < 0.9);
  CHECK(found.precision > 0.9);
  CHECK(found.distance > 0.05);
}

TEST_CASE("quality: the nearest trial's class is checked on held-out trials", "[metrics]") {
  Trials others = bar_images(120);
  for (std::size_t n = 0; n < 60; ++n) others.labels[n] = (others.labels[n] + 1) % 6;
  CHECK(*QualityJudge(bar_images(600), others).classes_right() == 0.5);
  others.labels.clear();
  CHECK_THROWS_AS(QualityJudge(bar_images(600), others), Error);
}

TEST_CASE("quality: trials without labels have no classes, few trials no figures", "[metrics]") {
  Trials training = bar_images(60);
  training.labels.clear();
  const QualityJudge judge(training, bar_images(30));
  CHECK_FALSE(judge.classes_right());
  CHECK_FALSE(judged(judge, training).classes);
  CHECK_THROWS_AS(QualityJudge(training, bar_images(3)), Error);
  CHECK_THROWS_AS(judged(judge, bar_images(3)), Error);
}
