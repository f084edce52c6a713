// The keys of a [[column]] in the file of a schema, and the kinds of column that have each.
#pragma once

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>

#include "engine/data/column_kind.hpp"

namespace vgan {

inline const std::array<std::string, 11> schema_keys = {"name",    "kind",   "role",  "unit",
                                                        "format",  "low",    "high",  "decimals",
                                                        "missing", "values", "derive"};

/// Whether a column of this kind has a use for the key.
inline bool is_used(const std::string& key, ColumnKind kind) {
  using K = ColumnKind;
  const auto is_one_of = [&](std::initializer_list<K> kinds) {
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
  };
  if (key == "format") return kind == K::datetime;
  if (key == "low" || key == "high") {
    return is_one_of({K::continuous, K::integer, K::grid, K::datetime, K::curve});
  }
  if (key == "decimals") return is_one_of({K::continuous, K::grid, K::boolean, K::curve});
  if (key == "values") {
    return is_one_of({K::grid, K::boolean, K::categorical, K::ordinal, K::datetime});
  }
  if (key == "derive") return is_one_of({K::continuous, K::integer, K::grid, K::boolean});
  return true;
}

}  // namespace vgan
