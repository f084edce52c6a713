// A thread that takes blocks (to write them, say) from the one that makes them, in order.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace vgan {

/// Calls `take(n)` for n = 0, 1, ... on a thread of its own, each after `give` has been called
/// n + 1 times. What `take` throws ends the taking and is thrown again, once, by the next
/// `wait_for` or `give`. The destructor lets a call in progress end and drops what waits.
/// All members are for one thread, the giver. Where the system grants no thread, `give` takes.
class WriterThread {
 public:
  explicit WriterThread(std::function<void(std::uint64_t)> take);
  ~WriterThread();
  WriterThread(const WriterThread&) = delete;
  WriterThread& operator=(const WriterThread&) = delete;

  void give();
  /// Blocks until `count` have been taken.
  void wait_for(std::uint64_t count);
  /// Spent in `take` so far; of all calls after `wait_for` all.
  double busy_seconds();

 private:
  void run();
  void take_next(std::unique_lock<std::mutex>& lock);
  void throw_failure(std::unique_lock<std::mutex>& lock);

  std::function<void(std::uint64_t)> take_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t given_ = 0;
  std::uint64_t taken_ = 0;
  bool closed_ = false;
  double busy_seconds_ = 0.0;
  std::exception_ptr failure_;
  std::thread thread_;
};

}  // namespace vgan
