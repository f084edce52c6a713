#include "engine/device/cuda/cuda_products.hpp"

#include <algorithm>

#include "engine/base/check.hpp"
#include "engine/base/error.hpp"
#include "engine/device/composed.hpp"
#include "engine/device/conv_checks.hpp"
#include "engine/device/cuda/cuda_error.hpp"
#include "kernels/cuda/batch_norm.hpp"
#include "kernels/cuda/dense.hpp"
#include "kernels/cuda/operations.hpp"

namespace vgan::cuda {
namespace {

// Whether a kernel may start before the one before it has ended: the code for it is in this build,
// and the driver keeps such launches as edges of a captured graph.
bool can_overlap_kernels() {
  constexpr int hopper = 90;
  constexpr int keeps_edges = 12030;
  int architecture = 0;
  int driver = 0;
  check(find_kernels(&architecture), "cudaFuncGetAttributes");
  check(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
  return architecture >= hopper && driver >= keeps_edges;
}

CublasLt load_cublaslt() {
  CublasLt functions;
  const SharedLibrary library = load(functions);
  if (library.usable()) return functions;
  throw Error(ErrorCode::no_device,
              {"cannot use the device", library.name(), library.problem(), "", library.remedy()});
}

// Sums of bf16 products are f32 in scratch; rows of a multiple of 16 bytes suit cuBLASLt best.
std::int64_t scratch_stride(std::int64_t cols) { return cols == 1 ? 1 : (cols + 3) / 4 * 4; }

}  // namespace

CudaProducts::CudaProducts(int device) : CudaContext(device) {
  check(products_.open(load_cublaslt()));
  count_free_memory();
  info_.fast_bf16 = true;
  info_.tf32 = true;
  info_.fused_batch = 512;  // an estimate: no device has measured where the two meet
  fused_ = FusedOperations(can_overlap_kernels());
}

std::size_t CudaProducts::product_scratch(std::int64_t rows, std::int64_t cols,
                                          ElementType type) const {
  if (type == ElementType::f32) return 0;
  return static_cast<std::size_t>(rows * scratch_stride(cols)) * sizeof(float);
}

std::size_t CudaProducts::conv_scratch(const ConvGeometry& geometry, std::int64_t images,
                                       ElementType type) const {
  check_geometry("conv_scratch", geometry);
  use_device();
  bool refused = false;
  for (const bool tf32 : {false, true}) {
    refused =
        !check(convolutions_->prepare(geometry, images, type, tf32, CudaQueue::workspace_bytes)) ||
        refused;
  }
  ConvTask task;  // a tangent's, whose sums are f32: the largest
  task.geometry = geometry;
  task.x.type = type;
  task.y.rows = images;
  task.y.cols = std::max(geometry.large_size(), geometry.small_size());
  return std::max({refused ? composed_conv_scratch(*this, geometry, images, type) : 0,
                   Convolutions::run_scratch(task),
                   Convolutions::gradient_scratch(geometry, images, type),
                   channel_scratch(images * geometry.positions(), geometry.filters),
                   channel_scratch(images * geometry.height * geometry.width, geometry.channels)});
}

void CudaProducts::do_dense_forward(Queue& queue, ConstMatrixRef x, ConstMatrixRef w,
                                    VectorView<const float> bias, MatrixRef y,
                                    const ForwardOptions& options) {
  if (options.fused && fused_.forward(chain(queue), x, w, bias, y, options)) return;
  const MatrixView<float> sums = sums_for(queue, y);
  multiply(queue, x, w, sums, {.tf32 = options.tf32});
  const bool finished =
      bias.empty() && options.activation == Activation::identity && y.type == ElementType::f32;
  if (finished) return;
  check(bias_activation(on(queue), sums, bias, options.activation, options.slope, y),
        "bias_activation");
}

void CudaProducts::do_dense_tangent(Queue& queue, ConstMatrixRef x, ConstMatrixRef w,
                                    ConstMatrixRef at, MatrixRef y, const ProductOptions& options) {
  const MatrixView<float> sums = sums_for(queue, y);
  multiply(queue, x, w, sums, {.tf32 = options.tf32});
  mask(queue, sums, at, y, options);
}

void CudaProducts::do_dense_backward_input(Queue& queue, ConstMatrixRef dy, ConstMatrixRef w,
                                           ConstMatrixRef at, MatrixRef dx,
                                           const ProductOptions& options) {
  const MatrixView<float> sums = sums_for(queue, dx);
  multiply(queue, dy, w, sums, {.b_transposed = true, .tf32 = options.tf32});
  mask(queue, sums, at, dx, options);
}

void CudaProducts::do_dense_backward_weights(Queue& queue, ConstMatrixRef x, ConstMatrixRef dy,
                                             MatrixView<float> dw, VectorView<float> dbias,
                                             const WeightGradientOptions& options) {
  if (x.rows == 0) {
    if (!options.accumulate) {
      fill(queue, 0.0F, {dw.data, ElementType::f32, dw.rows, dw.cols, dw.stride});
    }
    if (dbias.empty() || options.accumulate_bias) return;
    return fill(queue, 0.0F, {dbias.data, ElementType::f32, 1, dbias.size, dbias.size});
  }
  if (dw.rows > 0 && dw.cols > 0) {
    multiply(queue, x, dy, dw,
             {.a_transposed = true, .accumulate = options.accumulate, .tf32 = options.tf32});
  }
  if (dbias.empty()) return;
  auto* parts = scratch<float>(queue, cuda::column_sum_bands(dy.rows) * dy.cols);
  check(column_sums(on(queue), dy, options.accumulate_bias, dbias, parts), "column_sums");
}

void CudaProducts::do_dense_trials(Queue& queue, ConstMatrixRef x, ConstMatrixRef w,
                                   VectorView<const float> bias, MatrixRef trials,
                                   const ProductOptions& options, const OutputMap& map) {
  const MatrixView<float> sums = sums_for(queue, trials);
  multiply(queue, x, w, sums, {.tf32 = options.tf32});
  check(
      bias_activation_trials(on(queue), sums, bias, options.activation, options.slope, map, trials),
      "bias_activation_trials");
}

void CudaProducts::do_dense_backward(Queue& queue, const InputGradientTask& dx,
                                     std::span<const DenseUpdateTask> updates, StepState* state,
                                     const FusedOptions& options) {
  if (fused_.backward(chain(queue), dx, updates, state, options)) return;
  composed_dense_backward(*this, queue, dx, updates, state, options);
}

void CudaProducts::do_logit_loss(Queue& queue, const LogitLossTask& task, StepState* state,
                                 const FusedOptions& options) {
  if (fused_.logit_loss(chain(queue), task, state, options)) return;
  composed_logit_loss(*this, queue, task, state, options);
}

void CudaProducts::do_conv(Queue& queue, const ConvTask& task, const ProductOptions& options) {
  const cudaStream_t stream = on(queue);
  auto& own = static_cast<CudaQueue&>(queue);
  void* const memory = own.scratch(std::max<std::size_t>(1, Convolutions::run_scratch(task)));
  const bool done = check(convolutions_->run(stream, own.workspace(), memory, task,
                                             options.activation, options.slope, options.tf32));
  if (!done) composed_conv(*this, queue, task, options);
}

void CudaProducts::do_conv_backward_weights(Queue& queue, const ConvGeometry& geometry,
                                            ConstMatrixRef large, ConstMatrixRef small,
                                            MatrixView<float> dw,
                                            const WeightGradientOptions& options) {
  const cudaStream_t stream = on(queue);
  auto& own = static_cast<CudaQueue&>(queue);
  const std::size_t bytes = Convolutions::gradient_scratch(geometry, large.rows, large.type);
  const bool done =
      large.rows > 0 && check(convolutions_->backward_weights(
                            stream, own.workspace(), own.scratch(std::max<std::size_t>(1, bytes)),
                            geometry, large, small, options.accumulate, dw, options.tf32));
  if (!done) composed_conv_backward_weights(*this, queue, geometry, large, small, dw, options);
}

MatrixView<float> CudaProducts::sums_for(Queue& queue, MatrixRef y) const {
  if (y.type == ElementType::f32) return y.as<float>();
  const std::int64_t stride = scratch_stride(y.cols);
  return {scratch<float>(queue, y.rows * stride), y.rows, y.cols, stride};
}

void CudaProducts::multiply(Queue& queue, ConstMatrixRef a, ConstMatrixRef b, MatrixView<float> c,
                            const MatmulOptions& options) {
  const cudaStream_t stream = on(queue);
  check(products_.multiply(stream, static_cast<CudaQueue&>(queue).workspace(), a, b, c, options));
}

void CudaProducts::mask(Queue& queue, MatrixView<float> sums, ConstMatrixRef at, MatrixRef y,
                        const ProductOptions& options) const {
  if (options.activation == Activation::identity && y.type == ElementType::f32) return;
  check(masked(on(queue), sums, at, options.activation, options.slope, y), "masked");
}

}  // namespace vgan::cuda
