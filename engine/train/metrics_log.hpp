// metrics.jsonl: one line for each epoch, and what is drawn from it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <vector>

#include "engine/files/folder.hpp"
#include "engine/pictures/curves.hpp"
#include "engine/train/config.hpp"
#include "kernels/step_state.hpp"

namespace vgan {

/// One number of an epoch: its name in the file, where it comes from and where it is kept.
struct Metric {
  const char* key;
  double (*value)(const StepReport&);
  std::vector<double> TrainingHistory::*kept = nullptr;  ///< null: not drawn
};

/// Those of a model, in the order of the file.
std::vector<Metric> metrics_of(const TrainConfig& config);

class MetricsLog {
 public:
  /// Keeps the lines of epochs up to `epoch` that are in `file`, drops what a stopped run wrote
  /// after them. Throws io, also where `file` is a FIFO or device.
  MetricsLog(const FilePlace& file, std::uint64_t epoch, const TrainConfig& config);

  /// One line for one epoch; goes to the disk once a second and at `flush`.
  void add(const StepReport& report, double seconds);
  void add_done(std::uint64_t epochs, double seconds, double epochs_per_second);
  void flush();
  /// Flushes, and waits until the disk has the lines, so that not even a power cut takes them.
  void sync();
  const TrainingHistory& history() const { return history_; }

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  std::filesystem::path file_;
  std::vector<Metric> metrics_;
  std::unique_ptr<std::FILE, CloseFile> lines_;
  double last_flush_ = 0.0;
  TrainingHistory history_;
};

}  // namespace vgan
