// The CPU behind the seam: its kernels, at once and in order.
#include <algorithm>

#include "engine/base/error.hpp"
#include "engine/device/composed.hpp"
#include "engine/device/cpu/cpu_context.hpp"
#include "engine/device/devices.hpp"
#include "kernels/cpu/batch_norm.hpp"
#include "kernels/cpu/conv.hpp"
#include "kernels/cpu/dense.hpp"
#include "kernels/cpu/models.hpp"
#include "kernels/cpu/patches.hpp"
#include "kernels/cpu/pointwise.hpp"
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
  void do_pack_weights(Queue& queue, MatrixView<const float> w, MatrixRef copy) override {
    if (!copy.packed) return Backend::do_pack_weights(queue, w, copy);
    dense_.pack_weights(w, copy);
  }

  void do_dense_forward(Queue&, ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias,
                        MatrixRef y, const ForwardOptions& options) override {
    multiply([&] { dense_.forward(x, w, bias, options.activation, options.slope, y); });
  }

  void do_dense_tangent(Queue&, ConstMatrixRef x, ConstMatrixRef w, ConstMatrixRef at, MatrixRef y,
                        const ProductOptions& options) override {
    multiply([&] { dense_.tangent(x, w, options.activation, options.slope, at, y); });
  }

  void do_dense_backward_input(Queue&, ConstMatrixRef dy, ConstMatrixRef w, ConstMatrixRef at,
                               MatrixRef dx, const ProductOptions& options) override {
    multiply([&] { dense_.backward_input({dy, w, at, dx, options.activation, options.slope}); });
  }

  void do_dense_backward_weights(Queue&, ConstMatrixRef x, ConstMatrixRef dy, MatrixView<float> dw,
                                 VectorView<float> dbias,
                                 const WeightGradientOptions& options) override {
    multiply([&] {
      dense_.backward_weights(x, dy, options.accumulate, dw, options.accumulate_bias, dbias);
    });
  }

  void do_activation_backward(Queue&, ConstMatrixRef y, MatrixRef dy,
                              const ActivationOptions& options) override {
    cpu::activation_backward(team_, y, options.activation, options.slope, dy);
  }

  void do_gan_loss(Queue&, const GanLossTask& task) override { cpu::gan_loss(team_, task); }

  void do_gradient_penalty(Queue&, const GradientPenaltyTask& task) override {
    cpu::gradient_penalty(team_, task);
  }

  void do_adam(Queue&, const AdamArena& arena, StepState* state,
               const AdamOptions& options) override {
    const cpu::AdamMove move = adam_move(*state, options);
    cpu::adam(team_, arena, move);
    (state->*options.network).nonfinite |= move.saw_nonfinite() ? 1U : 0U;
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

  void do_spectral_norm(Queue&, const SpectralTask& task) override {
    cpu::spectral_norm(team_, task);
  }
  void do_spectral_gradient(Queue&, const SpectralGradientTask& task) override {
    cpu::spectral_gradient(team_, task);
  }
  void do_minibatch_stddev(Queue&, const MinibatchStddevTask& task) override {
    cpu::minibatch_stddev(team_, task);
  }
  void do_minibatch_stddev_backward(Queue&, const MinibatchStddevBackwardTask& task) override {
    cpu::minibatch_stddev_backward(team_, task);
  }
  void do_augment(Queue&, const AugmentTask& task, const RandomStream& stream) override {
    cpu::augment(team_, task, stream);
  }
  void do_add_row_dots(Queue&, ConstMatrixRef a, ConstMatrixRef b, MatrixView<float> y) override {
    cpu::add_row_dots(team_, a, b, y);
  }
  void do_scale_rows(Queue&, const ScaleRowsTask& task) override { cpu::scale_rows(team_, task); }
  void do_reparameterise(Queue&, const ReparameteriseTask& task,
                         const RandomStream& stream) override {
    cpu::reparameterise(team_, task, stream);
  }
  void do_latent_loss(Queue&, const LatentLossTask& task) override {
    cpu::latent_loss(team_, task);
  }
  void do_reconstruction_loss(Queue&, const ReconstructionTask& task) override {
    cpu::reconstruction_loss(team_, task);
  }

  void do_conv(Queue&, const ConvTask& task, const ProductOptions& options) override {
    multiply([&] { conv_.run(task, options.activation, options.slope); });
  }

  void do_conv_backward_weights(Queue&, const ConvGeometry& geometry, ConstMatrixRef large,
                                ConstMatrixRef small, MatrixView<float> dw,
                                const WeightGradientOptions& options) override {
    multiply([&] { conv_.backward_weights(geometry, large, small, options.accumulate, dw); });
  }

  void do_channel_sums(Queue&, ConstMatrixRef dy, VectorView<float> dbias,
                       bool accumulate) override {
    cpu::channel_sums(team_, dy, accumulate, dbias);
  }

  void do_batch_norm(Queue&, const BatchNormTask& task, const ActivationOptions& options) override {
    cpu::batch_norm(team_, task, options.activation, options.slope);
  }

  void do_batch_norm_inference(Queue&, const BatchNormTask& task,
                               const ActivationOptions& options) override {
    cpu::batch_norm_inference(team_, task, options.activation, options.slope);
  }

  void do_batch_norm_backward(Queue&, const BatchNormBackwardTask& task) override {
    cpu::batch_norm_backward(team_, task);
  }

  void do_patches(Queue&, const ConvGeometry& geometry, ConstMatrixRef large,
                  MatrixRef patches) override {
    cpu::take_patches(team_, geometry, large, patches);
  }

  void do_fold_patches(Queue&, MatrixView<const float> patches, const ConvTask& task,
                       const ActivationOptions& options) override {
    cpu::fold_patches(team_, patches.data, task, options.activation, options.slope);
  }

  void do_normal(Queue&, const RandomStream& stream, MatrixRef out) override {
    cpu::normal(team_, stream, out);
  }

  void do_normal_mixture(Queue&, const RandomStream& stream, const math::LatentMixture& mixture,
                         MatrixRef out) override {
    cpu::normal_mixture(team_, stream, mixture, out);
  }

  void do_add_normal(Queue&, ConstMatrixRef in, const RandomStream& stream, const float* sigma,
                     MatrixRef out) override {
    cpu::add_normal(team_, stream, in, *sigma, out);
  }

  void do_interpolate(Queue&, ConstMatrixRef real, ConstMatrixRef fake, const RandomStream& stream,
                      MatrixRef out) override {
    cpu::interpolate(team_, stream, real, fake, out);
  }

  void do_uniform(Queue&, const RandomStream& stream, float bound, MatrixView<float> out) override {
    cpu::uniform(team_, stream, bound, out);
  }

  void do_gather(Queue&, const GatherTask& task) override { cpu::gather(team_, task); }

  void do_convert(Queue&, ConstMatrixRef in, MatrixRef out) override {
    cpu::convert(team_, in, out);
  }

  void do_fill(Queue&, float value, MatrixRef out) override { cpu::fill(team_, value, out); }

  void do_advance(Queue&, StepState* state) override { finish_step(*state); }

  void do_dense_trials(Queue&, ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias,
                       MatrixRef trials, const ProductOptions& options,
                       const OutputMap& map) override {
    multiply(
        [&] { dense_.forward_trials(x, w, bias, options.activation, options.slope, map, trials); });
  }

  void do_map_trials(Queue&, MatrixView<const float> y, MatrixRef trials,
                     const OutputMap& map) override {
    cpu::map_trials(team_, y, map, trials);
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
