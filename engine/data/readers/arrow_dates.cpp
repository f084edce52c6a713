#include <arrow/type_traits.h>

#include <chrono>
#include <limits>
#include <optional>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/text.hpp"
#include "engine/data/readers/arrow_column.hpp"
#include "engine/data/readers/column_reader.hpp"

namespace vgan {
namespace {

using arrow::Type;

constexpr std::int64_t micro = 1'000'000;  // of a second
constexpr std::int64_t a_day = 86400 * micro;

// Days from 1970 to a first of January.
constexpr std::int64_t days_to(int year) {
  using namespace std::chrono;
  return sys_days(year_month_day(std::chrono::year(year), January, std::chrono::day(1)))
      .time_since_epoch()
      .count();
}
constexpr std::int64_t first_day = days_to(1), end_day = days_to(10000);

std::int64_t units_of(arrow::TimeUnit::type unit) {  // of a second
  switch (unit) {
    case arrow::TimeUnit::SECOND: return 1;
    case arrow::TimeUnit::MILLI: return 1000;
    case arrow::TimeUnit::MICRO: return micro;
    case arrow::TimeUnit::NANO: return 1000 * micro;
  }
  return 1;
}

/// Dates, times of day, or both: days or seconds, in as short a format as all of them fit.
class Dates final : public ArrowColumn {
 public:
  /// The cells count `units` a second; those of dates alone, days where it is 0.
  Dates(ArrowPlace place, std::int64_t units, bool date, bool time, bool zone)
      : place_(std::move(place)), units_(units), date_(date), time_(time), zone_(zone) {}

  void add(const arrow::Array& array, std::int64_t row) override {
    switch (array.type_id()) {
      case Type::DATE32: return add_all(static_cast<const arrow::Date32Array&>(array), row);
      case Type::DATE64: return add_all(static_cast<const arrow::Date64Array&>(array), row);
      case Type::TIME32: return add_all(static_cast<const arrow::Time32Array&>(array), row);
      case Type::TIME64: return add_all(static_cast<const arrow::Time64Array&>(array), row);
      default: return add_all(static_cast<const arrow::TimestampArray&>(array), row);
    }
  }

  void take(TableColumn& column, std::vector<std::string>& notes) override {
    // Times at midnight alone are dates.
    const bool days = date_ && (!time_ || (finest_ == a_day && !zone_));
    const double unit = static_cast<double>(days ? a_day : micro);
    column.numbers.reserve(cells_.size());
    for (const std::int64_t cell : cells_) {
      column.numbers.push_back(cell == missing ? std::numeric_limits<double>::quiet_NaN()
                                               : static_cast<double>(cell) / unit);
    }
    cells_ = {};
    int decimals = 0;
    column.format = date_ ? "YYYY-MM-DD" : "";
    if (!days) {
      column.format += date_ ? "THH:MM" : "HH:MM";
      if (finest_ < 60 * micro) column.format += ":SS";
      for (std::int64_t least = micro; least > finest_; least /= 10) ++decimals;
      if (decimals > 0) column.format += "." + std::string(static_cast<std::size_t>(decimals), 'S');
      if (zone_) column.format += "Z";
    }
    column.style = {decimals, decimals, 17, false};
    if (rounded_) notes.push_back(place_.column() + ": times are rounded to microseconds");
  }

 private:
  static constexpr std::int64_t missing = std::numeric_limits<std::int64_t>::min();

  template <class Array>
  void add_all(const Array& array, std::int64_t row) {
    for (std::int64_t i = 0; i < array.length(); ++i) {
      cells_.push_back(array.IsNull(i) ? missing : micros_of(array.Value(i), row + i));
    }
  }

  // Microseconds since 1970, or since midnight.
  std::int64_t micros_of(std::int64_t value, std::int64_t row) {
    std::int64_t micros = 0;
    bool fits = true;
    if (units_ > micro) {
      const std::int64_t each = units_ / micro;
      micros = value / each - (value % each < 0 ? 1 : 0);
      const std::int64_t rest = value - micros * each;
      rounded_ = rounded_ || rest != 0;
      if (2 * rest >= each) ++micros;
    } else {
      fits = !__builtin_mul_overflow(value, units_ == 0 ? a_day : micro / units_, &micros);
    }
    const std::int64_t first = date_ ? first_day : 0, end = date_ ? end_day : 1;
    if (!fits || micros < first * a_day || micros >= end * a_day) {
      throw Error(ErrorCode::bad_data,
                  {cannot_read_table, place_.cell(row), std::to_string(value),
                   date_ ? "dates of the years 1 to 9999" : "times from 00:00 to 23:59:59",
                   "correct the cell, or make it null"});
    }
    // Dates of date64 are whole days, whatever stands behind them.
    if (date_ && !time_) micros -= (micros % a_day + a_day) % a_day;
    while (micros % finest_ != 0) finest_ = finer();
    return micros;
  }

  std::int64_t finer() const {
    if (finest_ == a_day) return 60 * micro;
    return finest_ == 60 * micro ? micro : finest_ / 10;
  }

  ArrowPlace place_;
  std::int64_t units_;
  bool date_, time_, zone_;
  bool rounded_ = false;
  std::int64_t finest_ = a_day;  // all cells are multiples of it
  std::vector<std::int64_t> cells_;
};

}  // namespace

std::unique_ptr<ArrowColumn> make_arrow_dates(const ArrowPlace& place,
                                              const arrow::DataType& type) {
  switch (type.id()) {
    case Type::DATE32: return std::make_unique<Dates>(place, 0, true, false, false);
    case Type::DATE64: return std::make_unique<Dates>(place, 1000, true, false, false);
    case Type::TIME32:
    case Type::TIME64: {
      const auto unit = static_cast<const arrow::TimeType&>(type).unit();
      return std::make_unique<Dates>(place, units_of(unit), false, true, false);
    }
    case Type::TIMESTAMP: {
      const auto& stamps = static_cast<const arrow::TimestampType&>(type);
      return std::make_unique<Dates>(place, units_of(stamps.unit()), true, true,
                                     !stamps.timezone().empty());
    }
    default: return nullptr;
  }
}

}  // namespace vgan
