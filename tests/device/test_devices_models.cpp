// Every model and stabiliser on every device: exact resume, thread counts, batches that are
// prepared ahead, the fused step.
#include <cstring>

#include "engine/device/devices.hpp"
#include "engine/models/architecture.hpp"
#include "engine/nn/adam.hpp"
#include "engine/objectives/gan.hpp"
#include "engine/sample/latents.hpp"
#include "engine/sample/sampler.hpp"
#include "engine/train/objective_options.hpp"
#include "engine/train/trainer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/device.hpp"
#include "tests/support/model_runs.hpp"
#include "tests/support/same_tensors.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

std::vector<StepReport> train_to(Trainer& trainer, std::uint64_t epoch) {
  std::vector<StepReport> reports;
  trainer.train(epoch - trainer.epoch(), [&](const StepReport& report) {
    reports.push_back(report);
    return true;
  });
  return reports;
}

std::vector<std::string> precisions_of(const std::string& device) {
  std::vector<std::string> all{"fp32", "bf16"};
  if (open_backend(device, 1)->info().tf32) all.push_back("tf32");
  return all;
}

std::vector<ModelRun> runs_on(const std::string& device) {
  std::vector<ModelRun> runs = model_runs();
  for (ModelRun& run : runs) run.config.device = device;
  return runs;
}

Checkpoint trained(const ModelRun& run) {
  Trainer trainer(run.config, run.trials);
  train_to(trainer, run.config.epochs);
  return trainer.checkpoint();
}

}  // namespace

TEST_CASE("every model and stabiliser resumes exactly, on every device", "[engine][devices]") {
  for (const std::string& device : usable_devices()) {
    for (const std::string& precision : precisions_of(device)) {
      for (ModelRun& run : runs_on(device)) {
        INFO(device << ", " << precision << ", " << run.name);
        run.config.precision = vgan::read_word<vgan::PrecisionKind>(precision);
        Trainer whole(run.config, run.trials);
        const auto reports = train_to(whole, run.config.epochs);
        Trainer part(run.config, run.trials);
        train_to(part, 5);
        Trainer resumed(run.config, run.trials);
        resumed.restore(part.checkpoint());
        const auto rest = train_to(resumed, run.config.epochs);
        CHECK(same_tensors(resumed.checkpoint(), whole.checkpoint()));
        CHECK_FALSE(same_tensors(part.checkpoint(), whole.checkpoint()));
        CHECK(resumed.sample(7, 3) == whole.sample(7, 3));
        for (std::size_t i = 0; i < rest.size(); ++i) {
          CHECK(rest[i] == reports[5 + i]);
        }
      }
    }
  }
}

TEST_CASE("no model or stabiliser depends on the number of threads", "[engine][devices]") {
  for (ModelRun& run : runs_on("cpu")) {
    INFO(run.name);
    run.config.threads = 1;
    const Checkpoint one = trained(run);
    for (const int threads : {2, 3}) {
      run.config.threads = threads;
      CHECK(same_tensors(trained(run), one));
    }
  }
}

namespace {

/// A run with one latent and nothing prepared ahead: each batch is drawn when it is due.
class Twin {
 public:
  Twin(const ModelRun& run, const Trials& images)
      : config_(
            resolved(run.config, {images.shape.height, images.shape.width, images.shape.channels})),
        shape_{images.shape.height, images.shape.width, images.shape.channels},
        device_(open_device(run.config.device)),
        g_(*device_.backend, generator_layers(config_, shape_, classes), leaky_slope,
           {true, config_.ema > 0.0, false}, "G"),
        d_(*device_.backend, discriminator_layers(config_, shape_, classes), leaky_slope, {}, "D"),
        state_(device_.backend->allocate(sizeof(StepState), "state")),
        gan_(*device_.backend, g_, d_, config_.batch, state_.as<StepState>(),
             gan_options(config_, shape_, classes)) {
    g_.initialise(*device_.queue, config_.seed, 0);
    d_.initialise(*device_.queue, config_.seed, 1);
    upload(images);
    StepState state{};
    const StepSchedules schedules = schedules_of(config_, config_.epochs);
    state.generator_rate = schedules.generator_rate;
    state.discriminator_rate = schedules.discriminator_rate;
    state.noise_schedule = schedules.instance_noise;
    apply_schedules(state);
    device_.backend->upload(*device_.queue, &state, sizeof(state), state_.data());
    device_.queue->synchronise();
  }

  void step() {
    Queue& queue = *device_.queue;
    auto* state = state_.as<StepState>();
    const auto critics = static_cast<std::uint64_t>(config_.n_critic);
    AdamOptions adam = adam_options(config_);
    for (std::uint64_t critic = 0; critic < critics; ++critic) {
      draw(critics, critic);
      gan_.discriminator_gradients(queue, steps_ % config_.r1_every == 0 && config_.r1 > 0.0,
                                   static_cast<std::int64_t>(critic));
      adam.network = &StepState::discriminator;
      adam.per_step = critics;
      adam.ahead = critic;
      AdamOptions d_adam = adam;
      d_adam.average_decay = 0.0F;
      optim::Adam(*device_.backend, d_adam).step(queue, d_, state);
    }
    adam = adam_options(config_);
    adam.network = &StepState::generator;
    gan_.generator_gradients(queue);
    optim::Adam(*device_.backend, adam).step(queue, g_, state);
    device_.backend->advance(queue, state);
    ++steps_;
  }

  void check(const Checkpoint& checkpoint) {
    check(checkpoint, g_, "g", g_.arena().weights());
    check(checkpoint, d_, "d", d_.arena().weights());
    check(checkpoint, d_, "adam_v.d", d_.arena().v());
  }

 private:
  static constexpr std::int64_t classes = 3;

  void upload(const Trials& images) {
    const auto& pixels = std::get<std::vector<std::uint8_t>>(images.values);
    std::vector<std::uint8_t> rows(static_cast<std::size_t>(images.count * classes), 0);
    for (std::size_t i = 0; i < images.labels.size(); ++i) {
      rows[i * classes + static_cast<std::size_t>(images.labels[i])] = 1;
    }
    trials_ = device_.backend->allocate(pixels.size(), "trials");
    conditions_ = device_.backend->allocate(rows.size(), "conditions");
    device_.backend->upload(*device_.queue, pixels.data(), pixels.size(), trials_.data());
    device_.backend->upload(*device_.queue, rows.data(), rows.size(), conditions_.data());
    device_.queue->synchronise();
    count_ = images.count;
  }

  void draw(std::uint64_t critics, std::uint64_t critic) {
    const OutputRange range{output_activation(config_.output), 0.0F, 255.0F, true};
    const auto from = [&](const Buffer& buffer, std::int64_t cols) {
      return ConstMatrixRef{buffer.data(), ElementType::u8, count_, cols, cols};
    };
    auto* state = state_.as<StepState>();
    Queue& queue = *device_.queue;
    const StepCounter counter = StepCounter::of(state, critic, critics);
    device_.backend->run(queue, GatherTask{from(trials_, shape_.size()), gan_.real(), range.scale(),
                                           range.offset(), config_.seed, counter});
    device_.backend->run(queue, GatherTask{from(conditions_, classes), gan_.conditions(), 1.0F,
                                           0.0F, config_.seed, counter});
    draw_latents(*device_.backend, queue, {config_.seed, Purpose::latent, 0, counter},
                 latent_mixture(config_), gan_.latent());
  }

  void check(const Checkpoint& checkpoint, const nn::Network& network, const std::string& prefix,
             VectorView<float> section) {
    for (std::size_t l = 0; l < network.layers().size(); ++l) {
      const std::string name = prefix + "." + std::to_string(l) + ".weight";
      const auto& bytes = checkpoint.tensors.at(name).bytes;
      std::vector<std::byte> own(bytes.size());
      device_.backend->download(*device_.queue,
                                section.data + network.arena().offset(network.tensor_index(l, 0)),
                                own.size(), own.data());
      device_.queue->synchronise();
      INFO(name);
      CHECK(own == bytes);
    }
  }

  TrainConfig config_;
  TrialShape shape_;
  Device device_;
  nn::Network g_, d_;
  Buffer state_, trials_, conditions_;
  std::int64_t count_ = 0;
  objectives::Gan gan_;
  std::int64_t steps_ = 0;
};

}  // namespace

TEST_CASE("batches prepared ahead are those of a step that draws each when it is due",
          "[engine][devices]") {
  const Trials images = slopes(4, 4);
  for (const std::string& device : usable_devices()) {
    for (const std::int64_t critics : {1, 2, 3}) {
      INFO(device << ", " << critics << " updates of D");
      ModelRun run{"", wgan_config(critics), images};
      run.config.device = device;
      run.config.epochs = 5;
      run.config.latent_mixture = critics;  // with one, plain noise
      Twin twin(run, images);
      for (int step = 0; step < 5; ++step) twin.step();
      twin.check(trained(run));
    }
  }
}

TEST_CASE("the fused step trains as the plain one, for every loss", "[engine][devices]") {
  const Trials images = slopes(4, 4);
  for (const std::string& device : usable_devices()) {
    for (const char* loss : {"bce", "minimax", "article", "lsgan", "hinge", "wgan-gp"}) {
      INFO(device << ", " << loss);
      TrainConfig config = plain_config();
      config.device = device;
      config.loss = vgan::read_word<vgan::LossKind>(loss);
      config.n_critic = 2;
      config.instance_noise = 0.1;
      config.lr_schedule = vgan::ScheduleKind::linear;
      config.step = vgan::StepKind::fused;
      Trainer fused(config, images);
      config.step = vgan::StepKind::graph;
      Trainer plain(config, images);
      REQUIRE(fused.step_choice() == "fused: as asked for");
      const auto fused_reports = train_to(fused, 8);
      const auto plain_reports = train_to(plain, 8);
      for (std::size_t i = 0; i < plain_reports.size(); ++i) {
        INFO("epoch " << i + 1);
        // Both steps add the same numbers, in another order where there is a penalty; and Adam's
        // first steps take the sign alone of a gradient near 0.
        CHECK(fused_reports[i]["d_loss"] == Approx(plain_reports[i]["d_loss"]).margin(1e-4));
        // The gradients of D's last bias by real and fake trials cancel but for rounding in these
        // two losses, and Adam makes a whole step of what is left, in each of two updates.
        const bool cancels =
            config.loss == vgan::LossKind::hinge || config.loss == vgan::LossKind::wgan_gp;
        const double steps = cancels ? 2.0 * static_cast<double>(i + 1) : 0.0;
        CHECK(fused_reports[i]["g_loss"] ==
              Approx(plain_reports[i]["g_loss"])
                  .margin(1e-4 + 2.0 * steps * config.discriminator_rate()));
        const auto penalty = [](const StepReport& report) {
          return report.find("gradient_penalty").value_or(0.0F);
        };
        CHECK(penalty(fused_reports[i]) == Approx(penalty(plain_reports[i])).epsilon(1e-4));
      }
      CHECK((plain_reports.back().find("gradient_penalty") > 0.0F) ==
            (config.loss == vgan::LossKind::wgan_gp));
    }
  }
}

TEST_CASE("convolutions with R1 train alike in bf16 and fp32", "[engine][devices]") {
  for (const std::string& device : usable_devices()) {
    INFO(device);
    TrainConfig config = conv_config();
    config.device = device;
    config.r1 = 10.0;
    config.r1_every = 1;
    const Trials images = slopes(8, 8);
    Trainer exact(config, images);
    config.precision = vgan::PrecisionKind::bf16;
    Trainer rounded(config, images);
    const auto exact_reports = train_to(exact, 10);
    const auto rounded_reports = train_to(rounded, 10);
    for (std::size_t i = 0; i < 10; ++i) {
      INFO("epoch " << i + 1);
      // Activations of 8 bits; the penalty is computed in f32 from masks of the bf16 pass.
      CHECK(rounded_reports[i]["d_loss"] == Approx(exact_reports[i]["d_loss"]).epsilon(0.03));
      CHECK(rounded_reports[i]["g_loss"] == Approx(exact_reports[i]["g_loss"]).epsilon(0.05));
      CHECK(rounded_reports[i]["r1"] == Approx(exact_reports[i]["r1"]).epsilon(0.05));
      CHECK(exact_reports[i]["r1"] > 0.0F);
    }
  }
}
