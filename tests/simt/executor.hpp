// Runs one kernel launch: blocks one after the other, threads as fibres.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "tests/simt/fibre.hpp"
#include "tests/simt/include/cuda_runtime_api.h"
#include "tests/simt/include/simt/operations.hpp"

namespace simt {

constexpr unsigned warp_size = 32;

struct KernelCall;

struct LaunchShape {
  uint3 grid{1, 1, 1};
  uint3 block{1, 1, 1};
  std::size_t dynamic_bytes = 0;
  uint3 cluster{1, 1, 1};
  bool cooperative = false;  ///< all blocks live at once
};

struct WarpRequest {
  WarpOp op = WarpOp::sync;
  unsigned mask = 0;
  std::uint64_t value = 0;  ///< in: the lane's own; out: the result
  int argument = 0;
  int width = 32;
};

/// What the `value` of an exchange points to, on the stack of the fibre that asks.
struct ExchangeRequest {
  const void* mine = nullptr;
  std::size_t bytes = 0;
  void* all = nullptr;
};

/// A copy on its way to shared memory (copies.cpp).
struct PendingCopy {
  void* to = nullptr;
  std::uint32_t bytes = 0;
  std::uint32_t group = 0;  ///< how many groups the thread had committed before this one
  unsigned char data[16] = {};
};

enum class ThreadState : std::uint8_t {
  running,
  in_warp_operation,
  in_block_barrier,
  in_gang_barrier,
  exited
};

struct Block;
struct Warp;

struct Thread {
  uint3 index{};
  unsigned rank = 0;
  unsigned lane = 0;
  ThreadState state = ThreadState::running;
  Block* block = nullptr;
  Warp* warp = nullptr;
  Fibre* fibre = nullptr;
  WarpRequest request;
  int predicate = 0;
  std::vector<PendingCopy> copies;
  std::uint32_t copy_groups = 0;  ///< committed so far
};

/// What lanes of a warp know of each other, for the race check. `seen[t][u]` is the time up to
/// which lane u's accesses come before whatever lane t does next; time counts warp operations that
/// order memory, of which __syncwarp is the only one.
struct Warp {
  Thread* threads = nullptr;
  unsigned lanes = 0;    ///< bit l: the lane exists
  unsigned exited = 0;   ///< bit l: the lane has left the kernel
  unsigned waiting = 0;  ///< bit l: the lane is in a warp operation
  std::uint32_t time = 1;
  std::uint32_t seen[warp_size][warp_size] = {};
};

class DynamicShared;
struct SharedCopy;

struct Block {
  uint3 index{};
  std::vector<Thread> threads;
  std::vector<Warp> warps;
  unsigned exited = 0;
  unsigned at_barrier = 0;
  std::uint32_t serial = 0;  ///< unlike any other block's
  std::uint32_t phase = 0;   ///< of this block between two of its barriers, unlike any other's
  BlockOp operation = BlockOp::sync;
  std::shared_ptr<DynamicShared> dynamic;
  /// Static shared memory while another block of the gang runs.
  std::shared_ptr<std::vector<SharedCopy>> set_aside;
};

/// The thread that is running now; null outside kernels.
extern Thread* running;
/// Parameters and shape of the running launch, for the access check.
struct RunningLaunch {
  const KernelCall* call = nullptr;
  LaunchShape shape;
  std::string name;
};
extern RunningLaunch launch_now;

/// Runs the launch to its end or to its first finding.
void run_kernel(const std::shared_ptr<const KernelCall>& call, const LaunchShape& shape,
                const std::string& name, std::mt19937_64& random);

/// The running thread waits until another releases it.
void wait_for_release();
void release(Thread& thread);

/// How to say what is wrong. It is said on the host's stack, for a fibre that is dropped destroys
/// nothing.
struct Description {
  std::string (*say)(const void* how) = nullptr;
  const void* how = nullptr;
  std::string text() const { return say(how); }
};
[[noreturn]] void stop_with(const Description& description, int error);

/// Ends the launch with a finding of the running thread; `describe()` is its text.
template <class Describe>
[[noreturn]] void stop_thread(const Describe& describe, int error = cudaErrorLaunchFailure) {
  const auto say = [](const void* how) -> std::string {
    return (*static_cast<const Describe*>(how))();
  };
  stop_with({say, &describe}, error);
}

// ---- access.cpp: memory as threads see it ------------------------------------------------------

constexpr std::size_t max_dynamic_bytes = 232448;  // sm_90: 227 KiB

enum class Access : std::uint8_t { read, write, atomic };
/// Checks an access of the running thread; stops the thread if it is wrong.
void check_access(const void* address, std::size_t bytes, Access access);
/// A block begins: its shared memory holds nothing.
void begin_block(Block& block);
/// Of a block between two of its barriers; never the same twice.
std::uint32_t next_phase();
/// Another block of the gang goes on: static shared memory becomes its own. `from` may be null.
void exchange_shared(Block* from, Block& to);
/// Whether blocks of this kernel can live at the same time here: without the memory hooks, those
/// with static shared memory cannot.
bool can_live_together(const void* kernel);

}  // namespace simt
