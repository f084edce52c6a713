#include "apps/bench/measure.hpp"

#include "engine/base/number_text.hpp"

namespace vgan::bench {

Spread spread_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  const double median =
      values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
  return {median, values.front(), values.back()};
}

nlohmann::json to_json(const Spread& spread) {
  return {{"median", spread.median}, {"least", spread.least}, {"most", spread.most}};
}

std::string text_of(const Spread& spread) {
  return figure(spread.median) + " (" + figure(spread.least) + " to " + figure(spread.most) + ")";
}

std::string figure(double value) {
  const double size = std::fabs(value);
  const int decimals =
      size < 1e-300 ? 0 : std::clamp(2 - static_cast<int>(std::floor(std::log10(size))), 0, 9);
  return fixed_text(value, decimals);
}

}  // namespace vgan::bench
