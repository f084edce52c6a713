// A comparison in words: tables for people, JSON for programs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/compare/compare.hpp"

namespace vgan {

/// Cells by row; the first row is the header, the first column is set to the left.
using TextTable = std::vector<std::vector<std::string>>;

struct ComparisonText {
  std::vector<std::string> facts;  ///< what was compared: data, budget, device
  TextTable quality, time, bytes;
  std::vector<TextTable> further;  ///< of columns, of curves, of copying
  std::vector<std::string> notes;  ///< what the columns mean, and which models have no figures
};

/// The unit of squared errors and distances, for people.
std::string of_unit(const Comparison& comparison);
ComparisonText comparison_text(const Comparison& comparison);
/// Lines of at most 80 characters where the models' names have no more than 18.
std::string plain_table(const TextTable& table);

/// comparison.md, comparison.json and, where trials can be drawn, comparison.png in the
/// comparison's folder.
void write_comparison(const Comparison& comparison);

}  // namespace vgan
