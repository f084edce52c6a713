#include "engine/pictures/date_ticks.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>

namespace vgan {
namespace {

constexpr std::int64_t day = 86400;         // seconds
constexpr std::int64_t first_monday = 4;    // 5 January 1970, in days
constexpr std::int64_t least_year = -9999;  // wider ranges are drawn as if they ended there
constexpr std::int64_t greatest_year = 9999;

// Steps of seconds, then of days, months and years.
constexpr std::array<std::int64_t, 16> second_steps{
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 10800, 21600, 43200};
constexpr std::array<std::int64_t, 4> day_steps{1, 2, 7, 14};
constexpr std::array<std::int64_t, 4> month_steps{1, 2, 3, 6};
constexpr std::array<std::int64_t, 10> year_steps{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000};

std::int64_t floor_of(double value) { return static_cast<std::int64_t>(std::floor(value)); }

std::chrono::year_month_day date_of(std::int64_t days) {
  return std::chrono::sys_days(std::chrono::days(days));
}

std::string text(const char* format, int a, int b = 0, int c = 0, int d = 0) {
  std::array<char, 64> made{};
  std::snprintf(made.data(), made.size(), format, a, b, c, d);
  return made.data();
}

/// Ticks of one range, which lies in days or in seconds.
class Axis {
 public:
  Axis(const Range& range, DateUnit unit)
      : range_(range), scale_(unit == DateUnit::days ? 1.0 : static_cast<double>(day)) {
    const auto held = [](double days) { return std::clamp(days, -4.3e6, 2.9e6); };
    first_day_ = floor_of(held(range.low / scale_));
    last_day_ = floor_of(held(range.high / scale_));
  }

  std::vector<Tick> seconds(std::int64_t step) const {
    std::vector<Tick> made;
    const auto count = (range_.high - range_.low) / static_cast<double>(step);
    if (!(count < 1000.0)) return too_many();
    for (std::int64_t at = floor_of(range_.low) / step * step - step;
         static_cast<double>(at) <= range_.high; at += step) {
      const std::int64_t days = floor_of(static_cast<double>(at) / static_cast<double>(day));
      const auto rest = static_cast<int>(at - days * day);
      const int hour = rest / 3600, minute = rest / 60 % 60;
      std::string label = step < 60 ? text("%02d:%02d:%02d", hour, minute, rest % 60)
                                    : text("%02d:%02d", hour, minute);
      if (first_day_ != last_day_) {
        const auto date = date_of(days);
        label = text("%02d-%02d ", static_cast<int>(static_cast<unsigned>(date.month())),
                     static_cast<int>(static_cast<unsigned>(date.day()))) +
                label;
      }
      add(made, static_cast<double>(at), std::move(label));
    }
    return made;
  }

  std::vector<Tick> days(std::int64_t step) const {
    std::vector<Tick> made;
    if ((last_day_ - first_day_) / step > 1000) return too_many();
    // Steps of weeks begin on Mondays.
    const std::int64_t from = step % 7 == 0 ? first_monday : 0;
    const std::int64_t before =
        floor_of(static_cast<double>(first_day_ - from) / static_cast<double>(step));
    for (std::int64_t at = from + before * step; at <= last_day_; at += step) {
      add_date(made, at, 3);
    }
    return made;
  }

  std::vector<Tick> months(std::int64_t step) const {
    using namespace std::chrono;
    std::vector<Tick> made;
    const int first = year_of(first_day_), last = year_of(last_day_);
    if (12 * (last - first) / step > 1000) return too_many();
    for (int now = first; now <= last; ++now) {
      for (unsigned month_now = 1; month_now <= 12; month_now += static_cast<unsigned>(step)) {
        add_date(made, sys_days(year(now) / month(month_now) / 1).time_since_epoch().count(), 2);
      }
    }
    return made;
  }

  std::vector<Tick> years(std::int64_t step) const {
    using namespace std::chrono;
    std::vector<Tick> made;
    const std::int64_t first = year_of(first_day_) / step * step;
    for (std::int64_t now = first; now <= year_of(last_day_); now += step) {
      add_date(made, sys_days(year(static_cast<int>(now)) / 1 / 1).time_since_epoch().count(), 1);
    }
    return made;
  }

 private:
  static std::vector<Tick> too_many() { return std::vector<Tick>(1001); }

  static int year_of(std::int64_t days) {
    const auto year = static_cast<std::int64_t>(static_cast<int>(date_of(days).year()));
    return static_cast<int>(std::clamp(year, least_year, greatest_year));
  }

  void add(std::vector<Tick>& made, double at, std::string label) const {
    if (range_.holds(at)) made.push_back({at, std::move(label)});
  }

  // The beginning of a day, with the first `parts` of year, month and day.
  void add_date(std::vector<Tick>& made, std::int64_t days, int parts) const {
    const auto date = date_of(days);
    const int year = static_cast<int>(date.year());
    const auto month = static_cast<int>(static_cast<unsigned>(date.month()));
    const auto of_month = static_cast<int>(static_cast<unsigned>(date.day()));
    add(made, static_cast<double>(days) * scale_,
        parts == 1   ? text("%04d", year)
        : parts == 2 ? text("%04d-%02d", year, month)
                     : text("%04d-%02d-%02d", year, month, of_month));
  }

  Range range_;
  double scale_;  // numbers in a day
  std::int64_t first_day_ = 0, last_day_ = 0;
};

}  // namespace

std::vector<Tick> date_ticks(const Range& range, DateUnit unit, int most) {
  const Axis axis(range, unit);
  const auto fits = [&](const std::vector<Tick>& found) {
    return found.size() <= static_cast<std::size_t>(std::max(most, 1));
  };
  if (unit == DateUnit::seconds) {
    for (const std::int64_t step : second_steps) {
      if (auto found = axis.seconds(step); fits(found)) return found;
    }
  }
  for (const std::int64_t step : day_steps) {
    if (auto found = axis.days(step); fits(found)) return found;
  }
  for (const std::int64_t step : month_steps) {
    if (auto found = axis.months(step); fits(found)) return found;
  }
  for (const std::int64_t step : year_steps) {
    if (auto found = axis.years(step); fits(found)) return found;
  }
  return {};
}

}  // namespace vgan
