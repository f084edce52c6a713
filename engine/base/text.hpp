// Words and numbers as messages have them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vgan {

/// "54,000".
std::string grouped(std::uint64_t value);
/// The same of a number that is not negative.
std::string grouped(std::int64_t value);

/// "a, b, c".
std::string joined(const std::vector<std::string>& words, const char* between = ", ");

/// "did you mean 'WORD'?" with the member of `words` of the least edit distance to `word`; empty
/// where none is near.
std::string suggestion(const std::string& word, const std::vector<std::string>& words);

}  // namespace vgan
