#include "tests/simt/gang.hpp"

#include <algorithm>
#include <bit>

#include "tests/simt/control.hpp"
#include "tests/simt/include/cuda_runtime.h"

// What device.hpp calls threadIdx and blockIdx.
uint3 simt_thread_index asm("simt_thread_index");
uint3 simt_block_index asm("simt_block_index");

namespace simt {

Thread* running = nullptr;

namespace {

Fibre host;
Fibre* current_fibre = &host;
Gang* current = nullptr;

// All fibres there are, and those without a thread. They outlive every launch.
struct Fibres {
  std::vector<std::unique_ptr<Fibre>> all;
  std::vector<Fibre*> idle;
};

Fibres& fibres() {
  static Fibres& instance = *new Fibres;
  return instance;
}

std::vector<std::unique_ptr<LiveBlocks>>& idle_gangs() {
  static auto& instance = *new std::vector<std::unique_ptr<LiveBlocks>>;
  return instance;
}

unsigned count(uint3 size) { return size.x * size.y * size.z; }

uint3 unrank(unsigned rank, uint3 size) {
  return {rank % size.x, rank / size.x % size.y, rank / size.x / size.y};
}

void begin_turn(Thread* thread) {
  running = thread;
  if (thread == nullptr) return;
  simt_thread_index = thread->index;
  simt_block_index = thread->block->index;
}

/// A gang without threads, to be given back without any.
std::unique_ptr<LiveBlocks> take_gang() {
  if (idle_gangs().empty()) return std::make_unique<Gang>();
  std::unique_ptr<LiveBlocks> gang = std::move(idle_gangs().back());
  idle_gangs().pop_back();
  return gang;
}
void give_back_gang(std::unique_ptr<LiveBlocks> gang) { idle_gangs().push_back(std::move(gang)); }

}  // namespace

Gang& current_gang() { return *current; }

const KernelRunner fibre_runner{&take_gang, &give_back_gang, &can_live_together, 9};

void Gang::set_up(Block& block, unsigned rank) {
  const uint3 shape = launch_now->shape.block;
  block.index = unrank(rank, launch_now->shape.grid);
  block.threads.assign(count(shape), {});
  block.warps.assign((block.threads.size() + warp_size - 1) / warp_size, {});
  block.exited = 0;
  block.at_barrier = 0;
  for (unsigned i = 0; i < block.threads.size(); ++i) {
    Thread& thread = block.threads[i];
    thread.index = unrank(i, shape);
    thread.rank = i;
    thread.lane = i % warp_size;
    thread.after_wait = !launch_now->shape.programmatic;
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

void Gang::start(const std::vector<unsigned>& block_ranks, std::mt19937_64& random) {
  block_count_ = block_ranks.size();
  if (blocks_.size() < block_count_) blocks_.resize(block_count_);
  for (std::size_t b = 0; b < block_count_; ++b) set_up(blocks_[b], block_ranks[b]);
  order_threads(random);
  started_ = 0;
  ready_.clear();
  live_ = order_.size();
  at_gang_barrier_ = 0;
  at_grid_wait_.clear();
  loaded_ = nullptr;
  failure_ = {};
  take_turns();
}

void Gang::resume() {
  for (Thread* thread : at_grid_wait_) release(*thread);
  at_grid_wait_.clear();
  if (!ready_.empty()) take_turns();
}

void Gang::take_turns() {
  current = this;
  turn_to(*next_fibre());
  if (failure_.thread != nullptr) {
    running = failure_.thread;
    record_finding("kernel " + launch_now->name + ", block " + place(running->block->index) +
                       ", thread " + place(running->index) + ": " + failure_.description.text(),
                   failure_.error);
    running = nullptr;
    drop();
  } else if (loaded_ != nullptr && !at_grid_wait_.empty()) {
    set_shared_aside(*loaded_);
    loaded_ = nullptr;
  }
}

// Kernel code owns nothing, so its fibres are dropped where they stand.
void Gang::drop() {
  for (Thread* thread : order_) {
    if (thread->fibre == nullptr) continue;
    thread->fibre->restart();
    thread->fibre->thread = nullptr;
    fibres().idle.push_back(thread->fibre);
    thread->fibre = nullptr;
  }
  ready_.clear();
  at_grid_wait_.clear();
  live_ = 0;
}

Fibre& Gang::idle_fibre() {
  Fibres& f = fibres();
  if (f.idle.empty()) {
    f.all.push_back(std::make_unique<Fibre>(&Gang::fibre_entry));
    return *f.all.back();
  }
  Fibre& fibre = *f.idle.back();
  f.idle.pop_back();
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

void Gang::turn_to(Fibre& fibre) {
  Fibre& from = *current_fibre;
  if (fibre.thread != nullptr && fibre.thread->block != loaded_) {
    if (loaded_ != nullptr) set_shared_aside(*loaded_);
    loaded_ = fibre.thread->block;
    bring_shared_back(*loaded_);
  }
  begin_turn(fibre.thread);
  if (&fibre == &from) return;
  current_fibre = &fibre;
  fibre.resume_from(from);
}

void Gang::turn_to_host() { turn_to(host); }

void Gang::fibre_entry() {
  for (;;) {
    Fibre& me = *current_fibre;
    Thread& thread = *me.thread;
    launch_now->call->run();
    Gang& self = *current;
    self.leave(thread);
    if (self.ready_.empty()) {
      if (Thread* next = self.next_unstarted()) {
        thread.fibre = nullptr;
        me.thread = next;
        next->fibre = &me;
        self.turn_to(me);
        continue;
      }
      if (self.live_ != 0 && self.at_grid_wait_.empty()) self.stuck();
    }
    thread.fibre = nullptr;
    me.thread = nullptr;
    fibres().idle.push_back(&me);
    if (self.ready_.empty()) {
      self.turn_to_host();
    } else {
      self.turn_to(*self.next_fibre());
    }
  }
}

void Gang::wait() {
  if (Fibre* next = next_fibre()) return turn_to(*next);
  if (at_grid_wait_.empty()) stuck();
  turn_to_host();
}

void Gang::wait_for_previous_launch() {
  running->state = ThreadState::in_grid_wait;
  at_grid_wait_.push_back(running);
  wait();
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
  const bool after_wait = std::any_of(order_.begin(), order_.end(),
                                      [](const Thread* thread) { return thread->after_wait; });
  for (std::size_t b = 0; b < block_count_; ++b) {
    blocks_[b].phase = next_phase();
    for (Thread& thread : blocks_[b].threads) {
      thread.after_wait = after_wait;
      if (&thread != &me) release(thread);
    }
  }
  me.state = ThreadState::running;
}

}  // namespace simt
