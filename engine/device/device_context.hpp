// What a device is beside its operations: memory, queues, recorded programs, a clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "engine/device/buffer.hpp"
#include "engine/device/queue.hpp"

namespace vgan {

struct DeviceInfo {
  std::string name;           ///< as the maker writes it
  std::string kind;           ///< "cpu" or "cuda"
  std::size_t memory = 0;     ///< bytes
  int threads = 0;            ///< CPU threads in use; 0 on CUDA
  bool fast_bf16 = false;     ///< has matrix units for bf16 (AMX, tensor cores)
  bool tf32 = false;          ///< can compute in tf32
  bool asynchronous = false;  ///< work goes on while the host does other things
  /// The largest batch that the fused operations are meant for; 0: any.
  std::int64_t fused_batch = 0;
  bool host_memory = false;  ///< its memory is the host's: results can be read where they are
  /// Programs are captured as they are recorded, and nothing may be made meanwhile: what a program
  /// needs is made by running it once before.
  bool captures = false;
};

/// A recorded step. On CUDA it is an instantiated graph.
class Program {
 public:
  virtual ~Program() = default;
  virtual void replay() = 0;
};

/// Time that passes on the device between two points of a queue's work. Points of a recorded
/// program are reached anew in each of its replays.
class Stopwatch {
 public:
  virtual ~Stopwatch() = default;
  virtual void start(Queue& queue) = 0;
  virtual void stop(Queue& queue) = 0;
  /// Seconds from start to stop, when both have been reached.
  virtual double seconds() const = 0;
  /// Seconds from the start of `earlier`, of the same device, to the start of this one, when both
  /// have been reached.
  virtual double seconds_after(const Stopwatch& earlier) const = 0;
};

class DeviceContext {
 public:
  virtual ~DeviceContext() = default;

  virtual const DeviceInfo& info() const = 0;
  /// `what` names the memory in the message if there is not enough (no_device).
  virtual Buffer allocate(std::size_t bytes, const std::string& what) = 0;
  virtual std::unique_ptr<Queue> make_queue(const std::string& name) = 0;
  /// Records what `body` puts on its queues; work must begin and end on `origin`. Where the device
  /// captures (DeviceInfo), `body` must have run before.
  virtual std::unique_ptr<Program> record(Queue& origin, std::function<void()> body) = 0;
  /// Host memory that downloads reach without waiting for the host: page-locked on CUDA.
  virtual Buffer allocate_host(std::size_t bytes, const std::string& what) = 0;
  virtual std::unique_ptr<Stopwatch> make_stopwatch() = 0;

  virtual void upload(Queue& queue, const void* host, std::size_t bytes, void* device) = 0;
  /// The host memory is ready after `queue.synchronise()`.
  virtual void download(Queue& queue, const void* device, std::size_t bytes, void* host) = 0;

  /// Takes memory that operations on the queue will want now, so that it is not taken piece by
  /// piece.
  virtual void reserve_scratch(Queue& queue, std::size_t bytes) { (void)queue, (void)bytes; }
  /// Names what the host does from here to the matching `pop_range`, for a profiler, which shows
  /// `number` beside the name unless it is 0.
  virtual void push_range(const char* name, std::uint64_t number) { (void)name, (void)number; }
  virtual void pop_range() {}
  /// A profiler that waits to be told takes what runs from here to `stop_profiler`.
  virtual void start_profiler() {}
  virtual void stop_profiler() {}
};

/// A range that ends with its scope.
class NamedRange {
 public:
  NamedRange(DeviceContext& context, const char* name, std::uint64_t number = 0)
      : context_(&context) {
    context.push_range(name, number);
  }
  ~NamedRange() { context_->pop_range(); }
  NamedRange(const NamedRange&) = delete;
  NamedRange& operator=(const NamedRange&) = delete;

 private:
  DeviceContext* context_;
};

}  // namespace vgan
