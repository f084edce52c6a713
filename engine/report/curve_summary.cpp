#include "engine/report/curve_summary.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <variant>

#include "engine/base/sorted_quantile.hpp"

namespace vgan {
namespace {

/// Sums of powers at each frequency, by the definition of the transform: curves are short and few.
class Powers {
 public:
  explicit Powers(std::size_t points) : points_(points), sums_(points / 2, 0.0) {
    for (std::size_t i = 0; i < points; ++i) {
      const double angle =
          2.0 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(points);
      cosine_.push_back(std::cos(angle));
      sine_.push_back(std::sin(angle));
    }
  }

  void add(const std::vector<double>& centred) {
    for (std::size_t k = 1; k <= sums_.size(); ++k) {
      double real = 0.0, imaginary = 0.0;
      std::size_t at = 0;
      for (const double value : centred) {
        real += value * cosine_[at];
        imaginary += value * sine_[at];
        at += k;
        if (at >= points_) at -= points_;
      }
      sums_[k - 1] += (real * real + imaginary * imaginary) / static_cast<double>(points_);
    }
  }
  const std::vector<double>& sums() const { return sums_; }

 private:
  std::size_t points_;
  std::vector<double> cosine_, sine_, sums_;
};

void centre(std::vector<double>& curve) {
  double sum = 0.0;
  for (const double value : curve) sum += value;
  const double mean = sum / static_cast<double>(curve.size());
  for (double& value : curve) value -= mean;
}

// Adds a centred curve's autocorrelation; says whether it has one.
bool add_autocorrelation(const std::vector<double>& centred, std::vector<double>& sums) {
  double all = 0.0;
  for (const double value : centred) all += value * value;
  if (!(all > 0.0)) return false;
  for (std::size_t lag = 0; lag < sums.size(); ++lag) {
    double sum = 0.0;
    for (std::size_t i = lag; i < centred.size(); ++i) sum += centred[i] * centred[i - lag];
    sums[lag] += sum / all;
  }
  return true;
}

}  // namespace

std::vector<double> curve_of(const Trials& curves, std::int64_t trial, std::int64_t channel) {
  const std::int64_t channels = curves.shape.channels;
  const std::int64_t size = curves.values_per_trial(), points = size / channels;
  std::vector<double> made(static_cast<std::size_t>(points));
  std::visit(
      [&](const auto& values) {
        for (std::int64_t i = 0; i < points; ++i) {
          made[static_cast<std::size_t>(i)] = static_cast<double>(
              values[static_cast<std::size_t>(trial * size + i * channels + channel)]);
        }
      },
      curves.values);
  return made;
}

CurveSummary summarise_curves(const Trials& curves, std::int64_t channel, std::int64_t most) {
  CurveSummary made;
  made.curves = std::min(curves.count, most);
  const auto points = static_cast<std::size_t>(curves.values_per_trial() / curves.shape.channels);
  std::vector<std::vector<double>> at(points);
  Powers powers(points);
  made.autocorrelation.assign(points / 2 + 1, 0.0);
  double varying = 0.0;
  for (std::int64_t i = 0; i < made.curves; ++i) {
    std::vector<double> curve = curve_of(curves, i * curves.count / made.curves, channel);
    for (std::size_t t = 0; t < points; ++t) at[t].push_back(curve[t]);
    centre(curve);
    powers.add(curve);
    varying += add_autocorrelation(curve, made.autocorrelation) ? 1.0 : 0.0;
  }
  for (std::vector<double>& values : at) {
    std::sort(values.begin(), values.end());
    for (std::size_t level = 0; level < band_levels.size(); ++level) {
      made.bands[level].push_back(sorted_quantile(values, band_levels[level]));
    }
  }
  made.spectrum = powers.sums();
  for (double& power : made.spectrum)
    power /= static_cast<double>(std::max<std::int64_t>(1, made.curves));
  if (varying == 0.0) made.autocorrelation.clear();
  for (double& value : made.autocorrelation) value /= varying;
  return made;
}

}  // namespace vgan
