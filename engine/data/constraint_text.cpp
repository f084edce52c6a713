#include "engine/data/constraint_text.hpp"

#include <algorithm>
#include <optional>
#include <span>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/data/expression_tokens.hpp"

namespace vgan {
namespace {

using Kind = ExpressionToken::Kind;
using Tokens = std::span<const ExpressionToken>;

constexpr const char* allowed =
    "low <= high, total = part + part, part + part = 100, or fixed(name, name)";

bool is_comparison(const ExpressionToken& token) {
  return token.kind == Kind::sign &&
         (token.text == "<" || token.text == "<=" || token.text == ">" || token.text == ">=");
}

bool is_sign(const ExpressionToken& token, const char* sign) {
  return token.kind == Kind::sign && token.text == sign;
}

// As the user may have written it.
std::string text_of(Tokens tokens) {
  std::string text;
  for (const ExpressionToken& token : tokens) {
    if (!text.empty()) text += ' ';
    if (!token.quoted) {
      text += token.text;
      continue;
    }
    text += '\'';
    for (const char c : token.text) text += std::string(c == '\'' ? 2 : 1, c);
    text += '\'';
  }
  return text;
}

bool begins_combination(Tokens all) {
  return all.size() > 2 && all[0].text == "fixed" && !all[0].quoted && is_sign(all[1], "(");
}

/// Reads one text.
class Reader {
 public:
  Reader(const std::string& text, const std::vector<std::string>& names, const std::string& where,
         Constraints& constraints)
      : text_(text),
        names_(names),
        where_(where),
        constraints_(constraints),
        tokens_(expression_tokens(text, where)) {}

  void read() {
    const Tokens all(tokens_);
    if (begins_combination(all)) return read_combination(all);
    const auto equals = std::find_if(tokens_.begin(), tokens_.end(),
                                     [](const auto& token) { return is_sign(token, "="); });
    for (const ExpressionToken& token : tokens_) {
      if (is_sign(token, "==") && equals == tokens_.end()) refuse("'=='", "write =");
    }
    if (equals != tokens_.end()) {
      const auto at = static_cast<std::size_t>(equals - tokens_.begin());
      return read_equation(all.first(at), all.subspan(at + 1));
    }
    if (std::any_of(tokens_.begin(), tokens_.end(), is_comparison)) return read_order(all);
    refuse("no sign such as <= or =");
  }

 private:
  [[noreturn]] void refuse(const std::string& found, const std::string& remedy = "") const {
    throw Error(ErrorCode::bad_config,
                {"bad schema", where_ + ", '" + shortened(text_) + "'", found, allowed, remedy});
  }

  std::size_t column_of(const ExpressionToken& token) const {
    const auto found = std::find(names_.begin(), names_.end(), token.text);
    if (token.kind == Kind::name && found != names_.end()) {
      return static_cast<std::size_t>(found - names_.begin());
    }
    throw Error(ErrorCode::bad_config,
                {"bad schema", where_ + ", '" + shortened(text_) + "'",
                 "no column '" + shortened(token.text) + "'",
                 "the names of columns; one of other characters than letters, digits, _ and "
                 "points between single quotation marks",
                 suggestion(token.text, names_)});
  }

  // A number with its sign; nothing where the tokens are something else.
  static std::optional<double> number_of(Tokens tokens) {
    const bool negative = tokens.size() == 2 && is_sign(tokens[0], "-");
    if (negative) tokens = tokens.subspan(1);
    if (tokens.size() != 1 || tokens[0].kind != Kind::number) return std::nullopt;
    const std::optional<double> number = read_number<double>(tokens[0].text);
    return number && negative ? std::optional(-*number) : number;
  }

  void read_combination(Tokens all) {
    Constraints::Combination made;
    std::size_t at = 2;
    for (; at + 1 < all.size(); at += 2) {
      const std::size_t column = column_of(all[at]);
      if (std::find(made.columns.begin(), made.columns.end(), column) != made.columns.end()) {
        refuse("'" + shortened(all[at].text) + "' twice");
      }
      made.columns.push_back(column);
      if (!is_sign(all[at + 1], ",")) break;
    }
    if (at + 2 != all.size() || !is_sign(all[at + 1], ")") || made.columns.size() < 2) {
      refuse("no list of two columns or more");
    }
    constraints_.combinations.push_back(std::move(made));
    constraints_.texts.push_back(text_);
  }

  void read_equation(Tokens left, Tokens right) {
    if (right.empty() || left.empty()) refuse("nothing on one side");
    const bool name_left = left.size() == 1 && left[0].kind == Kind::name;
    const bool name_right = right.size() == 1 && right[0].kind == Kind::name;
    if (name_left || name_right) {
      if (!name_left) std::swap(left, right);
      if (!name_left && std::any_of(right.begin(), right.end(), is_comparison)) {
        refuse("'=' behind a comparison", "give each a text of its own");
      }
      const std::size_t column = column_of(left[0]);
      if (constraints_.derived_at(column) != nullptr) refuse("a second formula of this column");
      constraints_.derived.push_back({column, text_of(right)});
      return;
    }
    std::optional<double> whole = number_of(right);
    if (!whole) {
      std::swap(left, right);
      whole = number_of(right);
    }
    if (!whole) refuse("neither a column nor a number on one side");
    Constraints::Sum sum{{}, *whole};
    for (std::size_t i = 0; i < left.size(); ++i) {
      if (i % 2 == 1 && !is_sign(left[i], "+")) refuse("'" + shortened(left[i].text) + "'");
      if (i % 2 == 1) continue;
      const std::size_t part = column_of(left[i]);
      if (std::find(sum.parts.begin(), sum.parts.end(), part) != sum.parts.end()) {
        refuse("'" + shortened(left[i].text) + "' twice");
      }
      sum.parts.push_back(part);
    }
    if (left.size() % 2 == 0) refuse("nothing behind the last +");
    constraints_.sums.push_back(std::move(sum));
    constraints_.texts.push_back(text_);
  }

  // One side of a comparison.
  struct Term {
    std::optional<double> number;
    std::size_t column = 0;
  };
  Term term_of(Tokens tokens) const {
    if (const std::optional<double> number = number_of(tokens)) return {number};
    if (tokens.size() != 1) refuse("'" + shortened(text_of(tokens)) + "' beside a comparison");
    return {std::nullopt, column_of(tokens[0])};
  }

  void read_order(Tokens all) {
    std::vector<Term> terms;
    std::vector<std::string> signs;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= all.size(); ++i) {
      if (i < all.size() && !is_comparison(all[i])) continue;
      terms.push_back(term_of(all.subspan(begin, i - begin)));
      if (i < all.size()) signs.push_back(all[i].text);
      begin = i + 1;
    }
    for (std::size_t i = 0; i < signs.size(); ++i) {
      const bool falls = signs[i][0] == '>';
      if (falls != (signs[0][0] == '>')) refuse("'" + signs[0] + "' beside '" + signs[i] + "'");
      const Term& lower = terms[falls ? i + 1 : i];
      const Term& upper = terms[falls ? i : i + 1];
      const bool strict = signs[i].size() == 1;
      if (lower.number && upper.number) refuse("two numbers");
      if (!lower.number && !upper.number) {
        if (lower.column == upper.column) refuse("a column beside itself");
        constraints_.orders.push_back({lower.column, upper.column, strict});
      } else if (lower.number) {
        constraints_.bounds.push_back({upper.column, *lower.number, false, strict});
      } else {
        constraints_.bounds.push_back({lower.column, *upper.number, true, strict});
      }
    }
    constraints_.texts.push_back(text_);
  }

  const std::string& text_;
  const std::vector<std::string>& names_;
  const std::string& where_;
  Constraints& constraints_;
  std::vector<ExpressionToken> tokens_;
};

}  // namespace

void read_constraint(const std::string& text, const std::vector<std::string>& names,
                     const std::string& where, Constraints& constraints) {
  Reader(text, names, where, constraints).read();
}

bool is_combination(const std::string& text) {
  const std::vector<ExpressionToken> tokens = expression_tokens(text, text);
  return begins_combination(tokens);
}

}  // namespace vgan
