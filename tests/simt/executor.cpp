#include "tests/simt/executor.hpp"

#include <algorithm>
#include <numeric>

#include "tests/simt/control.hpp"
#include "tests/simt/gang.hpp"
#include "tests/simt/include/cuda_runtime.h"
#include "tests/simt/simt.hpp"

// What device.hpp calls blockDim and gridDim.
uint3 simt_block_dim asm("simt_block_dim");
uint3 simt_grid_dim asm("simt_grid_dim");

namespace simt {

RunningLaunch* launch_now = nullptr;

namespace {

// What waits at once for the launch before: each thread costs a stack here, each byte of shared
// memory the race check's notes of it.
constexpr std::size_t most_threads_ahead = 4096;
constexpr std::size_t most_dynamic_bytes_ahead = std::size_t{1} << 20;

std::size_t volume(uint3 size) { return std::size_t{size.x} * size.y * size.z; }

/// The launch is the one whose threads run while this lives.
class Turn {
 public:
  explicit Turn(RunningLaunch& launch) {
    launch_now = &launch;
    simt_block_dim = launch.shape.block;
    simt_grid_dim = launch.shape.grid;
  }
  ~Turn() { launch_now = nullptr; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
};

// Blocks that must live together, which are numbered one after the other.
std::size_t blocks_together(const LaunchShape& shape) {
  return volume(shape.cooperative ? shape.grid : shape.cluster);
}

std::size_t clusters_with_room_ahead(const LaunchShape& shape) {
  const std::size_t blocks = blocks_together(shape);
  // A barrier of a cluster is one of its whole gang.
  if (blocks > 1) return 1;
  return std::min(most_threads_ahead / volume(shape.block),
                  most_dynamic_bytes_ahead / std::max<std::size_t>(shape.dynamic_bytes, 1));
}

}  // namespace

namespace {

KernelRunner& chosen_runner() {
  static KernelRunner runner = fibre_runner;
  return runner;
}

// A kernel of CUB's is a twin of ours (tests/simt/include/cub): there is no PTX of it.
const KernelRunner& runner_of(const KernelLaunch& kernel) {
  return kernel.name.starts_with("cub::simt_") ? fibre_runner : chosen_runner();
}

}  // namespace

void run_kernels_by(const KernelRunner& runner) { chosen_runner() = runner; }
const KernelRunner& kernel_runner() { return chosen_runner(); }
bool interprets_ptx() { return kernel_runner().take_blocks != fibre_runner.take_blocks; }

std::string place(uint3 at) {
  return "(" + std::to_string(at.x) + "," + std::to_string(at.y) + "," + std::to_string(at.z) + ")";
}

Launch::Launch(const KernelLaunch& kernel) : state_{kernel, false, false, {}, {}} {}

Launch::~Launch() {
  if (ahead_ == nullptr) return;
  ahead_->drop();
  runner_of(state_).give_back(std::move(ahead_));
}

bool Launch::can_start_ahead(const KernelLaunch& kernel) {
  return !kernel.shape.cooperative && runner_of(kernel).can_live_together(kernel.call->kernel);
}

// Clusters run in random order.
void Launch::begin(std::mt19937_64& random) {
  const std::size_t together = blocks_together(state_.shape);
  clusters_.resize(volume(state_.shape.grid) / together);
  for (std::size_t i = 0; i < clusters_.size(); ++i)
    clusters_[i] = static_cast<unsigned>(i * together);
  std::shuffle(clusters_.begin(), clusters_.end(), random);
}

// The blocks of the next `count` clusters, or of as many as there are.
std::vector<unsigned> Launch::take_clusters(std::size_t count) {
  std::vector<unsigned> blocks;
  for (; count > 0 && begun_ < clusters_.size(); --count, ++begun_) {
    for (unsigned b = 0; b < blocks_together(state_.shape); ++b)
      blocks.push_back(clusters_[begun_] + b);
  }
  return blocks;
}

void Launch::start_ahead(std::mt19937_64& random) {
  const Turn turn(state_);
  begin(random);
  state_.ahead = true;
  ahead_ = runner_of(state_).take_blocks();
  ahead_->start(take_clusters(clusters_with_room_ahead(state_.shape)), random);
  state_.ahead = false;
}

void Launch::run(std::mt19937_64& random, std::vector<const RunningLaunch*> next) {
  const Turn turn(state_);
  const std::size_t found = finding_count();
  state_.next = std::move(next);
  std::unique_ptr<LiveBlocks> blocks =
      ahead_ == nullptr ? runner_of(state_).take_blocks() : std::move(ahead_);
  if (clusters_.empty()) {
    begin(random);
  } else {
    blocks->resume();
  }
  while (begun_ < clusters_.size() && finding_count() == found)
    blocks->start(take_clusters(1), random);
  runner_of(state_).give_back(std::move(blocks));
  // Else the launch behind it could not rely on the one before it, nor on any before that.
  if (state_.shape.programmatic && !state_.waited && finding_count() == found)
    record_finding("kernel " + state_.name +
                   ": was launched programmatically, and no thread has waited for the launch "
                   "before it (cudaGridDependencySynchronize)");
}

void wait_for_release() { current_gang().wait(); }

void release(Thread& thread) { current_gang().release(thread); }

void require_block(unsigned threads) {
  const uint3 shape = simt_block_dim;
  if (shape.x == threads && shape.y == 1 && shape.z == 1) return;
  stop_thread([&] {
    return "uses an operation of blocks of " + std::to_string(threads) + " threads in a block of " +
           place(shape);
  });
}

int block_barrier(BlockOp op, int predicate) {
  Thread& me = *running;
  Block& block = *me.block;
  if (block.exited != 0)
    stop_thread([&] {
      return "waits at __syncthreads, which " + std::to_string(block.exited) +
             " threads of its block have left the kernel without";
    });
  if (block.at_barrier != 0 && block.operation != op)
    stop_thread(
        [&] { return "waits at another kind of __syncthreads than the rest of its block"; });
  block.operation = op;
  me.predicate = predicate != 0;
  me.state = ThreadState::in_block_barrier;
  if (++block.at_barrier < block.threads.size()) {
    current_gang().wait();
    return me.predicate;
  }
  int total = 0;
  bool after_wait = false;
  for (const Thread& thread : block.threads) {
    total += thread.predicate;
    after_wait |= thread.after_wait;
  }
  const int all = static_cast<int>(block.threads.size());
  const int result = op == BlockOp::count ? total : op == BlockOp::all ? total == all : total != 0;
  block.at_barrier = 0;
  block.phase = next_phase();
  for (Thread& thread : block.threads) {
    thread.predicate = result;
    thread.after_wait = after_wait;
    if (&thread != &me) current_gang().release(thread);
  }
  me.state = ThreadState::running;
  return result;
}

void gang_barrier() { current_gang().arrive_at_gang_barrier(); }

void stop_with(const Description& description, int error) {
  current_gang().abandon(description, error);
}

}  // namespace simt
