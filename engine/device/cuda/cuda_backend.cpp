// CUDA behind the seam: the operations that are kernels of our own on the queue's stream, after
// checks.
#include <algorithm>

#include "engine/base/check.hpp"
#include "engine/device/conv_checks.hpp"
#include "engine/device/cuda/cuda_error.hpp"
#include "engine/device/cuda/cuda_products.hpp"
#include "engine/device/devices.hpp"
#include "engine/device/model_checks.hpp"
#include "engine/device/seam_checks.hpp"
#include "kernels/cuda/batch_norm.hpp"
#include "kernels/cuda/models.hpp"
#include "kernels/cuda/patches.hpp"
#include "kernels/cuda/pointwise.hpp"

namespace vgan::cuda {
namespace {

class CudaBackend final : public CudaProducts {
 public:
  using CudaProducts::CudaProducts;

  void activation_backward(Queue& queue, ConstMatrixRef y, MatrixRef dy,
                           const ActivationOptions& options) override {
    require_shape("activation_backward", "dy", dy, y.rows, y.cols);
    if (dy.size() == 0) return;
    check(cuda::activation_backward(on(queue), y, options.activation, options.slope, dy),
          "activation_backward");
  }

  void gan_loss(Queue& queue, MatrixView<const float> logits, MatrixRef gradient,
                const GanLossOptions& options) override {
    check_gan_loss(logits, gradient, options);
    auto* parts = scratch<cuda::GanLossPart>(queue, cuda::gan_loss_blocks(logits.rows));
    check(cuda::gan_loss(on(queue), {logits, options.kind, options.side, options.target, gradient,
                                     options.loss, options.accuracy, parts}),
          "gan_loss");
  }

  void gradient_penalty(Queue& queue, MatrixView<float> x,
                        const GradientPenaltyOptions& options) override {
    check_gradient_penalty(options);
    auto* row_values = scratch<float>(queue, std::max<std::int64_t>(1, x.rows));
    check(cuda::gradient_penalty(on(queue), {x, options.kind, options.weight, options.scale,
                                             options.value, row_values}),
          "gradient_penalty");
  }

  void adam(Queue& queue, const AdamArena& arena, StepState* state,
            const AdamOptions& options) override {
    check_adam(arena, options);
    check(cuda::adam(on(queue), arena, options, counter_of(state, options),
                     &(state->*options.network)),
          "adam");
  }

  void spectral_norm(Queue& queue, const SpectralTask& task) override {
    check_spectral_norm(task);
    double* memory = scratch<double>(queue, cuda::spectral_norm_scratch(task));
    check(cuda::spectral_norm(on(queue), task, memory), "spectral_norm");
  }
  void spectral_gradient(Queue& queue, const SpectralGradientTask& task) override {
    check_spectral_gradient(task);
    double* memory = scratch<double>(queue, cuda::spectral_gradient_scratch(task));
    check(cuda::spectral_gradient(on(queue), task, memory), "spectral_gradient");
  }
  void minibatch_stddev(Queue& queue, const MinibatchStddevTask& task) override {
    check_minibatch_stddev(task);
    check(cuda::minibatch_stddev(on(queue), task), "minibatch_stddev");
  }
  void minibatch_stddev_backward(Queue& queue, const MinibatchStddevBackwardTask& task) override {
    check_minibatch_stddev_backward(task);
    check(cuda::minibatch_stddev_backward(on(queue), task), "minibatch_stddev_backward");
  }
  void augment(Queue& queue, const AugmentTask& task, const StepState* state,
               const RandomStream& stream) override {
    check_augment(task, stream);
    if (task.in.rows == 0) return;
    check(cuda::augment(on(queue), task, numbers(state, stream)), "augment");
  }
  void add_row_dots(Queue& queue, ConstMatrixRef a, ConstMatrixRef b,
                    MatrixView<float> y) override {
    check_row_dots(a, b, y);
    if (a.size() == 0) return;
    check(cuda::add_row_dots(on(queue), a, b, y), "add_row_dots");
  }
  void scale_rows(Queue& queue, const ScaleRowsTask& task) override {
    check_scale_rows(task);
    if (task.out.size() == 0) return;
    check(cuda::scale_rows(on(queue), task), "scale_rows");
  }
  void reparameterise(Queue& queue, const ReparameteriseTask& task, const StepState* state,
                      const RandomStream& stream) override {
    check_reparameterise(task);
    if (task.z.size() == 0) return;
    check(cuda::reparameterise(on(queue), task, numbers(state, stream)), "reparameterise");
  }
  void latent_loss(Queue& queue, const LatentLossTask& task) override {
    check_latent_loss(task);
    double* parts = scratch<double>(queue, cuda::latent_loss_scratch(task));
    check(cuda::latent_loss(on(queue), task, parts), "latent_loss");
  }
  void reconstruction_loss(Queue& queue, const ReconstructionTask& task) override {
    check_reconstruction(task);
    double* parts = scratch<double>(queue, cuda::reconstruction_scratch(task));
    check(cuda::reconstruction_loss(on(queue), task, parts), "reconstruction_loss");
  }
  void channel_sums(Queue& queue, ConstMatrixRef dy, VectorView<float> dbias,
                    bool accumulate) override {
    check_channels("channel_sums", "dy", dy, dbias.size);
    check(cuda::channel_sums(on(queue), dy, accumulate, dbias, sums_of(queue, dy, dbias.size)),
          "channel_sums");
  }

  void batch_norm(Queue& queue, const BatchNormTask& task,
                  const ActivationOptions& options) override {
    check_batch_norm("batch_norm", task);
    require_sizes("batch_norm", task.gamma.size, task.mean, task.inverse_deviation);
    if (task.y.size() == 0) return;
    check(cuda::batch_norm(on(queue), task, options.activation, options.slope,
                           sums_of(queue, task.x, task.gamma.size)),
          "batch_norm");
  }

  void batch_norm_inference(Queue& queue, const BatchNormTask& task,
                            const ActivationOptions& options) override {
    check_batch_norm("batch_norm_inference", task);
    if (task.y.size() == 0) return;
    check(cuda::batch_norm_inference(on(queue), task, options.activation, options.slope),
          "batch_norm_inference");
  }

  void batch_norm_backward(Queue& queue, const BatchNormBackwardTask& task) override {
    check_batch_norm_backward(task);
    check(cuda::batch_norm_backward(on(queue), task, sums_of(queue, task.x, task.gamma.size)),
          "batch_norm_backward");
  }

  void patches(Queue& queue, const ConvGeometry& geometry, ConstMatrixRef large,
               MatrixRef patches) override {
    check_patches(geometry, large, patches);
    if (patches.size() == 0) return;
    check(take_patches(on(queue), geometry, large, patches), "take_patches");
  }

  void fold_patches(Queue& queue, MatrixView<const float> patches, const ConvTask& task,
                    const ActivationOptions& options) override {
    check_fold_patches(patches, task, options);
    if (task.y.size() == 0) return;
    check(cuda::fold_patches(on(queue), patches.data, task, options.activation, options.slope),
          "fold_patches");
  }

  void normal(Queue& queue, const StepState* state, const RandomStream& stream,
              MatrixRef out) override {
    require_float("normal", "out", out.type);
    if (out.size() == 0) return;
    check(cuda::normal(on(queue), numbers(state, stream), out), "normal");
  }

  void normal_mixture(Queue& queue, const StepState* state, const RandomStream& stream,
                      const math::LatentMixture& mixture, MatrixRef out) override {
    check_normal_mixture(stream, mixture, out);
    if (out.size() == 0) return;
    check(cuda::normal_mixture(on(queue), numbers(state, stream), mixture, out), "normal_mixture");
  }

  void add_normal(Queue& queue, ConstMatrixRef in, const StepState* state,
                  const RandomStream& stream, const float* sigma, MatrixRef out) override {
    require_shape("add_normal", "out", out, in.rows, in.cols);
    require(in.type == out.type, "add_normal", "in and out of two types", "one type");
    require(sigma != nullptr, "add_normal", "no sigma", "one");
    if (out.size() == 0) return;
    check(cuda::add_normal(on(queue), numbers(state, stream), in, sigma, out), "add_normal");
  }

  void interpolate(Queue& queue, ConstMatrixRef real, ConstMatrixRef fake, const StepState* state,
                   const RandomStream& stream, MatrixRef out) override {
    check_interpolate(real, fake, out);
    if (out.size() == 0) return;
    check(cuda::interpolate(on(queue), numbers(state, stream), real, fake, out), "interpolate");
  }

  void uniform(Queue& queue, const RandomStream& stream, float bound,
               MatrixView<float> out) override {
    if (out.rows * out.cols == 0) return;
    check(cuda::uniform(on(queue), numbers(nullptr, stream), bound, out), "uniform");
  }

  void gather(Queue& queue, ConstMatrixRef trials, const StepState* state, MatrixRef out,
              const GatherOptions& options) override {
    check_gather(trials, out);
    if (out.size() == 0) return;
    check(
        cuda::gather(
            on(queue),
            {trials, options.scale, options.offset, options.seed, counter_of(state, options)}, out),
        "gather");
  }

  void convert(Queue& queue, ConstMatrixRef in, MatrixRef out) override {
    require_float("convert", "in", in.type);
    require_float("convert", "out", out.type);
    require_shape("convert", "out", out, in.rows, in.cols);
    if (out.size() == 0) return;
    check(cuda::convert(on(queue), in, out), "convert");
  }

  void fill(Queue& queue, float value, MatrixRef out) override {
    require_float("fill", "out", out.type);
    if (out.size() == 0) return;
    check(cuda::fill(on(queue), value, out), "fill");
  }

  void advance(Queue& queue, StepState* state) override {
    check(cuda::advance(on(queue), state), "advance");
  }

  void map_trials(Queue& queue, MatrixView<const float> y, MatrixRef trials,
                  const OutputMap& map) override {
    check_map_trials(y, trials);
    if (trials.size() == 0) return;
    check(bias_activation_trials(on(queue), y, {}, Activation::identity, 0.0F, map, trials),
          "bias_activation_trials");
  }

 private:
  /// Scratch for the sums over the pixels of `images`.
  void* sums_of(Queue& queue, ConstMatrixRef images, std::int64_t channels) const {
    const std::size_t bytes = channel_scratch(images.rows * images.cols / channels, channels);
    return scratch<std::byte>(queue, static_cast<std::int64_t>(bytes));
  }

  static NumberStream numbers(const StepState* state, const RandomStream& stream) {
    return {stream.seed, stream.purpose, stream.first, counter_of(state, stream)};
  }
};

}  // namespace
}  // namespace vgan::cuda

namespace vgan {

std::unique_ptr<Backend> make_cuda_backend(int ordinal) {
  const std::vector<DeviceStatus> devices = list_cuda_devices();
  const DeviceStatus& first = devices.front();
  const std::string name = "cuda:" + std::to_string(ordinal);
  if (ordinal >= static_cast<int>(devices.size()) && first.name != "cuda") {
    throw Error(ErrorCode::no_device,
                {"cannot use the device", name, "",
                 "cuda:0 to cuda:" + std::to_string(devices.size() - 1), "see vgan_cuda doctor"});
  }
  const DeviceStatus& wanted =
      first.name == "cuda" ? first : devices[static_cast<std::size_t>(ordinal)];
  if (!wanted.usable) {
    throw Error(ErrorCode::no_device, {"cannot use the device", name, wanted.detail, "",
                                       "use --device cpu or --device auto"});
  }
  try {
    return std::make_unique<cuda::CudaBackend>(ordinal);
  } catch (const Error& error) {
    // Before any work, whatever CUDA says is a reason not to use the device.
    throw Error(ErrorCode::no_device,
                {"cannot use the device", name, error.detail().where + ", " + error.detail().found,
                 "", "see vgan_cuda doctor, or use --device cpu"});
  }
}

}  // namespace vgan
