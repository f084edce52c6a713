#include "engine/experiment/nearest_real.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/base/error.hpp"
#include "engine/base/text.hpp"
#include "engine/experiment/known_values.hpp"

namespace vgan {
namespace {

constexpr const char* what = "cannot take real rows";

double deviation_of(const std::vector<Settings>& rows, std::size_t column) {
  const auto count = static_cast<double>(rows.size());
  double mean = 0.0, squares = 0.0;
  for (const Settings& row : rows) mean += row[column] / count;
  for (const Settings& row : rows) squares += (row[column] - mean) * (row[column] - mean);
  const double deviation = std::sqrt(squares / count);
  return deviation > 1e-12 * std::fabs(mean) ? deviation : 0.0;
}

}  // namespace

RealSettings::RealSettings(const std::string& file, const SettingSpace& space,
                           const Schema& schema) {
  std::vector<std::size_t> columns;
  for (const auto& setting : space.settings()) columns.push_back(setting.column);
  const ValuesOfTable read = read_values(file, schema, columns);
  for (const std::size_t column : columns) {
    if (read.values.contains(column)) continue;
    throw Error(ErrorCode::bad_data,
                {what, file, "no column '" + shortened(schema.columns[column].name) + "'",
                 "a table with the settings' columns", ""});
  }
  for (std::int64_t row = 0; row < read.rows; ++row) {
    Settings settings;
    for (const std::size_t column : columns) {
      settings.push_back(read.values.at(column)[static_cast<std::size_t>(row)]);
    }
    const bool whole = std::none_of(settings.begin(), settings.end(),
                                    [](double value) { return std::isnan(value); });
    if (whole) rows_.push_back(std::move(settings));
  }
  if (rows_.empty()) {
    throw Error(ErrorCode::bad_data,
                {what, file, "no row with a value of each setting", "one or more", ""});
  }
  for (std::size_t k = 0; k < columns.size(); ++k) {
    deviations_.push_back(schema.columns[columns[k]].numeric ? deviation_of(rows_, k) : 0.0);
  }
}

double RealSettings::nearest(const Settings& settings) const {
  double least = std::numeric_limits<double>::infinity();
  for (const Settings& row : rows_) {
    double sum = 0.0;
    for (std::size_t k = 0; k < settings.size() && sum < least; ++k) {
      const double apart = deviations_[k] > 0.0 ? (settings[k] - row[k]) / deviations_[k]
                                                : static_cast<double>(settings[k] != row[k]);
      sum += apart * apart;
    }
    least = std::min(least, sum);
  }
  return std::sqrt(least);
}

}  // namespace vgan
