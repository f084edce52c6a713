// A dense layer backward: the derivative of the activation below in the epilogue of the input's
// gradient, and Adam in the epilogue of the weights', so that no gradient is stored.
#include "kernels/cuda/adam_quad.hpp"
#include "kernels/cuda/fused/fused.hpp"
#include "kernels/cuda/fused/fused_shapes.hpp"
#include "kernels/cuda/fused/tile_product.hpp"
#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/quad.hpp"

namespace vgan::cuda {
namespace {

constexpr int most_updates = 2;

// ---- Device code ---------------------------------------------------------------------------

struct GradientJob {
  Operand dy;
  Operand w;
  QuadRows<const void> at;
  QuadRows<void> dx;
  math::Activation activation = math::Activation::identity;
  float slope = 0.0F;
  int tiles = 0;
  int tiles_across = 0;
  bool prefetch = false;  ///< w
};

// The bias is the weight of an input that is always 1: row `x.cols` of the tiles.
struct UpdateJob {
  Operand x;
  Operand dy;
  AdamArena weights;
  AdamArena bias;
  bool wide = false;
  bool bias_wide = false;
  bool accumulate = false;
  int tiles = 0;
  int tiles_across = 0;
};

struct BackwardJob {
  GradientJob input;
  UpdateJob updates[most_updates];
  AdamRates rates;
  StepCounter counter;
  AdamState* network = nullptr;
  bool prefetch = false;  ///< what Adam moves
};

template <Arithmetic A, class Shape>
using GradientProduct = TileProduct<A, Shape, true, true>;
template <Arithmetic A, class Shape>
using UpdateProduct = TileProduct<A, Shape, false, false>;

template <Arithmetic A, class Shape>
__device__ void make_gradient_tile(const GradientJob& job, int tile) {
  GradientProduct<A, Shape> product(job.dy, job.w, tile / job.tiles_across * Shape::rows,
                                    tile % job.tiles_across * Shape::cols,
                                    dynamic_shared<unsigned char>());
  if (job.prefetch) product.fetch_b();
  wait_for_previous_kernel();
  let_next_kernel_start();
  product.multiply(job.prefetch);
  product.for_each_quad(
      job.dx.rows, job.dx.cols, [&](int, int row, int col, int count, float(&sums)[4]) {
        if (job.at.data != nullptr) {
          float at[4];
          job.at.load(row, col, count, at);
          VGAN_UNROLL
          for (int e = 0; e < 4; ++e) {
            sums[e] *= math::derivative_from_output(job.activation, at[e], job.slope);
          }
        }
        job.dx.store(row, col, count, sums);
      });
}

// Where row `row` of an update's tiles is: in the weights, or it is the bias.
struct UpdateRow {
  const AdamArena& arena;
  std::int64_t first;
  bool wide;
};
__device__ inline UpdateRow row_of(const UpdateJob& job, int row) {
  if (row < job.x.cols) return {job.weights, std::int64_t{row} * job.dy.cols, job.wide};
  return {job.bias, 0, job.bias_wide};
}

template <Arithmetic A, class Shape>
__device__ void make_update_tile(const UpdateJob& job, int tile, const BackwardJob& all) {
  __shared__ AdamConstants constants;
  using Product = UpdateProduct<A, Shape>;
  Product product(job.x, job.dy, tile / job.tiles_across * Shape::rows,
                  tile % job.tiles_across * Shape::cols, dynamic_shared<unsigned char>());
  // Weights and moments on their way while the product is made, where registers allow: 16 for each.
  constexpr bool early = Product::quads <= 2;
  AdamQuad places[early ? Product::quads : 1];
  const int rows = job.x.cols + 1;
  const auto load_places = [&] {
    product.for_each_place(rows, job.dy.cols, [&](int q, int row, int col, int count) {
      const UpdateRow at = row_of(job, row);
      places[early ? q : 0].load(at.arena, at.first + col, count, at.wide);
    });
  };
  if (early && all.prefetch) load_places();
  wait_for_previous_kernel();
  let_next_kernel_start();
  product.start(false);
  if (early && !all.prefetch) load_places();
  if (threadIdx.x < 32) find_adam_constants(all.rates, all.counter, all.network, &constants);
  product.finish();
  bool nonfinite = false;
  product.for_each_quad(
      rows, job.dy.cols, [&](int q, int row, int col, int count, float(&sums)[4]) {
        const UpdateRow at = row_of(job, row);
        AdamQuad& place = places[early ? q : 0];
        if (!early) place.load(at.arena, at.first + col, count, at.wide);
        if (job.accumulate && row < job.x.cols) {
          float before[4];
          load_quad(job.weights.gradients.data + at.first + col, count, at.wide, before);
          VGAN_UNROLL
          for (int e = 0; e < 4; ++e) sums[e] += before[e];
        }
        nonfinite = place.update(sums, count, constants) || nonfinite;
        place.store(at.arena, at.first + col, count, at.wide);
      });
  if (nonfinite) atomicOr(&all.network->nonfinite, 1U);
}

// A block for each tile: first those of the input's gradient, whose depth is a layer's width, then
// those of the updates, whose depth is the batch.
template <Arithmetic A, class Shape>
__global__ void __launch_bounds__(Shape::threads, Shape::blocks)
    fused_backward_kernel(const __grid_constant__ BackwardJob job) {
  int tile = static_cast<int>(blockIdx.x);
  if (tile < job.input.tiles) {
    return make_gradient_tile<A, Shape>(job.input, tile);
  }
  tile -= job.input.tiles;
  const int second = tile < job.updates[0].tiles ? 0 : 1;
  make_update_tile<A, Shape>(job.updates[second], tile - second * job.updates[0].tiles, job);
}

// ---- Launcher ------------------------------------------------------------------------------

bool supports(const InputGradientTask& task) {
  return has_countable_extents(task.dy) && has_countable_extents(task.w) &&
         has_countable_extents(task.dx) && is_float(task.dy.type) && task.dy.type == task.w.type &&
         is_float(task.dx.type) && task.dy.rows == task.dx.rows && task.dy.cols == task.w.cols &&
         task.w.rows == task.dx.cols &&
         (task.at.empty() ? task.activation == math::Activation::identity
                          : is_float(task.at.type) && task.at.rows == task.dx.rows &&
                                task.at.cols == task.dx.cols);
}

bool supports(const DenseUpdateTask& task) {
  return has_countable_extents(task.x) && has_countable_extents(task.dy) && is_float(task.x.type) &&
         task.x.type == task.dy.type && task.x.rows == task.dy.rows &&
         holds(task.weights, task.x.cols * task.dy.cols) && holds(task.bias, task.dy.cols) &&
         (!task.accumulate || task.weights.gradients.size == task.weights.weights.size);
}

GradientJob job_of(const InputGradientTask& task) {
  GradientJob job;
  if (task.empty()) return job;
  job.dy = Operand(task.dy);
  job.w = Operand(task.w);
  if (task.activation != math::Activation::identity) job.at = QuadRows<const void>(task.at);
  job.dx = QuadRows<void>(task.dx);
  job.activation = task.activation;
  job.slope = task.slope;
  return job;
}

UpdateJob job_of(const DenseUpdateTask& task) {
  UpdateJob job;
  job.x = Operand(task.x);
  job.x.ones = true;
  job.dy = Operand(task.dy);
  job.weights = task.weights;
  job.bias = task.bias;
  job.wide = starts_quads(task.weights) && task.dy.cols % 4 == 0;
  job.bias_wide = starts_quads(task.bias);
  job.accumulate = task.accumulate;
  return job;
}

// Counts the tiles of every part; returns their sum.
template <class Shape>
std::int64_t count_tiles(BackwardJob& job) {
  std::int64_t total = 0;
  const auto count = [&](auto& part, std::int64_t rows, std::int64_t cols) {
    const TileGrid tiles = tiles_of<Shape>(rows, cols);
    part.tiles = static_cast<int>(std::min(tiles.count(), too_many_tiles - 1));
    part.tiles_across = static_cast<int>(tiles.across);
    total += tiles.count();
  };
  if (job.input.dx.data != nullptr) count(job.input, job.input.dx.rows, job.input.dx.cols);
  for (UpdateJob& update : job.updates) {
    if (update.x.data != nullptr) count(update, std::int64_t{update.x.cols} + 1, update.dy.cols);
  }
  return total;
}

template <Arithmetic A, class Shape>
cudaError_t launch_backward(cudaStream_t stream, BackwardJob& job, bool programmatic) {
  const std::int64_t tiles = count_tiles<Shape>(job);
  if (tiles >= too_many_tiles) return cudaErrorInvalidValue;
  constexpr std::size_t bytes =
      std::max(GradientProduct<A, Shape>::shared_bytes(), UpdateProduct<A, Shape>::shared_bytes());
  return launch(stream,
                {dim3(static_cast<unsigned>(tiles)), dim3(Shape::threads), bytes, programmatic},
                fused_backward_kernel<A, Shape>, job);
}

}  // namespace

bool fused_supports(const InputGradientTask& input, std::span<const DenseUpdateTask> updates) {
  if (updates.size() > most_updates || (input.empty() && updates.empty())) return false;
  const ElementType type = input.empty() ? updates[0].dy.type : input.dy.type;
  bool supported = input.empty() || supports(input);
  for (const DenseUpdateTask& update : updates) {
    supported = supported && supports(update) && update.dy.type == type;
  }
  return supported;
}

cudaError_t fused_backward(cudaStream_t stream, const InputGradientTask& input,
                           std::span<const DenseUpdateTask> updates, const AdamRates& rates,
                           StepCounter counter, AdamState* network, const FusedLaunch& options) {
  if (!fused_supports(input, updates)) return cudaErrorInvalidValue;
  BackwardJob job;
  job.input = job_of(input);
  for (std::size_t i = 0; i < updates.size(); ++i) job.updates[i] = job_of(updates[i]);
  job.rates = rates;
  job.counter = counter;
  job.network = network;
  job.prefetch = options.prefetch_weights;
  job.input.prefetch = options.prefetch_weights && job.input.w.may_come_early();
  const std::int64_t small_tiles = count_tiles<SmallTile>(job);
  cudaError_t status = cudaSuccess;
  const ElementType type = input.empty() ? updates[0].dy.type : input.dy.type;
  with_arithmetic(type, options.tf32, [&](auto arithmetic) {
    with_tile_shape(small_tiles, [&](auto shape) {
      status = launch_backward<decltype(arithmetic)::value, decltype(shape)>(stream, job,
                                                                             options.programmatic);
    });
  });
  return status;
}

}  // namespace vgan::cuda
