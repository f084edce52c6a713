// The pointwise work around a dense product, and a product for shapes that cuBLASLt refuses, on a
// stream.
//
// Each function puts its kernels on `stream` and returns what the launch returned.
#pragma once

#include <cstdint>

#include <cuda_runtime_api.h>

#include "kernels/math/activation.hpp"
#include "kernels/math/pixel.hpp"
#include "kernels/view.hpp"

namespace vgan::cuda {

/// y = activation(sums + bias), [rows, cols]; `sums` may be `y` itself; empty bias: none.
[[nodiscard]] cudaError_t bias_activation(cudaStream_t stream, MatrixView<const float> sums,
                                          VectorView<const float> bias, math::Activation activation,
                                          float slope, MatrixRef y);
/// trials = map_output(activation(sums + bias)), f32 or u8; `sums` may be f32 trials themselves.
[[nodiscard]] cudaError_t bias_activation_trials(cudaStream_t stream, MatrixView<const float> sums,
                                                 VectorView<const float> bias,
                                                 math::Activation activation, float slope,
                                                 const math::OutputMap& map, MatrixRef trials);
/// y = sums * activation'(at); `sums` may be `y` itself; empty `at` with identity.
[[nodiscard]] cudaError_t masked(cudaStream_t stream, MatrixView<const float> sums,
                                 ConstMatrixRef at, math::Activation activation, float slope,
                                 MatrixRef y);
/// Bands of rows that `column_sums` adds side by side: 1 up to 1,024 rows.
std::int64_t column_sum_bands(std::int64_t rows);
/// sums[j] = sum over i of x[i, j], in a fixed order, or added to what is there. `scratch` is for
/// column_sum_bands(x.rows) * x.cols floats; null: one band.
[[nodiscard]] cudaError_t column_sums(cudaStream_t stream, ConstMatrixRef x, bool accumulate,
                                      VectorView<float> sums, float* scratch = nullptr);
/// c = op(a) op(b), or added to c, in f32 sums: slow, for shapes that cuBLASLt refuses. At most
/// 2^20 columns.
[[nodiscard]] cudaError_t plain_product(cudaStream_t stream, ConstMatrixRef a, bool a_transposed,
                                        ConstMatrixRef b, bool b_transposed, MatrixView<float> c,
                                        bool accumulate);

}  // namespace vgan::cuda
