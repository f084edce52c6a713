// Where a run tells how it goes: its observer, pictures, TensorBoard. None of them may end it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/error.hpp"
#include "engine/run/run.hpp"
#include "engine/run/run_events.hpp"
#include "engine/run/run_folder.hpp"
#include "engine/run/run_quality.hpp"

namespace vgan {

class RunOutlets {
 public:
  /// `observer` may be null; both outlive it.
  RunOutlets(RunObserver* observer, RunFolder& folder) : observer_(observer), folder_(folder) {}

  void note(const std::string& line) const;
  void warn(const std::string& line) const;
  void epoch_done(const StepReport& report);
  /// An evaluation, and which was the best so far.
  void evaluated(const RunQuality::Outcome& found, const RunQuality& quality);
  /// Alarms that were raised now, and which stand; metrics.jsonl has a line of each where `logged`
  /// says that it has none yet.
  void alarmed(const std::vector<Alarm>& raised, const Alarms& alarms, bool logged);
  void went_back(std::uint64_t epoch);

  /// `--tensorboard`, from an epoch on.
  void open_events(std::uint64_t epoch, std::uint64_t total);
  void add_sheet(std::uint64_t epoch);
  void flush();

  /// A picture that the system refuses to take is told of once.
  template <class Write>
  void draw(Write write) {
    try {
      write();
    } catch (const Error& error) {
      miss(error, "the picture", pictures_missed_);
      pictures_missed_ = true;
    }
  }

 private:
  template <class Write>
  void log(Write write) {
    if (!events_) return;
    try {
      write(*events_);
    } catch (const Error& error) {
      miss(error, "TensorBoard's events", false);
      events_.reset();
    }
  }
  /// Throws what is no refusal of the system.
  void miss(const Error& error, const char* what, bool known) const;

  RunObserver* observer_;
  RunFolder& folder_;
  std::optional<RunEvents> events_;
  std::uint64_t total_ = 0;  ///< epochs of the run, for events
  std::vector<AlarmKind> standing_;
  bool pictures_missed_ = false;
};

}  // namespace vgan
