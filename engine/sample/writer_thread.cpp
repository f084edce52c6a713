#include "engine/sample/writer_thread.hpp"

#include <system_error>
#include <utility>

#include "engine/base/clock.hpp"

namespace vgan {

WriterThread::WriterThread(std::function<void(std::uint64_t)> take) : take_(std::move(take)) {
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error&) {
    // The system grants no more threads: whoever gives takes.
  }
}

WriterThread::~WriterThread() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void WriterThread::give() {
  std::unique_lock lock(mutex_);
  throw_failure(lock);
  ++given_;
  if (!thread_.joinable()) {
    if (!closed_) take_next(lock);
    return;
  }
  changed_.notify_all();
}

void WriterThread::wait_for(std::uint64_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return taken_ >= count || closed_; });
  throw_failure(lock);
}

double WriterThread::busy_seconds() {
  const std::lock_guard lock(mutex_);
  return busy_seconds_;
}

void WriterThread::throw_failure(std::unique_lock<std::mutex>& lock) {
  if (!failure_) return;
  const std::exception_ptr failure = std::exchange(failure_, nullptr);
  lock.unlock();
  std::rethrow_exception(failure);
}

void WriterThread::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return given_ > taken_ || closed_; });
    if (closed_) return;
    take_next(lock);
  }
}

void WriterThread::take_next(std::unique_lock<std::mutex>& lock) {
  const std::uint64_t next = taken_;
  lock.unlock();
  std::exception_ptr failure;
  const auto begin = Clock::now();
  try {
    take_(next);
  } catch (...) {
    failure = std::current_exception();
  }
  const double passed = seconds_since(begin);
  lock.lock();
  busy_seconds_ += passed;
  failure_ = failure;
  closed_ = closed_ || failure != nullptr;
  if (!failure) ++taken_;
  changed_.notify_all();
}

}  // namespace vgan
