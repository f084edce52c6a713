#include "engine/encode/scaling.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/encode/fit_scale.hpp"
#include "engine/encode/table_heads.hpp"

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

// The curve of each column of a table, by the rows where it has a value; none for plain ones.
std::vector<ScoreCurve> fit_curves(const Trials& trials, const std::vector<bool>& plain) {
  const auto size = static_cast<std::size_t>(trials.values_per_trial());
  const auto count = static_cast<std::size_t>(trials.count);
  // Where the number that says whether number j is missing lies; `size`: nowhere.
  using Part = EncodedColumn::Part;
  std::vector<std::size_t> missing(size, size);
  if (trials.schema) {
    const std::vector<EncodedColumn> columns = encoded_columns(*trials.schema);
    for (std::size_t j = 0; j + 1 < size; ++j) {
      const bool marked = columns[j + 1].part == Part::missing;
      if (columns[j].part == Part::number && marked) missing[j] = j + 1;
    }
  }
  std::vector<ScoreCurve> curves(size);
  std::visit(
      [&](const auto& values) {
        for (std::size_t j = 0; j < size; ++j) {
          if (!plain.empty() && plain[j]) continue;
          std::vector<double> known;
          known.reserve(count);
          for (std::size_t i = 0; i < count; ++i) {
            if (missing[j] < size && values[i * size + missing[j]] != 0) continue;
            known.push_back(static_cast<double>(values[i * size + j]));
          }
          if (known.empty()) known.push_back(static_cast<double>(values[j]));
          curves[j] = ScoreCurve::fit(std::move(known));
        }
      },
      trials.values);
  return curves;
}

// Rounding to a type on the way here may put a value beyond an end by so much of the range.
constexpr double rounding = 1e-6;

void require_inside(const Trials& trials, const Scale& scale, const std::vector<bool>& plain,
                    const std::string& whose) {
  const auto size = static_cast<std::size_t>(trials.values_per_trial());
  std::visit(
      [&](const auto& values) {
        for (std::size_t i = 0; i < values.size(); ++i) {
          if (!plain.empty() && plain[i % size]) continue;
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

Scaling::Scaling(std::vector<Scale> scales, double network_low, std::vector<bool> plain)
    : scales_(std::move(scales)), plain_(std::move(plain)), network_low_(network_low) {}

Scaling::Scaling(std::vector<ScoreCurve> curves, const NetworkNumbers& network,
                 std::vector<bool> plain)
    : curves_(std::move(curves)),
      plain_(std::move(plain)),
      network_low_(network.low),
      bounded_(network.bounded) {}

Scaling Scaling::linear(double low, double high, double network_low) {
  return {std::vector<Scale>{{low, low, high, high}}, network_low};
}

Scaling Scaling::fit(const Trials& trials, const ScalingChoice& choice,
                     const NetworkNumbers& network) {
  require_scaling_choice(choice);
  std::vector<bool> plain;
  if (trials.schema) plain = plain_columns(*trials.schema);
  const auto given = [&](double low, double high, const std::string& whose, bool bounded) {
    Scaling made = linear(low, high, network.low);
    made.plain_ = plain;
    if (bounded) require_inside(trials, made.scales_[0], plain, whose);
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
  const bool automatic = choice.scale == ScaleKind::automatic;
  if (choice.scale == ScaleKind::scores || (automatic && trials.schema)) {
    return {fit_curves(trials, plain), network, plain};
  }
  const bool columns =
      choice.scale == ScaleKind::column || (automatic && trials.shape.kind == TrialKind::row);
  return {columns ? fit_columns(trials) : std::vector<Scale>{fit_all(trials)}, network.low, plain};
}

std::pair<double, double> Scaling::ends_of(std::int64_t column) const {
  if (bytes()) return {0.0, 255.0};
  if (is_plain(column)) return {0.0, 1.0};
  if (!curves_.empty()) {
    const ScoreCurve& curve = curves_[static_cast<std::size_t>(column)];
    return {curve.low(), curve.high()};
  }
  return {scale_of(column).low, scale_of(column).high};
}

double Scaling::low() const {
  double least = ends_of(0).first;
  for (std::size_t j = 1; j < std::max(scales_.size(), curves_.size()); ++j) {
    least = std::min(least, ends_of(static_cast<std::int64_t>(j)).first);
  }
  return least;
}

double Scaling::high() const {
  double greatest = ends_of(0).second;
  for (std::size_t j = 1; j < std::max(scales_.size(), curves_.size()); ++j) {
    greatest = std::max(greatest, ends_of(static_cast<std::int64_t>(j)).second);
  }
  return greatest;
}

bool Scaling::contains(double value, std::int64_t column) const {
  const auto [low, high] = ends_of(column);
  return value >= low && value <= high;
}

float Scaling::encode(double value, std::int64_t column) const {
  if (is_plain(column)) return static_cast<float>(value);
  double position = 0.0;
  if (curves_.empty()) {
    position = scale_of(column).position(value);
  } else {
    const ScoreCurve& curve = curves_[static_cast<std::size_t>(column)];
    const double score = curve.score(value);
    if (!bounded_) return static_cast<float>(score);
    position = curve.is_constant()
                   ? 0.5
                   : (score - curve.low_score()) / (curve.high_score() - curve.low_score());
  }
  return static_cast<float>(network_low_ + position * (1.0 - network_low_));
}

double Scaling::decode(float number, std::int64_t column) const {
  // In float, as devices round pixels from it (kernels/math/pixel.hpp).
  if (bytes()) return static_cast<double>(number * 255.0F);
  if (is_plain(column)) return static_cast<double>(number);
  const double position = (static_cast<double>(number) - network_low_) / (1.0 - network_low_);
  if (curves_.empty()) return scale_of(column).value(position);
  const ScoreCurve& curve = curves_[static_cast<std::size_t>(column)];
  if (!bounded_) return curve.value(static_cast<double>(number));
  return curve.value(curve.low_score() + position * (curve.high_score() - curve.low_score()));
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
  if (!curves_.empty()) {
    const auto scored = static_cast<std::size_t>(std::count_if(
        curves_.begin(), curves_.end(), [](const ScoreCurve& curve) { return !curve.empty(); }));
    return counted(scored, "column") + " by normal scores" +
           (scored == curves_.size()
                ? ""
                : ", " + counted(curves_.size() - scored, "flag") + " as they are");
  }
  if (scales_.size() == 1) return text_of(scales_[0]);
  const auto counted_with = [&](auto member, const char* what) {
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
  return text + counted_with(&Scale::has_tails, " with outliers in a tail") +
         counted_with(&Scale::is_constant, " constant");
}

}  // namespace vgan
