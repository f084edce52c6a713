// One matrix added to another.
#include "kernels/cuda/launch.hpp"
#include "kernels/cuda/operations.hpp"

namespace vgan::cuda {
namespace {

// ---- Device code ---------------------------------------------------------------------------

__global__ void __launch_bounds__(block_threads)
    add_kernel(MatrixView<const float> in, MatrixView<float> out) {
  for_each_element(out.rows, out.cols,
                   [&](std::int64_t i, std::int64_t j) { out.row(i)[j] += in.row(i)[j]; });
}

}  // namespace

// ---- Launcher ------------------------------------------------------------------------------

cudaError_t run(cudaStream_t stream, const AddTask& task, Scratch&) {
  return launch(stream, shape_for(task.out.rows, task.out.cols), add_kernel, task.in, task.out);
}

}  // namespace vgan::cuda
