#include "engine/encode/scaling.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/encode/fit_scale.hpp"

namespace vgan {
namespace {

constexpr double tail_share = 0.05;  // of the network's range, at each end that has a tail

[[noreturn]] void refuse(const char* setting, const std::string& found, const std::string& allowed,
                         const std::string& remedy = "") {
  throw Error(ErrorCode::bad_config, {"bad setting", setting, found, allowed, remedy});
}

std::pair<double, double> range_of(const std::string& text) {
  const std::size_t colon = text.find(':');
  const std::string_view whole = text;
  if (colon != std::string::npos) {
    const auto low = read_number<double>(whole.substr(0, colon));
    const auto high = read_number<double>(whole.substr(colon + 1));
    if (low && high && *low < *high && std::isfinite(*high - *low)) return {*low, *high};
  }
  refuse("range", "'" + text + "'", "LOW:HIGH, two finite numbers, LOW below HIGH",
         "for example 0:100");
}

std::string text_of(const Scale& scale) {
  if (scale.is_constant()) return "always " + general_text(scale.low);
  std::string text = general_text(scale.low) + " to " + general_text(scale.high);
  if (!scale.has_tails()) return text;
  return text + ", most of it for " + general_text(scale.bulk_low) + " to " +
         general_text(scale.bulk_high);
}

// Rounding to a type on the way here may put a value beyond an end by so much of the range.
constexpr double rounding = 1e-6;

void require_inside(const Trials& trials, const Scale& scale, const std::string& whose) {
  const auto size = static_cast<std::size_t>(trials.values_per_trial());
  std::visit(
      [&](const auto& values) {
        for (std::size_t i = 0; i < values.size(); ++i) {
          const auto value = static_cast<double>(values[i]);
          const double at = scale.position(value);
          if (at >= -rounding && at <= 1.0 + rounding) continue;
          throw Error(ErrorCode::bad_data,
                      {"a value outside the range", trials.source,
                       general_text(value) + " in row " + std::to_string(i / size) + ", column " +
                           std::to_string(i % size),
                       general_text(scale.low) + " to " + general_text(scale.high) + ", " + whose,
                       "widen --range, or leave --range and --scale out"});
        }
      },
      trials.values);
}

}  // namespace

double Scale::position(double value) const {
  if (is_constant()) return 0.5;
  const double begin = low < bulk_low ? tail_share : 0.0;
  const double end = bulk_high < high ? 1.0 - tail_share : 1.0;
  if (begin > 0.0 && value < bulk_low) {
    return std::max(0.0, begin * ((value - low) / (bulk_low - low)));
  }
  if (end < 1.0 && value > bulk_high) {
    return std::min(1.0, end + tail_share * ((value - bulk_high) / (high - bulk_high)));
  }
  return begin + (end - begin) * ((value - bulk_low) / (bulk_high - bulk_low));
}

double Scale::value(double position) const {
  if (is_constant()) return low;
  const double begin = low < bulk_low ? tail_share : 0.0;
  const double end = bulk_high < high ? 1.0 - tail_share : 1.0;
  if (position == 0.0 || (begin > 0.0 && position < 0.0)) return low;
  if (position == 1.0 || (end < 1.0 && position > 1.0)) return high;
  if (begin > 0.0 && position < begin) return low + position / begin * (bulk_low - low);
  if (end < 1.0 && position > end) {
    return bulk_high + (position - end) / tail_share * (high - bulk_high);
  }
  return bulk_low + (position - begin) / (end - begin) * (bulk_high - bulk_low);
}

void require_scaling_choice(const ScalingChoice& choice) {
  if (choice.range.empty()) return;
  (void)range_of(choice.range);
  if (choice.scale == ScaleKind::automatic) return;
  refuse("scale", "'" + to_text(choice.scale) + "' beside a range", "auto", "give one of them");
}

Scaling::Scaling(std::vector<Scale> scales, double network_low)
    : scales_(std::move(scales)), network_low_(network_low) {}

Scaling Scaling::linear(double low, double high, double network_low) {
  return {{{low, low, high, high}}, network_low};
}

Scaling Scaling::fit(const Trials& trials, const ScalingChoice& choice,
                     const NetworkNumbers& network) {
  require_scaling_choice(choice);
  const auto given = [&](double low, double high, const std::string& whose, bool bounded) {
    Scaling made = linear(low, high, network.low);
    if (bounded) require_inside(trials, made.scales_[0], whose);
    return made;
  };
  if (!choice.range.empty()) {
    const auto [low, high] = range_of(choice.range);
    if (trials.is_u8() && low == 0.0 && high == 255.0) return {};
    return given(low, high, "as --range says", true);
  }
  if (choice.scale == ScaleKind::none) {
    return given(network.low, 1.0, "the network's own, as --scale none says", network.bounded);
  }
  if (choice.scale == ScaleKind::automatic) {
    if (trials.is_u8()) return {};
    if (!trials.by_values) {
      return given(static_cast<double>(trials.low), static_cast<double>(trials.high),
                   "as the data say", true);
    }
  }
  const bool columns = choice.scale == ScaleKind::column || (choice.scale == ScaleKind::automatic &&
                                                             trials.shape.kind == TrialKind::row);
  return {columns ? fit_columns(trials) : std::vector<Scale>{fit_all(trials)}, network.low};
}

double Scaling::low() const {
  if (bytes()) return 0.0;
  return std::min_element(scales_.begin(), scales_.end(),
                          [](const Scale& a, const Scale& b) { return a.low < b.low; })
      ->low;
}

double Scaling::high() const {
  if (bytes()) return 255.0;
  return std::max_element(scales_.begin(), scales_.end(),
                          [](const Scale& a, const Scale& b) { return a.high < b.high; })
      ->high;
}

bool Scaling::contains(double value, std::int64_t column) const {
  if (bytes()) return value >= 0.0 && value <= 255.0;
  const Scale& scale = scale_of(column);
  return value >= scale.low && value <= scale.high;
}

float Scaling::encode(double value, std::int64_t column) const {
  const double position = scale_of(column).position(value);
  return static_cast<float>(network_low_ + position * (1.0 - network_low_));
}

double Scaling::decode(float number, std::int64_t column) const {
  // In float, as devices round pixels from it (kernels/math/pixel.hpp).
  if (bytes()) return static_cast<double>(number * 255.0F);
  return scale_of(column).value((static_cast<double>(number) - network_low_) /
                                (1.0 - network_low_));
}

void Scaling::decode(std::span<const float> numbers, std::int64_t size,
                     std::vector<double>& values) const {
  values.resize(numbers.size());
  std::int64_t column = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    values[i] = decode(numbers[i], column);
    column = column + 1 == size ? 0 : column + 1;
  }
}

std::vector<float> Scaling::encoded(const Trials& trials) const {
  std::vector<float> numbers;
  const std::int64_t size = trials.values_per_trial();
  std::visit(
      [&](const auto& values) {
        numbers.reserve(values.size());
        std::int64_t column = 0;
        for (const auto value : values) {
          numbers.push_back(encode(static_cast<double>(value), column));
          column = column + 1 == size ? 0 : column + 1;
        }
      },
      trials.values);
  return numbers;
}

std::string Scaling::text() const {
  if (bytes()) return "0 to 255";
  if (scales_.size() == 1) return text_of(scales_[0]);
  const auto counted = [&](auto member, const char* what) {
    const auto count = std::count_if(scales_.begin(), scales_.end(),
                                     [&](const Scale& scale) { return (scale.*member)(); });
    return count == 0 ? std::string() : ", " + std::to_string(count) + what;
  };
  constexpr std::size_t most_named = 4;
  std::string text = "each of " + std::to_string(scales_.size()) + " columns by its own range";
  if (scales_.size() <= most_named) {
    for (std::size_t i = 0; i < scales_.size(); ++i) {
      text += (i == 0 ? ": " : "; ") + text_of(scales_[i]);
    }
    return text;
  }
  return text + counted(&Scale::has_tails, " with outliers in a tail") +
         counted(&Scale::is_constant, " constant");
}

}  // namespace vgan
