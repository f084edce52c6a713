// An activation's derivative, where no product stands before it.
#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/operations.hpp"
#include "kernels/dispatch.hpp"

namespace vgan::cuda {
namespace {

using math::Activation;

// ---- Device code ---------------------------------------------------------------------------

template <Activation A, class Y, class T>
__global__ void __launch_bounds__(block_threads)
    activation_backward_kernel(MatrixView<const Y> y, float slope, MatrixView<T> dy) {
  for_each_element(dy.rows, dy.cols, [&](std::int64_t i, std::int64_t j) {
    const float derivative = math::derivative_from_output<A>(math::to_float(y.row(i)[j]), slope);
    dy.row(i)[j] = math::from_float<T>(math::to_float(dy.row(i)[j]) * derivative);
  });
}

}  // namespace

// ---- Launcher ------------------------------------------------------------------------------

cudaError_t run(cudaStream_t stream, const ActivationBackwardTask& task, Scratch&) {
  const ConstMatrixRef y = task.y;
  const MatrixRef dy = task.dy;
  cudaError_t status = cudaSuccess;
  with_activation(task.activation, [&](auto a) {
    with_float_type(y.type, [&](auto from) {
      with_float_type(dy.type, [&](auto to) {
        using Y = decltype(from);
        using T = decltype(to);
        status = launch(stream, shape_for(dy.rows, dy.cols),
                        activation_backward_kernel<decltype(a)::value, Y, T>, y.as<Y>(), task.slope,
                        dy.as<T>());
      });
    });
  });
  return status;
}

}  // namespace vgan::cuda
