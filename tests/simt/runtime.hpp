// Streams, events, captures and graphs, and the order in which queued work runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/simt/contexts.hpp"
#include "tests/simt/control.hpp"
#include "tests/simt/executor.hpp"
#include "tests/simt/include/cuda_runtime_api.h"

namespace simt {

/// Memory that an operation uses as scratch, which no operation may share that can run beside it.
struct Scratch {
  const char* base = nullptr;
  std::size_t bytes = 0;
};

struct Work {
  std::string name;
  std::function<void()> run;  ///< may be empty: a kernel, or a point in time
  Scratch scratch;
  std::shared_ptr<const KernelLaunch> kernel = nullptr;
};

struct Operation;
using OperationRef = std::shared_ptr<Operation>;

/// What an operation comes after.
struct Dependency {
  Dependency(OperationRef operation, bool is_programmatic = false)
      : on(std::move(operation)), programmatic(is_programmatic) {}
  OperationRef on;    ///< null: nothing
  bool programmatic;  ///< between kernels: it is enough that `on` is the only one left to run
};
/// Whether a launch of `to` that directly follows `from` makes such an edge.
inline bool is_programmatic_edge(const Work& from, const Work& to) {
  return from.kernel != nullptr && to.kernel != nullptr && to.kernel->shape.programmatic;
}

/// The other end of a dependency.
struct Follower {
  Operation* operation;
  bool programmatic;
};

struct Operation {
  std::shared_ptr<const Work> work;
  std::uint64_t lane = 0;  ///< of the stream it was put on
  std::size_t blockers = 0;
  std::vector<std::shared_ptr<Operation>> before;  ///< what must be done first and is not
  std::vector<Follower> after;
  std::shared_ptr<Launch> launch;  ///< of a kernel, from its first block to its last
  bool done = false;
  std::chrono::steady_clock::time_point time;
};

/// One node of a graph: its work and the nodes, by number, that come before it. Edges from kernels
/// to a kernel that was launched programmatically are programmatic.
struct Node {
  std::shared_ptr<const Work> work;
  std::uint64_t lane = 0;
  std::vector<std::size_t> before;
};

struct Capture {
  cudaStreamCaptureMode mode{};
  std::thread::id owner;
  cudaStream_t origin = nullptr;
  std::vector<Node> nodes;
  bool invalidated = false;
  bool ended = false;
};

}  // namespace simt

struct CUstream_st {
  std::uint64_t lane = 0;
  bool blocking = false;  ///< waits for the legacy stream, and it for this one
  simt::OperationRef last;
  std::shared_ptr<simt::Capture> capture;
  std::set<std::size_t> tail;  ///< nodes of the capture that the next one comes after
  int device = 0;              ///< that was current when it was made
};

struct CUevent_st {
  bool timed = false;
  simt::OperationRef point;  ///< null: never recorded
  std::shared_ptr<simt::Capture> capture;
  std::set<std::size_t> tail;
};

struct CUgraph_st {
  std::vector<simt::Node> nodes;
};

struct CUgraphExec_st {
  std::vector<simt::Node> nodes;
  simt::OperationRef last;  ///< the end of its latest launch
};

namespace simt {

/// What every call returns on a machine without a device; else success.
cudaError_t device_error();

/// Handles that exist, so that a stale one is an error and not a crash.
template <class Handle>
std::set<Handle>& live_handles() {
  static std::set<Handle> handles;
  return handles;
}
template <class Handle>
bool exists(Handle handle) {
  return live_handles<Handle>().contains(handle);
}
template <class Handle>
cudaError_t destroy(const char* name, Handle handle) {
  const auto erase = [&] {
    require_context();
    if (live_handles<Handle>().erase(handle) == 0) return cudaErrorInvalidResourceHandle;
    delete handle;
    return cudaSuccess;
  };
  return api(name, erase, true);
}

inline bool is_capturing(const CUstream_st& stream) { return stream.capture != nullptr; }
/// The capture can only be ended now; `error` is why.
inline cudaError_t spoil(Capture& capture, cudaError_t error) {
  capture.invalidated = true;
  return error;
}

/// The stream itself; the legacy stream for null; null for a stale handle.
cudaStream_t find_stream(cudaStream_t stream);

/// Puts work on a stream, or into the graph that the stream captures.
cudaError_t enqueue(cudaStream_t stream, Work work, OperationRef* made = nullptr);
OperationRef add_operation(std::shared_ptr<const Work> work, std::uint64_t lane,
                           const std::vector<Dependency>& before);

/// Runs queued operations until `target` has run. Whatever else is ready may run before it.
void run_until(const OperationRef& target);
void run_all();
void run_one();

/// 900 if an unfinished capture forbids this thread a call that could disturb it; the captures that
/// forbid it are spoiled.
cudaError_t refuse_in_capture();
/// Refuses what takes memory or makes a library's plan, whatever the mode of this thread's
/// captures: a plan may wait for the device, which no capture allows. CUDA lets a relaxed capture
/// allocate; this project does without.
cudaError_t refuse_making_in_capture();
/// The captures that have begun and not ended.
std::vector<std::shared_ptr<Capture>> open_captures();

}  // namespace simt
