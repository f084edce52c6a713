#include "engine/train/phase_clock.hpp"

namespace vgan {

void PhaseClock::begin_program() {
  next_ = 0;
  step_ = 0;
  open_ = nullptr;
}

// A program is fixed, so the phases that a replay on the CPU marks are those of the first.
void PhaseClock::mark(const char* name, Queue& queue) {
  if (open_ != nullptr) phases_[next_ - 1].watch->stop(*open_);
  open_ = nullptr;
  if (*name == '\0') return;
  if (next_ == phases_.size()) {
    phases_.push_back({name, queue.name(), step_, backend_->make_stopwatch()});
  }
  phases_[next_++].watch->start(queue);
  open_ = &queue;
}

// CUDA gives times in floats, so all but one are asked for from a point that is near.
void PhaseClock::read(const Stopwatch& origin, std::uint64_t first_epoch,
                      std::vector<PhaseTime>& times) const {
  if (phases_.empty()) return;
  const Stopwatch& first = *phases_.front().watch;
  const double start = first.seconds_after(origin);
  for (const Phase& phase : phases_) {
    times.push_back({phase.name, start + phase.watch->seconds_after(first), phase.watch->seconds(),
                     first_epoch + phase.step, phase.queue});
  }
}

}  // namespace vgan
