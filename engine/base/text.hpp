// Words and numbers as messages have them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vgan {

/// "54,000": a number with commas between its thousands.
std::string grouped(std::uint64_t value);
/// Groups a signed number so; `value` is 0 or more.
std::string grouped(std::int64_t value);

/// "1 trial", "2 trials"; `many` is `one` with an s behind it where it is not named.
template <class Integer>
std::string counted(Integer count, const std::string& one, const std::string& many = "") {
  const std::string& several = many.empty() ? one + "s" : many;
  return std::to_string(count) + " " + (count == 1 ? one : several);
}

/// "a, b, c".
std::string joined(const std::vector<std::string>& words, const char* between = ", ");

/// At most the first 40 bytes of a longer text, whole characters of UTF-8, and "...": for a
/// message.
std::string shortened(const std::string& text);

/// "did you mean 'WORD'?" with the member of `words` of the least edit distance to `word`, large
/// letters being like small ones; empty where none is near.
std::string suggestion(const std::string& word, const std::vector<std::string>& words);

}  // namespace vgan
