// The folder that a run leaves behind: what is in it and how it is written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/data/trials.hpp"
#include "engine/files/folder.hpp"
#include "engine/run/metrics_log.hpp"
#include "engine/train/trainer.hpp"

namespace vgan {

/// Locked for as long as this object lives. Everything is read and written through the locked
/// folder's descriptor, so that a run goes on in its own folder when that is renamed.
class RunFolder {
 public:
  /// A new folder, or one in which a run was stopped before its first checkpoint. `wanted` empty:
  /// the next free number in runs/. Throws bad_config if `wanted` holds anything else or another
  /// process is at work in it, io where the system refuses.
  static RunFolder create(const std::filesystem::path& wanted);
  /// The folder of a run to go on with; changes nothing in it. Throws bad_config if another process
  /// is at work in it, io where the system refuses.
  static RunFolder open(const std::filesystem::path& folder);
  /// To be called before anything is written: removes what killed writers left behind, and makes
  /// the folders that are missing.
  void make_ready();
  /// Where the run goes on from an older epoch: moves checkpoints and pictures of later ones to
  /// `superseded`, where a name that is taken gets a number, and returns how many there were.
  std::size_t set_aside_after(std::uint64_t epoch) const;

  const std::filesystem::path& path() const { return folder_.path(); }
  /// Where it is now.
  std::filesystem::path present_path() const { return folder_.present_path(); }
  const Folder& folder() const { return folder_; }
  /// After make_ready().
  const Folder& checkpoints() const { return *checkpoints_; }
  /// Likewise: the pictures of samples over time.
  const Folder& samples() const { return *samples_; }

  void write_config(const TrainConfig& config) const;
  /// The schema of a table's rows as schema.toml; of other trials nothing.
  void write_schema(const Trials& trials) const;
  /// To be called before the next is asked for. Keeps the metrics of epochs up to `epoch`.
  void start_metrics(std::uint64_t epoch, LaterEvents later);
  FilePlace metrics_place() const { return {folder_, "metrics.jsonl"}; }
  MetricsLog& metrics() { return *metrics_; }

  /// Samples of one fixed noise, as many as `sheet_for_data` says; none where even one is too large
  /// for a picture.
  void write_sample_grid(Trainer& trainer, const Trials& trials) const;
  /// Real trials for comparison, each row of one class where there are labels of a few classes.
  void write_real_grid(const Trials& trials) const;
  void write_loss_curves() const;
  /// Real trials, each above what an autoencoder makes of it.
  void write_reconstructions(Trainer& trainer, const Trials& trials) const;
  bool has_samples() const;
  /// `count` samples: samples.npy as Trials::array_shape, or of a table's rows samples.csv.
  void write_samples(Trainer& trainer, const Trials& trials, std::uint64_t count) const;
  /// Phase times as a Chrome trace (chrome://tracing, Perfetto).
  void write_profile(const std::vector<PhaseTime>& phases) const;

 private:
  explicit RunFolder(Folder folder);
  void write_rows(Trainer& trainer, const Schema& schema, std::uint64_t count) const;

  Folder folder_;
  std::optional<Folder> checkpoints_;
  std::optional<Folder> samples_;
  std::optional<MetricsLog> metrics_;
};

}  // namespace vgan
