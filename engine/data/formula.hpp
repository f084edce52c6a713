// A function of a row's numbers, given as text: "mass / volume".
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace vgan {

/// An expression as muParser reads it (+ - * / ^, comparisons, && || ?:, sqrt, exp, ln, log10, sin,
/// min, max and the like), over columns by their names; a name of other characters than letters,
/// digits, _ and points stands between single quotation marks.
class Formula {
 public:
  /// `names` of all columns; `where`, its place in a file, is for messages. Throws bad_config for
  /// what is no expression, for names of no column, and where the build has no muParser.
  Formula(const std::string& text, const std::vector<std::string>& names, const std::string& where);
  Formula(Formula&&) noexcept;
  ~Formula();

  /// The columns that it is a function of, each once.
  const std::vector<std::size_t>& columns() const { return columns_; }
  /// Its value where `numbers` are those of columns(), in their order; NaN or infinite where it has
  /// none.
  double operator()(std::span<const double> numbers) const;

 private:
  struct Parser;

  std::vector<std::size_t> columns_;
  std::unique_ptr<Parser> parser_;
};

}  // namespace vgan
