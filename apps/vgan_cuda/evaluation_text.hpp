// An evaluation in words: for people, in 80 columns.
#pragma once

#include <string>
#include <vector>

#include "engine/compare/comparison_report.hpp"
#include "engine/compare/evaluate.hpp"

namespace vgan::app {

struct EvaluationText {
  std::vector<std::string> facts;      ///< what was compared
  std::vector<TextTable> tables;       ///< a group of measures each
  std::vector<std::string> sentences;  ///< what the most telling figures say
  std::vector<std::string> notes;      ///< what limits the figures, and where they are explained
};

EvaluationText evaluation_text(const Evaluation& evaluation);

}  // namespace vgan::app
