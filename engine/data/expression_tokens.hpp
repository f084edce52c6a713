// The text of a constraint or a formula, cut into names, numbers and signs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace vgan {

struct ExpressionToken {
  enum class Kind { name, number, sign };

  Kind kind = Kind::sign;
  std::string text;     ///< of a name, without its quotation marks
  bool quoted = false;  ///< a name in quotation marks, which cannot be a function
};

/// Names are letters (all that is not ASCII among them), digits, _ and points, or anything between
/// single quotation marks: 'Vel [m/s]', with two of them for one in a name. Signs are <=, >=, ==,
/// !=, && and ||, else single characters. Throws bad_config, `where` being its place, for a
/// quotation mark that is not closed.
std::vector<ExpressionToken> expression_tokens(const std::string& text, const std::string& where);

}  // namespace vgan
