#include "engine/report/nearest_trials.hpp"

#include <cmath>
#include <limits>
#include <optional>

#include "engine/base/check.hpp"
#include "engine/stats/trial_rows.hpp"

namespace vgan {

std::vector<NearestTrial> nearest_trials(const Trials& training, const Trials& samples,
                                         std::span<const std::int64_t> of, const Trials* units_of) {
  const std::optional<TrialUnits> units = TrialUnits::of(units_of ? *units_of : training);
  const TrialRows real = TrialRows(training).in(units ? &*units : nullptr);
  const TrialRows drawn = TrialRows(samples).in(units ? &*units : nullptr);
  require(real.size() == drawn.size(), "nearest trials", std::to_string(drawn.size()) + " numbers",
          std::to_string(real.size()));
  const auto size = static_cast<std::size_t>(real.size());
  std::vector<float> queries(of.size() * size), trial(size);
  std::vector<float> least(of.size(), std::numeric_limits<float>::infinity());
  std::vector<NearestTrial> made;
  for (std::size_t q = 0; q < of.size(); ++q) {
    drawn.read(of[q], queries.data() + q * size);
    made.push_back({of[q], 0, 0.0});
  }
  for (std::int64_t row = 0; row < real.count(); ++row) {
    real.read(row, trial.data());
    for (std::size_t q = 0; q < of.size(); ++q) {
      const float* query = queries.data() + q * size;
      float sum = 0.0F;
      // Stops at the first stretch after which the trial cannot be the nearest.
      for (std::size_t first = 0; first < size && sum < least[q]; first += 64) {
        const std::size_t end = std::min(size, first + 64);
        float part = 0.0F;
        for (std::size_t i = first; i < end; ++i)
          part += (query[i] - trial[i]) * (query[i] - trial[i]);
        sum += part;
      }
      if (!(sum < least[q])) continue;
      least[q] = sum;
      made[q].trial = row;
    }
  }
  for (std::size_t q = 0; q < of.size(); ++q) {
    made[q].distance = std::sqrt(static_cast<double>(least[q]));
  }
  return made;
}

}  // namespace vgan
