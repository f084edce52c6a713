// How a text file writes a table: what stands between cells, how numbers and words are spelt.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "engine/base/words.hpp"

namespace vgan {

/// What the setting `delimiter` says.
enum class DelimiterKind { automatic, comma, semicolon, tab, bar, blank };

template <>
struct WordTable<DelimiterKind> {
  static constexpr const char* setting = "delimiter";
  static constexpr std::array<Word<DelimiterKind>, 6> table = {{
      {DelimiterKind::automatic, "auto", "as the first rows show"},
      {DelimiterKind::comma, "comma"},
      {DelimiterKind::semicolon, "semicolon"},
      {DelimiterKind::tab, "tab"},
      {DelimiterKind::bar, "bar", "|"},
      {DelimiterKind::blank, "blank", "runs of blanks and tabs"},
  }};
};

/// What the setting `decimal` says.
enum class DecimalKind { automatic, point, comma };

template <>
struct WordTable<DecimalKind> {
  static constexpr const char* setting = "decimal";
  static constexpr std::array<Word<DecimalKind>, 3> table = {{
      {DecimalKind::automatic, "auto", "as the first rows show"},
      {DecimalKind::point, "point"},
      {DecimalKind::comma, "comma"},
  }};
};

/// What the setting `header` says.
enum class HeaderKind { automatic, yes, no };

template <>
struct WordTable<HeaderKind> {
  static constexpr const char* setting = "header";
  static constexpr std::array<Word<HeaderKind>, 3> table = {{
      {HeaderKind::automatic, "auto", "as the first rows show"},
      {HeaderKind::yes, "yes"},
      {HeaderKind::no, "no"},
  }};
};

/// What the user says of a file's dialect; the rest is found by looking.
struct DialectWish {
  DelimiterKind delimiter = DelimiterKind::automatic;
  DecimalKind decimal = DecimalKind::automatic;
  HeaderKind header = HeaderKind::automatic;
};

/// One text file's way of writing a table. Words may be in double quotes, with a quote inside
/// written twice.
struct Dialect {
  char delimiter = ',';  ///< between cells; ' ' stands for runs of blanks and tabs
  char decimal = '.';    ///< in numbers: '.' or ','
  char comment = '\0';   ///< lines that begin with it are no rows; NUL: there are none
  bool header = true;    ///< whether the first row has the names of the columns
  bool byte_order_mark = false;
  bool crlf = false;          ///< lines end with CR LF, else with LF
  bool blank_after = false;   ///< a blank follows each delimiter
  bool quoted_words = false;  ///< all words are quoted, else those that must be

  bool operator==(const Dialect&) const = default;
};

inline constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";  ///< of UTF-8

/// What stands around cells and is no part of them.
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// How the numbers of a column are written, so that others can be written like them; the types are
/// of columns of words too.
struct NumberStyle {
  int least_decimals = 0;   ///< digits behind the point that every number has
  int most_decimals = 0;    ///< the most that any has
  int digits = 0;           ///< the most that any has but zeros before the first, up to 17
  bool exponents = false;   ///< some are written with an exponent, or too small for decimals
  std::string stored_type;  ///< Arrow's name of the column's type in its file; "" of a text file
  std::string pandas_type;  ///< what pandas makes of the column where that type does not say it

  bool operator==(const NumberStyle&) const = default;
};

/// "commas between, a header, '.' in numbers", for people.
std::string dialect_text(const Dialect& dialect);

}  // namespace vgan
