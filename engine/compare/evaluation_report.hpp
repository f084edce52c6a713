// An evaluation of a table's virtual rows in words: for people, and JSON for programs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/compare/comparison_report.hpp"
#include "engine/compare/evaluate.hpp"

namespace vgan {

struct EvaluationText {
  std::vector<std::string> facts;  ///< what was compared
  TextTable figures;
  std::vector<std::string> notes;  ///< what the columns mean
};

EvaluationText evaluation_text(const Evaluation& evaluation);

/// Writes it as JSON: numbers as they are, null for a figure that there is not. Throws io.
void write_evaluation(const Evaluation& evaluation, const std::filesystem::path& path);

}  // namespace vgan
