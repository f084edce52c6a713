#include "apps/shared/values.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/refuse_setting.hpp"

namespace vgan::app {
namespace {

[[noreturn]] void refuse(const std::string& flag, const std::string& text, const char* allowed) {
  throw Error(ErrorCode::usage, {"bad command line", flag, "'" + text + "'", allowed, ""});
}

// All of `text` as a T, or nothing. A leading '+' is taken as people write it.
template <class T>
std::optional<T> number(const std::string& text) {
  const bool plus = text.size() > 1 && text[0] == '+' && text[1] != '-';
  return read_number<T>(std::string_view(text).substr(plus ? 1 : 0));
}

std::optional<std::int64_t> whole_number(const std::string& text) {
  if (const auto value = number<std::int64_t>(text)) return value;
  // 1e4 and 2.5e3 are whole too; above 2^53 a double no longer tells neighbours apart.
  const auto value = number<double>(text);
  if (!value || std::trunc(*value) != *value || std::fabs(*value) > 0x1p53) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

}  // namespace

void parse_value(const std::string&, const std::string& text, std::string& field) { field = text; }

void parse_value(const std::string& flag, const std::string& text, double& field) {
  const auto value = number<double>(text);
  if (!value) refuse(flag, text, "a number within double precision");
  field = *value;
}

void parse_value(const std::string& flag, const std::string& text, std::int64_t& field) {
  const auto value = whole_number(text);
  if (!value) refuse(flag, text, "a whole number, -2^63 to 2^63 - 1");
  field = *value;
}

void parse_value(const std::string& flag, const std::string& text, std::uint64_t& field,
                 const std::string& allowed) {
  std::int64_t value = 0;
  parse_value(flag, text, value);
  if (value < 0) {
    // A setting is called by its name, as it is where 0 is refused.
    refuse_setting(flag.substr(flag.find_first_not_of('-')), std::to_string(value), allowed);
  }
  field = static_cast<std::uint64_t>(value);
}

void parse_value(const std::string& flag, const std::string& text,
                 std::vector<std::int64_t>& field) {
  field.clear();
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const auto value = whole_number(text.substr(begin, end - begin));
    if (!value) refuse(flag, text, "whole numbers with commas between, e.g. 256,512");
    field.push_back(*value);
    begin = end + 1;
  }
}

std::string value_text(const std::string& value) { return value.empty() ? "empty" : value; }
std::string value_text(std::int64_t value) { return std::to_string(value); }
std::string value_text(std::uint64_t value) { return std::to_string(value); }
std::string value_text(bool value) { return value ? "on" : "off"; }

std::string value_text(double value) {
  const bool whole = std::trunc(value) == value && std::fabs(value) < 1e6;  // not 1e+01
  return whole ? fixed_text(value, 0) : exact_text(value, 1);
}

std::string value_text(const std::vector<std::int64_t>& value) {
  std::string text;
  for (const std::int64_t item : value) text += (text.empty() ? "" : ",") + std::to_string(item);
  return value_text(text);
}

}  // namespace vgan::app
