// The setting `scale`.
#pragma once

#include <array>

#include "engine/base/words.hpp"

namespace vgan {

/// What a network's range of numbers stands for in the data's units.
enum class ScaleKind { automatic, data, column, scores, none };

template <>
struct WordTable<ScaleKind> {
  static constexpr const char* setting = "scale";
  static constexpr std::array<Word<ScaleKind>, 5> table{{
      {ScaleKind::automatic, "auto", "scores for tables, column for other rows, else data"},
      {ScaleKind::data, "data", "by the range of all values"},
      {ScaleKind::column, "column", "by each column's own range"},
      {ScaleKind::scores, "scores", "by the ranks in each column, as normal scores"},
      {ScaleKind::none, "none", "not at all"},
  }};
};

}  // namespace vgan
