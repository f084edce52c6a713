// Chains of fused kernels that start early, as a step has them: bit for bit what the same launches
// give one after the other, in a stream and in a graph.
#include <utility>

#include "kernels/cuda/fused/fused.hpp"
#include "kernels/cuda/fused/fused_shapes.hpp"
#include "tests/kernels/cuda/fused_case.hpp"
#include "tests/kernels/cuda/launcher_test.hpp"

using namespace vgan;
using namespace vgan::testing;
using math::Activation;

namespace {

constexpr float slope = 0.2F;

/// One after the other with a wait between; early; early, recorded in a graph.
enum class Chain { apart, early, graph };

/// A stream that the copies of CudaMatrix wait for.
class Stream {
 public:
  Stream() { require_cuda(cudaStreamCreateWithFlags(&stream_, cudaStreamDefault)); }
  ~Stream() { cudaStreamDestroy(stream_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  cudaStream_t get() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

/// A discriminator of two layers, and what its steps leave.
class Steps {
 public:
  Steps(std::int64_t rows, std::int64_t inputs, std::int64_t hidden, bool tf32)
      : rows_(rows),
        inputs_(inputs),
        hidden_(hidden),
        tf32_(tf32),
        x_(rows, inputs, random_values(rows * inputs, 1)),
        h_(rows, hidden),
        dh_(rows, hidden),
        logits_(rows, 1),
        gradient_(rows, 1),
        loss_(1, 2),
        first_(inputs * hidden, 2, {}),
        first_bias_(hidden, 3, {true, false, 0}),
        last_(hidden, 4, {}),
        last_bias_(1, 5, {true, false, 0}) {}

  void run(Chain chain, int steps) {
    if (chain == Chain::graph)
      require_cuda(cudaStreamBeginCapture(stream_.get(), cudaStreamCaptureModeRelaxed));
    for (int step = 0; step < steps; ++step) put_step(chain, step > 0);
    if (chain == Chain::graph) replay();
    require_cuda(cudaStreamSynchronize(stream_.get()));
  }

  std::vector<double> results() const {
    std::vector<double> all = first_.weights();
    for (const std::vector<double>& part :
         {first_bias_.weights(), last_.weights(), last_bias_.weights(), loss_.get(), dh_.get()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }
  bool raised_flag() const { return network_.get().nonfinite != 0; }

 private:
  static ConstMatrixRef weights_of(const AdamArena& arena, std::int64_t rows, std::int64_t cols) {
    return MatrixRef{arena.weights.data, ElementType::f32, rows, cols, cols};
  }

  // How the next kernel starts; `prefetch`: the kernel just before leaves its weights alone.
  cuda::FusedLaunch after(Chain chain, bool follows, bool prefetch) const {
    const bool early = chain != Chain::apart && follows;
    return {tf32_, early, early && prefetch};
  }
  void put(Chain chain, cudaError_t status) const {
    require_cuda(status);
    if (chain == Chain::apart) require_cuda(cudaStreamSynchronize(stream_.get()));
  }

  void put_step(Chain chain, bool follows) {
    const AdamArena first = first_.view();
    const AdamArena bias = first_bias_.view();
    const ConstMatrixRef w = weights_of(first, inputs_, hidden_);
    put(chain, cuda::fused_forward(stream_.get(), x_.ref(), w, bias.weights, Activation::leaky_relu,
                                   slope, h_.ref(), after(chain, follows, false)));
    put(chain, cuda::fused_logit_loss(stream_.get(), last_layer(), test_rates(), {step_.data()},
                                      network_.data(), after(chain, true, true)));
    const DenseUpdateTask update{x_.ref(), dh_.ref(), first, bias, false};
    put(chain, cuda::fused_backward(stream_.get(), {}, {&update, 1}, test_rates(), {step_.data()},
                                    network_.data(), after(chain, true, true)));
  }

  LogitLossTask last_layer() const {
    LogitLossTask task;
    task.x = h_.ref();
    task.w = weights_of(last_.view(), hidden_, 1);
    task.bias = last_bias_.view().weights;
    task.logits = logits_.view();
    task.gradient = gradient_.ref();
    task.dx = dh_.ref();
    task.activation = Activation::leaky_relu;
    task.slope = slope;
    float* const loss = loss_.vector().data;
    task.sides[0] = {rows_, {GanLoss::bce, GanSide::real, 0.9F, loss, loss + 1}};
    task.weight_step = last_.view();
    task.bias_step = last_bias_.view();
    return task;
  }

  void replay() {
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t executable = nullptr;
    require_cuda(cudaStreamEndCapture(stream_.get(), &graph));
    require_cuda(cudaGraphInstantiate(&executable, graph, 0));
    require_cuda(cudaGraphLaunch(executable, stream_.get()));
    require_cuda(cudaStreamSynchronize(stream_.get()));
    require_cuda(cudaGraphExecDestroy(executable));
    require_cuda(cudaGraphDestroy(graph));
  }

  std::int64_t rows_, inputs_, hidden_;
  bool tf32_;
  Stream stream_;
  CudaMatrix x_, h_, dh_, logits_, gradient_, loss_;
  CudaArena first_, first_bias_, last_, last_bias_;
  CudaValue<std::uint64_t> step_{steps_before};
  CudaValue<AdamState> network_{{0.01, 0}};
};

/// Whatever the order of blocks, both chains end in what the launches give apart.
void require_same(std::int64_t rows, std::int64_t inputs, std::int64_t hidden, int count,
                  std::uint64_t seeds) {
  for (const bool tf32 : {false, true}) {
    Steps apart(rows, inputs, hidden, tf32);
    apart.run(Chain::apart, count);
    const std::vector<double> want = apart.results();
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      for (const Chain chain : {Chain::early, Chain::graph}) {
        INFO((tf32 ? "tf32, " : "fp32, ")
             << (chain == Chain::graph ? "graph" : "stream") << ", seed " << seed);
        simt::reset(seed);
        Steps steps(rows, inputs, hidden, tf32);
        steps.run(chain, count);
        CHECK(steps.results() == want);
        CHECK_FALSE(steps.raised_flag());
      }
    }
    simt::reset();
  }
}

}  // namespace

LAUNCHER_TEST_CASE("a chain of fused kernels that start early: three steps of small tiles",
                   "[cuda][kernels][fused]") {
  require_same(33, 20, 70, 3, 4);
  // Rows of whole 16 bytes, which alone may be fetched early.
  require_same(33, 20, 72, 3, 4);
}

LAUNCHER_TEST_CASE("a chain of fused kernels that start early: a step of large tiles",
                   "[cuda][kernels][fused]") {
  constexpr std::int64_t rows = 70;
  constexpr std::int64_t hidden = 5692;
  REQUIRE(cuda::tiles_of<cuda::SmallTile>(rows, hidden).count() > cuda::most_small_tiles);
  require_same(rows, 9, hidden, 1, 2);
}
