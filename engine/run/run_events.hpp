// `--tensorboard`: what a run tells TensorBoard.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/files/folder.hpp"
#include "engine/models/step_report.hpp"
#include "engine/run/evaluation_log.hpp"
#include "engine/run/event_file.hpp"

namespace vgan {

/// Writes to the folder `tensorboard` of a run: values of reports as "train/NAME", of some ten
/// thousand epochs at most, of evaluations as "quality/NAME", sample sheets as "samples".
class RunEvents {
 public:
  /// `epoch`: trained so far; `total`: of the whole run. Throws io.
  RunEvents(const Folder& run, std::uint64_t epoch, std::uint64_t total);

  void add(const StepReport& report);
  void add(const EvaluationLine& evaluation);
  /// The sheet of this epoch in `samples`, where there is one.
  void add_sheet(const Folder& samples, std::uint64_t epoch);
  void flush() { file_.flush(); }

 private:
  Folder folder_;
  EventFile file_;
  std::uint64_t every_;
};

/// "epoch-00000500.png".
std::string sheet_name(std::uint64_t epoch);

}  // namespace vgan
