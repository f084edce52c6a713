// metrics.jsonl: a line for each epoch, of a long run for some, and what is drawn from it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>
#include <string>

#include "engine/files/folder.hpp"
#include "engine/models/step_report.hpp"
#include "engine/pictures/curves.hpp"
#include "engine/settings/config.hpp"

namespace vgan {

/// Seconds of training at the last epoch in `file`; 0 where it has none.
double seconds_in_metrics(const FilePlace& file);

/// What becomes of events of later epochs than the one that a run goes on from.
enum class LaterEvents {
  dropped,  ///< the run goes the same way, and meets them again
  kept      ///< the run goes another way: they say `"superseded":M`, the epoch gone back to
};

class MetricsLog {
 public:
  /// The file has a line for each epoch up to so many; then for every second, fourth and so on, so
  /// that there are half as many to this many, however long the run is. Lines of checkpoints that
  /// are kept, and those that follow them, stay.
  static constexpr std::uint64_t most_lines = 100'000;

  /// Keeps the lines of epochs up to `epoch` that are in `file`, with events, and drops what a
  /// stopped run wrote after them, but for what `later` keeps. Seconds are counted on from the last
  /// that is kept. Takes the memory of a line and of the history, which is bounded. Throws io, also
  /// where `file` is a FIFO or device. `checkpoints`: the epochs of those that are there.
  MetricsLog(const FilePlace& file, std::uint64_t epoch, std::set<std::uint64_t> checkpoints = {},
             LaterEvents later = LaterEvents::dropped);

  /// One line for one epoch, `seconds` after this object was made; goes to the disk once a second
  /// and at `flush`. Throws io.
  void add(const StepReport& report, double seconds);
  void add_done(std::uint64_t epochs, double seconds, double epochs_per_second);
  /// A line that says which setting has another value after `epoch`.
  void add_change(std::uint64_t epoch, const SettingChange& change);
  /// A line of its own, as evaluation_log.hpp makes them.
  void add_event(const std::string& line);
  /// From here on these checkpoints are kept, the newest of which is that of now.
  void set_checkpoints(std::set<std::uint64_t> epochs) { checkpoints_ = std::move(epochs); }
  void flush();
  /// Flushes, and waits until the disk has the lines, so that not even a power cut takes them.
  void sync();
  const TrainingHistory& history() const { return history_; }

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  bool is_kept(std::uint64_t epoch) const;
  void thin();

  FilePlace file_;
  std::set<std::uint64_t> checkpoints_;
  std::uint64_t stride_ = 1;  ///< epochs from line to line
  std::string left_out_;      ///< the last line, where it has not been written
  std::unique_ptr<std::FILE, CloseFile> lines_;
  double last_flush_ = 0.0;
  double seconds_before_ = 0.0;  ///< of what was trained before this object
  TrainingHistory history_;
};

}  // namespace vgan
