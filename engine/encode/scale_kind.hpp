// The setting `scale`.
#pragma once

#include <array>

#include "engine/base/words.hpp"

namespace vgan {

/// What a network's range of numbers stands for in the data's units.
enum class ScaleKind { automatic, data, column, none };

template <>
struct WordTable<ScaleKind> {
  static constexpr const char* setting = "scale";
  static constexpr std::array<Word<ScaleKind>, 4> table{{
      {ScaleKind::automatic, "auto", "column for rows, else data"},
      {ScaleKind::data, "data", "by the range of all values"},
      {ScaleKind::column, "column", "by each column's own range"},
      {ScaleKind::none, "none", "not at all"},
  }};
};

}  // namespace vgan
