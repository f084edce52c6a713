// Between f32 and bf16, and one value everywhere.
#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/pointwise.hpp"
#include "kernels/dispatch.hpp"

namespace vgan::cuda {
namespace {

// ---- Device code ---------------------------------------------------------------------------

template <class In, class Out>
__global__ void convert_kernel(MatrixView<const In> in, MatrixView<Out> out) {
  for_each_element(out.rows, out.cols, [&](std::int64_t i, std::int64_t j) {
    out.row(i)[j] = math::from_float<Out>(math::to_float(in.row(i)[j]));
  });
}

template <class T>
__global__ void fill_kernel(float value, MatrixView<T> out) {
  const T stored = math::from_float<T>(value);
  for_each_element(out.rows, out.cols,
                   [&](std::int64_t i, std::int64_t j) { out.row(i)[j] = stored; });
}

}  // namespace

// ---- Launchers -----------------------------------------------------------------------------

cudaError_t convert(cudaStream_t stream, ConstMatrixRef in, MatrixRef out) {
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

cudaError_t fill(cudaStream_t stream, float value, MatrixRef out) {
  cudaError_t status = cudaSuccess;
  with_float_type(out.type, [&](auto type) {
    using T = decltype(type);
    status = launch(stream, shape_for(out.rows, out.cols), fill_kernel<T>, value, out.as<T>());
  });
  return status;
}

}  // namespace vgan::cuda
