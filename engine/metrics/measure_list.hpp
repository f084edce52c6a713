// All measures of samples: one table that output, help, docs, --require and --stop-when read.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "engine/metrics/measure.hpp"

namespace vgan {

/// Which trials have a measure.
enum class MeasuredKind { all, features, curves, tables };

template <>
struct WordTable<MeasuredKind> {
  static constexpr const char* setting = "kind of trials";
  static constexpr std::array<Word<MeasuredKind>, 4> table{{
      {MeasuredKind::all, "all", "any trials"},
      {MeasuredKind::features, "features", "images and curves, in a feature space"},
      {MeasuredKind::curves, "curves", "curves"},
      {MeasuredKind::tables, "tables", "rows of tables"},
  }};
};

/// What is known of a measure before anything is measured.
struct MeasureInfo {
  const char* name;   ///< as Measure::name
  const char* title;  ///< for people, as Measure::title
  MeasureGroup group;
  MeasureGoal goal;
  MeasuredKind kind;
  double least, most;  ///< which values it can have; infinite where it has no bound
  const char* help;    ///< one line, without the name
};

/// In the order in which they are shown.
std::span<const MeasureInfo> measure_list();

/// The row of a name; null where no measure has it.
const MeasureInfo* find_measure(std::string_view name);

/// The row of a name. Throws bad_config, with the names that there are, where no measure has it;
/// `setting` is what is blamed: "require" or "stop-when".
const MeasureInfo& measure_called(const char* setting, const std::string& name);

/// A Measure with the name, title, group and goal of its row and no figures. Throws internal for a
/// name that is not in the list.
Measure listed_measure(std::string_view name);

}  // namespace vgan
