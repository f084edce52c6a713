#include "tests/simt/executor.hpp"

#include <algorithm>
#include <deque>
#include <numeric>

#include "tests/simt/control.hpp"
#include "tests/simt/include/cuda_runtime.h"

// What device.hpp calls threadIdx and so on.
uint3 simt_thread_index asm("simt_thread_index");
uint3 simt_block_index asm("simt_block_index");
uint3 simt_block_dim asm("simt_block_dim");
uint3 simt_grid_dim asm("simt_grid_dim");

namespace simt {

Thread* running = nullptr;
RunningLaunch launch_now;

namespace {

unsigned count(uint3 size) { return size.x * size.y * size.z; }

uint3 unrank(unsigned rank, uint3 size) {
  return {rank % size.x, rank / size.x % size.y, rank / size.x / size.y};
}

std::string place(uint3 at) {
  return "(" + std::to_string(at.x) + "," + std::to_string(at.y) + "," + std::to_string(at.z) + ")";
}

/// Blocks that live at the same time: one, or a cluster, or the whole grid of a cooperative launch.
class Gang {
 public:
  void run(const std::vector<unsigned>& block_ranks, std::mt19937_64& random);

  void wait();  // the running thread waits; others run
  void release(Thread& thread) {
    thread.state = ThreadState::running;
    ready_.push_back(&thread);
  }
  [[noreturn]] void abandon(const Description& description, int error);
  void arrive_at_gang_barrier();
  void leave(Thread& thread);

 private:
  static void fibre_entry();
  void set_up(Block& block, unsigned rank);
  void order_threads(std::mt19937_64& random);
  Thread* next_unstarted() { return started_ == order_.size() ? nullptr : order_[started_++]; }
  Fibre& idle_fibre();
  Fibre* next_fibre();
  void turn_to(Fibre& fibre);
  void turn_to_host();
  [[noreturn]] void stuck();

  Fibre host_;
  Fibre* current_ = &host_;
  std::vector<std::unique_ptr<Fibre>> fibres_;
  std::vector<Fibre*> idle_;
  std::vector<Block> blocks_;
  std::size_t block_count_ = 0;
  std::vector<Thread*> order_;  // in which threads start
  std::size_t started_ = 0;
  std::deque<Thread*> ready_;
  std::size_t live_ = 0;  // threads that have not exited
  std::size_t at_gang_barrier_ = 0;
  Block* loaded_ = nullptr;  // whose static shared memory is in place
  struct Failure {
    Description description;
    int error = 0;
    Thread* thread = nullptr;  // null: none
  } failure_;
};

Gang& gang() {
  static Gang instance;
  return instance;
}

void Gang::set_up(Block& block, unsigned rank) {
  const uint3 shape = launch_now.shape.block;
  block.index = unrank(rank, launch_now.shape.grid);
  block.threads.assign(count(shape), {});
  block.warps.assign((block.threads.size() + warp_size - 1) / warp_size, {});
  block.exited = 0;
  block.at_barrier = 0;
  for (unsigned i = 0; i < block.threads.size(); ++i) {
    Thread& thread = block.threads[i];
    thread.index = unrank(i, shape);
    thread.rank = i;
    thread.lane = i % warp_size;
    thread.block = &block;
    thread.warp = &block.warps[i / warp_size];
    if (thread.lane == 0) thread.warp->threads = &thread;
    thread.warp->lanes |= 1U << thread.lane;
  }
  begin_block(block);
}

// Warps in random order; the lanes of all warps forwards or backwards.
void Gang::order_threads(std::mt19937_64& random) {
  std::vector<Warp*> warps;
  for (std::size_t b = 0; b < block_count_; ++b) {
    for (Warp& warp : blocks_[b].warps) warps.push_back(&warp);
  }
  std::shuffle(warps.begin(), warps.end(), random);
  const bool backwards = (random() & 1U) != 0;
  order_.clear();
  for (const Warp* warp : warps) {
    for (unsigned i = 0; i < warp_size; ++i) {
      const unsigned lane = backwards ? warp_size - 1 - i : i;
      if ((warp->lanes >> lane & 1U) != 0) order_.push_back(warp->threads + lane);
    }
  }
}

void Gang::run(const std::vector<unsigned>& block_ranks, std::mt19937_64& random) {
  block_count_ = block_ranks.size();
  if (blocks_.size() < block_count_) blocks_.resize(block_count_);
  for (std::size_t b = 0; b < block_count_; ++b) set_up(blocks_[b], block_ranks[b]);
  order_threads(random);
  started_ = 0;
  ready_.clear();
  live_ = order_.size();
  at_gang_barrier_ = 0;
  loaded_ = nullptr;
  failure_ = {};
  turn_to(*next_fibre());
  if (failure_.thread == nullptr) return;
  running = failure_.thread;
  record_finding("kernel " + launch_now.name + ", block " + place(running->block->index) +
                     ", thread " + place(running->index) + ": " + failure_.description.text(),
                 failure_.error);
  running = nullptr;
  // Kernel code owns nothing, so its fibres are dropped where they stand.
  idle_.clear();
  for (const auto& fibre : fibres_) {
    fibre->restart();
    idle_.push_back(fibre.get());
  }
}

Fibre& Gang::idle_fibre() {
  if (idle_.empty()) {
    fibres_.push_back(std::make_unique<Fibre>(&Gang::fibre_entry));
    return *fibres_.back();
  }
  Fibre& fibre = *idle_.back();
  idle_.pop_back();
  return fibre;
}

// Who runs next: a thread that waited, else one that has not begun; null if there is neither.
Fibre* Gang::next_fibre() {
  if (!ready_.empty()) {
    Thread* thread = ready_.front();
    ready_.pop_front();
    return thread->fibre;
  }
  if (started_ == order_.size()) return nullptr;
  Fibre& fibre = idle_fibre();
  fibre.thread = next_unstarted();
  fibre.thread->fibre = &fibre;
  return &fibre;
}

void begin_turn(Thread* thread) {
  running = thread;
  if (thread == nullptr) return;
  simt_thread_index = thread->index;
  simt_block_index = thread->block->index;
}

void Gang::turn_to(Fibre& fibre) {
  Fibre& from = *current_;
  if (fibre.thread != nullptr && fibre.thread->block != loaded_) {
    exchange_shared(loaded_, *fibre.thread->block);
    loaded_ = fibre.thread->block;
  }
  begin_turn(fibre.thread);
  if (&fibre == &from) return;
  current_ = &fibre;
  fibre.resume_from(from);
}

void Gang::turn_to_host() {
  host_.thread = nullptr;
  turn_to(host_);
}

void Gang::fibre_entry() {
  Gang& self = gang();
  for (;;) {
    Fibre& me = *self.current_;
    launch_now.call->run();
    self.leave(*me.thread);
    if (self.ready_.empty()) {
      me.thread = self.next_unstarted();
      if (me.thread != nullptr) {
        me.thread->fibre = &me;
        self.turn_to(me);
        continue;
      }
      if (self.live_ != 0) self.stuck();
      self.idle_.push_back(&me);
      self.turn_to_host();
    } else {
      me.thread = nullptr;
      self.idle_.push_back(&me);
      self.turn_to(*self.next_fibre());
    }
  }
}

void Gang::wait() {
  Fibre* next = next_fibre();
  if (next == nullptr) stuck();
  turn_to(*next);
}

void Gang::abandon(const Description& description, int error) {
  failure_ = {description, error, running};
  turn_to_host();
  std::abort();
}

// Nobody can go on: every live thread waits for one that waits for another thing.
void Gang::stuck() {
  stop_thread([this] {
    std::string text = "threads wait for each other:";
    for (std::size_t b = 0; b < std::min<std::size_t>(block_count_, 4); ++b) {
      const Block& block = blocks_[b];
      const auto in = [&](ThreadState state) {
        return std::to_string(std::count_if(block.threads.begin(), block.threads.end(),
                                            [&](const Thread& t) { return t.state == state; }));
      };
      text += (b == 0 ? " block " : "; block ") + place(block.index) + " has " +
              in(ThreadState::in_block_barrier) + " threads at __syncthreads, " +
              in(ThreadState::in_warp_operation) + " at a warp operation, " +
              in(ThreadState::in_gang_barrier) + " at a grid barrier, " + in(ThreadState::exited) +
              " gone";
    }
    return text;
  });
}

void Gang::leave(Thread& thread) {
  Block& block = *thread.block;
  Warp& warp = *thread.warp;
  thread.state = ThreadState::exited;
  if (block.at_barrier != 0)
    stop_thread([&] {
      return "left the kernel while " + std::to_string(block.at_barrier) +
             " threads of its block wait at __syncthreads";
    });
  if (at_gang_barrier_ != 0)
    stop_thread([&] { return "left the kernel while others wait at a grid barrier"; });
  for (unsigned waiting = warp.waiting; waiting != 0; waiting &= waiting - 1) {
    const Thread& other = warp.threads[std::countr_zero(waiting)];
    if ((other.request.mask >> thread.lane & 1U) != 0)
      stop_thread([&] {
        return "left the kernel while lane " + std::to_string(other.lane) +
               " waits in a warp operation whose mask names it";
      });
  }
  warp.exited |= 1U << thread.lane;
  ++block.exited;
  --live_;
}

void Gang::arrive_at_gang_barrier() {
  Thread& me = *running;
  if (live_ != order_.size())
    stop_thread([&] { return "waits at a grid barrier that some threads have left"; });
  me.state = ThreadState::in_gang_barrier;
  if (++at_gang_barrier_ < live_) return wait();
  at_gang_barrier_ = 0;
  for (std::size_t b = 0; b < block_count_; ++b) {
    blocks_[b].phase = next_phase();
    for (Thread& thread : blocks_[b].threads) {
      if (&thread != &me) release(thread);
    }
  }
  me.state = ThreadState::running;
}

}  // namespace

void wait_for_release() { gang().wait(); }

void release(Thread& thread) { gang().release(thread); }

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
    gang().wait();
    return me.predicate;
  }
  int total = 0;
  for (const Thread& thread : block.threads) total += thread.predicate;
  const int all = static_cast<int>(block.threads.size());
  const int result = op == BlockOp::count ? total : op == BlockOp::all ? total == all : total != 0;
  block.at_barrier = 0;
  block.phase = next_phase();
  for (Thread& thread : block.threads) {
    thread.predicate = result;
    if (&thread != &me) gang().release(thread);
  }
  me.state = ThreadState::running;
  return result;
}

void gang_barrier() { gang().arrive_at_gang_barrier(); }

void stop_with(const Description& description, int error) { gang().abandon(description, error); }

void run_kernel(const std::shared_ptr<const KernelCall>& call, const LaunchShape& shape,
                const std::string& name, std::mt19937_64& random) {
  launch_now = {call.get(), shape, name};
  simt_block_dim = shape.block;
  simt_grid_dim = shape.grid;
  std::vector<unsigned> ranks(count(shape.grid));
  std::iota(ranks.begin(), ranks.end(), 0U);
  const std::size_t found = finding_count();
  if (shape.cooperative) {
    gang().run(ranks, random);
  } else {
    // Clusters along x, as blocks of a cluster are numbered; one block is a cluster of its own.
    const unsigned together = count(shape.cluster);
    std::vector<unsigned> firsts(ranks.size() / together);
    for (unsigned i = 0; i < firsts.size(); ++i) firsts[i] = i * together;
    std::shuffle(firsts.begin(), firsts.end(), random);
    for (const unsigned first : firsts) {
      std::vector<unsigned> members(together);
      std::iota(members.begin(), members.end(), first);
      gang().run(members, random);
      if (finding_count() != found) break;
    }
  }
  launch_now = {};
}

}  // namespace simt
