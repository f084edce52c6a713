#include "engine/data/expression_tokens.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/text.hpp"

namespace vgan {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool continues_name(char c) { return begins_name(c) || is_digit(c) || c == '.'; }

// The end of a number that begins at `at`: digits, a point, an exponent.
std::size_t end_of_number(std::string_view text, std::size_t at) {
  while (at < text.size() && (is_digit(text[at]) || text[at] == '.')) ++at;
  if (at >= text.size() || (text[at] != 'e' && text[at] != 'E')) return at;
  std::size_t digits = at + 1;
  if (digits < text.size() && (text[digits] == '+' || text[digits] == '-')) ++digits;
  if (digits >= text.size() || !is_digit(text[digits])) return at;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  return digits;
}

// The name between the quotation marks that begin at `at`, which goes behind them; nothing where
// they are not closed.
std::optional<std::string> quoted_name(std::string_view text, std::size_t& at) {
  std::string name;
  for (++at; at < text.size(); ++at) {
    const bool mark = text[at] == '\'';
    if (mark && text.substr(at, 2) != "''") {
      ++at;
      return name;
    }
    if (mark) ++at;
    name += text[at];
  }
  return std::nullopt;
}

std::size_t length_of_sign(std::string_view text) {
  constexpr std::array<std::string_view, 6> pairs = {"<=", ">=", "==", "!=", "&&", "||"};
  const bool pair = std::any_of(pairs.begin(), pairs.end(),
                                [&](std::string_view sign) { return text.starts_with(sign); });
  return pair ? 2 : 1;
}

}  // namespace

std::vector<ExpressionToken> expression_tokens(const std::string& text, const std::string& where) {
  using Kind = ExpressionToken::Kind;
  std::vector<ExpressionToken> tokens;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    std::size_t end = at;
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++at;
    } else if (c == '\'') {
      std::optional<std::string> name = quoted_name(text, at);
      if (!name || name->empty()) {
        throw Error(
            ErrorCode::bad_config,
            {"bad schema", where, "'" + shortened(text) + "'",
             "a column's name between two quotation marks, with two for one in a name", ""});
      }
      tokens.push_back({Kind::name, *std::move(name), true});
    } else if (begins_name(c)) {
      while (end < text.size() && continues_name(text[end])) ++end;
      tokens.push_back({Kind::name, text.substr(at, end - at)});
      at = end;
    } else {
      const bool number =
          is_digit(c) || (c == '.' && at + 1 < text.size() && is_digit(text[at + 1]));
      end =
          number ? end_of_number(text, at) : at + length_of_sign(std::string_view(text).substr(at));
      tokens.push_back({number ? Kind::number : Kind::sign, text.substr(at, end - at)});
      at = end;
    }
  }
  return tokens;
}

}  // namespace vgan
