// How much memory the machine has, and how much of it this process has held at most.
#pragma once

#include <cstdint>

namespace vgan {

/// The machine's memory, bytes.
std::uint64_t machine_memory();

/// Starts a new count of the most resident memory, after giving back what was freed but is kept for
/// later allocations. False where the system has no such count.
bool reset_peak_memory();
/// The most since then, bytes; 0 where the system does not tell.
std::uint64_t peak_memory();

}  // namespace vgan
