#include "engine/train/trainer.hpp"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <optional>

#include "engine/backend.hpp"
#include "engine/train/alternating_step.hpp"
#include "engine/train/generator_model.hpp"
#include "engine/train/sampler.hpp"
#include "engine/train/state_tensors.hpp"
#include "engine/train/step_kind.hpp"

namespace vgan {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t generator_id = 0;  // of the stream `initialise`
constexpr std::uint64_t discriminator_id = 1;

objectives::GanOptions gan_options(const TrainConfig& c) {
  return {static_cast<float>(c.label_smoothing), static_cast<float>(c.instance_noise),
          static_cast<float>(c.r1), c.r1_every, c.seed};
}

StepOptions step_options(const TrainConfig& c, const OutputRange& range) {
  StepOptions options;
  options.batch = c.batch;
  options.gan = gan_options(c);
  options.adam.beta1 = c.beta1;
  options.adam.beta2 = c.beta2;
  options.adam.average_decay = static_cast<float>(c.ema);
  options.generator_rate = c.generator_rate();
  options.discriminator_rate = c.discriminator_rate();
  options.data_scale = range.scale();
  options.data_offset = range.offset();
  return options;
}

void require_data(const TrainConfig& config, const ImageSet& images) {
  images.require_consistent();
  if (config.batch > images.count) {
    throw Error(ErrorCode::bad_config,
                {"bad setting", "batch", std::to_string(config.batch),
                 "1 to " + std::to_string(images.count) + ", the number of images", ""});
  }
}

void require_finite(const StepReport& report) {
  const bool finite = report.nonfinite == 0 && std::isfinite(report.d_loss()) &&
                      std::isfinite(report.g_loss) && std::isfinite(report.r1) &&
                      std::isfinite(report.gradient_penalty);
  if (finite) return;
  char losses[96];
  std::snprintf(losses, sizeof(losses), "D loss %g, G loss %g%s", report.d_loss(), report.g_loss,
                report.nonfinite != 0 ? ", NaN or Inf in a gradient" : "");
  throw Error(ErrorCode::diverged,
              {"training diverged", "epoch " + std::to_string(report.epoch), losses,
               "finite losses and gradients", "use a lower --lr or a higher --r1"});
}

}  // namespace

struct Trainer::Implementation {
  Implementation(const TrainConfig& wanted, const ImageSet& images);

  MemoryPlan plan(std::int64_t batch) const;
  VectorView<const float> best_generator() const {
    const auto average = generator->arena().average();
    return average.empty() ? VectorView<const float>(generator->arena().weights())
                           : VectorView<const float>(average);
  }
  Sampler& sampler_with_weights_of_now();
  void finish_steps();
  void note_phase(const char* name, Queue& queue);

  TrainConfig config;
  std::unique_ptr<Backend> backend;
  Precision precision;
  StepKind step_kind;
  OutputRange range;
  std::int64_t height, width, count;
  std::size_t data_bytes;
  std::string fingerprint;
  std::vector<nn::DenseSpec> g_layers, d_layers;
  nn::ArenaOptions g_arena, d_arena;
  MemoryPlan memory;
  std::unique_ptr<Queue> queue;
  Buffer data;
  std::optional<nn::Network> generator, discriminator;
  std::optional<AlternatingStep> step;
  std::optional<Sampler> sampler;

  bool profiling = false;
  Clock::time_point profile_origin{}, phase_start{};
  std::string phase;
  Queue* phase_queue = nullptr;  ///< where the phase's work is
  std::vector<PhaseTime> phases;
};

Trainer::Implementation::Implementation(const TrainConfig& wanted, const ImageSet& images)
    : config(wanted) {
  validate(config);
  require_data(config, images);
  backend = open_backend(config.device, static_cast<int>(config.threads));
  precision = choose_precision(config.precision, backend->info());
  config.device = backend->info().kind == "cpu" ? "cpu" : config.device;
  config.precision = to_string(precision);
  config.threads = backend->info().threads;
  step_kind = choose_step(config.step, backend->info(), config.batch);
  range = {output_activation(config.output), images.low, images.high,
           std::holds_alternative<std::vector<std::uint8_t>>(images.pixels)};
  height = images.height, width = images.width, count = images.count;
  data_bytes = images.bytes();
  fingerprint = images.fingerprint();

  const bool bf16 = precision == Precision::bf16;
  g_layers = generator_layers(config, images.pixels_per_image());
  d_layers = discriminator_layers(config, images.pixels_per_image());
  g_arena = {.training = true, .average = config.ema > 0.0, .shadow = bf16};
  d_arena = {.training = true, .average = false, .shadow = bf16};
  memory = plan(config.batch);
  require_memory(memory, backend->info(), config.batch,
                 [this](std::int64_t batch) { return plan(batch); });

  queue = backend->make_queue("main");
  data = backend->allocate(data_bytes, "the data set");
  const void* pixels =
      std::visit([](const auto& v) { return static_cast<const void*>(v.data()); }, images.pixels);
  backend->upload(*queue, pixels, data_bytes, data.data());
  const nn::ProductOptions products{precision == Precision::tf32, step_kind.fused};
  generator.emplace(*backend, g_layers, leaky_slope, g_arena, "the generator", products);
  discriminator.emplace(*backend, d_layers, leaky_slope, d_arena, "the discriminator", products);
  generator->initialise(*queue, config.seed, generator_id);
  discriminator->initialise(*queue, config.seed, discriminator_id);
  queue->synchronise();
  const bool u8 = std::holds_alternative<std::vector<std::uint8_t>>(images.pixels);
  const ConstMatrixRef trials{data.data(), u8 ? ElementType::u8 : ElementType::f32, count,
                              images.pixels_per_image(), images.pixels_per_image()};
  StepOptions options = step_options(config, range);
  options.fused = step_kind.fused;
  step.emplace(*backend, *generator, *discriminator, trials, options);
}

MemoryPlan Trainer::Implementation::plan(std::int64_t batch) const {
  const ElementType type = precision == Precision::bf16 ? ElementType::bf16 : ElementType::f32;
  MemoryPlan made;
  made.parts = {
      {"G", nn::Network::bytes(*backend, g_layers, g_arena)},
      {"D", nn::Network::bytes(*backend, d_layers, d_arena)},
      {"activations", objectives::Gan::bytes(g_layers, d_layers, batch, type, gan_options(config))},
      {"data", data_bytes}};
  const std::size_t scratch =
      AlternatingStep::scratch_bytes(*backend, g_layers, d_layers, batch, type);
  if (scratch > 0) made.parts.emplace_back("products", 2 * scratch);
  made.parts.emplace_back("samples", Sampler::bytes(*backend, g_layers, type, Sampler::small));
  for (const auto& [name, bytes] : made.parts) made.total += bytes;
  return made;
}

Sampler& Trainer::Implementation::sampler_with_weights_of_now() {
  if (!sampler) {
    sampler.emplace(*backend, g_layers, leaky_slope,
                    precision == Precision::bf16 ? ElementType::bf16 : ElementType::f32, range,
                    Sampler::small);
  }
  finish_steps();
  sampler->load(*queue, best_generator());
  return *sampler;
}

// Steps may be under way whose reports nobody waited for, if a watcher threw.
void Trainer::Implementation::finish_steps() {
  while (step->replays_pending() > 0) (void)step->take_reports();
  step->queue().synchronise();
}

void Trainer::Implementation::note_phase(const char* name, Queue& at) {
  if (phase_queue != nullptr) phase_queue->synchronise();
  at.synchronise();
  const auto now = Clock::now();
  const auto seconds = [](Clock::duration d) { return std::chrono::duration<double>(d).count(); };
  if (!phase.empty()) {
    phases.push_back({phase, seconds(phase_start - profile_origin), seconds(now - phase_start),
                      step->steps() + 1});
  }
  phase = name;
  phase_queue = phase.empty() ? nullptr : &at;
  phase_start = now;
}

Trainer::Trainer(const TrainConfig& config, const ImageSet& images)
    : implementation_(std::make_unique<Implementation>(config, images)) {}
Trainer::~Trainer() = default;
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&&) noexcept = default;

const TrainConfig& Trainer::config() const { return implementation_->config; }
std::string Trainer::device_name() const { return implementation_->backend->info().name; }
std::string Trainer::precision() const { return to_string(implementation_->precision); }
std::string Trainer::step_choice() const {
  const StepKind& kind = implementation_->step_kind;
  return (kind.fused ? "fused: " : "graph: ") + kind.reason;
}
const MemoryPlan& Trainer::memory_plan() const { return implementation_->memory; }
std::uint64_t Trainer::epoch() const { return implementation_->step->reported(); }

std::int64_t Trainer::generator_parameters() const {
  return nn::parameter_count(implementation_->g_layers);
}

std::int64_t Trainer::discriminator_parameters() const {
  return nn::parameter_count(implementation_->d_layers);
}

std::pair<std::int64_t, std::int64_t> Trainer::trial_shape() const {
  return {implementation_->height, implementation_->width};
}

std::uint64_t Trainer::total_epochs() const {
  const TrainConfig& c = config();
  if (c.passes <= 0.0) return c.epochs;
  const double epochs = std::ceil(c.passes * static_cast<double>(implementation_->count) /
                                  static_cast<double>(c.batch));
  return static_cast<std::uint64_t>(std::max(1.0, epochs));
}

StepReport Trainer::train_epoch() {
  StepReport last;
  train(1, [&](const StepReport& report) {
    last = report;
    return true;
  });
  return last;
}

void Trainer::train(std::uint64_t epochs, const std::function<bool(const StepReport&)>& report) {
  AlternatingStep& step = *implementation_->step;
  const std::size_t ahead = implementation_->backend->info().asynchronous ? 2 : 1;
  std::uint64_t begun = 0;
  bool going_on = true;
  while (step.replays_pending() > 0 || (going_on && begun < epochs)) {
    while (going_on && begun < epochs && step.replays_pending() < ahead) {
      begun += step.run(epochs - begun);
    }
    for (const StepReport& one : step.take_reports()) {
      require_finite(one);
      going_on = report(one) && going_on;
    }
  }
}

Checkpoint Trainer::checkpoint() {
  Implementation& self = *implementation_;
  const NamedRange range(*self.backend, "checkpoint");
  self.finish_steps();
  Checkpoint made;
  made.metadata = describe_model(self.config, self.height, self.width, self.range);
  made.metadata["epoch"] = std::to_string(epoch());
  made.metadata["data"] = self.fingerprint;
  save_network(*self.backend, *self.queue, *self.generator, "g", made);
  save_network(*self.backend, *self.queue, *self.discriminator, "d", made);
  require_finite(made, epoch());
  return made;
}

void Trainer::restore(const Checkpoint& checkpoint) {
  Implementation& self = *implementation_;
  const std::string data = metadata_value(checkpoint, "data");
  if (data != self.fingerprint) {
    throw Error(ErrorCode::bad_data,
                {"cannot resume on other data", "data fingerprint", self.fingerprint,
                 data + ", as the run was started on", "give the same --data"});
  }
  const std::uint64_t steps = metadata_number(checkpoint, "epoch");
  self.finish_steps();
  load_network(*self.backend, *self.queue, *self.generator, "g", checkpoint);
  load_network(*self.backend, *self.queue, *self.discriminator, "d", checkpoint);
  self.queue->synchronise();
  self.step->set_steps(steps);
}

std::vector<float> Trainer::sample(std::uint64_t count, std::uint64_t seed) {
  const NamedRange range(*implementation_->backend, "sample");
  std::vector<float> all;
  all.reserve(count * static_cast<std::size_t>(implementation_->height * implementation_->width));
  implementation_->sampler_with_weights_of_now().sample(
      *implementation_->queue, {seed, Purpose::sample, 0, count, ElementType::f32},
      [&](ConstMatrixRef part) {
        const float* values = part.as<float>().data;
        all.insert(all.end(), values, values + part.size());
      });
  return all;
}

std::vector<std::uint8_t> Trainer::preview(std::uint64_t count) {
  const NamedRange range(*implementation_->backend, "preview");
  std::vector<std::uint8_t> all;
  implementation_->sampler_with_weights_of_now().sample(
      *implementation_->queue, {config().seed, Purpose::preview, 0, count, ElementType::u8},
      [&](ConstMatrixRef part) {
        const std::uint8_t* pixels = part.as<std::uint8_t>().data;
        all.insert(all.end(), pixels, pixels + part.size());
      });
  return all;
}

void Trainer::set_profiling(bool on) {
  Implementation& self = *implementation_;
  if (on && !self.profiling) {
    self.profile_origin =
        self.profile_origin == Clock::time_point{} ? Clock::now() : self.profile_origin;
    self.step->set_marker([&self](const char* name, Queue& at) { self.note_phase(name, at); });
  }
  if (!on) self.step->set_marker({});
  self.profiling = on;
}

std::vector<Trainer::PhaseTime> Trainer::take_profile() {
  return std::exchange(implementation_->phases, {});
}

}  // namespace vgan
