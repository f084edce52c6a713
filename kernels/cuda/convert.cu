// Copies: between f32 and bf16, one value everywhere, outputs as trials.
#include "kernels/cuda/dense.hpp"
#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/operations.hpp"
#include "kernels/dispatch.hpp"

namespace vgan::cuda {
namespace {

// ---- Device code ---------------------------------------------------------------------------

template <class In, class Out>
__global__ void __launch_bounds__(block_threads)
    convert_kernel(MatrixView<const In> in, MatrixView<Out> out) {
  for_each_element(out.rows, out.cols, [&](std::int64_t i, std::int64_t j) {
    out.row(i)[j] = math::from_float<Out>(math::to_float(in.row(i)[j]));
  });
}

template <class T>
__global__ void __launch_bounds__(block_threads) fill_kernel(float value, MatrixView<T> out) {
  const T stored = math::from_float<T>(value);
  for_each_element(out.rows, out.cols,
                   [&](std::int64_t i, std::int64_t j) { out.row(i)[j] = stored; });
}

}  // namespace

// ---- Launchers -----------------------------------------------------------------------------

cudaError_t run(cudaStream_t stream, const ConvertTask& task, Scratch&) {
  const ConstMatrixRef in = task.in;
  const MatrixRef out = task.out;
  cudaError_t status = cudaSuccess;
  with_float_type(in.type, [&](auto from) {
    with_float_type(out.type, [&](auto to) {
      using In = decltype(from);
      using Out = decltype(to);
      status = launch(stream, shape_for(out.rows, out.cols), convert_kernel<In, Out>, in.as<In>(),
                      out.as<Out>());
    });
  });
  return status;
}

cudaError_t run(cudaStream_t stream, const FillTask& task, Scratch&) {
  const MatrixRef out = task.out;
  cudaError_t status = cudaSuccess;
  with_float_type(out.type, [&](auto type) {
    using T = decltype(type);
    status = launch(stream, shape_for(out.rows, out.cols), fill_kernel<T>, task.value, out.as<T>());
  });
  return status;
}

cudaError_t run(cudaStream_t stream, const MapTrialsTask& task, Scratch&) {
  return bias_activation_trials(stream, task.y, {}, math::Activation::identity, 0.0F, task.map,
                                task.trials);
}

}  // namespace vgan::cuda
