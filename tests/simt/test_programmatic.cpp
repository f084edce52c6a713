// Launches that may start before the one before them has ended.
#include <algorithm>
#include <limits>

#include "tests/simt/executor.hpp"
#include "tests/simt/planted.hpp"
#include "tests/simt/test_fixture.hpp"

namespace vgan::simt_tests {
namespace {

constexpr std::uint64_t seeds = 16;
constexpr int stages = 4;

// Stages that hand values to and fro between two buffers; the weights lie just behind one of them.
struct Chain {
  explicit Chain(int values) : count(values) {
    SIMT_OK(cudaMallocHost(&done, (1 + stages) * sizeof(int)));
    restart();
    const std::vector<float> twos(static_cast<std::size_t>(count), 2.0F);
    SIMT_OK(cudaMemcpy(weights(), twos.data(), twos.size() * 4, cudaMemcpyHostToDevice));
  }
  ~Chain() { cudaFreeHost(done); }

  void restart() const {
    *done = 0;
    std::fill_n(done + 1, stages, std::numeric_limits<int>::max());
  }
  float* a() const { return buffers.data(); }
  float* b() const { return a() + 2 * count; }
  float* weights() const { return a() + count; }
  int blocks() const { return (count + 63) / 64; }
  int seen(int stage) const { return done[1 + stage]; }
  Stage stage(int i) const {
    return {weights(), i % 2 == 0 ? a() : b(), i % 2 == 0 ? b() : a(), count, done, done + 1 + i};
  }
  void set_input() const {
    SIMT_OK(cudaMemsetAsync(a(), 0, 4 * static_cast<std::size_t>(count), stream));
  }
  void run(StageBug bug = StageBug::none) const {
    set_input();
    for (int i = 0; i < stages; ++i) SIMT_OK(run_stage(stream, bug, stage(i)));
  }
  // x -> 2 x + 1, four times, from 0
  bool is_right() const {
    const std::vector<float> all = buffers.get();
    return std::all_of(all.begin(), all.begin() + count, [](float x) { return x == 15.0F; });
  }

  int count;
  DeviceValues<float> buffers{3 * static_cast<std::size_t>(count)};
  Stream stream;
  int* done = nullptr;
};

struct Graph {
  explicit Graph(const Chain& chain) {
    SIMT_OK(cudaStreamBeginCapture(chain.stream, cudaStreamCaptureModeThreadLocal));
    chain.run();
    SIMT_OK(cudaStreamEndCapture(chain.stream, &graph));
    SIMT_OK(cudaGraphInstantiate(&executable, graph));
  }
  ~Graph() {
    cudaGraphExecDestroy(executable);
    cudaGraphDestroy(graph);
  }
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
};

// How many stages of the chain began before any block of the stage before had run.
int early_stages(const Chain& chain) {
  int early = 0;
  for (int i = 0; i < stages; ++i) {
    const int late = chain.seen(i) - i * chain.blocks();
    if (i == 0) CHECK(late == 0);  // behind a fill: an edge that cannot be programmatic
    if (i > 0) CHECK((late == 0 || late == -chain.blocks()));
    early += late < 0;
  }
  return early;
}

struct Found {
  int findings = 0;
  int wrong = 0;
};

// Over the seeds: findings, each of which must say `text`, and wrong results.
Found run_with(StageBug bug, const std::string& text) {
  Found found;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const Clean clean(seed);
    const Chain chain(100);
    const std::string finding = finding_of([&] { chain.run(bug); });
    found.findings += !finding.empty();
    if (finding.empty()) found.wrong += !chain.is_right();
    if (!finding.empty()) {
      CHECK_THAT(finding, ContainsSubstring(text));
      CHECK_THAT(finding, ContainsSubstring("stage_kernel"));
    }
    chain.run();
    CHECK(chain.is_right());  // the process goes on
  }
  return found;
}

TEST_CASE("simt: programmatic launches start early in some seeds, and are right in all", "[simt]") {
  constexpr StageBug twins[] = {StageBug::none, StageBug::none_one_waits,
                                StageBug::none_lanes_wait};
  for (const int count : {1, 100, 64 * 100}) {
    int early = 0;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      const Clean clean(seed);
      const Chain chain(count);
      chain.run(twins[seed % std::size(twins)]);
      CHECK(chain.is_right());
      early += early_stages(chain);
    }
    CHECK(early > 0);
    CHECK(early < static_cast<int>(seeds) * (stages - 1));
  }
}

TEST_CASE("simt: a graph keeps the programmatic edges of its capture", "[simt]") {
  int early = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const Clean clean(seed);
    const Chain chain(100);
    const Graph graph(chain);
    for (int launch = 0; launch < 3; ++launch) {
      chain.restart();
      SIMT_OK(cudaGraphLaunch(graph.executable, chain.stream));
      CHECK(chain.is_right());
      early += early_stages(chain);
    }
  }
  CHECK(early > 0);
  CHECK(early < static_cast<int>(seeds) * 3 * (stages - 1));
}

TEST_CASE("simt: a kernel without the attribute, or behind an event, does not start early",
          "[simt]") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const Clean clean(seed);
    const Chain chain(100);
    const Event event;
    chain.set_input();
    SIMT_OK(run_stage(chain.stream, StageBug::none, chain.stage(0)));
    SIMT_OK(run_plain_stage(chain.stream, chain.stage(1)));
    SIMT_OK(cudaEventRecord(event, chain.stream));
    SIMT_OK(run_stage(chain.stream, StageBug::none, chain.stage(2)));
    SIMT_OK(cudaStreamWaitEvent(chain.stream, event));
    SIMT_OK(run_stage(chain.stream, StageBug::none, chain.stage(3)));
    CHECK(chain.is_right());
    CHECK(early_stages(chain) == 0);
  }
}

TEST_CASE("simt: a kernel of a graph that has yet to wait for another one does not start early",
          "[simt]") {
  int early = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const Clean clean(seed);
    const Chain chain(100);
    const Stream side;
    const Event fork;
    const Event join;
    const DeviceValues<float> other(std::vector<float>(100, 0.0F));
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t executable = nullptr;
    SIMT_OK(cudaStreamBeginCapture(chain.stream, cudaStreamCaptureModeThreadLocal));
    chain.set_input();
    SIMT_OK(cudaEventRecord(fork, chain.stream));
    SIMT_OK(cudaStreamWaitEvent(side, fork));
    SIMT_OK(run_stage(chain.stream, StageBug::none, chain.stage(0)));
    Stage beside = chain.stage(0);
    beside.to = other.data();
    beside.blocks_seen = nullptr;
    SIMT_OK(run_stage(side, StageBug::none, beside));
    SIMT_OK(cudaEventRecord(join, side));
    SIMT_OK(cudaStreamWaitEvent(chain.stream, join));
    SIMT_OK(run_stage(chain.stream, StageBug::none, chain.stage(1)));
    SIMT_OK(cudaStreamEndCapture(chain.stream, &graph));
    SIMT_OK(cudaGraphInstantiate(&executable, graph));
    SIMT_OK(cudaGraphLaunch(executable, chain.stream));
    SIMT_OK(cudaStreamSynchronize(chain.stream));
    // One at least of the two launches before it has ended.
    CHECK(chain.seen(1) >= chain.blocks());
    early += chain.seen(1) < 2 * chain.blocks();
    CHECK(chain.buffers.get()[0] == 3.0F);
    SIMT_OK(cudaGraphExecDestroy(executable));
    SIMT_OK(cudaGraphDestroy(graph));
  }
  CHECK(early > 0);
}

TEST_CASE("simt: static shared memory is each launch's own, also of one that waits", "[simt]") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const Clean clean(seed);
    const Stream stream;
    const DeviceValues<float> values(std::vector<float>(64, 0.0F));
    for (const float step : {1.0F, 2.0F, 4.0F})
      SIMT_OK(run_static_stage(stream, values.data(), step));
    CHECK(values.get()[0] == 12.0F * 63.0F);
    CHECK(values.get()[60] == 12.0F * 3.0F);
  }
}

TEST_CASE("simt: one thread waits for a whole cluster, or for a cooperative launch", "[simt]") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const Clean clean(seed);
    const Stream stream;
    const DeviceValues<float> values(std::vector<float>(384, 0.0F));
    for (const bool cooperative : {false, true, false, false})
      SIMT_OK(run_together(stream, values.data(), 3, cooperative));
    for (const float value : values.get()) CHECK(value == 4.0F);
  }
}

TEST_CASE("simt: early reads are kept by the byte", "[simt]") {
  alignas(16) char memory[32] = {};
  simt::EarlyReads reads;
  reads.add(memory + 6, 4, {{7, 0, 0}, {0, 0, 0}});  // across two words
  for (int i = 0; i < 32; ++i) CHECK((reads.find(memory + i, 1) != nullptr) == (i >= 6 && i < 10));
  CHECK(reads.find(memory, 6) == nullptr);
  CHECK(reads.find(memory + 10, 16) == nullptr);
  REQUIRE(reads.find(memory, 16) != nullptr);
  CHECK(reads.find(memory, 16)->block.x == 7);
}

TEST_CASE("simt: a read before the wait of what the launch before writes is found", "[simt]") {
  const Found found = run_with(StageBug::early_read, "has read without waiting for this launch");
  if (simt::has_memory_hooks()) {
    CHECK(found.findings > 0);
    CHECK(found.wrong == 0);
  } else {
    CHECK(found.wrong > 0);
  }
}

TEST_CASE("simt: a write before the wait is found", "[simt]") {
  NEEDS_HOOKS();
  const Found found = run_with(StageBug::early_write, "without waiting for the launch before");
  CHECK(found.findings == static_cast<int>(seeds));
}

TEST_CASE("simt: a thread that goes on without the one that waits is found", "[simt]") {
  NEEDS_HOOKS();
  const Found found = run_with(StageBug::no_barrier, "without waiting for");
  CHECK(found.findings == static_cast<int>(seeds));
}

TEST_CASE("simt: a kernel that lets the next one start before it has waited is found", "[simt]") {
  const Found found = run_with(StageBug::early_signal, "lets the next launch start");
  CHECK(found.findings == static_cast<int>(seeds));
}

TEST_CASE("simt: a kernel that never waits is found", "[simt]") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const Clean clean(seed);
    const Chain chain(100);
    Stage writes_nothing = chain.stage(1);
    writes_nothing.to = nullptr;
    writes_nothing.from = chain.weights();
    const std::string finding = finding_of([&] {
      chain.set_input();
      SIMT_OK(run_stage(chain.stream, StageBug::none, chain.stage(0)));
      SIMT_OK(run_stage(chain.stream, StageBug::no_wait, writes_nothing));
    });
    CHECK_THAT(finding, ContainsSubstring("no thread has waited for the launch before it"));
    CHECK_THAT(finding, ContainsSubstring("stage_kernel"));
  }
}

TEST_CASE("simt: launches that wait when another fails are dropped", "[simt]") {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const Clean clean(seed);
    const Chain chain(100);
    chain.set_input();
    SIMT_OK(run_stage(chain.stream, StageBug::none, chain.stage(0)));
    SECTION("the kernel before has a bug") {
      SIMT_OK(run_barrier(chain.stream, Bug::exit_before_barrier, chain.b(), chain.count));
      SIMT_OK(run_stage(chain.stream, StageBug::none, chain.stage(1)));
      CHECK(cudaStreamSynchronize(chain.stream) == cudaErrorLaunchFailure);
      CHECK(simt::take_findings().size() == 1);
    }
    SECTION("the kernel that waits meets a fault") {
      simt::fail_work("stage_kernel", cudaErrorIllegalAddress, 1);
      SIMT_OK(run_stage(chain.stream, StageBug::none, chain.stage(1)));
      CHECK(cudaStreamSynchronize(chain.stream) == cudaErrorIllegalAddress);
      simt::reset(seed);
    }
    SECTION("everything is dropped") {
      SIMT_OK(run_stage(chain.stream, StageBug::none, chain.stage(1)));
      while (*chain.done == 0) (void)cudaStreamQuery(chain.stream);
      simt::reset(seed);
      CHECK(*chain.done == chain.blocks());
    }
    chain.run();
    CHECK(chain.is_right());
  }
}

}  // namespace
}  // namespace vgan::simt_tests
