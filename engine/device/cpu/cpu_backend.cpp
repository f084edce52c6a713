// The CPU behind the seam: checks, then the kernels, at once and in order.
#include <algorithm>

#include "engine/base/check.hpp"
#include "engine/base/error.hpp"
#include "engine/device/conv_checks.hpp"
#include "engine/device/cpu/cpu_context.hpp"
#include "engine/device/devices.hpp"
#include "engine/device/model_checks.hpp"
#include "engine/device/seam_checks.hpp"
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

  void pack_weights(Queue& queue, MatrixView<const float> w, MatrixRef copy) override {
    require_shape("pack_weights", "copy", copy, w.rows, w.cols);
    require(copy.type == ElementType::bf16, "pack_weights", "a copy of another type", "bf16");
    if (!copy.packed) return Backend::pack_weights(queue, w, copy);
    require(weight_copy(w.rows, w.cols).packed, "pack_weights", "a packed copy of this shape",
            "a plain one");
    dense_.pack_weights(w, copy);
  }

  void dense_forward(Queue&, ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias,
                     MatrixRef y, const ActivationOptions& options) override {
    check_dense_forward(x, w, bias, y);
    if (y.size() == 0) return;
    multiply([&] { dense_.forward(x, w, bias, options.activation, options.slope, y); });
  }

  void dense_tangent(Queue&, ConstMatrixRef x, ConstMatrixRef w, ConstMatrixRef at, MatrixRef y,
                     const ActivationOptions& options) override {
    check_dense_tangent(x, w, at, y, options);
    if (y.size() == 0) return;
    multiply([&] { dense_.tangent(x, w, options.activation, options.slope, at, y); });
  }

  void dense_backward_input(Queue&, ConstMatrixRef dy, ConstMatrixRef w, ConstMatrixRef at,
                            MatrixRef dx, const ActivationOptions& options) override {
    check_dense_backward_input(dy, w, at, dx, options);
    if (dx.size() == 0) return;
    multiply([&] { dense_.backward_input({dy, w, at, dx, options.activation, options.slope}); });
  }

  void dense_backward_weights(Queue&, ConstMatrixRef x, ConstMatrixRef dy, MatrixView<float> dw,
                              VectorView<float> dbias,
                              const WeightGradientOptions& options) override {
    check_dense_backward_weights(x, dy, dw, dbias);
    multiply([&] {
      dense_.backward_weights(x, dy, options.accumulate, dw, options.accumulate_bias, dbias);
    });
  }

  void activation_backward(Queue&, ConstMatrixRef y, MatrixRef dy,
                           const ActivationOptions& options) override {
    require_shape("activation_backward", "dy", dy, y.rows, y.cols);
    cpu::activation_backward(team_, y, options.activation, options.slope, dy);
  }

  void gan_loss(Queue&, MatrixView<const float> logits, MatrixRef gradient,
                const GanLossOptions& options) override {
    check_gan_loss(logits, gradient, options);
    cpu::gan_loss(team_, {logits, options.kind, options.side, options.target, gradient,
                          options.loss, options.accuracy});
  }

  void gradient_penalty(Queue&, MatrixView<float> x,
                        const GradientPenaltyOptions& options) override {
    check_gradient_penalty(options);
    cpu::gradient_penalty(team_, {x, options.kind, options.weight, options.scale, options.value});
  }

  void adam(Queue&, const AdamArena& arena, StepState* state, const AdamOptions& options) override {
    check_adam(arena, options);
    const cpu::AdamMove move = adam_move(*state, options);
    cpu::adam(team_, arena, move);
    (state->*options.network).nonfinite |= move.saw_nonfinite() ? 1U : 0U;
  }

  void dense_backward(Queue& queue, const InputGradientTask& dx,
                      std::span<const DenseUpdateTask> updates, StepState* state,
                      const FusedOptions& options) override {
    check_dense_backward(dx, updates, options);
    const auto no_rows = [](const DenseUpdateTask& task) { return task.x.rows == 0; };
    if (std::any_of(updates.begin(), updates.end(), no_rows)) {
      return Backend::dense_backward(queue, dx, updates, state, options);
    }
    if (updates.empty()) {
      if (dx.dx.size() > 0) multiply([&] { dense_.backward_input(dx); });
      return;
    }
    const cpu::AdamMove move = adam_move(*state, options.adam);
    multiply([&] { dense_.backward(dx, updates, move); });
    (state->*options.adam.network).nonfinite |= move.saw_nonfinite() ? 1U : 0U;
  }

  void spectral_norm(Queue&, const SpectralTask& task) override {
    check_spectral_norm(task);
    cpu::spectral_norm(team_, task);
  }
  void spectral_gradient(Queue&, const SpectralGradientTask& task) override {
    check_spectral_gradient(task);
    cpu::spectral_gradient(team_, task);
  }
  void minibatch_stddev(Queue&, const MinibatchStddevTask& task) override {
    check_minibatch_stddev(task);
    cpu::minibatch_stddev(team_, task);
  }
  void minibatch_stddev_backward(Queue&, const MinibatchStddevBackwardTask& task) override {
    check_minibatch_stddev_backward(task);
    cpu::minibatch_stddev_backward(team_, task);
  }
  void augment(Queue&, const AugmentTask& task, const StepState* state,
               const RandomStream& stream) override {
    check_augment(task, stream);
    cpu::augment(team_, task, at_step(state, stream));
  }
  void add_row_dots(Queue&, ConstMatrixRef a, ConstMatrixRef b, MatrixView<float> y) override {
    check_row_dots(a, b, y);
    cpu::add_row_dots(team_, a, b, y);
  }
  void scale_rows(Queue&, const ScaleRowsTask& task) override {
    check_scale_rows(task);
    cpu::scale_rows(team_, task);
  }
  void reparameterise(Queue&, const ReparameteriseTask& task, const StepState* state,
                      const RandomStream& stream) override {
    check_reparameterise(task);
    cpu::reparameterise(team_, task, at_step(state, stream));
  }
  void latent_loss(Queue&, const LatentLossTask& task) override {
    check_latent_loss(task);
    cpu::latent_loss(team_, task);
  }
  void reconstruction_loss(Queue&, const ReconstructionTask& task) override {
    check_reconstruction(task);
    cpu::reconstruction_loss(team_, task);
  }

  void conv(Queue&, const ConvTask& task, const ActivationOptions& options) override {
    check_conv(task, options);
    multiply([&] { conv_.run(task, options.activation, options.slope); });
  }

  void conv_backward_weights(Queue&, const ConvGeometry& geometry, ConstMatrixRef large,
                             ConstMatrixRef small, MatrixView<float> dw,
                             const WeightGradientOptions& options) override {
    check_conv_backward_weights(geometry, large, small, dw);
    multiply([&] { conv_.backward_weights(geometry, large, small, options.accumulate, dw); });
  }

  void channel_sums(Queue&, ConstMatrixRef dy, VectorView<float> dbias, bool accumulate) override {
    check_channels("channel_sums", "dy", dy, dbias.size);
    cpu::channel_sums(team_, dy, accumulate, dbias);
  }

  void batch_norm(Queue&, const BatchNormTask& task, const ActivationOptions& options) override {
    check_batch_norm("batch_norm", task);
    require_sizes("batch_norm", task.gamma.size, task.mean, task.inverse_deviation);
    if (task.y.size() == 0) return;
    cpu::batch_norm(team_, task, options.activation, options.slope);
  }

  void batch_norm_inference(Queue&, const BatchNormTask& task,
                            const ActivationOptions& options) override {
    check_batch_norm("batch_norm_inference", task);
    if (task.y.size() == 0) return;
    cpu::batch_norm_inference(team_, task, options.activation, options.slope);
  }

  void batch_norm_backward(Queue&, const BatchNormBackwardTask& task) override {
    check_batch_norm_backward(task);
    cpu::batch_norm_backward(team_, task);
  }

  void patches(Queue&, const ConvGeometry& geometry, ConstMatrixRef large,
               MatrixRef patches) override {
    check_patches(geometry, large, patches);
    cpu::take_patches(team_, geometry, large, patches);
  }

  void fold_patches(Queue&, MatrixView<const float> patches, const ConvTask& task,
                    const ActivationOptions& options) override {
    check_fold_patches(patches, task, options);
    cpu::fold_patches(team_, patches.data, task, options.activation, options.slope);
  }

  void normal(Queue&, const StepState* state, const RandomStream& stream, MatrixRef out) override {
    require_float("normal", "out", out.type);
    cpu::normal(team_, at_step(state, stream), out);
  }

  void normal_mixture(Queue&, const StepState* state, const RandomStream& stream,
                      const math::LatentMixture& mixture, MatrixRef out) override {
    check_normal_mixture(stream, mixture, out);
    if (out.size() == 0) return;
    cpu::normal_mixture(team_, at_step(state, stream), mixture, out);
  }

  void add_normal(Queue&, ConstMatrixRef in, const StepState* state, const RandomStream& stream,
                  const float* sigma, MatrixRef out) override {
    require_shape("add_normal", "out", out, in.rows, in.cols);
    require(in.type == out.type, "add_normal", "in and out of two types", "one type");
    require(sigma != nullptr, "add_normal", "no sigma", "one");
    cpu::add_normal(team_, at_step(state, stream), in, *sigma, out);
  }

  void interpolate(Queue&, ConstMatrixRef real, ConstMatrixRef fake, const StepState* state,
                   const RandomStream& stream, MatrixRef out) override {
    check_interpolate(real, fake, out);
    cpu::interpolate(team_, at_step(state, stream), real, fake, out);
  }

  void uniform(Queue&, const RandomStream& stream, float bound, MatrixView<float> out) override {
    cpu::uniform(team_, at_step(nullptr, stream), bound, out);
  }

  void gather(Queue&, ConstMatrixRef trials, const StepState* state, MatrixRef out,
              const GatherOptions& options) override {
    check_gather(trials, out);
    cpu::gather(
        team_,
        {trials, options.scale, options.offset, options.seed, counter_of(state, options).value()},
        out);
  }

  void convert(Queue&, ConstMatrixRef in, MatrixRef out) override {
    require_float("convert", "in", in.type);
    require_float("convert", "out", out.type);
    require_shape("convert", "out", out, in.rows, in.cols);
    cpu::convert(team_, in, out);
  }

  void fill(Queue&, float value, MatrixRef out) override {
    require_float("fill", "out", out.type);
    cpu::fill(team_, value, out);
  }

  void advance(Queue&, StepState* state) override { cpu::advance(*state); }

  void dense_trials(Queue&, ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias,
                    MatrixRef trials, const ActivationOptions& options,
                    const OutputMap& map) override {
    check_dense_trials(x, w, bias, trials);
    if (trials.size() == 0) return;
    multiply(
        [&] { dense_.forward_trials(x, w, bias, options.activation, options.slope, map, trials); });
  }

  void map_trials(Queue&, MatrixView<const float> y, MatrixRef trials,
                  const OutputMap& map) override {
    check_map_trials(y, trials);
    cpu::map_trials(team_, y, map, trials);
  }

 private:
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
    return {options, (state.*options.network).learning_rate,
            counter_of(&state, options).value() + 1};
  }
  static cpu::NormalStream at_step(const StepState* state, const RandomStream& stream) {
    const std::uint64_t step = counter_of(state, stream).value();
    return {stream.seed, math::subsequence(stream.purpose, step), stream.first};
  }

  cpu::Dense dense_;
  cpu::Conv conv_;
};

}  // namespace

std::unique_ptr<Backend> make_cpu_backend(int threads) {
  return std::make_unique<CpuBackend>(threads);
}

}  // namespace vgan
