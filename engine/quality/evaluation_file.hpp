// evaluation.json: what samples came to, for programs and for reports.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/data/trials.hpp"
#include "engine/quality/assessment.hpp"

namespace vgan {

/// Which model was measured, so that whoever reads the figures can tell whether they are its own.
struct EvaluationIdentity {
  std::uint64_t epoch = 0;  ///< of the checkpoint
  std::string checkpoint;   ///< checkpoint_digest of it; empty: no model's
  /// Trials::fingerprint of what it was trained on, and of the real trials that its samples stand
  /// beside; empty: not known.
  std::string trained_on, beside;

  static EvaluationIdentity of(const Checkpoint& checkpoint, std::uint64_t epoch,
                               const Trials& beside);
};

/// 16 hexadecimal digits of all names, types, shapes, metadata and bytes of a checkpoint.
std::string checkpoint_digest(const Checkpoint& checkpoint);

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
  /// Of the model; files of older versions and figures of other tools' samples have none.
  EvaluationIdentity identity;
  Assessment assessment;
};

/// Why the figures are not those that `wanted` is about: "it is of epoch 40, and the checkpoint of
/// epoch 60"; empty: they are. What is empty in `wanted` but for its checkpoint is not looked at.
std::string why_not_of(const EvaluationFile& evaluation, const EvaluationIdentity& wanted);

/// Writes it as JSON: numbers as they are, null for one that is not finite or that there is not.
/// Throws io.
void write_evaluation_file(const EvaluationFile& evaluation, const std::filesystem::path& path);

/// Throws io where the file cannot be read, bad_data where it is not one that
/// write_evaluation_file wrote.
EvaluationFile read_evaluation_file(const std::filesystem::path& path);

}  // namespace vgan
