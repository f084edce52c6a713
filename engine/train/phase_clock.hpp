// When the phases of a recorded program began and ended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/device/backend.hpp"
#include "engine/train/phase_time.hpp"

namespace vgan {

/// A stopwatch for each phase of one program, started and stopped by the program itself: on CUDA by
/// nodes of its graph, on the CPU as the program runs. So what is timed is what runs without
/// timing, with two points in time more for each phase. Each replay sets the stopwatches anew.
class PhaseClock {
 public:
  explicit PhaseClock(Backend& backend) : backend_(&backend) {}

  /// Before the program puts its first phase on a queue, and behind the last phase of each step.
  void begin_program();
  void end_step() { ++step_; }
  /// Phase `name` begins on `queue`; the one before ends, on its own. "" begins none.
  void mark(const char* name, Queue& queue);

  /// Adds the times of the latest replay, which has been finished and whose first step was epoch
  /// `first_epoch`, to `times`. `origin` is where time begins.
  void read(const Stopwatch& origin, std::uint64_t first_epoch,
            std::vector<PhaseTime>& times) const;

 private:
  struct Phase {
    std::string name, queue;
    std::uint64_t step;  ///< of the program's
    std::unique_ptr<Stopwatch> watch;
  };

  Backend* backend_;
  std::vector<Phase> phases_;  ///< in the order in which they are put on queues
  std::size_t next_ = 0;
  std::uint64_t step_ = 0;
  Queue* open_ = nullptr;  ///< that of the phase before `next_`, which has not ended
};

}  // namespace vgan
