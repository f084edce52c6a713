// A launch, its blocks and their warps, as they run.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/ptx/program.hpp"
#include "tests/ptx/shadow.hpp"
#include "tests/ptx/world.hpp"

namespace ptx {

/// Dynamic shared memory and what static variables leave of it: 227 KiB on sm_90.
constexpr std::uint32_t most_shared_bytes = 232448;

/// What is wrong with a kernel, and which thread of which block did it.
class Fault : public std::runtime_error {
 public:
  Fault(const Place& block, const Place& thread, const std::string& text, bool address)
      : std::runtime_error(text), who{block, thread}, bad_address(address) {}
  ThreadPlace who;
  bool bad_address;  ///< an access outside of memory, or misaligned
};

struct Choices {
  bool late_copies = true;  ///< asynchronous copies arrive when they are waited for, else at once
  bool cut_sums = false;    ///< mma cuts its sums as tensor cores do, else it rounds the exact one
  std::uint64_t most_instructions = 4000000000U;  ///< of a block
};

struct LaunchState {
  const Kernel* kernel = nullptr;
  Place grid{1, 1, 1};
  Place block{1, 1, 1};
  std::uint32_t dynamic_bytes = 0;
  bool programmatic = false;
  std::vector<unsigned char> parameters;
  World* world = nullptr;
  Shadow* shadow = nullptr;    ///< of global memory
  mutable Range recent[2];     ///< that World::allocation() gave
  bool watches_order = false;  ///< as World says
  std::uint32_t serial = 1;    ///< unlike any other launch's that shares the shadow
  Choices choices;
};

/// Throws Fault where CUDA would refuse the launch.
void check_limits(const LaunchState& launch);

/// An asynchronous copy on its way to shared memory.
struct Copy {
  std::uint32_t to = 0;
  std::uint64_t from = 0;
  std::uint32_t bytes = 0;
  std::uint32_t valid = 0;  ///< that come from `from`; the rest are zeros
  std::uint32_t grain = 1;  ///< bytes that are read at once
};

struct CopyQueue {
  std::vector<Copy> open;
  std::vector<std::vector<Copy>> groups;  ///< committed, the oldest first
};

struct Block;

struct Warp {
  Block* block = nullptr;
  std::uint32_t number = 0;
  LaneMask lanes = 0;         ///< that there are
  LaneMask live = 0;          ///< that have not ended
  LaneMask held = 0;          ///< wait for other lanes of the warp
  LaneMask at_grid_wait = 0;  ///< wait for the launch before
  LaneMask after_wait = 0;    ///< see what the launch before wrote
  bool at_block_barrier = false;
  std::uint32_t epoch = 0;  ///< counts barriers of the warp
  std::array<std::uint32_t, warp_size> pc{};
  std::vector<LaneMask> predicates;
  std::vector<std::uint32_t> narrow;
  std::vector<std::uint64_t> wide;
  std::array<std::array<std::uint32_t, warp_size>, special_count> specials{};
  std::array<CopyQueue, warp_size> copies;
};

/// Runs a warp until it is at the block's barrier, waits for the launch before, or has ended.
void run_warp(Warp& warp);
Place thread_place(const Warp& warp, int lane);

/// Throws the fault of a lane: the text, and the instruction.
[[noreturn]] void fail(const Warp& warp, const Instruction& instruction, int lane,
                       const std::string& text, bool bad_address = false);

struct SharedCell {
  Cell cell;
  std::uint16_t in_flight = 0;  ///< asynchronous copies to it
  bool owned = false;           ///< by a variable, or by dynamic shared memory
  bool written = false;
};

struct Block {
  const LaunchState* launch = nullptr;
  Place place;
  std::uint32_t rank = 0;
  std::uint32_t epoch = 1;  ///< counts barriers
  std::uint64_t executed = 0;
  std::vector<unsigned char> shared;
  std::vector<SharedCell> cells;  ///< of two bytes each
  std::vector<Warp> warps;

  /// Ready to run from the start; what registers hold is left from before.
  void begin(const LaunchState& state, std::uint32_t block_rank);
  /// Runs until the block has ended (true) or its threads wait for the launch before (false).
  bool run(std::mt19937_64& random);
  /// The launch before has ended.
  void release_from_grid_wait();

 private:
  void begin_warp(Warp& warp, std::uint32_t number);
  /// All that wait at the barrier go on.
  void pass_barrier();
  void end();
};

}  // namespace ptx
