// The step: one alternating D and G update, built once and replayed.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
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
  objectives::GanOptions gan;
  AdamOptions adam;  ///< `network` is filled in for each of the two
  double generator_rate = 2e-4;
  double discriminator_rate = 2e-4;
  float data_scale = 1.0F;  ///< network value = trial * scale + offset
  float data_offset = 0.0F;
};

/// Queues `data` and `noise` fill the batch, `d` and `g` update; each edge is one `wait_for`.
/// Counters, rates and reports are in device memory (StepState), so every replay is the same
/// program. There are two: with and without the lazy gradient penalty.
class AlternatingStep {
 public:
  /// `trials` is [count, trial] in device memory, u8 or f32, and must outlive the step.
  AlternatingStep(Backend& backend, nn::Network& generator, nn::Network& discriminator,
                  ConstMatrixRef trials, const StepOptions& options);

  /// Puts the next step on the queues, and the reading of its report behind it; the host's own
  /// count of steps picks the program. At most `most_pending` reports may wait to be taken.
  void run();
  /// Waits for the oldest step whose report has not been taken.
  StepReport take_report();
  std::uint64_t pending() const { return steps_ - reported_; }
  static constexpr std::uint64_t most_pending = 2;

  /// Steps put on the queues since the beginning of the run.
  std::uint64_t steps() const { return steps_; }
  /// Sets the counter of all random streams and schedules.
  void set_steps(std::uint64_t steps);

  /// Bytes that both of `d` and `g` keep for the products of this step (Backend::product_scratch).
  static std::size_t scratch_bytes(const Backend& backend, const std::vector<nn::DenseSpec>& g,
                                   const std::vector<nn::DenseSpec>& d, std::int64_t batch,
                                   ElementType type);

  Queue& queue() { return *g_queue_; }
  void set_marker(PhaseMarker marker) { marker_ = std::move(marker); }

 private:
  void body(bool with_penalty);
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
  optim::Adam g_adam_;
  optim::Adam d_adam_;
  PhaseMarker marker_;
  std::optional<NamedRange> phase_;
  std::uint64_t steps_ = 0;
  std::uint64_t reported_ = 0;
  // Step s is read by queue s % most_pending into slot s % most_pending.
  std::array<std::unique_ptr<Queue>, most_pending> report_queues_;
  std::array<StepReport, most_pending> reports_{};
  std::unique_ptr<Program> plain_;
  std::unique_ptr<Program> penalised_;
};

}  // namespace vgan
