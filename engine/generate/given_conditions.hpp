// Conditions that a user gives to samples of a model that was trained with some.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/generate/generate.hpp"
#include "engine/generate/table_lines.hpp"
#include "engine/models/conditions.hpp"

namespace vgan {

/// Classes or vectors, in the order in which samples have them.
class GivenConditions {
 public:
  /// What `label`, `per_label`, `conditions` or `given` of the request name; nothing where none of
  /// them does. Throws bad_config for more than one of them, and where `known` has no such
  /// conditions; as ConditionModel, read_conditions and `read`.
  static std::optional<GivenConditions> of(const GenerateRequest& request,
                                           const ConditionModel& known);
  /// A table with a row for each setting, all its cells filled: of a model of classes a column
  /// "label" of their names or numbers; of one of vectors the columns "condition_1" to
  /// "condition_K" of their numbers, in the user's units and any order ("condition" of one alone).
  /// Throws bad_data, with the place, for another column, for one that is not there, and for a cell
  /// that is empty or no such value; as read_data_table.
  static GivenConditions read(const std::filesystem::path& path, const ConditionModel& known);

  std::uint64_t count() const { return texts_.size() / names_.size(); }
  /// What the columns of such a table are called.
  const std::vector<std::string>& names() const { return names_; }
  /// Adds the cells of a row of it.
  void put(std::uint64_t row, TableLines& line) const;
  /// Each in turn for `run` samples. Throws bad_config for a class without training trials and for
  /// numbers too far from those of the training trials.
  ConditionFill fill(std::uint64_t run) const;

 private:
  explicit GivenConditions(const ConditionModel& known);
  static GivenConditions of_array(const std::string& path, const ConditionModel& known);
  void add_class(std::int64_t label, const std::string& text);

  const ConditionModel* known_;
  std::vector<std::string> names_;
  std::vector<std::string> texts_;     // [count, names], as they stand in a table
  std::vector<std::int64_t> classes_;  // of a model of classes
  std::vector<float> vectors_;         // [count, names] of one of vectors
};

}  // namespace vgan
