// The text of a flag's value, to and from the type of its setting.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/words.hpp"

namespace vgan::app {

/// Reads `text`, the value of `flag` (as typed, "--epochs"), into `field`. Whole numbers may be
/// written as 10000 or 1e4, a number that may be left to the program as auto; lists have commas
/// between. Throws Error: usage where the text is not of the type, bad_config for a negative number
/// where the type has none, with what is `allowed`, and for a word that is none of the setting's.
/// Other ranges are not looked at.
void parse_value(const std::string& flag, const std::string& text, std::string& field);
void parse_value(const std::string& flag, const std::string& text, double& field);
void parse_value(const std::string& flag, const std::string& text, std::int64_t& field);
void parse_value(const std::string& flag, const std::string& text, std::uint64_t& field,
                 const std::string& allowed = "0 or more");
void parse_value(const std::string& flag, const std::string& text,
                 std::vector<std::int64_t>& field);
template <WordSetting Enum>
void parse_value(const std::string&, const std::string& text, Enum& field) {
  field = read_word<Enum>(text);
}

template <class Number>
void parse_value(const std::string& flag, const std::string& text, std::optional<Number>& field) {
  if (text == "auto") {
    field.reset();
  } else {
    parse_value(flag, text, field.emplace());
  }
}

/// What parse_value reads back, as --help shows a default: "0.0002", "256,512", "empty", "off".
std::string value_text(const std::string& value);
std::string value_text(double value);
std::string value_text(std::int64_t value);
std::string value_text(std::uint64_t value);
std::string value_text(bool value);
std::string value_text(const std::vector<std::int64_t>& value);
template <class Number>
std::string value_text(const std::optional<Number>& value) {
  return value ? value_text(*value) : "auto";
}
template <WordSetting Enum>
std::string value_text(Enum value) {
  return to_text(value);
}

}  // namespace vgan::app
