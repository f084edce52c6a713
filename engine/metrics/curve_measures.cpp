#include "engine/metrics/curve_measures.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "engine/base/check.hpp"
#include "engine/metrics/fourier.hpp"

namespace vgan {
namespace {

constexpr double least_power = 1e-6;  // of a channel's mean

std::int64_t times_of(const TrialRows& curves, std::int64_t channels) {
  require(curves.count() > 0, "curves", "none", "one or more");
  require(channels >= 1 && curves.size() % channels == 0, "curves",
          std::to_string(channels) + " channels", "a divisor of " + std::to_string(curves.size()));
  return curves.size() / channels;
}

// Which curves are looked at: `count` of all, evenly spread.
std::int64_t spread_row(std::int64_t row, std::int64_t count, std::int64_t all) {
  return row * all / count;
}

// One channel of a curve without its mean.
void centred_channel(const std::vector<float>& curve, std::int64_t channels, std::int64_t channel,
                     std::vector<double>& made) {
  double sum = 0.0;
  for (std::size_t t = 0; t < made.size(); ++t) {
    made[t] =
        double{curve[t * static_cast<std::size_t>(channels) + static_cast<std::size_t>(channel)]};
    sum += made[t];
  }
  const double mean = sum / static_cast<double>(made.size());
  for (double& value : made) value -= mean;
}

void require_same_sizes(const CurveMeans& one, const CurveMeans& two) {
  require(one.channels() == two.channels() && one.size() == two.size(), "figures of curves",
          shape_text(two.channels(), two.size()), shape_text(one.channels(), one.size()));
}

using Compare = std::function<double(const std::vector<double>&, const std::vector<double>&)>;

Estimate compared(const CurveMeans& one, const CurveMeans& two, const BootstrapOptions* options,
                  double most, const Compare& compare) {
  require_same_sizes(one, two);
  const double value = compare(one.mean(), two.mean());
  if (options == nullptr) return {value};
  auto figures = resampled_figures(
      one.draws(), two.draws(), options->resamples,
      [&](auto first, auto second) { return compare(one.mean(first), two.mean(second)); });
  return centred_interval(value, std::move(figures), options->inside, 0.0, most);
}

}  // namespace

CurveMeans::CurveMeans(std::int64_t rows, std::int64_t channels, std::int64_t size,
                       std::uint64_t seed, std::uint64_t side)
    : channels_(channels),
      size_(size),
      draws_(rows, seed, side),
      sums_(static_cast<std::size_t>(draws_.groups() * channels * size), 0.0),
      sizes_(static_cast<std::size_t>(draws_.groups()), 0.0) {}

template <class Figures>
void CurveMeans::add_all(const TrialRows& curves, Figures figures) {
  std::vector<float> curve(static_cast<std::size_t>(curves.size()));
  std::vector<double> values(static_cast<std::size_t>(curves.size() / channels_));
  std::vector<double> found(static_cast<std::size_t>(size_));
  for (std::int64_t row = 0; row < draws_.rows(); ++row) {
    curves.read(spread_row(row, draws_.rows(), curves.count()), curve.data());
    const auto group = static_cast<std::size_t>(draws_.group_of()[static_cast<std::size_t>(row)]);
    sizes_[group] += 1.0;
    for (std::int64_t channel = 0; channel < channels_; ++channel) {
      centred_channel(curve, channels_, channel, values);
      figures(values, found);
      double* sums =
          sums_.data() + (static_cast<std::int64_t>(group) * channels_ + channel) * size_;
      for (std::int64_t i = 0; i < size_; ++i) sums[i] += found[static_cast<std::size_t>(i)];
    }
  }
}

CurveMeans CurveMeans::spectra(const TrialRows& curves, std::int64_t channels, std::uint64_t seed,
                               std::uint64_t side) {
  const std::int64_t times = times_of(curves, channels);
  FourierPowers transform(times);
  CurveMeans made(std::min(curves.count(), most_curves), channels, transform.bins(), seed, side);
  made.add_all(curves, [&](const std::vector<double>& values, std::vector<double>& found) {
    transform.powers(values, found);
    for (std::size_t k = 0; k < found.size(); ++k) {
      const bool alone = k == 0 || 2 * k == values.size();
      found[k] *= (alone ? 1.0 : 2.0) / static_cast<double>(times);
    }
  });
  return made;
}

CurveMeans CurveMeans::autocorrelations(const TrialRows& curves, std::int64_t channels,
                                        std::uint64_t seed, std::uint64_t side) {
  const std::int64_t lags = std::min(times_of(curves, channels) / 2, most_lags);
  CurveMeans made(std::min(curves.count(), most_curves), channels, lags, seed, side);
  made.add_all(curves, [](const std::vector<double>& values, std::vector<double>& found) {
    double squares = 0.0;
    for (const double value : values) squares += value * value;
    for (std::size_t lag = 1; lag <= found.size(); ++lag) {
      double sum = 0.0;
      for (std::size_t t = lag; t < values.size(); ++t) sum += values[t] * values[t - lag];
      found[lag - 1] = squares > 0.0 ? sum / squares : 0.0;
    }
  });
  return made;
}

std::vector<double> CurveMeans::mean() const {
  return mean(std::vector<std::int32_t>(sizes_.size(), 1));
}

std::vector<double> CurveMeans::mean(std::span<const std::int32_t> counts) const {
  const auto width = static_cast<std::size_t>(channels_ * size_);
  std::vector<double> made(width, 0.0);
  double rows = 0.0;
  for (std::size_t group = 0; group < sizes_.size(); ++group) {
    if (counts[group] == 0) continue;
    rows += counts[group] * sizes_[group];
    const double* sums = sums_.data() + group * width;
    for (std::size_t i = 0; i < width; ++i) made[i] += counts[group] * sums[i];
  }
  for (double& value : made) value /= rows;
  return made;
}

double log_spectral_distance(std::span<const double> one, std::span<const double> two,
                             std::int64_t channels) {
  require(one.size() == two.size() && channels >= 1 && std::ssize(one) % channels == 0, "spectra",
          std::to_string(two.size()) + " powers", std::to_string(one.size()));
  const std::size_t bins = one.size() / static_cast<std::size_t>(channels);
  if (bins < 2) return 0.0;
  double squares = 0.0;
  for (std::size_t first = 0; first < one.size(); first += bins) {
    double sum_one = 0.0, sum_two = 0.0;
    for (std::size_t k = first + 1; k < first + bins; ++k) sum_one += one[k], sum_two += two[k];
    const double least = least_power * std::max(sum_one, sum_two) / static_cast<double>(bins - 1);
    if (!(least > 0.0)) continue;  // neither side moves
    for (std::size_t k = first + 1; k < first + bins; ++k) {
      const double decibels = 10.0 * std::log10(std::max(one[k], least) / std::max(two[k], least));
      squares += decibels * decibels;
    }
  }
  return std::sqrt(squares / static_cast<double>((bins - 1) * static_cast<std::size_t>(channels)));
}

Estimate spectrum_estimate(const CurveMeans& real, const CurveMeans& generated,
                           const BootstrapOptions* options) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return compared(real, generated, options, infinity, [&](const auto& one, const auto& two) {
    return log_spectral_distance(one, two, real.channels());
  });
}

Estimate autocorrelation_estimate(const CurveMeans& real, const CurveMeans& generated,
                                  const BootstrapOptions* options) {
  return compared(real, generated, options, 2.0, [](const auto& one, const auto& two) {
    double squares = 0.0;
    for (std::size_t i = 0; i < one.size(); ++i) squares += (one[i] - two[i]) * (one[i] - two[i]);
    return std::sqrt(squares / static_cast<double>(std::max<std::size_t>(one.size(), 1)));
  });
}

}  // namespace vgan
