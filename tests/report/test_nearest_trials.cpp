// The nearest training trial of samples, beside the obvious way to find it.
#include "engine/report/nearest_trials.hpp"

#include <cmath>
#include <limits>

#include "tests/support/catch.hpp"
#include "tests/support/model_runs.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

// Bytes without order, so that no two trials are as near to a third.
Trials noise(std::int64_t count, std::uint64_t seed) {
  Trials trials = slopes(12, 13, 1, count);
  std::uint64_t state = seed;
  for (std::uint8_t& value : std::get<std::vector<std::uint8_t>>(trials.values)) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    value = static_cast<std::uint8_t>(state >> 56);
  }
  return trials;
}

NearestTrial twin(const Trials& training, const Trials& samples, std::int64_t sample) {
  const auto& real = std::get<std::vector<std::uint8_t>>(training.values);
  const auto& drawn = std::get<std::vector<std::uint8_t>>(samples.values);
  const auto size = static_cast<std::size_t>(training.shape.size());
  NearestTrial best{sample, 0, std::numeric_limits<double>::infinity()};
  for (std::int64_t row = 0; row < training.count; ++row) {
    double sum = 0.0;
    for (std::size_t i = 0; i < size; ++i) {
      const double a = real[static_cast<std::size_t>(row) * size + i];
      const double b = drawn[static_cast<std::size_t>(sample) * size + i];
      sum += (a - b) * (a - b) / 255.0 / 255.0;
    }
    if (std::sqrt(sum) < best.distance) best = {sample, row, std::sqrt(sum)};
  }
  return best;
}

}  // namespace

TEST_CASE("the nearest trial is that which a search finds", "[engine][report]") {
  const Trials training = noise(37, 1), others = noise(20, 2);
  const std::vector<std::int64_t> of{0, 3, 19};
  const auto found = nearest_trials(training, others, of);
  REQUIRE(found.size() == 3);
  for (std::size_t i = 0; i < of.size(); ++i) {
    const NearestTrial expected = twin(training, others, of[i]);
    CHECK(found[i].sample == of[i]);
    CHECK(found[i].trial == expected.trial);
    CHECK_THAT(found[i].distance, Catch::Matchers::WithinAbs(expected.distance, 1e-4));
  }
  const std::vector<std::int64_t> itself{5};
  CHECK(nearest_trials(training, training, itself)[0].distance == 0.0);
  CHECK_THROWS(nearest_trials(training, bar_images(9), itself));  // images of another size
}
