// Dates and times of day as text, and as numbers that count days or seconds.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vgan {

/// How dates are written: "YYYY-MM-DD", "DD.MM.YYYY", "M/D/YYYY", "YYYY-MM-DD HH:MM",
/// "YYYY-MM-DDTHH:MM:SS.SSSZ", "HH:MM". YYYY is the year, MM and DD are of two digits, M and D of
/// as many as there are, and so is H; behind HH or H, MM are minutes and SS seconds, S behind the
/// point digits of theirs; Z, or an offset such as +02:00, stands as it is. Years go from 1 to 9999
/// (Gregorian), a time from 00:00:00 to 23:59:59.
class DateFormat {
 public:
  /// Nothing for a pattern that is none.
  static std::optional<DateFormat> of(const std::string& pattern);

  const std::string& pattern() const { return pattern_; }
  /// What the numbers count: seconds where there is a time, else days.
  bool has_time() const { return has_time_; }
  /// Decimals of the numbers: digits behind the seconds' point.
  int decimals() const { return decimals_; }

  /// Days or seconds since the beginning of 1970, or of the day where there is no date. Nothing
  /// where `text` is no date of this format, such as 31 February, or is finer than a double is at
  /// that age: microseconds are of the years 1698 to 2241.
  std::optional<double> read(std::string_view text) const;
  /// The date at a number, rounded to its least unit, and held to the years from 1 to 9999, or to
  /// one day. Inverse to `read`.
  std::string write(double number) const;

 private:
  enum class Part { year, month, day, hour, minute, second, fraction, text };
  struct Piece {
    Part part = Part::text;
    bool padded = true;  ///< with zeros to its full width
    char c = '\0';       ///< of a text
  };

  std::string pattern_;
  std::vector<Piece> pieces_;
  bool has_date_ = false, has_time_ = false;
  int decimals_ = 0;
};

struct DateGuess {
  std::optional<DateFormat> format;       ///< the one that all texts have
  std::vector<std::string> alternatives;  ///< the formats that all have, where they are several
};

/// The format that every one of `texts` has; nothing where there is no text, or where one is no
/// date. 01/02/2020 may be of January or of February: where no text says which, neither is taken.
DateGuess guess_date_format(std::span<const std::string> texts);

}  // namespace vgan
