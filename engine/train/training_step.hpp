// A training step as a fixed program: run once, recorded once, replayed for each epoch, its records
// read behind it.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/device/backend.hpp"
#include "engine/nn/layer.hpp"
#include "engine/nn/network.hpp"
#include "engine/train/phase_clock.hpp"

namespace vgan {

/// What changes from step to step, evaluated on the device.
struct StepSchedules {
  math::Schedule generator_rate, discriminator_rate, instance_noise, kl;
};

/// Counters, rates and records are in device memory (StepState), so every replay is the same
/// program. A step may have variants that take turns by its number, such as a lazy penalty: each is
/// a program of its own, and where the device works by itself there is one of `unrolled` steps, so
/// that the host has less to launch.
class TrainingStep {
 public:
  virtual ~TrainingStep() = default;

  /// Puts up to `limit` >= 1 steps on the queues as one replay, and the reading of their records
  /// behind it; the host's own count of steps picks the program. Returns how many. At most
  /// `most_replays` may wait for `take_records`.
  std::uint64_t run(std::uint64_t limit);
  /// Waits for the oldest replay whose records have not been taken; valid until the next `run`.
  std::span<const StepRecord> take_records();
  std::size_t replays_pending() const { return replays_.size(); }
  static constexpr std::size_t most_replays = 2;
  static constexpr std::uint64_t unrolled = 16;

  /// Steps put on the queues since the beginning of the run, and those with their records taken.
  std::uint64_t steps() const { return steps_; }
  std::uint64_t reported() const;
  /// Sets the counter of all random streams and schedules.
  void set_steps(std::uint64_t steps);

  /// Where a step's work begins and ends.
  Queue& queue() { return *queue_; }

  /// Whether the phases of the steps to come are timed, by programs of their own, which are
  /// recorded when they are first asked for. All records must have been taken.
  void set_timing(bool on);
  /// The phases of timed steps whose records have been taken since the last call, in the order in
  /// which they are put on queues.
  std::vector<PhaseTime> take_phases();
  /// Whether steps are replayed, as they are unless told otherwise, or put on the queues one by
  /// one: the slow twin of a replay.
  void set_replaying(bool on) { replaying_ = on; }

 protected:
  /// `queue_name` is that of the queue where work begins and ends.
  TrainingStep(Backend& backend, const StepSchedules& schedules, const std::string& queue_name);

  /// Bytes that a queue keeps for products of `rows` rows through `layers` and back
  /// (Backend::product_scratch, conv_scratch).
  static std::size_t scratch_of(const Backend& backend, const std::vector<nn::LayerSpec>& layers,
                                std::int64_t rows, ElementType type);
  /// `options` for one of the two networks, without an average unless `average`.
  static AdamOptions adam_of(AdamOptions options, AdamState StepState::*network, bool average);

  /// To be called when the derived step is whole: sets step 0 and records the programs. `networks`
  /// are all those that a step moves. Where the device captures, each variant is run once before,
  /// and the networks are put back as they were.
  void record_programs(const std::vector<nn::Network*>& networks);

  /// How many variants there are, which one step `step` is, and after how many steps they repeat.
  virtual std::size_t variants() const { return 1; }
  virtual std::size_t variant_at(std::uint64_t) const { return 0; }
  virtual std::uint64_t period() const { return 1; }
  /// Puts one step on the queues.
  virtual void put_step(std::size_t variant) = 0;
  /// Puts what a step `step` needs to be there before it on `queue`.
  virtual void prepare_first(Queue& queue, std::uint64_t step) = 0;

  /// The phase that begins here, and ends at the next mark, for the clock and, as a range, for a
  /// profiler; "" ends the last.
  void mark(const char* name, Queue& queue);
  Backend& backend() { return *backend_; }
  StepState* state() { return state_; }

 private:
  /// A program, and what it times.
  struct Recorded {
    std::unique_ptr<PhaseClock> clock;  ///< null: nothing
    std::unique_ptr<Program> program;   ///< null: not worth it
  };
  struct Programs {
    std::vector<Recorded> variants;
    Recorded unrolled;  ///< from a multiple of `unrolled` on
  };
  /// The steps that one replay runs.
  struct Replay {
    std::uint64_t first, count;
    std::size_t slot;         ///< of reader and records
    const PhaseClock* clock;  ///< null: nothing is timed
  };

  void rehearse(const std::vector<nn::Network*>& networks);
  Programs record_all(bool timed);
  /// `steps`: the variant of each step of the program.
  Recorded record(const std::vector<std::size_t>& steps, bool timed);
  void put_steps(const std::vector<std::size_t>& steps, PhaseClock* clock);
  void read_records(const Replay& replay);

  Backend* backend_;
  StepSchedules schedules_;
  std::unique_ptr<Queue> queue_;
  Buffer state_buffer_;
  StepState* state_;
  std::optional<NamedRange> phase_;
  PhaseClock* clock_ = nullptr;  ///< of the timed program that is being put on queues
  std::unique_ptr<Stopwatch> origin_;
  std::vector<PhaseTime> phases_;
  bool timing_ = false;
  bool replaying_ = true;
  std::uint64_t steps_ = 0;
  std::size_t next_slot_ = 0;
  std::deque<Replay> replays_;
  std::array<std::unique_ptr<Queue>, most_replays> reading_queues_;
  std::array<std::array<StepRecord, unrolled>, most_replays> records_{};
  Programs programs_;
  /// One set for each slot, so that the next replay does not set the stopwatches of the last.
  std::array<Programs, most_replays> timed_programs_;
};

/// A step with two places for a batch, which take turns: the next is prepared while one is read.
class TwoBatchStep : public TrainingStep {
 protected:
  using TrainingStep::TrainingStep;

 private:
  std::size_t variants() const override { return 2; }
  std::size_t variant_at(std::uint64_t step) const override {
    return static_cast<std::size_t>(step % 2);
  }
  std::uint64_t period() const override { return 2; }
};

}  // namespace vgan
