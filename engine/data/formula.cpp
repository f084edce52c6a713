#include "engine/data/formula.hpp"

#include <algorithm>
#include <limits>

#include <muParser.h>

#include "engine/base/error.hpp"
#include "engine/base/libraries.hpp"
#include "engine/base/text.hpp"
#include "engine/data/expression_tokens.hpp"

namespace vgan {
namespace {

using Kind = ExpressionToken::Kind;

[[noreturn]] void refuse(const std::string& text, const std::string& where,
                         const std::string& found, const std::string& allowed,
                         const std::string& remedy) {
  throw Error(
      ErrorCode::bad_config,
      {"bad schema", where, found + " in the formula '" + shortened(text) + "'", allowed, remedy});
}

void require_function(const mu::Parser& parser, const std::string& name, const std::string& text,
                      const std::string& where) {
  std::vector<std::string> names;
  for (const auto& [known, callback] : parser.GetFunDef()) names.push_back(known);
  if (std::find(names.begin(), names.end(), name) != names.end()) return;
  refuse(text, where, "'" + shortened(name) + "('", "the functions " + joined(names),
         suggestion(name, names));
}

std::string variable(std::size_t at) { return "c" + std::to_string(at); }

}  // namespace

struct Formula::Parser {
  mu::Parser parser;
  std::vector<double> numbers;
};

Formula::Formula(const std::string& text, const std::vector<std::string>& names,
                 const std::string& where)
    : parser_(std::make_unique<Parser>()) {
  const std::vector<ExpressionToken> tokens = expression_tokens(text, where);
  std::string plain;  // with a name of letters for each column
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const ExpressionToken& token = tokens[i];
    const bool call = i + 1 < tokens.size() && tokens[i + 1].text == "(" && !token.quoted;
    if (token.text == "=" || token.text == ";" || token.text == "\"") {
      refuse(text, where, "'" + token.text + "'", "an expression of columns and numbers", "");
    }
    const bool behind_function = token.text == "(" && i > 0 && tokens[i - 1].kind == Kind::name;
    if (!behind_function) plain += ' ';  // muParser wants a function's bracket right behind it
    if (token.kind != Kind::name || call) {
      if (call) require_function(parser_->parser, token.text, text, where);
      plain += token.text;
      continue;
    }
    const auto found = std::find(names.begin(), names.end(), token.text);
    if (found == names.end()) {
      refuse(text, where, "'" + shortened(token.text) + "'", "the names of columns",
             suggestion(token.text, names));
    }
    const auto column = static_cast<std::size_t>(found - names.begin());
    const auto known = std::find(columns_.begin(), columns_.end(), column);
    plain += variable(static_cast<std::size_t>(known - columns_.begin()));
    if (known == columns_.end()) columns_.push_back(column);
  }
  parser_->numbers.assign(columns_.size(), 1.0);
  try {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      parser_->parser.DefineVar(variable(i), &parser_->numbers[i]);
    }
    parser_->parser.SetExpr(plain);
    int results = 0;
    parser_->parser.Eval(results);
    if (results != 1) refuse(text, where, "several values", "one", "");
  } catch (const mu::ParserError& error) {
    std::string said = error.GetMsg();
    std::replace(said.begin(), said.end(), '"', '\'');
    refuse(text, where, "a mistake (" + said + ")", "an expression such as mass / volume", "");
  }
}

Formula::Formula(Formula&&) noexcept = default;
Formula::~Formula() = default;

double Formula::operator()(std::span<const double> numbers) const {
  std::copy(numbers.begin(), numbers.end(), parser_->numbers.begin());
  try {
    return parser_->parser.Eval();
  } catch (const mu::ParserError&) {  // a function that has no value there
    return std::numeric_limits<double>::quiet_NaN();
  }
}

std::vector<Library> formula_libraries() {
  const std::string version = mu::Parser().GetVersion(mu::pviBRIEF);
  return {{"muParser", version}};
}

}  // namespace vgan
