#include <algorithm>
#include <cmath>
#include <span>
#include <type_traits>
#include <utility>

#include "engine/base/check.hpp"
#include "engine/base/error.hpp"
#include "engine/data/table_trials.hpp"
#include "engine/quality/evaluator.hpp"

namespace vgan {
namespace {

void require_finite(const Trials& outline, const std::vector<double>& values) {
  const auto bad = std::find_if(values.begin(), values.end(),
                                [](double value) { return !std::isfinite(value); });
  if (bad == values.end()) return;
  const std::int64_t at = bad - values.begin(), size = outline.values_per_trial();
  throw Error(ErrorCode::bad_data,
              {"cannot measure samples", "",
               (std::isnan(*bad) ? "NaN" : "an infinite number") + std::string(" in sample ") +
                   std::to_string(at / size) + ", number " + std::to_string(at % size),
               "finite numbers", "the model that made them has diverged"});
}

// The least and the greatest whole number of a type, which a double may be the neighbour of.
std::pair<double, double> limits_of(ValueType type) {
  const ValueTypeInfo& info = info_of(type);
  if (type == ValueType::boolean) return {0.0, 1.0};
  const double all = std::ldexp(1.0, 8 * info.bytes);
  return info.npy_kind == 'u' ? std::pair(0.0, all - 1.0) : std::pair(-all / 2.0, all / 2.0 - 1.0);
}

void round_to(ValueType type, std::vector<double>& values) {
  if (!is_whole(type)) return;
  const auto [least, most] = limits_of(type);
  for (double& value : values) value = std::clamp(std::round(value), least, most);
}

}  // namespace

Trials sample_trials(const Trials& outline, std::vector<double> values) {
  Trials made = outline.outline();
  const std::int64_t size = outline.values_per_trial();
  const auto count = static_cast<std::int64_t>(values.size());
  require(count > 0 && count % size == 0, "samples", std::to_string(count) + " numbers",
          "a multiple of " + std::to_string(size));
  require_finite(outline, values);
  made.count = count / size;
  made.condition_size = 0;
  made.class_names.clear();
  made.source = "samples of " + outline.source;
  if (made.schema) {
    RowDecoder(*made.schema).snap(values);
  } else {
    round_to(outline.value_type(), values);
  }
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  made.low = std::min(made.low, *least);
  made.high = std::max(made.high, *most);
  std::visit(
      [&](auto& to) {
        using Number = typename std::decay_t<decltype(to)>::value_type;
        to.reserve(values.size());
        for (const double value : values) to.push_back(static_cast<Number>(value));
      },
      made.values);
  return made;
}

}  // namespace vgan
