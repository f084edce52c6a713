// A small team of threads that runs one parallel loop at a time and sleeps soon when idle.
#pragma once

#include <signal.h>

#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace vgan::cpu {

/// Runs loops over items on `size()` threads, the caller's among them. Items are claimed one by
/// one, so results must not depend on who runs what. A member that the operating system has taken
/// off its core is not waited for unless it holds an item: a busy neighbour costs its own share of
/// the machine, not a stall. Idle members spin for `spin_microseconds`, then sleep.
///
/// Inside a loop denormals are flushed to zero, OpenMP (oneDNN) is held to one thread, and signals
/// wait for the loop's end; the other members never take any.
/// One loop at a time: `for_each` is not reentrant, and two callers take turns.
class ThreadTeam {
 public:
  static constexpr int spin_microseconds = 50;

  /// `threads` >= 1; 0 means one for each processor that this process may use. Where the system
  /// grants fewer, the team is smaller: see size().
  explicit ThreadTeam(int threads);
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  int size() const { return static_cast<int>(members_.size()) + 1; }

  /// Calls `body(item, member)` for each item in [0, items); `member` is in [0, size()).
  /// The first exception thrown by a body is thrown again here.
  template <class Body>
  void for_each(std::int64_t items, Body&& body) {
    using Plain = std::remove_reference_t<Body>;
    run(
        items,
        [](void* context, std::int64_t item, int member) {
          (*static_cast<Plain*>(context))(item, member);
        },
        const_cast<void*>(static_cast<const void*>(&body)));
  }

 private:
  using Function = void (*)(void* context, std::int64_t item, int member);

  void run(std::int64_t items, Function function, void* context);
  void serve(int member);
  void drain(int member) noexcept;
  bool enter(std::uint64_t& last_loop);

  // The gate: loop number << 32 | open << 31 | members inside.
  static constexpr std::uint64_t open_bit = 1ULL << 31;
  static constexpr std::uint64_t inside_mask = open_bit - 1;

  alignas(64) std::atomic<std::uint64_t> gate_{0};
  alignas(64) std::atomic<std::int64_t> next_item_{0};
  alignas(64) std::atomic<std::uint32_t> doorbell_{0};
  std::atomic<int> sleepers_{0};
  std::atomic<bool> stopping_{false};
  std::int64_t items_ = 0;
  Function function_ = nullptr;
  void* context_ = nullptr;
  std::mutex failure_mutex_;
  std::exception_ptr failure_;
  std::mutex caller_mutex_;
  std::vector<std::thread> members_;
};

/// The arithmetic environment of a loop body, for code that runs on one thread outside a team.
class ArithmeticScope {
 public:
  ArithmeticScope();
  ~ArithmeticScope();
  ArithmeticScope(const ArithmeticScope&) = delete;
  ArithmeticScope& operator=(const ArithmeticScope&) = delete;

 private:
  int openmp_threads_;
  std::uint64_t control_word_;
};

/// Holds back every signal but those of faults on this thread. oneDNN's generated products (all
/// releases before 3.11.2; github.com/uxlfoundation/oneDNN/issues/4845) keep the stack pointer on
/// the heap for a while: a signal taken there writes its frame over whatever lies below.
class HeldSignals {
 public:
  HeldSignals();
  ~HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

 private:
  sigset_t before_;
};

/// The processors that this process may run on (its affinity mask), at least 1.
int available_processors();

}  // namespace vgan::cpu
