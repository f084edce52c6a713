// Numbers of a table's column as text, in the column's own style.
#pragma once

#include <string>

#include "engine/data/dialect.hpp"

namespace vgan {

/// Puts `number` behind `text`, with a decimal point. Where the column has exponents, `exact` asks
/// for all digits that the number needs, else it has as many as the column's numbers.
void append_number(std::string& text, double number, const NumberStyle& style, bool exact);

/// To so many decimals, as far as a double has them: the double that a number of these decimals is
/// read as stays as it is.
double rounded_to(double number, int decimals);

}  // namespace vgan
