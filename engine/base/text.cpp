#include "engine/base/text.hpp"

#include <algorithm>
#include <numeric>

namespace vgan {

std::string grouped(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

std::string grouped(std::int64_t value) { return grouped(static_cast<std::uint64_t>(value)); }

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

std::string shortened(const std::string& text) {
  constexpr std::size_t longest = 40;
  if (text.size() <= longest) return text;
  std::size_t end = longest;  // not within a character of UTF-8
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "...";
}

namespace {

// A letter of ASCII in lower case; other bytes are as they are.
char folded(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string suggestion(const std::string& word, const std::vector<std::string>& words) {
  std::string best;
  std::size_t best_distance = static_cast<std::size_t>(-1);
  for (const std::string& candidate : words) {
    std::vector<std::size_t> row(candidate.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= word.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j <= candidate.size(); ++j) {
        const std::size_t substituted =
            diagonal + (folded(word[i - 1]) != folded(candidate[j - 1]) ? 1 : 0);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = candidate;
    }
  }
  // More than a third of the word wrong is another word.
  if (best_distance > 1 + word.size() / 3) return "";
  return "did you mean '" + best + "'?";
}

}  // namespace vgan
