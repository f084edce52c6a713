// How far settings are from those of real rows.
#pragma once

#include <string>
#include <vector>

#include "engine/data/schema.hpp"
#include "engine/experiment/setting_space.hpp"

namespace vgan {

/// The settings of the rows of a table.
class RealSettings {
 public:
  /// Reads `file`; rows without a value of each setting are passed over. Throws bad_data where it
  /// lacks a column, or has no whole row, and as read_data_table.
  RealSettings(const std::string& file, const SettingSpace& space, const Schema& schema);

  /// The distance to the nearest row: the root of the sum of squares, each number in standard
  /// deviations of the file's, 1 for another word, and for another number where all are the same.
  double nearest(const Settings& settings) const;

 private:
  std::vector<Settings> rows_;
  std::vector<double> deviations_;  // of each setting; 0: another value counts 1
};

}  // namespace vgan
