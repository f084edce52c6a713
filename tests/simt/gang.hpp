// Blocks that live at the same time, and whose thread runs when.
#pragma once

#include <deque>
#include <random>
#include <vector>

#include "tests/simt/executor.hpp"

namespace simt {

/// One block, or a cluster, or the whole grid of a cooperative launch, or all blocks that have
/// started before the launch before them has ended.
class Gang final : public LiveBlocks {
 public:
  void start(const std::vector<unsigned>& block_ranks, std::mt19937_64& random) override;
  void resume() override;
  void drop() override;

  // For the running thread, which may find itself stopped.
  void wait();  ///< others run until one releases it
  void wait_for_previous_launch();
  void arrive_at_gang_barrier();
  [[noreturn]] void abandon(const Description& description, int error);

  void release(Thread& thread) {
    thread.state = ThreadState::running;
    ready_.push_back(&thread);
  }

 private:
  static void fibre_entry();
  void set_up(Block& block, unsigned rank);
  void order_threads(std::mt19937_64& random);
  void take_turns();
  Thread* next_unstarted() { return started_ == order_.size() ? nullptr : order_[started_++]; }
  Fibre& idle_fibre();
  Fibre* next_fibre();
  void turn_to(Fibre& fibre);
  void turn_to_host();
  void leave(Thread& thread);
  [[noreturn]] void stuck();

  std::vector<Block> blocks_;
  std::size_t block_count_ = 0;
  std::vector<Thread*> order_;  // in which threads start
  std::size_t started_ = 0;
  std::deque<Thread*> ready_;
  std::size_t live_ = 0;  // threads that have not exited
  std::size_t at_gang_barrier_ = 0;
  std::vector<Thread*> at_grid_wait_;
  Block* loaded_ = nullptr;  // whose static shared memory is in place
  struct Failure {
    Description description;
    int error = 0;
    Thread* thread = nullptr;  // null: none
  } failure_;
};

/// The gang whose thread runs now, or ran last.
Gang& current_gang();
/// Kernels as fibres: gangs are kept for the next launch.
extern const KernelRunner fibre_runner;

}  // namespace simt
