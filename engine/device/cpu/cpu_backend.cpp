// The CPU behind the seam: its kernels, at once and in order.
#include <algorithm>

#include "engine/base/error.hpp"
#include "engine/device/composed.hpp"
#include "engine/device/cpu/cpu_context.hpp"
#include "engine/device/devices.hpp"
#include "kernels/cpu/conv.hpp"
#include "kernels/cpu/dense.hpp"
#include "kernels/cpu/operations.hpp"
#include "kernels/cpu/products/library_error.hpp"

namespace vgan {
namespace {

class CpuBackend final : public CpuContext {
 public:
  explicit CpuBackend(int threads) : CpuContext(threads), dense_(team_), conv_(team_) {}

  WeightCopy weight_copy(std::int64_t inputs, std::int64_t outputs) const override {
    const cpu::WeightCopySize size = cpu::weight_copy_size(inputs, outputs);
    return {size.elements, size.packed};
  }

 private:
#define VGAN_DEFINE(Task) \
  void do_run(Queue&, const Task& task) override { cpu::run(team_, task); }
  VGAN_OPERATIONS(VGAN_DEFINE)
#undef VGAN_DEFINE

  void do_pack_weights(Queue& queue, MatrixView<const float> w, MatrixRef copy) override {
    if (!copy.packed) return Backend::do_pack_weights(queue, w, copy);
    dense_.pack_weights(w, copy);
  }

  void do_dense_forward(Queue&, ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias,
                        MatrixRef y, const ForwardOptions& options) override {
    multiply(
        [&] { dense_.forward(x, w, bias, options.activation, options.slope, y, options.bf16); });
  }

  void do_dense_tangent(Queue&, ConstMatrixRef x, ConstMatrixRef w, ConstMatrixRef at, MatrixRef y,
                        const ProductOptions& options) override {
    multiply([&] { dense_.tangent(x, w, options.activation, options.slope, at, y); });
  }

  void do_dense_backward_input(Queue&, ConstMatrixRef dy, ConstMatrixRef w, ConstMatrixRef at,
                               MatrixRef dx, const ProductOptions& options) override {
    multiply([&] {
      dense_.backward_input({dy, w, at, dx, options.activation, options.slope}, options.bf16);
    });
  }

  void do_dense_backward_weights(Queue&, ConstMatrixRef x, ConstMatrixRef dy, MatrixView<float> dw,
                                 VectorView<float> dbias,
                                 const WeightGradientOptions& options) override {
    multiply([&] {
      dense_.backward_weights(x, dy, options.accumulate, dw, options.accumulate_bias, dbias,
                              options.bf16);
    });
  }

  void do_dense_backward(Queue& queue, const InputGradientTask& dx,
                         std::span<const DenseUpdateTask> updates, StepState* state,
                         const FusedOptions& options) override {
    const auto no_rows = [](const DenseUpdateTask& task) { return task.x.rows == 0; };
    if (std::any_of(updates.begin(), updates.end(), no_rows)) {
      return composed_dense_backward(*this, queue, dx, updates, state, options);
    }
    if (updates.empty()) {
      if (dx.dx.size() > 0) multiply([&] { dense_.backward_input(dx); });
      return;
    }
    const cpu::AdamMove move = adam_move(*state, options.adam);
    multiply([&] { dense_.backward(dx, updates, move); });
    (state->*options.adam.network).nonfinite |= move.saw_nonfinite() ? 1U : 0U;
  }

  void do_cell_head(Queue& queue, const CellHeadTask& task,
                    const ProductOptions& options) override {
    if (task.x.type != ElementType::f32) return composed_cell_head(*this, queue, task, options);
    multiply([&] { dense_.cell_head(task); });
  }

  void do_dense_silu(Queue& queue, ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias,
                     const SiluTask& silu, const ProductOptions& options) override {
    if (w.type != ElementType::f32) {
      return composed_dense_silu(*this, queue, x, w, bias, silu, options);
    }
    multiply([&] { dense_.forward_silu(x, w, bias, silu, options.bf16); });
  }

  void do_dense_backward_silu(Queue& queue, ConstMatrixRef dy, ConstMatrixRef w,
                              const MultiplyTask& factors, const ProductOptions& options) override {
    if (w.type != ElementType::f32) {
      return composed_dense_backward_silu(*this, queue, dy, w, factors, options);
    }
    multiply([&] { dense_.backward_silu(dy, w, factors, options.bf16); });
  }

  void do_conv(Queue&, const ConvTask& task, const ProductOptions& options) override {
    multiply([&] { conv_.run(task, options.activation, options.slope); });
  }

  void do_conv_backward_weights(Queue&, const ConvGeometry& geometry, ConstMatrixRef large,
                                ConstMatrixRef small, MatrixView<float> dw,
                                const WeightGradientOptions& options) override {
    multiply([&] { conv_.backward_weights(geometry, large, small, options.accumulate, dw); });
  }

  void do_dense_trials(Queue&, ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias,
                       MatrixRef trials, const ProductOptions& options,
                       const OutputMap& map) override {
    multiply(
        [&] { dense_.forward_trials(x, w, bias, options.activation, options.slope, map, trials); });
  }

  // Every call that reaches oneDNN passes here.
  template <class Products>
  static void multiply(Products products) {
    try {
      products();
    } catch (const cpu::LibraryError& error) {
      throw Error(error.out_of_memory() ? ErrorCode::no_device : ErrorCode::internal,
                  {"oneDNN cannot compute", error.operation(), error.what(), "",
                   error.out_of_memory() ? "use a smaller --batch or narrower layers"
                                         : "report this line and what doctor prints"});
    }
  }

  static cpu::AdamMove adam_move(const StepState& state, const AdamOptions& options) {
    return {options, (state.*options.network).learning_rate, options.counter(&state).value() + 1};
  }

  cpu::Dense dense_;
  cpu::Conv conv_;
};

}  // namespace

std::unique_ptr<Backend> make_cpu_backend(int threads) {
  return std::make_unique<CpuBackend>(threads);
}

}  // namespace vgan
