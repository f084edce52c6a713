// Words and dates made at random, for random tables.
#pragma once

#include <cstddef>
#include <string>

#include "tests/support/dice.hpp"

namespace vgan::testing {

/// A word that is no number, no date, and not said of missing values, of whatever may stand in a
/// cell; `plain`: without the delimiter.
std::string random_word(Dice& dice, char delimiter, bool plain);

/// A format of dates, times of day or both, see date_format.hpp.
std::string random_date_pattern(Dice& dice);
/// A date that there is, in such a format, of a year from `first` to `last`.
std::string random_date(Dice& dice, const std::string& pattern, std::size_t first,
                        std::size_t last);

}  // namespace vgan::testing
