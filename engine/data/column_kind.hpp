// What the columns of a table can be, and what part they have in an experiment.
#pragma once

#include <array>

#include "engine/base/words.hpp"

namespace vgan {

/// What the values of a column mean, which decides how they are encoded and drawn.
enum class ColumnKind {
  continuous,
  integer,
  grid,
  boolean,
  categorical,
  ordinal,
  datetime,
  curve,
  id,
  ignored,
};

template <>
struct WordTable<ColumnKind> {
  static constexpr const char* setting = "kind";
  static constexpr std::array<Word<ColumnKind>, 10> table = {{
      {ColumnKind::continuous, "continuous",
       "measurements: any number between two others may come"},
      {ColumnKind::integer, "integer", "whole numbers, many different ones"},
      {ColumnKind::grid, "grid", "few different numbers that come again: settings, grades"},
      {ColumnKind::boolean, "boolean", "two values, such as 0 and 1, or yes and no"},
      {ColumnKind::categorical, "categorical", "words, or numbers that stand for such"},
      {ColumnKind::ordinal, "ordinal", "words that have an order, which is that of values"},
      {ColumnKind::datetime, "datetime", "dates, times of day, or both, as format says"},
      {ColumnKind::curve, "curve", "numbers of columns side by side: the samples of one curve"},
      {ColumnKind::id, "id", "a number or a name of each row; not trained on"},
      {ColumnKind::ignored, "ignored", "left out"},
  }};
};

/// What part a column has: what an experiment sets, what it yields, or neither.
enum class ColumnRole { condition, outcome, other };

template <>
struct WordTable<ColumnRole> {
  static constexpr const char* setting = "role";
  static constexpr std::array<Word<ColumnRole>, 3> table = {{
      {ColumnRole::condition, "condition", "what is set or known beforehand"},
      {ColumnRole::outcome, "outcome", "what is measured"},
      {ColumnRole::other, "other", "neither"},
  }};
};

}  // namespace vgan
