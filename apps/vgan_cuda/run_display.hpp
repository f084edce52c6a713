// What a user sees of a training run: what it is made of, how far it is, and what it left.
#pragma once

#include <string>
#include <vector>

#include "apps/vgan_cuda/progress.hpp"
#include "engine/run/run.hpp"

namespace vgan::app {

class RunDisplay : public RunObserver {
 public:
  /// `program` is the word that started this program, for commands to copy. `asked_device` is the
  /// value of --device, empty where a resumed run has it in its checkpoint.
  RunDisplay(std::string program, bool quiet, std::string asked_device);

  void started(const Trainer& trainer, const Trials& trials, const std::filesystem::path& folder,
               std::uint64_t first_epoch) override;
  void epoch_done(const StepReport& report) override { progress_.show(report); }
  void note(const std::string& line) override { progress_.note(line); }
  void warn(const std::string& line) override { progress_.warn(line); }

  void evaluated(std::uint64_t epoch, const CheckpointQuality& quality,
                 std::uint64_t best_epoch) override;
  void alarmed(const std::vector<std::string>& standing) override;
  void went_back(std::uint64_t epoch) override { progress_.go_back(epoch); }

  /// What was made and how to use it; the last line is the command that draws samples.
  void finished(const RunResult& result);

  /// The run's folder; empty before it has started.
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  std::string program_;
  bool quiet_;
  std::string asked_device_;
  void print_quality(const RunResult& result) const;

  ModelKind model_ = ModelKind::gan;
  Progress progress_;
};

}  // namespace vgan::app
