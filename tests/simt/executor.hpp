// Runs kernel launches: blocks one after the other, threads as fibres.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <unordered_map>
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
  bool cooperative = false;   ///< all blocks live at once
  bool programmatic = false;  ///< may start before the kernel before it has ended
};

/// A kernel as it was put on a stream.
struct KernelLaunch {
  std::shared_ptr<const KernelCall> call;
  LaunchShape shape;
  std::string name;
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
  in_grid_wait,  // for the launch before
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
  bool after_wait = true;         ///< sees what the launch before wrote
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

/// Device memory that threads of a launch have read before their waits, by words of 4 bytes.
class EarlyReads {
 public:
  struct Reader {
    uint3 block{};
    uint3 thread{};
  };
  void add(const void* address, std::size_t bytes, const Reader& reader);
  /// Who has read from the same word as one of these bytes; null: nobody has read these bytes.
  const Reader* find(const void* address, std::size_t bytes) const;

 private:
  struct Word {
    unsigned bytes = 0;  // bit b: byte b was read
    Reader reader;       // the first
  };
  std::unordered_map<std::uintptr_t, Word> words_;
};

/// A launch of which some blocks have begun.
struct RunningLaunch : KernelLaunch {
  bool ahead = false;   ///< the launch before it has not run yet
  bool waited = false;  ///< at least one thread has waited for that launch
  EarlyReads reads;
  /// Launches that have begun before this one has ended.
  std::vector<const RunningLaunch*> next;
};
/// The launch whose threads run now; null outside kernels.
extern RunningLaunch* launch_now;

/// Blocks of the current launch that have begun and not ended.
class LiveBlocks {
 public:
  virtual ~LiveBlocks() = default;
  /// Runs these blocks of the current launch until all threads have ended, or those that have not
  /// wait for the launch before.
  virtual void start(const std::vector<unsigned>& block_ranks, std::mt19937_64& random) = 0;
  /// The launch before has ended: runs the threads that wait for it to their ends.
  virtual void resume() = 0;
  /// Forgets the threads that have not ended.
  virtual void drop() = 0;
};

/// How kernels run: as fibres of the code that g++ compiled, or in another way.
struct KernelRunner {
  std::unique_ptr<LiveBlocks> (*take_blocks)();
  void (*give_back)(std::unique_ptr<LiveBlocks> blocks);
  /// Whether blocks of a kernel can live at the same time.
  bool (*can_live_together)(const void* kernel);
  int compute_capability;  ///< the first number of the device's
};
/// To be called before the first launch.
void run_kernels_by(const KernelRunner& runner);
const KernelRunner& kernel_runner();

/// A launch from its first block to its last or to its first finding.
class Launch {
 public:
  explicit Launch(const KernelLaunch& kernel);
  ~Launch();  ///< drops the threads that have not ended
  Launch(const Launch&) = delete;
  Launch& operator=(const Launch&) = delete;

  /// Whether blocks of `kernel` can wait here while another launch runs. Not those of a cooperative
  /// launch, nor those that cannot live together.
  static bool can_start_ahead(const KernelLaunch& kernel);
  /// Runs blocks up to their waits for the launch before, as many as find room; to be called once,
  /// before that launch runs.
  void start_ahead(std::mt19937_64& random);
  /// Runs the rest. `next`: launches that have started ahead behind this one.
  void run(std::mt19937_64& random, std::vector<const RunningLaunch*> next = {});

  const RunningLaunch& state() const { return state_; }

 private:
  void begin(std::mt19937_64& random);
  std::vector<unsigned> take_clusters(std::size_t count);

  RunningLaunch state_;
  std::vector<unsigned> clusters_;     // their first blocks, in the order in which they run
  std::size_t begun_ = 0;              // of clusters_
  std::unique_ptr<LiveBlocks> ahead_;  // blocks that wait for the launch before
};

/// "(1,2,3)"
std::string place(uint3 at);

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
/// "writes 4 bytes"
std::string access_text(Access access, std::size_t bytes);
/// A block begins: its shared memory holds nothing.
void begin_block(Block& block);
/// The number of a block's stretch between two of its barriers; never the same twice.
std::uint32_t next_phase();
/// Another block goes on: this one's static shared memory is kept, or put in place again.
void set_shared_aside(Block& block);
void bring_shared_back(Block& block);
/// Whether blocks of this kernel can live at the same time here: without the memory hooks, those
/// with static shared memory cannot.
bool can_live_together(const void* kernel);

// ---- programmatic.cpp: launches that start before the one before has ended ---------------------

/// What is wrong with an access to device memory in the order of the launches before and behind the
/// running one; "": nothing. `after_wait`: the thread has waited for the launch before.
std::string launch_order_problem(const void* address, std::size_t bytes, Access access,
                                 const EarlyReads::Reader& who, bool after_wait);
/// Checks an access to device memory against the launches before and behind the running one.
void check_launch_order(const void* address, std::size_t bytes, Access access);

}  // namespace simt
