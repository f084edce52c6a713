// metrics.jsonl: one line for each epoch, and what is drawn from it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "engine/files/folder.hpp"
#include "engine/models/step_report.hpp"
#include "engine/pictures/curves.hpp"
#include "engine/settings/config.hpp"

namespace vgan {

/// Seconds of training at the last epoch in `file`; 0 where it has none.
double seconds_in_metrics(const FilePlace& file);

class MetricsLog {
 public:
  /// Keeps the lines of epochs up to `epoch` that are in `file`, with changes of settings, and
  /// drops what a stopped run wrote after them. Seconds are counted on from the last that is kept.
  /// Takes the memory of a line and of the history, which is bounded. Throws io, also where `file`
  /// is a FIFO or device.
  MetricsLog(const FilePlace& file, std::uint64_t epoch);

  /// One line for one epoch, `seconds` after this object was made; goes to the disk once a second
  /// and at `flush`.
  void add(const StepReport& report, double seconds);
  void add_done(std::uint64_t epochs, double seconds, double epochs_per_second);
  /// A line that says which setting has another value after `epoch`.
  void add_change(std::uint64_t epoch, const SettingChange& change);
  void flush();
  /// Flushes, and waits until the disk has the lines, so that not even a power cut takes them.
  void sync();
  const TrainingHistory& history() const { return history_; }

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  std::filesystem::path file_;
  std::unique_ptr<std::FILE, CloseFile> lines_;
  double last_flush_ = 0.0;
  double seconds_before_ = 0.0;  ///< of what was trained before this object
  TrainingHistory history_;
};

}  // namespace vgan
