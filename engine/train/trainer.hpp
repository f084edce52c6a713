// One training run in memory: networks, data and the step. No files, no globals.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/error.hpp"
#include "engine/checkpoint/checkpoint.hpp"
#include "engine/data/trials.hpp"
#include "engine/encode/scaling.hpp"
#include "engine/models/step_report.hpp"
#include "engine/settings/config.hpp"
#include "engine/train/memory_plan.hpp"
#include "engine/train/phase_time.hpp"

namespace vgan {

/// Trains a GAN, an autoencoder or a masked model on trials. Several trainers may live in one
/// process; each may be used by one thread at a time.
///
/// Every number of a run is a pure function of (config, data, epoch): not of the thread count, and
/// not of how often the run was stopped and resumed on the same kind of device.
class Trainer {
 public:
  /// Validates `config`, opens the device, plans and takes the memory, and initialises the
  /// networks. `trials` is copied to the device. Throws bad_config, no_device, and bad_data for
  /// trials that are not consistent or have conditions without the setting `conditions`.
  Trainer(const TrainConfig& config, const Trials& trials);
  ~Trainer();
  Trainer(Trainer&&) noexcept;
  Trainer& operator=(Trainer&&) noexcept;

  /// The config with what "auto" and 0 stand for filled in.
  const TrainConfig& config() const;
  /// Epochs of the whole run: `epochs`, or `passes` in epochs.
  std::uint64_t total_epochs() const;
  std::string device_name() const;
  std::string precision() const;
  /// How the step is computed and why: "fused: ..." or "graph: ...".
  std::string step_choice() const;
  const MemoryPlan& memory_plan() const;
  /// Each network by what it is ("generator", "discriminator", "encoder", "decoder"), with its
  /// layers and parameters, for people.
  std::vector<std::pair<std::string, std::string>> networks() const;
  /// Parameters of all networks together.
  std::int64_t parameter_count() const;
  /// Multiplications of one trial's way through all networks.
  std::int64_t multiplications_per_trial() const;
  /// The shape of one trial of the data.
  TrialShape trial_shape() const;

  /// Epochs trained so far.
  std::uint64_t epoch() const;
  /// One alternating update, or one of an autoencoder. Throws diverged, naming the epoch, if a loss
  /// or gradient is not finite; the trainer is then of no further use.
  StepReport train_epoch();
  /// Up to `epochs` updates; `report` gets the report of each, in order, and returns whether to go
  /// on. Where the device works by itself the next updates, some tens at most, are under way by
  /// then, and are finished and reported too; elsewhere none is begun after `report` has said no.
  /// Throws as train_epoch.
  void train(std::uint64_t epochs, const std::function<bool(const StepReport&)>& report);

  /// The whole state. Throws diverged if a weight or moment is not finite. Of a model with folds
  /// the rows left out are judged, unless `stop` says so, which is asked on the way and may be
  /// empty.
  Checkpoint checkpoint(const std::function<bool()>& stop = {});
  /// Makes the epochs trained so far, of which there is one at least, those of `config`.
  void end_here();
  /// Continues from a checkpoint of the same networks and data. Throws bad_data if it is not.
  void restore(const Checkpoint& checkpoint);
  /// Starts from the weights, and averages, of a checkpoint of the same networks, whatever data it
  /// was trained on. To be called at epoch 0. Throws bad_data where the networks are others.
  void start_from(const Checkpoint& checkpoint);

  /// How the data's numbers stand to the network's.
  const Scaling& scaling() const;
  /// `count` samples of the averaged G if there is one, else of G, [count, height * width *
  /// channels]. Sample n depends on `seed` and n alone. They are in the data's own units: 0 to 255
  /// for u8, without rounding. Conditions are drawn as they are in the data, or with `run` > 0 that
  /// many samples have one class (or vector), then as many the next. Throws bad_config for more
  /// than 2^40 values.
  std::vector<float> sample(std::uint64_t count, std::uint64_t seed, std::uint64_t run = 0);
  /// `sample` in full precision: floats have not all that an offset of 1e9 or int64 needs.
  std::vector<double> sample_values(std::uint64_t count, std::uint64_t seed, std::uint64_t run = 0);
  /// `count` samples rounded to 0..255, drawn from noise that is fixed for previews. With a model
  /// of classes each class has `columns` samples, then the next. Throws as `sample`, and bad_config
  /// for no column.
  std::vector<std::uint8_t> preview(std::uint64_t count, std::uint64_t columns = 10);

  /// What samples of a model "ae" are drawn from: "a Gaussian fitted to 10,000 codes"; empty for
  /// others, which draw from N(0, I).
  std::string samples_from();
  /// What an autoencoder makes of `trials`, of the training data's shape and type: encoded and
  /// decoded, [count, trial] in the data's own units; whole numbers for u8. Throws bad_config for a
  /// GAN.
  std::vector<double> reconstruct(const Trials& trials);

  using PhaseTime = vgan::PhaseTime;
  /// Whether the phases of the epochs to come are timed. A profiler that was started to wait for it
  /// (cudaProfilerStart) takes what the device does in these epochs, and no more.
  void set_profiling(bool on);
  /// The time of each phase of such epochs since the last call, epoch by epoch.
  std::vector<PhaseTime> take_profile();

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace vgan
