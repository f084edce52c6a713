// CUDA behind the seam: the operations that are kernels of our own, on the queue's stream.
#include <algorithm>

#include "engine/base/error.hpp"
#include "engine/device/cuda/cuda_error.hpp"
#include "engine/device/cuda/cuda_products.hpp"
#include "engine/device/devices.hpp"
#include "kernels/cuda/batch_norm.hpp"
#include "kernels/cuda/models.hpp"
#include "kernels/cuda/patches.hpp"
#include "kernels/cuda/pointwise.hpp"

namespace vgan::cuda {
namespace {

class CudaBackend final : public CudaProducts {
 public:
  using CudaProducts::CudaProducts;

 private:
  void do_activation_backward(Queue& queue, ConstMatrixRef y, MatrixRef dy,
                              const ActivationOptions& options) override {
    check(cuda::activation_backward(on(queue), y, options.activation, options.slope, dy),
          "activation_backward");
  }

  void do_gan_loss(Queue& queue, const GanLossTask& task) override {
    auto* parts = scratch<cuda::GanLossPart>(queue, cuda::gan_loss_blocks(task.logits.rows));
    check(cuda::gan_loss(on(queue), task, parts), "gan_loss");
  }

  void do_gradient_penalty(Queue& queue, const GradientPenaltyTask& task) override {
    auto* row_values = scratch<float>(queue, std::max<std::int64_t>(1, task.x.rows));
    check(cuda::gradient_penalty(on(queue), task, row_values), "gradient_penalty");
  }

  void do_adam(Queue& queue, const AdamArena& arena, StepState* state,
               const AdamOptions& options) override {
    check(cuda::adam(on(queue), arena, options, options.counter(state), &(state->*options.network)),
          "adam");
  }

  void do_spectral_norm(Queue& queue, const SpectralTask& task) override {
    double* memory = scratch<double>(queue, cuda::spectral_norm_scratch(task));
    check(cuda::spectral_norm(on(queue), task, memory), "spectral_norm");
  }
  void do_spectral_gradient(Queue& queue, const SpectralGradientTask& task) override {
    double* memory = scratch<double>(queue, cuda::spectral_gradient_scratch(task));
    check(cuda::spectral_gradient(on(queue), task, memory), "spectral_gradient");
  }
  void do_minibatch_stddev(Queue& queue, const MinibatchStddevTask& task) override {
    check(cuda::minibatch_stddev(on(queue), task), "minibatch_stddev");
  }
  void do_minibatch_stddev_backward(Queue& queue,
                                    const MinibatchStddevBackwardTask& task) override {
    check(cuda::minibatch_stddev_backward(on(queue), task), "minibatch_stddev_backward");
  }
  void do_augment(Queue& queue, const AugmentTask& task, const RandomStream& stream) override {
    check(cuda::augment(on(queue), task, stream), "augment");
  }
  void do_add_row_dots(Queue& queue, ConstMatrixRef a, ConstMatrixRef b,
                       MatrixView<float> y) override {
    check(cuda::add_row_dots(on(queue), a, b, y), "add_row_dots");
  }
  void do_scale_rows(Queue& queue, const ScaleRowsTask& task) override {
    check(cuda::scale_rows(on(queue), task), "scale_rows");
  }
  void do_reparameterise(Queue& queue, const ReparameteriseTask& task,
                         const RandomStream& stream) override {
    check(cuda::reparameterise(on(queue), task, stream), "reparameterise");
  }
  void do_latent_loss(Queue& queue, const LatentLossTask& task) override {
    double* parts = scratch<double>(queue, cuda::latent_loss_scratch(task));
    check(cuda::latent_loss(on(queue), task, parts), "latent_loss");
  }
  void do_reconstruction_loss(Queue& queue, const ReconstructionTask& task) override {
    double* parts = scratch<double>(queue, cuda::reconstruction_scratch(task));
    check(cuda::reconstruction_loss(on(queue), task, parts), "reconstruction_loss");
  }
  void do_channel_sums(Queue& queue, ConstMatrixRef dy, VectorView<float> dbias,
                       bool accumulate) override {
    check(cuda::channel_sums(on(queue), dy, accumulate, dbias, sums_of(queue, dy, dbias.size)),
          "channel_sums");
  }

  void do_batch_norm(Queue& queue, const BatchNormTask& task,
                     const ActivationOptions& options) override {
    check(cuda::batch_norm(on(queue), task, options.activation, options.slope,
                           sums_of(queue, task.x, task.gamma.size)),
          "batch_norm");
  }

  void do_batch_norm_inference(Queue& queue, const BatchNormTask& task,
                               const ActivationOptions& options) override {
    check(cuda::batch_norm_inference(on(queue), task, options.activation, options.slope),
          "batch_norm_inference");
  }

  void do_batch_norm_backward(Queue& queue, const BatchNormBackwardTask& task) override {
    check(cuda::batch_norm_backward(on(queue), task, sums_of(queue, task.x, task.gamma.size)),
          "batch_norm_backward");
  }

  void do_patches(Queue& queue, const ConvGeometry& geometry, ConstMatrixRef large,
                  MatrixRef patches) override {
    check(take_patches(on(queue), geometry, large, patches), "take_patches");
  }

  void do_fold_patches(Queue& queue, MatrixView<const float> patches, const ConvTask& task,
                       const ActivationOptions& options) override {
    check(cuda::fold_patches(on(queue), patches.data, task, options.activation, options.slope),
          "fold_patches");
  }

  void do_normal(Queue& queue, const RandomStream& stream, MatrixRef out) override {
    check(cuda::normal(on(queue), stream, out), "normal");
  }

  void do_normal_mixture(Queue& queue, const RandomStream& stream,
                         const math::LatentMixture& mixture, MatrixRef out) override {
    check(cuda::normal_mixture(on(queue), stream, mixture, out), "normal_mixture");
  }

  void do_add_normal(Queue& queue, ConstMatrixRef in, const RandomStream& stream,
                     const float* sigma, MatrixRef out) override {
    check(cuda::add_normal(on(queue), stream, in, sigma, out), "add_normal");
  }

  void do_interpolate(Queue& queue, ConstMatrixRef real, ConstMatrixRef fake,
                      const RandomStream& stream, MatrixRef out) override {
    check(cuda::interpolate(on(queue), stream, real, fake, out), "interpolate");
  }

  void do_uniform(Queue& queue, const RandomStream& stream, float bound,
                  MatrixView<float> out) override {
    check(cuda::uniform(on(queue), stream, bound, out), "uniform");
  }

  void do_gather(Queue& queue, const GatherTask& task) override {
    check(cuda::gather(on(queue), task), "gather");
  }

  void do_convert(Queue& queue, ConstMatrixRef in, MatrixRef out) override {
    check(cuda::convert(on(queue), in, out), "convert");
  }

  void do_fill(Queue& queue, float value, MatrixRef out) override {
    check(cuda::fill(on(queue), value, out), "fill");
  }

  void do_advance(Queue& queue, StepState* state) override {
    check(cuda::advance(on(queue), state), "advance");
  }

  void do_map_trials(Queue& queue, MatrixView<const float> y, MatrixRef trials,
                     const OutputMap& map) override {
    check(bias_activation_trials(on(queue), y, {}, Activation::identity, 0.0F, map, trials),
          "bias_activation_trials");
  }

  /// Scratch for the sums over the pixels of `images`.
  void* sums_of(Queue& queue, ConstMatrixRef images, std::int64_t channels) const {
    const std::size_t bytes = channel_scratch(images.rows * images.cols / channels, channels);
    return scratch<std::byte>(queue, static_cast<std::int64_t>(bytes));
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
