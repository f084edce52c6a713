#include "apps/vgan_cuda/signals.hpp"

#include <signal.h>
#include <time.h>

#include <atomic>

namespace vgan::app {
namespace {

// What a signal handler may touch: lock-free atomics. 0 = no SIGINT yet.
std::atomic<bool> stop{false};
std::atomic<long long> first_interrupt_ms{0};
static_assert(std::atomic<bool>::is_always_lock_free &&
              std::atomic<long long>::is_always_lock_free);

long long now_ms() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<long long>(now.tv_sec) * 1000 + now.tv_nsec / 1000000 + 1;
}

void on_stop_signal(int signal_number) {
  stop = true;
  if (signal_number != SIGINT) return;
  long long first = 0;
  if (first_interrupt_ms.compare_exchange_strong(first, now_ms()) || now_ms() - first < 250) return;
  signal(SIGINT, SIG_DFL);
  raise(SIGINT);
}

}  // namespace

void catch_stop_signals() {
  struct sigaction action {};
  action.sa_handler = on_stop_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    sigaction(number, nullptr, &before);
    // nohup and background jobs ignore some on purpose.
    if (before.sa_handler != SIG_IGN) sigaction(number, &action, nullptr);
  }
}

bool stop_requested() { return stop; }

}  // namespace vgan::app
