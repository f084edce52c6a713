#include "engine/stats/trial_rows.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "engine/encode/fit_scale.hpp"

namespace vgan {

TrialRows::TrialRows(const Trials& trials, std::int64_t most)
    : trials_(&trials), count_(std::min(trials.count, most)), size_(trials.values_per_trial()) {}

namespace {

void fit_columns_of_rows(const Trials& training, std::vector<double>& mean,
                         std::vector<double>& deviation) {
  const auto columns = static_cast<std::size_t>(training.values_per_trial());
  const auto count = static_cast<double>(training.count);
  mean.assign(columns, 0.0);
  deviation.assign(columns, 0.0);
  std::visit(
      [&](const auto& values) {
        for (std::size_t i = 0; i < values.size(); ++i) {
          mean[i % columns] += static_cast<double>(values[i]) / count;
        }
        for (std::size_t i = 0; i < values.size(); ++i) {
          const double off = static_cast<double>(values[i]) - mean[i % columns];
          deviation[i % columns] += off * off / count;
        }
      },
      training.values);
  for (double& variance : deviation) variance = variance > 0.0 ? std::sqrt(variance) : 1.0;
}

}  // namespace

std::optional<TrialUnits> TrialUnits::of(const Trials& training) {
  if (training.is_u8() || training.count < 1) return std::nullopt;
  TrialUnits units;
  if (training.shape.kind == TrialKind::row) {
    fit_columns_of_rows(training, units.mean_, units.deviation_);
    return units;
  }
  const Scale scale = training.by_values
                          ? fit_all(training)
                          : Scale{training.low, training.low, training.high, training.high};
  const double middle = scale.bulk_low + (scale.bulk_high - scale.bulk_low) / 2.0;
  units.mean_ = {middle};
  units.deviation_ = {1.0};
  if (scale.has_tails() && scale.bulk_low < scale.bulk_high) {
    // measured() begins with positions from 0 to 1 then.
    units.tailed_ = scale;
    units.mean_ = {scale.position(middle)};
    units.deviation_ = {(scale.position(scale.bulk_high) - scale.position(scale.bulk_low)) /
                        (scale.bulk_high - scale.bulk_low)};
  }
  return units;
}

double TrialUnits::measured(double value, std::int64_t column) const {
  const std::size_t at = mean_.size() == 1 ? 0 : static_cast<std::size_t>(column);
  const double from = tailed_ ? tailed_->position(value) : value;
  return (from - mean_[at]) / deviation_[at];
}

TrialRows TrialRows::in(const TrialUnits* units) const {
  TrialRows rows = *this;
  rows.units_ = units;
  return rows;
}

std::int64_t TrialRows::trial(std::int64_t row) const {
  // Below 2^63 for sets of up to 2^31 trials.
  return row * trials_->count / count_;
}

void TrialRows::read(std::int64_t row, float* values) const {
  std::visit(
      [&](const auto& pixels) {
        using Pixel = typename std::decay_t<decltype(pixels)>::value_type;
        constexpr float unit = std::is_same_v<Pixel, std::uint8_t> ? 255.0F : 1.0F;
        const Pixel* from = pixels.data() + trial(row) * size_;
        for (std::int64_t i = 0; units_ != nullptr && i < size_; ++i) {
          values[i] = static_cast<float>(units_->measured(static_cast<double>(from[i]), i));
        }
        if (units_ != nullptr) return;
        for (std::int64_t i = 0; i < size_; ++i) values[i] = static_cast<float>(from[i]) / unit;
      },
      trials_->values);
}

}  // namespace vgan
