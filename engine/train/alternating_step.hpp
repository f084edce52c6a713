// The step: one alternating D and G update, built once and replayed.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/backend.hpp"
#include "engine/nn/network.hpp"
#include "engine/objectives/gan.hpp"
#include "engine/optim/adam.hpp"

namespace vgan {

/// Told where a phase of the step begins; the previous one ends there. "" ends the last.
using PhaseMarker = std::function<void(const char* name, Queue& queue)>;

struct StepOptions {
  std::int64_t batch = 128;
  bool fused = false;  ///< by the seam's fused operations, Adam riding along the backward pass
  objectives::GanOptions gan;
  AdamOptions adam;  ///< `network` is filled in for each of the two
  double generator_rate = 2e-4;
  double discriminator_rate = 2e-4;
  float data_scale = 1.0F;  ///< network value = trial * scale + offset
  float data_offset = 0.0F;
};

/// Queues `d` and `g` update, and while `g` does, `data` and `noise` prepare the next step's batch;
/// each edge is one `wait_for`. Counters, rates and reports are in device memory (StepState), so
/// every replay is the same program: with and without the lazy gradient penalty, for each of the
/// two latents that take turns, and where the device works by itself one of `unrolled` steps, so
/// that the host has less to launch.
class AlternatingStep {
 public:
  /// `trials` is [count, trial] in device memory, u8 or f32, and must outlive the step.
  AlternatingStep(Backend& backend, nn::Network& generator, nn::Network& discriminator,
                  ConstMatrixRef trials, const StepOptions& options);

  /// Puts up to `limit` >= 1 steps on the queues as one replay, and the reading of their reports
  /// behind it; the host's own count of steps picks the program. Returns how many. At most
  /// `most_replays` may wait for `take_reports`.
  std::uint64_t run(std::uint64_t limit);
  /// Waits for the oldest replay whose reports have not been taken; valid until the next `run`.
  std::span<const StepReport> take_reports();
  std::size_t replays_pending() const { return replays_.size(); }
  static constexpr std::size_t most_replays = 2;
  static constexpr std::uint64_t unrolled = 16;

  /// Steps put on the queues since the beginning of the run, and those with their reports taken.
  std::uint64_t steps() const { return steps_; }
  std::uint64_t reported() const;
  /// Sets the counter of all random streams and schedules.
  void set_steps(std::uint64_t steps);

  /// Bytes that both of `d` and `g` keep for the products of this step (Backend::product_scratch).
  static std::size_t scratch_bytes(const Backend& backend, const std::vector<nn::DenseSpec>& g,
                                   const std::vector<nn::DenseSpec>& d, std::int64_t batch,
                                   ElementType type);

  Queue& queue() { return *g_queue_; }
  void set_marker(PhaseMarker marker) { marker_ = std::move(marker); }

 private:
  /// The steps that one replay runs.
  struct Replay {
    std::uint64_t first, count;
    std::size_t slot;  ///< of reader and reports
  };

  void put_steps(std::uint64_t first, std::uint64_t count);
  void put_step(std::size_t latent, bool with_penalty);
  void prepare(Queue& data, Queue& noise, std::size_t latent, std::uint64_t ahead);
  void update_discriminator(Queue& d, bool with_penalty);
  void update_generator(Queue& g);
  bool penalty_at(std::uint64_t step) const;
  void read_reports(const Replay& replay);
  /// The phase that begins here, for the marker and, as a range, for a profiler.
  void mark(const char* name, Queue& queue);

  Backend* backend_;
  nn::Network* g_;
  nn::Network* d_;
  ConstMatrixRef trials_;
  StepOptions options_;
  std::unique_ptr<Queue> data_queue_;
  std::unique_ptr<Queue> noise_queue_;
  std::unique_ptr<Queue> d_queue_;
  std::unique_ptr<Queue> g_queue_;
  Buffer state_buffer_;
  StepState* state_;
  objectives::Gan gan_;
  AdamOptions g_adam_options_;
  AdamOptions d_adam_options_;
  optim::Adam g_adam_;
  optim::Adam d_adam_;
  PhaseMarker marker_;
  std::optional<NamedRange> phase_;
  std::uint64_t steps_ = 0;
  std::size_t next_slot_ = 0;
  std::deque<Replay> replays_;
  std::array<std::unique_ptr<Queue>, most_replays> report_queues_;
  std::array<std::array<StepReport, unrolled>, most_replays> reports_{};
  // By the latent that the (first) step reads.
  std::array<std::unique_ptr<Program>, 2> plain_;
  std::array<std::unique_ptr<Program>, 2> penalised_;
  std::unique_ptr<Program> unrolled_;  ///< from a multiple of `unrolled` on; null: not worth it
};

}  // namespace vgan
