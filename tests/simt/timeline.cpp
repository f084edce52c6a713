// The order in which queued work runs: random, but for the recorded dependencies.
#include <algorithm>
#include <unordered_map>

#include "tests/simt/control.hpp"
#include "tests/simt/memory.hpp"
#include "tests/simt/runtime.hpp"
#include "tests/simt/simt.hpp"

namespace simt {

namespace {

// A device runs on even if nobody waits; and what is queued here costs memory.
constexpr std::size_t queue_capacity = 4096;

struct Timeline {
  std::unordered_map<const Operation*, OperationRef> pending;
  std::vector<OperationRef> ready;
  std::vector<Operation*> with_scratch;  // pending ones
  CUstream_st legacy{0, true, nullptr, nullptr, {}};
  std::uint64_t mood = 0;
};

Timeline& timeline() {
  static Timeline instance;
  return instance;
}

std::uint64_t mixed(std::uint64_t x) {  // splitmix64's finaliser
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31);
}

// Streams have random ranks, drawn anew once in a while: one stream may run far ahead of another,
// or both by turns.
OperationRef take_ready() {
  Timeline& t = timeline();
  std::mt19937_64& random = random_source();
  if (random() % 8 == 0) t.mood = random();
  const auto rank = [&](const OperationRef& each) { return mixed(each->lane ^ t.mood); };
  const auto chosen =
      std::max_element(t.ready.begin(), t.ready.end(),
                       [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  std::swap(*chosen, t.ready.back());
  OperationRef operation = std::move(t.ready.back());
  t.ready.pop_back();
  return operation;
}

void finish(Operation& operation) {
  Timeline& t = timeline();
  operation.done = true;
  operation.time = std::chrono::steady_clock::now();
  for (const Follower& next : operation.after) {
    if (--next.operation->blockers == 0) t.ready.push_back(t.pending.at(next.operation));
  }
  operation.after.clear();
  operation.before.clear();
  operation.launch.reset();
  std::erase(t.with_scratch, &operation);
  t.pending.erase(&operation);
}

// Starts kernels that may overlap with this one and wait for nothing else, each in most seeds. They
// run up to their waits, before this one has written anything.
std::vector<const RunningLaunch*> start_followers(const Operation& operation) {
  std::vector<const RunningLaunch*> started;
  for (const Follower& each : operation.after) {
    Operation& next = *each.operation;
    if (!each.programmatic || next.blockers != 1) continue;
    if (!Launch::can_start_ahead(*next.work->kernel) || random_source()() % 4 == 0) continue;
    next.launch = std::make_shared<Launch>(*next.work->kernel);
    next.launch->start_ahead(random_source());
    started.push_back(&next.launch->state());
    if (sticky_error() != cudaSuccess) break;
  }
  return started;
}

void run_kernel(Operation& operation) {
  const KernelLaunch& kernel = *operation.work->kernel;
  const std::vector<const RunningLaunch*> followers = start_followers(operation);
  if (sticky_error() != cudaSuccess) return;
  if (operation.launch == nullptr) operation.launch = std::make_shared<Launch>(kernel);
  count_kernel(kernel.name);
  operation.launch->run(random_source(), followers);
}

void run(Operation& operation) {
  const cudaError_t injected = injected_work_error(operation.work->name);
  if (injected != cudaSuccess) set_sticky_error(injected);
  if (sticky_error() == cudaSuccess) {
    const OpenDeviceMemory open;
    if (operation.work->kernel != nullptr) run_kernel(operation);
    if (operation.work->run) operation.work->run();
  }
  finish(operation);
}

// Two operations that can run at the same time must not use the same scratch memory.
void check_scratch(Operation& made) {
  const Scratch& mine = made.work->scratch;
  if (mine.bytes == 0) return;
  Timeline& t = timeline();
  std::set<const Operation*> earlier;
  std::vector<const Operation*> open{&made};
  while (!open.empty()) {
    const Operation* at = open.back();
    open.pop_back();
    for (const OperationRef& each : at->before) {
      if (!each->done && earlier.insert(each.get()).second) open.push_back(each.get());
    }
  }
  for (const Operation* other : t.with_scratch) {
    const Scratch& theirs = other->work->scratch;
    const bool overlap =
        mine.base < theirs.base + theirs.bytes && theirs.base < mine.base + mine.bytes;
    if (overlap && !earlier.contains(other)) {
      record_finding(made.work->name + " and " + other->work->name +
                     " use the same workspace and neither waits for the other");
      break;
    }
  }
  t.with_scratch.push_back(&made);
}

cudaError_t capture_node(CUstream_st& stream, Work work) {
  Capture& capture = *stream.capture;
  if (capture.invalidated) return cudaErrorStreamCaptureInvalidated;
  Node node{std::make_shared<const Work>(std::move(work)),
            stream.lane,
            {stream.tail.begin(), stream.tail.end()}};
  capture.nodes.push_back(std::move(node));
  stream.tail = {capture.nodes.size() - 1};
  return cudaSuccess;
}

}  // namespace

cudaStream_t find_stream(cudaStream_t stream) {
  if (stream == nullptr) return &timeline().legacy;
  return live_handles<cudaStream_t>().contains(stream) ? stream : nullptr;
}

OperationRef add_operation(std::shared_ptr<const Work> work, std::uint64_t lane,
                           const std::vector<Dependency>& before) {
  Timeline& t = timeline();
  if (t.pending.size() > queue_capacity) {
    const OpenDeviceMemory open;
    while (t.pending.size() > queue_capacity / 2) run_one();
  }
  auto made = std::make_shared<Operation>();
  made->work = std::move(work);
  made->lane = lane;
  for (const Dependency& each : before) {
    if (each.on == nullptr || each.on->done) continue;
    made->before.push_back(each.on);
    each.on->after.push_back({made.get(), each.programmatic});
    ++made->blockers;
  }
  count_operation();
  t.pending.emplace(made.get(), made);
  if (made->blockers == 0) t.ready.push_back(made);
  check_scratch(*made);
  return made;
}

cudaError_t enqueue(cudaStream_t handle, Work work, OperationRef* made) {
  CUstream_st* stream = find_stream(handle);
  if (stream == nullptr) return cudaErrorInvalidResourceHandle;
  if (stream->capture != nullptr) return capture_node(*stream, std::move(work));
  CUstream_st& legacy = timeline().legacy;
  const bool overlaps = stream->last != nullptr && is_programmatic_edge(*stream->last->work, work);
  std::vector<Dependency> before{{stream->last, overlaps}};
  if (stream == &legacy) {
    for (cudaStream_t other : live_handles<cudaStream_t>()) {
      if (!other->blocking) continue;
      if (other->capture != nullptr) {
        other->capture->invalidated = true;
        return cudaErrorStreamCaptureImplicit;
      }
      before.push_back(other->last);
    }
  } else if (stream->blocking) {
    before.push_back(legacy.last);
  }
  stream->last = add_operation(std::make_shared<const Work>(std::move(work)), stream->lane, before);
  if (made != nullptr) *made = stream->last;
  return cudaSuccess;
}

void run_one() {
  if (timeline().ready.empty()) return;
  const OperationRef operation = take_ready();
  run(*operation);
}

void run_until(const OperationRef& target) {
  const OpenDeviceMemory open;
  while (target != nullptr && !target->done) run_one();
}

void run_all() {
  const OpenDeviceMemory open;
  while (!timeline().ready.empty()) run_one();
}

void forget_queued_work() {
  Timeline& t = timeline();
  for (const auto& [address, operation] : t.pending) {
    operation->done = true;
    operation->before.clear();
    operation->after.clear();
    operation->launch.reset();
  }
  t.pending.clear();
  t.ready.clear();
  t.with_scratch.clear();
  t.mood = 0;
  for (cudaStream_t each : live_handles<cudaStream_t>()) {
    if (each->capture != nullptr) each->capture->ended = true;
    each->capture.reset();
    each->tail.clear();
  }
}

}  // namespace simt
