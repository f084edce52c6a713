// CUDA behind the seam: checks, then cuBLASLt and the kernels on the queue's stream.
#include <algorithm>

#include <cuda_runtime_api.h>

#include "engine/backend.hpp"
#include "engine/check.hpp"
#include "engine/conv_checks.hpp"
#include "engine/cuda/cuda_error.hpp"
#include "engine/cuda/cuda_fused.hpp"
#include "engine/cuda/cuda_graph.hpp"
#include "engine/cuda/cuda_host.hpp"
#include "engine/cuda/cuda_queue.hpp"
#include "engine/cuda/ranges.hpp"
#include "engine/model_checks.hpp"
#include "engine/seam_checks.hpp"
#include "kernels/cuda/batch_norm.hpp"
#include "kernels/cuda/convolution.hpp"
#include "kernels/cuda/matmul.hpp"
#include "kernels/cuda/models.hpp"
#include "kernels/cuda/patches.hpp"
#include "kernels/cuda/pointwise.hpp"

namespace vgan::cuda {
namespace {

// Not there for a run's own memory: the workspaces of three queues, code that CUDA loads on first
// use, graphs, and what allocations are rounded up by.
constexpr std::size_t reserved_bytes = std::size_t{256} << 20;

class DeviceMemory final : public Memory {
 public:
  explicit DeviceMemory(int device) : device_(device) {}
  void release(void* data, std::size_t) noexcept override {
    (void)cudaSetDevice(device_);
    (void)cudaFree(data);
  }

 private:
  int device_;
};

// Whether a kernel may start before the one before it has ended: the code for it is in this build,
// and the driver keeps such launches as edges of a captured graph.
bool can_overlap_kernels() {
  constexpr int hopper = 90;
  constexpr int keeps_edges = 12030;
  int architecture = 0;
  int driver = 0;
  check(find_kernels(&architecture), "cudaFuncGetAttributes");
  check(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
  return architecture >= hopper && driver >= keeps_edges;
}

// Sums of bf16 products are f32 in scratch; rows of a multiple of 16 bytes suit cuBLASLt best.
std::int64_t scratch_stride(std::int64_t cols) { return cols == 1 ? 1 : (cols + 3) / 4 * 4; }

class CudaBackend final : public Backend {
 public:
  explicit CudaBackend(int device)
      : device_(device), memory_(std::make_shared<DeviceMemory>(device)) {
    use_device();
    cudaDeviceProp properties{};
    check(cudaGetDeviceProperties(&properties, device_), "cudaGetDeviceProperties");
    check(products_.open());
    setup_ = std::make_unique<CudaQueue>("setup", device_);
    std::size_t free_bytes = 0;  // with the context and cuBLASLt in place
    std::size_t total_bytes = 0;
    check(cudaMemGetInfo(&free_bytes, &total_bytes), "cudaMemGetInfo");
    info_.name = properties.name;
    info_.kind = "cuda";
    info_.memory = free_bytes - std::min(free_bytes, reserved_bytes);
    info_.fast_bf16 = true;
    info_.tf32 = true;
    info_.asynchronous = true;
    info_.fused_batch = 512;  // an estimate: no device has measured where the two meet
    fused_ = FusedOperations(can_overlap_kernels());
  }

  const DeviceInfo& info() const override { return info_; }

  Buffer allocate(std::size_t bytes, const std::string& what) override {
    use_device();
    const std::size_t rounded = std::max<std::size_t>(64, (bytes + 63) / 64 * 64);
    void* data = nullptr;
    const cudaError_t status = cudaMalloc(&data, rounded);
    if (status == cudaErrorMemoryAllocation) {
      (void)cudaGetLastError();  // not sticky: the device is as it was
      throw Error(ErrorCode::no_device,
                  {"not enough memory for " + what, info_.name,
                   std::to_string(rounded >> 20) + " MiB wanted", "what is free on the device",
                   "use a smaller --batch, narrower layers, or free the device of others"});
    }
    check(status, "cudaMalloc");
    Buffer buffer(data, bytes, memory_);
    check(cudaMemsetAsync(data, 0, rounded, setup_->stream()), "cudaMemsetAsync");
    setup_->synchronise();
    return buffer;
  }

  std::unique_ptr<Queue> make_queue(const std::string& name) override {
    return std::make_unique<CudaQueue>(name, device_);
  }

  std::unique_ptr<Program> record(Queue& queue, std::function<void()> body) override {
    use_device();
    return capture(static_cast<CudaQueue&>(queue), device_, body);
  }

  std::size_t product_scratch(std::int64_t rows, std::int64_t cols,
                              ElementType type) const override {
    if (type == ElementType::f32) return 0;
    return static_cast<std::size_t>(rows * scratch_stride(cols)) * sizeof(float);
  }
  std::size_t conv_scratch(const ConvGeometry& geometry, std::int64_t images,
                           ElementType type) const override {
    check_geometry("conv_scratch", geometry);
    use_device();
    bool refused = false;
    for (const bool tf32 : {false, true}) {
      refused = !check(convolutions_->prepare(geometry, images, type, tf32,
                                              CudaQueue::workspace_bytes)) ||
                refused;
    }
    ConvTask task;  // a tangent's, whose sums are f32: the largest
    task.geometry = geometry;
    task.x.type = type;
    task.y.rows = images;
    task.y.cols = std::max(geometry.large_size(), geometry.small_size());
    return std::max(
        {refused ? composed_conv_scratch(geometry, images, type) : 0,
         Convolutions::run_scratch(task), Convolutions::gradient_scratch(geometry, images, type),
         channel_scratch(images * geometry.positions(), geometry.filters),
         channel_scratch(images * geometry.height * geometry.width, geometry.channels)});
  }
  void reserve_scratch(Queue& queue, std::size_t bytes) override {
    use_device();
    if (bytes > 0) (void)static_cast<CudaQueue&>(queue).scratch(bytes);
  }

  void push_range(const char* name) override { cuda::push_range(name); }
  void pop_range() override { cuda::pop_range(); }

  void upload(Queue& queue, const void* host, std::size_t bytes, void* device) override {
    if (bytes == 0) return;
    check(cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, on(queue)),
          "cudaMemcpyAsync");
  }
  void download(Queue& queue, const void* device, std::size_t bytes, void* host) override {
    use_device();
    static_cast<CudaQueue&>(queue).download(device, bytes, host);
  }

  void dense_forward(Queue& queue, ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias,
                     MatrixRef y, const ActivationOptions& options) override {
    check_dense_forward(x, w, bias, y);
    if (y.size() == 0) return;
    if (options.fused && fused_.forward(chain(queue), x, w, bias, y, options)) return;
    const MatrixView<float> sums = sums_for(queue, y);
    multiply(queue, x, w, sums, {.tf32 = options.tf32});
    const bool finished =
        bias.empty() && options.activation == Activation::identity && y.type == ElementType::f32;
    if (finished) return;
    check(bias_activation(on(queue), sums, bias, options.activation, options.slope, y),
          "bias_activation");
  }

  void dense_tangent(Queue& queue, ConstMatrixRef x, ConstMatrixRef w, ConstMatrixRef at,
                     MatrixRef y, const ActivationOptions& options) override {
    check_dense_tangent(x, w, at, y, options);
    if (y.size() == 0) return;
    const MatrixView<float> sums = sums_for(queue, y);
    multiply(queue, x, w, sums, {.tf32 = options.tf32});
    mask(queue, sums, at, y, options);
  }

  void dense_backward_input(Queue& queue, ConstMatrixRef dy, ConstMatrixRef w, ConstMatrixRef at,
                            MatrixRef dx, const ActivationOptions& options) override {
    check_dense_backward_input(dy, w, at, dx, options);
    if (dx.size() == 0) return;
    const MatrixView<float> sums = sums_for(queue, dx);
    multiply(queue, dy, w, sums, {.b_transposed = true, .tf32 = options.tf32});
    mask(queue, sums, at, dx, options);
  }

  void dense_backward_weights(Queue& queue, ConstMatrixRef x, ConstMatrixRef dy,
                              MatrixView<float> dw, VectorView<float> dbias,
                              const WeightGradientOptions& options) override {
    check_dense_backward_weights(x, dy, dw, dbias);
    if (x.rows == 0) {
      if (!options.accumulate) {
        fill(queue, 0.0F, {dw.data, ElementType::f32, dw.rows, dw.cols, dw.stride});
      }
      if (dbias.empty() || options.accumulate_bias) return;
      return fill(queue, 0.0F, {dbias.data, ElementType::f32, 1, dbias.size, dbias.size});
    }
    if (dw.rows > 0 && dw.cols > 0) {
      multiply(queue, x, dy, dw,
               {.a_transposed = true, .accumulate = options.accumulate, .tf32 = options.tf32});
    }
    if (dbias.empty()) return;
    const std::int64_t parts = cuda::column_sum_bands(dy.rows) * dy.cols;
    auto* scratch = static_cast<float*>(
        static_cast<CudaQueue&>(queue).scratch(static_cast<std::size_t>(parts) * sizeof(float)));
    check(column_sums(on(queue), dy, options.accumulate_bias, dbias, scratch), "column_sums");
  }

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
    const auto parts = static_cast<std::size_t>(cuda::gan_loss_blocks(logits.rows));
    auto* scratch = static_cast<cuda::GanLossPart*>(
        static_cast<CudaQueue&>(queue).scratch(parts * sizeof(cuda::GanLossPart)));
    check(cuda::gan_loss(on(queue), {logits, options.kind, options.side, options.target, gradient,
                                     options.loss, options.accuracy, scratch}),
          "gan_loss");
  }

  void gradient_penalty(Queue& queue, MatrixView<float> x,
                        const GradientPenaltyOptions& options) override {
    check_gradient_penalty(options);
    use_device();
    const auto bytes = static_cast<std::size_t>(std::max<std::int64_t>(1, x.rows)) * sizeof(float);
    auto* row_values = static_cast<float*>(static_cast<CudaQueue&>(queue).scratch(bytes));
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

  void dense_backward(Queue& queue, const InputGradientTask& dx,
                      std::span<const DenseUpdateTask> updates, StepState* state,
                      const FusedOptions& options) override {
    check_dense_backward(dx, updates, options);
    if (dx.empty() && updates.empty()) return;
    if (fused_.backward(chain(queue), dx, updates, state, options)) return;
    Backend::dense_backward(queue, dx, updates, state, options);
  }

  void logit_loss(Queue& queue, const LogitLossTask& task, StepState* state,
                  const FusedOptions& options) override {
    check_logit_loss(task, options);
    if (fused_.logit_loss(chain(queue), task, state, options)) return;
    Backend::logit_loss(queue, task, state, options);
  }

  void spectral_norm(Queue& queue, const SpectralTask& task) override {
    check_spectral_norm(task);
    double* scratch = doubles(queue, cuda::spectral_norm_scratch(task));
    check(cuda::spectral_norm(on(queue), task, scratch), "spectral_norm");
  }
  void spectral_gradient(Queue& queue, const SpectralGradientTask& task) override {
    check_spectral_gradient(task);
    double* scratch = doubles(queue, cuda::spectral_gradient_scratch(task));
    check(cuda::spectral_gradient(on(queue), task, scratch), "spectral_gradient");
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
    double* parts = doubles(queue, cuda::latent_loss_scratch(task));
    check(cuda::latent_loss(on(queue), task, parts), "latent_loss");
  }
  void reconstruction_loss(Queue& queue, const ReconstructionTask& task) override {
    check_reconstruction(task);
    double* parts = doubles(queue, cuda::reconstruction_scratch(task));
    check(cuda::reconstruction_loss(on(queue), task, parts), "reconstruction_loss");
  }
  void conv(Queue& queue, const ConvTask& task, const ActivationOptions& options) override {
    check_conv(task, options);
    if (task.y.size() == 0) return;
    const cudaStream_t stream = on(queue);
    auto& own = static_cast<CudaQueue&>(queue);
    void* const scratch = own.scratch(std::max<std::size_t>(1, Convolutions::run_scratch(task)));
    const bool done = check(convolutions_->run(stream, own.workspace(), scratch, task,
                                               options.activation, options.slope, options.tf32));
    if (!done) Backend::conv(queue, task, options);
  }

  void conv_backward_weights(Queue& queue, const ConvGeometry& geometry, ConstMatrixRef large,
                             ConstMatrixRef small, MatrixView<float> dw,
                             const WeightGradientOptions& options) override {
    check_conv_backward_weights(geometry, large, small, dw);
    const cudaStream_t stream = on(queue);
    auto& own = static_cast<CudaQueue&>(queue);
    const std::size_t bytes = Convolutions::gradient_scratch(geometry, large.rows, large.type);
    const bool done =
        large.rows > 0 && check(convolutions_->backward_weights(
                              stream, own.workspace(), own.scratch(std::max<std::size_t>(1, bytes)),
                              geometry, large, small, options.accumulate, dw, options.tf32));
    if (!done) Backend::conv_backward_weights(queue, geometry, large, small, dw, options);
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

  MatrixRef patch_memory(Queue& queue, std::int64_t rows, std::int64_t cols, ElementType type,
                         std::size_t product_scratch) override {
    use_device();
    // Products take the scratch from its start.
    const std::size_t first = (product_scratch + 255) / 256 * 256;
    const std::size_t bytes =
        std::max<std::size_t>(1, static_cast<std::size_t>(rows * cols) * element_size(type));
    auto* scratch = static_cast<std::byte*>(static_cast<CudaQueue&>(queue).scratch(first + bytes));
    return {scratch + first, type, rows, cols, cols};
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

  void dense_trials(Queue& queue, ConstMatrixRef x, ConstMatrixRef w, VectorView<const float> bias,
                    MatrixRef trials, const ActivationOptions& options,
                    const OutputMap& map) override {
    check_dense_trials(x, w, bias, trials);
    if (trials.size() == 0) return;
    const MatrixView<float> sums = sums_for(queue, trials);
    multiply(queue, x, w, sums, {.tf32 = options.tf32});
    check(bias_activation_trials(on(queue), sums, bias, options.activation, options.slope, map,
                                 trials),
          "bias_activation_trials");
  }

  void map_trials(Queue& queue, MatrixView<const float> y, MatrixRef trials,
                  const OutputMap& map) override {
    check_map_trials(y, trials);
    if (trials.size() == 0) return;
    check(bias_activation_trials(on(queue), y, {}, Activation::identity, 0.0F, map, trials),
          "bias_activation_trials");
  }

  Buffer allocate_host(std::size_t bytes, const std::string& what) override {
    return allocate_page_locked(device_, bytes, what);
  }

  std::unique_ptr<Stopwatch> make_stopwatch() override {
    return std::make_unique<CudaStopwatch>(device_);
  }

 private:
  void use_device() const { check(cudaSetDevice(device_), "cudaSetDevice"); }

  /// The queue's stream, with its device current on this thread.
  cudaStream_t on(Queue& queue) const {
    CudaQueue& at = chain(queue);
    at.end_chain();
    return at.stream();
  }
  /// The queue itself, for fused kernels, which go on with its chain.
  CudaQueue& chain(Queue& queue) const {
    use_device();
    return static_cast<CudaQueue&>(queue);
  }

  /// Where the f32 sums of a product go: `y` itself if it is f32, else the queue's scratch.
  MatrixView<float> sums_for(Queue& queue, MatrixRef y) const {
    if (y.type == ElementType::f32) return y.as<float>();
    use_device();
    auto* data = static_cast<CudaQueue&>(queue).scratch(product_scratch(y.rows, y.cols, y.type));
    return {static_cast<float*>(data), y.rows, y.cols, scratch_stride(y.cols)};
  }

  /// The queue's scratch, for `count` of them.
  double* doubles(Queue& queue, std::int64_t count) const {
    use_device();
    const auto bytes = static_cast<std::size_t>(count) * sizeof(double);
    return static_cast<double*>(static_cast<CudaQueue&>(queue).scratch(bytes));
  }
  /// Scratch for the sums over the pixels of `images`.
  void* sums_of(Queue& queue, ConstMatrixRef images, std::int64_t channels) const {
    use_device();
    return static_cast<CudaQueue&>(queue).scratch(
        channel_scratch(images.rows * images.cols / channels, channels));
  }

  void multiply(Queue& queue, ConstMatrixRef a, ConstMatrixRef b, MatrixView<float> c,
                const MatmulOptions& options) {
    const cudaStream_t stream = on(queue);
    check(products_.multiply(stream, static_cast<CudaQueue&>(queue).workspace(), a, b, c, options));
  }

  void mask(Queue& queue, MatrixView<float> sums, ConstMatrixRef at, MatrixRef y,
            const ActivationOptions& options) const {
    if (options.activation == Activation::identity && y.type == ElementType::f32) return;
    check(masked(on(queue), sums, at, options.activation, options.slope, y), "masked");
  }

  static NumberStream numbers(const StepState* state, const RandomStream& stream) {
    return {stream.seed, stream.purpose, stream.first, counter_of(state, stream)};
  }

  int device_;
  FusedOperations fused_{false};
  DeviceInfo info_;
  std::shared_ptr<Memory> memory_;
  Matmul products_;
  std::unique_ptr<Convolutions> convolutions_ = std::make_unique<Convolutions>();
  std::unique_ptr<CudaQueue> setup_;
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
