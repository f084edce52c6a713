#include "engine/data/date_format.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

namespace vgan {
namespace {

namespace chrono = std::chrono;

constexpr int most_decimals = 6;  // microseconds of this age are whole numbers to a double
constexpr std::int64_t seconds_of_day = 86400;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::int64_t power_of_ten(int exponent) {
  std::int64_t power = 1;
  for (; exponent > 0; --exponent) power *= 10;
  return power;
}

// Takes the digits that a piece has off the front of `text`; nothing where it has others.
std::optional<std::int64_t> take_digits(std::string_view& text, std::size_t width, bool padded) {
  std::size_t count = 0;
  std::int64_t value = 0;
  for (; count < width && count < text.size() && is_digit(text[count]); ++count) {
    value = 10 * value + (text[count] - '0');
  }
  if (count == 0 || (padded && count < width)) return std::nullopt;
  if (!padded && count > 1 && text[0] == '0') return std::nullopt;
  text.remove_prefix(count);
  return value;
}

void add_digits(std::string& text, std::int64_t value, std::size_t width) {
  const std::string digits = std::to_string(value);
  if (digits.size() < width) text.append(width - digits.size(), '0');
  text += digits;
}

std::int64_t days_of(int year, unsigned month, unsigned day) {
  const chrono::year_month_day date{chrono::year(year), chrono::month(month), chrono::day(day)};
  return chrono::sys_days(date).time_since_epoch().count();
}

// The whole number of units that a number of days or seconds is nearest to. The part behind the
// point is taken apart, for a product of all of it would be rounded.
std::int64_t units_of(double number, std::int64_t unit) {
  const double whole = std::floor(number);
  return std::llrint(whole) * unit + std::llrint((number - whole) * static_cast<double>(unit));
}

// The parts of a text that stand behind its date, for a pattern: "12:30:00.25Z" is HH:MM:SS.SSZ.
std::string time_pattern(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return "";
  std::string pattern = "HH:MM";
  text.remove_prefix(std::min(colon + 3, text.size()));
  if (text.starts_with(':')) {
    pattern += ":SS";
    text.remove_prefix(std::min<std::size_t>(3, text.size()));
    if (text.starts_with('.')) {
      pattern += '.';
      for (text.remove_prefix(1); !text.empty() && is_digit(text[0]); text.remove_prefix(1)) {
        pattern += 'S';
      }
    }
  }
  return pattern + std::string(text);  // a zone
}

// A format with its month and day, and its hour, as short as they can be.
std::string shortened_pattern(std::string pattern, bool date, bool hour) {
  const auto shorten = [&](const char* from, const char* to) {
    const std::size_t at = pattern.find(from);
    if (at != std::string::npos) pattern.replace(at, 2, to);
  };
  if (date) shorten("DD", "D"), shorten("MM", "M");
  if (hour) shorten("HH", "H");
  return pattern;
}

}  // namespace

std::optional<DateFormat> DateFormat::of(const std::string& pattern) {
  DateFormat made;
  made.pattern_ = pattern;
  const auto has = [&](Part part) {
    return std::any_of(made.pieces_.begin(), made.pieces_.end(),
                       [&](const Piece& piece) { return piece.part == part; });
  };
  std::string_view rest = pattern;
  while (!rest.empty()) {
    const std::size_t same = std::min(rest.find_first_not_of(rest[0]), rest.size());
    Piece piece{Part::text, same == 2, rest[0]};
    std::size_t taken = same;
    switch (rest[0]) {
      case 'Y': piece = {Part::year, same == 4, 'Y'}; break;
      case 'D': piece.part = Part::day; break;
      case 'H': piece.part = Part::hour; break;
      case 'M':
        piece.part = has(Part::hour) && !has(Part::minute) ? Part::minute : Part::month;
        break;
      case 'S':
        piece.part = has(Part::second) ? Part::fraction : Part::second;
        if (piece.part == Part::fraction) made.decimals_ = static_cast<int>(same);
        break;
      default:
        if (std::string_view("-/.,: TZ+").find(rest[0]) == std::string_view::npos &&
            !is_digit(rest[0])) {
          return std::nullopt;
        }
        taken = 1;
        break;
    }
    const bool may_be_short =
        piece.part == Part::month || piece.part == Part::day || piece.part == Part::hour;
    const bool fits = piece.part == Part::text || piece.part == Part::fraction || piece.padded ||
                      (may_be_short && same == 1);
    const bool open_before = !made.pieces_.empty() && made.pieces_.back().part != Part::text &&
                             !made.pieces_.back().padded && piece.part != Part::text;
    if (!fits || open_before || (piece.part != Part::text && has(piece.part))) return std::nullopt;
    if (piece.part == Part::fraction && made.pieces_.back().c != '.') return std::nullopt;
    made.pieces_.push_back(piece);
    rest.remove_prefix(taken);
  }
  made.has_date_ = has(Part::year);
  made.has_time_ = has(Part::hour);
  const bool date = has(Part::month) && has(Part::day);
  if (made.has_date_ != date || made.has_date_ != has(Part::month)) return std::nullopt;
  if (made.has_date_ != has(Part::day) || made.has_time_ != has(Part::minute)) return std::nullopt;
  if (has(Part::second) && !made.has_time_) return std::nullopt;
  if (!made.has_date_ && !made.has_time_) return std::nullopt;
  if (made.decimals_ > most_decimals) return std::nullopt;
  return made;
}

std::optional<double> DateFormat::read(std::string_view text) const {
  std::int64_t year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, fraction = 0;
  for (const Piece& piece : pieces_) {
    std::optional<std::int64_t> value;
    switch (piece.part) {
      case Part::text:
        if (!text.starts_with(piece.c)) return std::nullopt;
        text.remove_prefix(1);
        continue;
      case Part::year: value = take_digits(text, 4, true); break;
      case Part::fraction:
        value = take_digits(text, static_cast<std::size_t>(decimals_), true);
        break;
      default: value = take_digits(text, 2, piece.padded); break;
    }
    if (!value) return std::nullopt;
    switch (piece.part) {
      case Part::year: year = *value; break;
      case Part::month: month = *value; break;
      case Part::day: day = *value; break;
      case Part::hour: hour = *value; break;
      case Part::minute: minute = *value; break;
      case Part::second: second = *value; break;
      case Part::fraction: fraction = *value; break;
      case Part::text: break;
    }
  }
  const chrono::year_month_day date{chrono::year(static_cast<int>(year)),
                                    chrono::month(static_cast<unsigned>(month)),
                                    chrono::day(static_cast<unsigned>(day))};
  if (!text.empty() || year == 0 || !date.ok()) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const std::int64_t days = chrono::sys_days(date).time_since_epoch().count();
  if (!has_time_) return static_cast<double>(days);
  const std::int64_t seconds = days * seconds_of_day + (hour * 60 + minute) * 60 + second;
  const std::int64_t unit = power_of_ten(decimals_);
  const std::int64_t units = seconds * unit + fraction;
  const double number = static_cast<double>(units) / static_cast<double>(unit);
  // Microseconds of a far age are more than a double keeps apart.
  if (units_of(number, unit) != units) return std::nullopt;
  return number;
}

std::string DateFormat::write(double number) const {
  const std::int64_t unit = power_of_ten(decimals_);
  const std::int64_t a_day = has_time_ ? seconds_of_day * unit : 1;
  const std::int64_t first = has_date_ ? days_of(1, 1, 1) * a_day : 0;
  const std::int64_t last = has_date_ ? (days_of(9999, 12, 31) + 1) * a_day - 1 : a_day - 1;
  const double scaled = std::isnan(number) ? 0.0 : number * static_cast<double>(unit);
  // What is beyond the ends is no whole number of 64 bits, or may be none.
  const std::int64_t at = scaled <= static_cast<double>(first)  ? first
                          : scaled >= static_cast<double>(last) ? last
                          : std::isnan(number)                  ? 0
                                                                : units_of(number, unit);
  const std::int64_t days = (at - first) / a_day + first / a_day;
  const std::int64_t within = (at - first) % a_day;
  const std::int64_t seconds = has_time_ ? within / unit : 0;
  const chrono::year_month_day date{
      chrono::sys_days(chrono::days(static_cast<chrono::days::rep>(days)))};
  std::string text;
  for (const Piece& piece : pieces_) {
    const std::size_t width = piece.padded ? 2 : 1;
    switch (piece.part) {
      case Part::text: text += piece.c; break;
      case Part::year: add_digits(text, static_cast<int>(date.year()), 4); break;
      case Part::month: add_digits(text, static_cast<unsigned>(date.month()), width); break;
      case Part::day: add_digits(text, static_cast<unsigned>(date.day()), width); break;
      case Part::hour: add_digits(text, seconds / 3600, width); break;
      case Part::minute: add_digits(text, seconds / 60 % 60, 2); break;
      case Part::second: add_digits(text, seconds % 60, 2); break;
      case Part::fraction:
        add_digits(text, within % unit, static_cast<std::size_t>(decimals_));
        break;
    }
  }
  return text;
}

DateGuess guess_date_format(std::span<const std::string> texts) {
  DateGuess guess;
  if (texts.empty() || texts[0].size() > 40 || texts[0].empty() || !is_digit(texts[0][0])) {
    return guess;
  }
  const std::string_view first = texts[0];
  const std::size_t gap = first.find_first_of("T ");
  const bool alone = gap == std::string_view::npos;
  const std::string time =
      alone ? time_pattern(first) : first[gap] + time_pattern(first.substr(gap + 1));
  const auto fitting = [&](const std::string& date) -> std::optional<DateFormat> {
    // As long as they can be, where the texts leave it open.
    for (const auto& [short_date, short_hour] :
         {std::pair{false, false}, {false, true}, {true, false}, {true, true}}) {
      const auto format =
          DateFormat::of(shortened_pattern(date, short_date, false) +
                         shortened_pattern(date.empty() || !alone ? time : "", false, short_hour));
      const auto fits = [&](const std::string& text) { return format->read(text).has_value(); };
      if (format && std::all_of(texts.begin(), texts.end(), fits)) return format;
    }
    return std::nullopt;
  };
  for (const char* date : {"", "YYYY-MM-DD", "YYYY/MM/DD", "YYYY.MM.DD", "DD.MM.YYYY", "DD/MM/YYYY",
                           "MM/DD/YYYY", "DD-MM-YYYY", "MM-DD-YYYY"}) {
    std::optional<DateFormat> format = fitting(date);
    if (!format) continue;
    guess.alternatives.push_back(format->pattern());
    guess.format = std::move(format);
  }
  if (guess.alternatives.size() > 1) guess.format.reset();
  if (guess.alternatives.size() == 1) guess.alternatives.clear();
  return guess;
}

}  // namespace vgan
