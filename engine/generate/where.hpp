// "Chord=0.3,Velocity>=55": values and ranges that all rows shall have.
#pragma once

#include <string>
#include <vector>

#include "engine/data/schema.hpp"
#include "engine/generate/given_rows.hpp"

namespace vgan {

/// The numbers of a column of the schema that rows may have: from `low` to `high`.
struct WhereRange {
  std::size_t column = 0;
  double low = 0.0;
  double high = 0.0;
};

struct Where {
  std::vector<GivenRows::NamedText> values;
  std::vector<WhereRange> ranges;  ///< one for each column that has any

  bool empty() const { return values.empty() && ranges.empty(); }
};

/// Conditions with commas between: NAME=VALUE, NAME>=X, NAME>X, NAME<=X, NAME<X. A name may have
/// any letters, and its unit may be left out; of two that fit, the longer one is meant. Throws
/// bad_config, naming the condition, for one that is none, for a name that the schema has not, for
/// a range of a column of words, and for ranges that leave nothing of what the column can have.
Where parse_where(const std::string& text, const Schema& schema);

}  // namespace vgan
