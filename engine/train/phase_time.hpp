// How long a phase of a step took.
#pragma once

#include <cstdint>
#include <string>

namespace vgan {

/// A phase is what a step puts on one queue for one purpose. Phases of several queues overlap, as
/// their work does. Times are the device's.
struct PhaseTime {
  std::string name;
  double start_seconds;  ///< since profiling was first switched on
  double seconds;
  std::uint64_t epoch;
  std::string queue;  ///< where its work is
};

}  // namespace vgan
