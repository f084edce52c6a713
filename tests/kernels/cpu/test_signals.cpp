// Signals may land between products, never inside one: oneDNN's generated code (up to 3.11.1, its
// issue 4845) keeps the stack pointer on the heap at times, where a signal's frame destroys what
// lies below it.
#include <pthread.h>
#include <signal.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

#include "kernels/cpu/team/thread_team.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/device.hpp"
#include "tests/support/reference.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

std::atomic<std::uintptr_t> stack_low{0};
std::atomic<std::uintptr_t> stack_high{0};
std::atomic<int> taken{0};
std::atomic<int> off_the_stack{0};

void on_signal(int) {
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  ++taken;
  if (here < stack_low || here >= stack_high) ++off_the_stack;
}

void learn_the_stack() {
  pthread_attr_t attributes;
  void* low = nullptr;
  std::size_t size = 0;
  REQUIRE(pthread_getattr_np(pthread_self(), &attributes) == 0);
  REQUIRE(pthread_attr_getstack(&attributes, &low, &size) == 0);
  pthread_attr_destroy(&attributes);
  stack_low = reinterpret_cast<std::uintptr_t>(low);
  stack_high = stack_low + size;
}

/// Sends SIGUSR1 to the thread that made it, again and again.
class Storm {
 public:
  Storm() {
    learn_the_stack();
    taken = 0;
    off_the_stack = 0;
    struct sigaction action {};
    action.sa_handler = on_signal;
    sigaction(SIGUSR1, &action, &before_);
    thread_ = std::thread([this, target = pthread_self()] {
      while (!stop_) {
        pthread_kill(target, SIGUSR1);
        std::this_thread::sleep_for(std::chrono::microseconds(20));
      }
    });
  }
  ~Storm() {
    stop_ = true;
    thread_.join();
    sigaction(SIGUSR1, &before_, nullptr);
  }
  Storm(const Storm&) = delete;
  Storm& operator=(const Storm&) = delete;

 private:
  std::atomic<bool> stop_{false};
  struct sigaction before_ {};
  std::thread thread_;
};

bool blocked(int signal_number) {
  sigset_t mask;
  return pthread_sigmask(SIG_SETMASK, nullptr, &mask) == 0 &&
         sigismember(&mask, signal_number) == 1;
}

}  // namespace

TEST_CASE("a signal never finds the stack pointer off the stack", "[kernels][signals]") {
  Device device = open_device("cpu");
  const std::int64_t rows = 8, inputs = 100, outputs = 64;
  const DeviceMatrix x(device, rows, inputs, random_values(rows * inputs, 1));
  const DeviceMatrix w(device, inputs, outputs, random_values(inputs * outputs, 2));
  const DeviceMatrix dy(device, rows, outputs, random_values(rows * outputs, 3));
  DeviceMatrix y(device, rows, outputs), dx(device, rows, inputs), dw(device, inputs, outputs);
  const Storm storm;
  for (int i = 0; taken < 4000 && i < 2000000; ++i) {
    device.backend->dense_forward(*device.queue, x.ref(), w.ref(), {}, y.ref(), {});
    device.backend->dense_backward_input(*device.queue, dy.ref(), w.ref(), {}, dx.ref(), {});
    device.backend->dense_backward_weights(*device.queue, x.ref(), dy.ref(), dw.view(), {}, {});
  }
  CHECK(taken >= 4000);
  CHECK(off_the_stack == 0);
}

TEST_CASE("a loop holds signals back, faults excepted, and lets them through after it",
          "[kernels][team][signals]") {
  cpu::ThreadTeam team(3);
  std::atomic<int> held{0}, faults{0};
  team.for_each(300, [&](std::int64_t, int) {
    if (blocked(SIGINT) && blocked(SIGTERM) && blocked(SIGPROF) && blocked(SIGUSR1)) ++held;
    if (blocked(SIGSEGV) || blocked(SIGBUS) || blocked(SIGFPE) || blocked(SIGILL)) ++faults;
  });
  CHECK(held == 300);
  CHECK(faults == 0);
  CHECK_FALSE(blocked(SIGINT));
  CHECK_FALSE(blocked(SIGPROF));
}
