// Capture and replay.
#include "tests/simt/planted.hpp"
#include "tests/simt/test_fixture.hpp"

namespace vgan::simt_tests {
namespace {

constexpr int count = 100;

struct Graph {
  ~Graph() {
    if (executable != nullptr) cudaGraphExecDestroy(executable);
    if (graph != nullptr) cudaGraphDestroy(graph);
  }
  std::size_t nodes() const {
    std::size_t n = 0;
    SIMT_OK(cudaGraphGetNodes(graph, nullptr, &n));
    return n;
  }
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
};

struct Diamond {
  Stream origin, side;
  Event fork, join;
  DeviceValues<float> a{std::vector<float>(count, 1.0F)};
  DeviceValues<float> b{std::vector<float>(count, 0.0F)};

  // a += 1 at the origin; b = a on the side; a *= 2 after it.
  cudaError_t capture(Graph& made, bool wait_for_side, bool join_side) {
    SIMT_OK(cudaStreamBeginCapture(origin, cudaStreamCaptureModeThreadLocal));
    SIMT_OK(scale_add(origin, a.data(), count, 1.0F, 1.0F));
    SIMT_OK(cudaEventRecord(fork, origin));
    SIMT_OK(cudaStreamWaitEvent(side, fork));
    SIMT_OK(copy_values(side, a.data(), b.data(), count));
    SIMT_OK(cudaEventRecord(join, side));
    if (wait_for_side) SIMT_OK(cudaStreamWaitEvent(origin, join));
    SIMT_OK(scale_add(origin, a.data(), count, 2.0F, 0.0F));
    if (join_side) SIMT_OK(cudaStreamWaitEvent(origin, join));
    return cudaStreamEndCapture(origin, &made.graph);
  }
};

TEST_CASE("simt: a captured program runs when it is launched, as often as it is", "[simt]") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const Clean clean(seed);
    Diamond d;
    Graph g;
    SIMT_OK(d.capture(g, true, false));
    CHECK(g.nodes() == 3);
    CHECK(d.a.get()[0] == 1.0F);
    SIMT_OK(cudaGraphInstantiate(&g.executable, g.graph));
    SIMT_OK(cudaGraphUpload(g.executable, d.origin));
    SIMT_OK(cudaGraphLaunch(g.executable, d.origin));
    SIMT_OK(cudaGraphLaunch(g.executable, d.side));  // one launch waits for the one before
    CHECK(d.b.get()[count - 1] == 5.0F);
    CHECK(d.a.get()[count - 1] == 10.0F);
  }
}

TEST_CASE("simt: a missing edge inside a graph is found within 32 seeds", "[simt]") {
  int wrong = 0;
  for (std::uint64_t seed = 1; seed <= 32; ++seed) {
    const Clean clean(seed);
    Diamond d;
    Graph g;
    // Tail: origin's last kernel and the side's copy, joined after.
    SIMT_OK(cudaStreamBeginCapture(d.origin, cudaStreamCaptureModeThreadLocal));
    SIMT_OK(cudaStreamEndCapture(d.origin, &g.graph));
    SIMT_OK(cudaGraphDestroy(g.graph));
    SIMT_OK(d.capture(g, false, true));
    SIMT_OK(cudaGraphInstantiate(&g.executable, g.graph));
    SIMT_OK(cudaGraphLaunch(g.executable, d.origin));
    SIMT_OK(cudaStreamSynchronize(d.origin));
    wrong += d.b.get()[0] != 2.0F;
  }
  CHECK(wrong > 0);
  CHECK(wrong < 32);
}

TEST_CASE("simt: work that the origin does not wait for spoils the capture", "[simt]") {
  const Clean clean;
  Diamond d;
  Graph g;
  CHECK(d.capture(g, false, false) == cudaErrorStreamCaptureUnjoined);
  CHECK(g.graph == nullptr);
  cudaStreamCaptureStatus status{};
  SIMT_OK(cudaStreamIsCapturing(d.side, &status));
  CHECK(status == cudaStreamCaptureStatusNone);
  SIMT_OK(scale_add(d.origin, d.a.data(), count, 3.0F, 0.0F));
  CHECK(d.a.get()[0] == 3.0F);
}

TEST_CASE("simt: calls that a capture forbids are refused and spoil it", "[simt]") {
  const Clean clean;
  const Stream stream;
  const Stream other;
  const Event event;
  Graph g;
  void* pointer = nullptr;
  SIMT_OK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal));
  cudaStreamCaptureStatus status{};
  SIMT_OK(cudaStreamIsCapturing(stream, &status));
  CHECK(status == cudaStreamCaptureStatusActive);
  SECTION("waiting for the stream") {
    CHECK(cudaStreamSynchronize(stream) == cudaErrorStreamCaptureUnsupported);
  }
  SECTION("waiting for the device") {
    CHECK(cudaDeviceSynchronize() == cudaErrorStreamCaptureUnsupported);
  }
  SECTION("allocating") { CHECK(cudaMalloc(&pointer, 4) == cudaErrorStreamCaptureUnsupported); }
  SECTION("waiting for an event of the capture") {
    SIMT_OK(cudaEventRecord(event, stream));
    CHECK(cudaEventSynchronize(event) == cudaErrorCapturedEvent);
  }
  SECTION("waiting in the capture for work outside it") {
    SIMT_OK(cudaEventRecord(event, other));
    CHECK(cudaStreamWaitEvent(stream, event) == cudaErrorStreamCaptureIsolation);
  }
  SECTION("merging two captures") {
    SIMT_OK(cudaStreamBeginCapture(other, cudaStreamCaptureModeGlobal));
    SIMT_OK(cudaEventRecord(event, other));
    CHECK(cudaStreamWaitEvent(stream, event) == cudaErrorStreamCaptureMerge);
    cudaGraph_t none = nullptr;
    CHECK(cudaStreamEndCapture(other, &none) == cudaErrorStreamCaptureInvalidated);
  }
  SIMT_OK(cudaStreamIsCapturing(stream, &status));
  CHECK(status == cudaStreamCaptureStatusInvalidated);
  CHECK(cudaStreamEndCapture(stream, &g.graph) == cudaErrorStreamCaptureInvalidated);
  SIMT_OK(cudaStreamSynchronize(stream));
}

TEST_CASE("simt: a capture forbids to take memory, a relaxed one too", "[simt]") {
  const Clean clean;
  const Stream stream;
  Graph g;
  void* pointer = nullptr;
  SIMT_OK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed));
  SECTION("of the device") { CHECK(cudaMalloc(&pointer, 4) == cudaErrorStreamCaptureUnsupported); }
  SECTION("of the host") {
    CHECK(cudaMallocHost(&pointer, 4) == cudaErrorStreamCaptureUnsupported);
  }
  CHECK(pointer == nullptr);
  CHECK(cudaStreamEndCapture(stream, &g.graph) == cudaErrorStreamCaptureInvalidated);
  SIMT_OK(cudaMalloc(&pointer, 4));
  SIMT_OK(cudaFree(pointer));
}

TEST_CASE("simt: an external event is a node of the graph, reached anew in each launch", "[simt]") {
  const Clean clean;
  const Stream stream;
  cudaEvent_t events[2] = {};
  for (cudaEvent_t& event : events) SIMT_OK(cudaEventCreate(&event));
  const DeviceValues<float> values(std::vector<float>(count, 1.0F));
  Graph g;
  CHECK(cudaEventRecordWithFlags(events[0], stream, cudaEventRecordExternal) ==
        cudaErrorInvalidValue);  // no capture
  SIMT_OK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed));
  SIMT_OK(cudaEventRecordWithFlags(events[0], stream, cudaEventRecordExternal));
  SIMT_OK(scale_add(stream, values.data(), count, 2.0F, 0.0F));
  SIMT_OK(cudaEventRecordWithFlags(events[1], stream, cudaEventRecordExternal));
  SIMT_OK(cudaStreamEndCapture(stream, &g.graph));
  CHECK(g.nodes() == 3);
  SIMT_OK(cudaGraphInstantiate(&g.executable, g.graph));
  float milliseconds = 0.0F;
  CHECK(cudaEventElapsedTime(&milliseconds, events[0], events[1]) != cudaSuccess);
  cudaEvent_t between = nullptr;
  SIMT_OK(cudaEventCreate(&between));
  for (int launch = 0; launch < 2; ++launch) {
    SIMT_OK(cudaGraphLaunch(g.executable, stream));
    SIMT_OK(cudaStreamSynchronize(stream));
    SIMT_OK(cudaEventElapsedTime(&milliseconds, events[0], events[1]));
    CHECK(milliseconds > 0.0F);
    if (launch > 0) {
      SIMT_OK(cudaEventElapsedTime(&milliseconds, between, events[0]));
      CHECK(milliseconds >= 0.0F);
    }
    SIMT_OK(cudaEventRecord(between, stream));
    SIMT_OK(cudaStreamSynchronize(stream));
  }
  for (const cudaEvent_t event : {events[0], events[1], between}) SIMT_OK(cudaEventDestroy(event));
  CHECK_THAT(finding_of([&] { (void)cudaGraphLaunch(g.executable, stream); }),
             ContainsSubstring("an event that was destroyed"));
}

TEST_CASE("simt: an event of a capture is of no use outside it", "[simt]") {
  const Clean clean;
  const Stream stream;
  const Event event;
  Graph g;
  SIMT_OK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
  SIMT_OK(cudaEventRecord(event, stream));
  SIMT_OK(cudaStreamEndCapture(stream, &g.graph));
  CHECK(cudaEventSynchronize(event) == cudaErrorCapturedEvent);
  CHECK(cudaStreamWaitEvent(stream, event) != cudaSuccess);
  SIMT_OK(cudaEventRecord(event, stream));
  SIMT_OK(cudaEventSynchronize(event));
}

TEST_CASE("simt: a capture ends where it began", "[simt]") {
  const Clean clean;
  Diamond d;
  Graph g;
  SIMT_OK(cudaStreamBeginCapture(d.origin, cudaStreamCaptureModeThreadLocal));
  SIMT_OK(cudaEventRecord(d.fork, d.origin));
  SIMT_OK(cudaStreamWaitEvent(d.side, d.fork));
  CHECK(cudaStreamEndCapture(d.side, &g.graph) == cudaErrorStreamCaptureUnmatched);
  CHECK(cudaStreamEndCapture(d.origin, &g.graph) == cudaErrorStreamCaptureInvalidated);
  CHECK(cudaStreamEndCapture(d.origin, &g.graph) == cudaErrorInvalidValue);
}

TEST_CASE("simt: copies in a graph read the host's memory at each launch", "[simt]") {
  const Clean clean;
  const Stream stream;
  const DeviceValues<float> values(1);
  Graph g;
  float host = 1.0F;
  SIMT_OK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
  SIMT_OK(cudaMemcpyAsync(values.data(), &host, 4, cudaMemcpyHostToDevice, stream));
  SIMT_OK(cudaStreamEndCapture(stream, &g.graph));
  SIMT_OK(cudaGraphInstantiate(&g.executable, g.graph));
  for (const float value : {3.0F, 4.0F}) {
    host = value;
    SIMT_OK(cudaGraphLaunch(g.executable, stream));
    CHECK(values.get()[0] == value);
  }
}

TEST_CASE("simt: faults in capture and in replay", "[simt]") {
  const Clean clean;
  Diamond d;
  Graph g;
  SECTION("instantiation fails") {
    simt::fail_call("cudaGraphInstantiate", cudaErrorMemoryAllocation);
    SIMT_OK(d.capture(g, true, false));
    CHECK(cudaGraphInstantiate(&g.executable, g.graph) == cudaErrorMemoryAllocation);
  }
  SECTION("the end of the capture fails") {
    simt::fail_call("cudaStreamEndCapture", cudaErrorMemoryAllocation);
    CHECK(d.capture(g, true, false) == cudaErrorMemoryAllocation);
    CHECK(cudaStreamEndCapture(d.origin, &g.graph) == cudaSuccess);
  }
  SECTION("the third launch fails for good") {
    simt::fail_call("cudaGraphLaunch", cudaErrorIllegalAddress, 2);
    SIMT_OK(d.capture(g, true, false));
    SIMT_OK(cudaGraphInstantiate(&g.executable, g.graph));
    SIMT_OK(cudaGraphLaunch(g.executable, d.origin));
    SIMT_OK(cudaGraphLaunch(g.executable, d.origin));
    CHECK(cudaGraphLaunch(g.executable, d.origin) == cudaErrorIllegalAddress);
    CHECK(cudaStreamSynchronize(d.origin) == cudaErrorIllegalAddress);
  }
  SECTION("a kernel of the replay fails") {
    simt::fail_work("copy_kernel", cudaErrorLaunchFailure);
    SIMT_OK(d.capture(g, true, false));
    SIMT_OK(cudaGraphInstantiate(&g.executable, g.graph));
    SIMT_OK(cudaGraphLaunch(g.executable, d.origin));
    CHECK(cudaStreamSynchronize(d.origin) == cudaErrorLaunchFailure);
  }
  simt::reset();
}

}  // namespace
}  // namespace vgan::simt_tests
