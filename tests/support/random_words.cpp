#include "tests/support/random_words.hpp"

#include <algorithm>
#include <array>

namespace vgan::testing {
namespace {

std::string padded(std::size_t number, std::size_t width) {
  std::string text = std::to_string(number);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

bool is_leap(std::size_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

std::size_t days_of(std::size_t year, std::size_t month) {
  constexpr std::array<std::size_t, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

}  // namespace

std::string random_word(Dice& dice, char delimiter, bool plain) {
  static constexpr std::array<const char*, 16> pieces = {
      "a", "b", "Z", "0", "7", " ", "\t", "\"", "\n", "\r\n", "#", "%", "\xc3\xa9", ".", "-", "e"};
  std::string word(1, "abcxyz#%\" "[dice.roll(10)]);
  for (std::size_t size = dice.roll(6); size > 0; --size) {
    word += dice.roll(8) == 0 ? std::string(1, delimiter) : pieces[dice.roll(pieces.size())];
  }
  if (plain) std::erase(word, delimiter);
  return word + "w";  // never a missing mark, nor a word of truth
}

std::string random_date_pattern(Dice& dice) {
  static constexpr std::array<const char*, 14> patterns = {"YYYY-MM-DD",
                                                           "DD.MM.YYYY",
                                                           "M/D/YYYY",
                                                           "D-M-YYYY",
                                                           "YYYY-MM-DD HH:MM",
                                                           "YYYY-MM-DDTHH:MM:SS",
                                                           "YYYY-MM-DDTHH:MM:SS.SSSZ",
                                                           "YYYY-MM-DDTHH:MM:SS+02:00",
                                                           "YYYY-MM-DD HH:MM:SS.SSSSSS",
                                                           "M/D/YYYY H:MM",
                                                           "HH:MM",
                                                           "H:MM:SS",
                                                           "HH:MM:SS.SSSSSS",
                                                           "YYYY/MM/DD"};
  return patterns[dice.roll(patterns.size())];
}

std::string random_date(Dice& dice, const std::string& pattern, std::size_t first,
                        std::size_t last) {
  const std::size_t year = first + dice.roll(last - first + 1);
  const std::size_t month = 1 + dice.roll(12), day = 1 + dice.roll(days_of(year, month));
  std::string text;
  bool hours = false, seconds = false;
  for (std::size_t i = 0; i < pattern.size();) {
    const std::size_t same = std::min(pattern.find_first_not_of(pattern[i], i), pattern.size()) - i;
    switch (pattern[i]) {
      case 'Y': text += padded(year, 4); break;
      case 'D': text += padded(day, same); break;
      case 'H': text += padded(dice.roll(24), same), hours = true; break;
      case 'M': text += padded(hours ? dice.roll(60) : month, same); break;
      case 'S':
        for (std::size_t digit = seconds ? same : 0; digit > 0; --digit) {
          text += static_cast<char>('0' + dice.roll(10));
        }
        if (!seconds) text += padded(dice.roll(60), same);
        seconds = true;
        break;
      default: text += pattern.substr(i, same); break;
    }
    i += same;
  }
  return text;
}

}  // namespace vgan::testing
