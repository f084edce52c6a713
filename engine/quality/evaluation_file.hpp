// evaluation.json: what samples came to, for programs and for reports.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "engine/quality/assessment.hpp"

namespace vgan {

/// What was measured, of what, beside what.
struct EvaluationFile {
  std::string version;      ///< of the library that wrote it
  std::string model;        ///< the model's run folder or file; empty: samples came from a file
  std::string checkpoint;   ///< the file that was read; empty: likewise
  std::uint64_t epoch = 0;  ///< of the checkpoint
  std::string which;        ///< which checkpoint of a run it is: "best", "newest" or empty
  std::string samples;      ///< the file of virtual trials; empty: they were drawn from the model
  std::string data;         ///< the real trials, as the user would call them
  std::uint64_t seed = 1;   ///< of every random number
  std::string space;        ///< Evaluator::space
  Assessment assessment;
};

/// Writes it as JSON: numbers as they are, null for one that is not finite or that there is not.
/// Throws io.
void write_evaluation_file(const EvaluationFile& evaluation, const std::filesystem::path& path);

/// Throws io where the file cannot be read, bad_data where it is not one that
/// write_evaluation_file wrote.
EvaluationFile read_evaluation_file(const std::filesystem::path& path);

}  // namespace vgan
