#include "kernels/cpu/team/thread_team.hpp"

#include <omp.h>
#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <system_error>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace vgan::cpu {
namespace {

void relax() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// The thread's floating-point control word; flush_denormals: MXCSR's FTZ | DAZ, FPCR's FZ.
#if defined(__x86_64__)
constexpr std::uint64_t flush_denormals = 0x8040;
std::uint64_t control_word() { return _mm_getcsr(); }
void set_control_word(std::uint64_t word) { _mm_setcsr(static_cast<unsigned>(word)); }
#elif defined(__aarch64__)
constexpr std::uint64_t flush_denormals = 1U << 24;
std::uint64_t control_word() {
  std::uint64_t word = 0;
  asm volatile("mrs %0, fpcr" : "=r"(word));
  return word;
}
void set_control_word(std::uint64_t word) { asm volatile("msr fpcr, %0" ::"r"(word) : "memory"); }
#else
constexpr std::uint64_t flush_denormals = 0;
std::uint64_t control_word() { return 0; }
void set_control_word(std::uint64_t) {}
#endif

// Spins until `ready()` or until the time is up; returns what `ready()` said last.
template <class Ready>
bool spin(int microseconds, Ready ready) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(microseconds);
  do {
    for (int i = 0; i < 32; ++i) {
      if (ready()) return true;
      relax();
    }
  } while (std::chrono::steady_clock::now() < end);
  return ready();
}

}  // namespace

int available_processors() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

ArithmeticScope::ArithmeticScope()
    : openmp_threads_(omp_get_max_threads()), control_word_(control_word()) {
  if (openmp_threads_ != 1) omp_set_num_threads(1);
  set_control_word(control_word_ | flush_denormals);
}

ArithmeticScope::~ArithmeticScope() {
  set_control_word(control_word_);
  if (openmp_threads_ != 1) omp_set_num_threads(openmp_threads_);
}

HeldSignals::HeldSignals() {
  sigset_t held;
  sigfillset(&held);
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT}) {
    sigdelset(&held, fault);
  }
  pthread_sigmask(SIG_BLOCK, &held, &before_);
}

HeldSignals::~HeldSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

ThreadTeam::ThreadTeam(int threads) {
  if (threads <= 0) threads = available_processors();
  const HeldSignals inherited;  // by every member, for good
  members_.reserve(static_cast<std::size_t>(threads - 1));
  try {
    for (int member = 1; member < threads; ++member) {
      members_.emplace_back([this, member] { serve(member); });
    }
  } catch (const std::system_error&) {
    // The system grants no more threads: the team is smaller, results are the same.
  }
}

ThreadTeam::~ThreadTeam() {
  stopping_.store(true);
  doorbell_.fetch_add(1);
  doorbell_.notify_all();
  for (std::thread& member : members_) member.join();
}

void ThreadTeam::run(std::int64_t items, Function function, void* context) {
  if (items <= 0) return;
  const HeldSignals signals;
  const ArithmeticScope arithmetic;
  if (items == 1 || members_.empty()) {
    for (std::int64_t item = 0; item < items; ++item) function(context, item, 0);
    return;
  }
  const std::lock_guard one_caller(caller_mutex_);
  items_ = items;
  function_ = function;
  context_ = context;
  failure_ = nullptr;
  next_item_.store(0, std::memory_order_relaxed);
  gate_.fetch_add((1ULL << 32) | open_bit, std::memory_order_seq_cst);
  if (sleepers_.load(std::memory_order_seq_cst) > 0) {
    doorbell_.fetch_add(1);
    doorbell_.notify_all();
  }
  drain(0);
  // Close, then wait only for the members that are inside.
  gate_.fetch_and(~open_bit, std::memory_order_acq_rel);
  const auto all_left = [&] { return (gate_.load(std::memory_order_acquire) & inside_mask) == 0; };
  while (!spin(spin_microseconds, all_left)) std::this_thread::yield();
  if (failure_) std::rethrow_exception(failure_);
}

bool ThreadTeam::enter(std::uint64_t& last_loop) {
  std::uint64_t gate = gate_.load(std::memory_order_seq_cst);
  while ((gate & open_bit) != 0 && (gate >> 32) != last_loop) {
    if (gate_.compare_exchange_weak(gate, gate + 1, std::memory_order_acq_rel)) {
      last_loop = gate >> 32;
      return true;
    }
  }
  return false;
}

void ThreadTeam::serve(int member) {
  const ArithmeticScope arithmetic;
  std::uint64_t last_loop = 0;
  while (!stopping_.load(std::memory_order_relaxed)) {
    if (spin(spin_microseconds, [&] { return stopping_.load() || enter(last_loop); })) {
      if (stopping_.load()) return;
      drain(member);
      gate_.fetch_sub(1, std::memory_order_release);
      continue;
    }
    // The bell is read before the last look at the gate, so a loop that opens in between rings it.
    const std::uint32_t bell = doorbell_.load();
    sleepers_.fetch_add(1, std::memory_order_seq_cst);
    const std::uint64_t gate = gate_.load(std::memory_order_seq_cst);
    const bool work = (gate & open_bit) != 0 && (gate >> 32) != last_loop;
    if (!work && !stopping_.load()) doorbell_.wait(bell);
    sleepers_.fetch_sub(1);
  }
}

void ThreadTeam::drain(int member) noexcept {
  for (;;) {
    const std::int64_t item = next_item_.fetch_add(1, std::memory_order_relaxed);
    if (item >= items_) return;
    try {
      function_(context_, item, member);
    } catch (...) {
      const std::lock_guard lock(failure_mutex_);
      if (!failure_) failure_ = std::current_exception();
      next_item_.store(items_, std::memory_order_relaxed);
    }
  }
}

}  // namespace vgan::cpu
