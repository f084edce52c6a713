// Every kind of training starts on a device: what its programs need, plans of the libraries above
// all, is made before they are captured, and the numbers that training starts from stay as they
// are.
#include <string>
#include <vector>

#include "engine/models/architecture.hpp"
#include "engine/train/alternating_step.hpp"
#include "engine/train/objective_options.hpp"
#include "engine/train/trainer.hpp"
#include "tests/kernels/cuda/executor_run.hpp"
#include "tests/simt/simt.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/device.hpp"
#include "tests/support/masked_run.hpp"
#include "tests/support/model_runs.hpp"
#include "tests/support/reference.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

/// D sees trials side by side, or images one above the other.
TrainConfig packed(TrainConfig config) {
  config.conditional = false;
  config.pack = 2;
  return config;
}

TrainConfig with_penalties(TrainConfig config) {
  config.r1 = 1.0;
  config.r2 = 0.5;
  config.r1_every = 2;
  return config;
}

/// No convolution of D has the shape of one of G, as it may where their layers mirror each other.
TrainConfig unlike_networks() {
  TrainConfig config = conv_config();
  config.d_layers = {5, 7};
  return config;
}

TrainConfig image_wgan() {
  TrainConfig config = unlike_networks();
  config.loss = LossKind::wgan_gp;
  config.r1 = 0.0;
  config.r1_every = 1;
  return config;
}

TrainConfig image_autoencoder() {
  TrainConfig config = autoencoder_config("vae");
  config.net = NetKind::conv;
  config.g_layers = {6, 4};
  config.d_layers = {4, 6};
  return config;
}

/// model_runs() in both kinds of step, and what they leave out.
std::vector<ModelRun> all_runs() {
  TrainConfig critics = packed(wgan_config(2));
  critics.augment = "";
  std::vector<ModelRun> runs = model_runs();
  runs.push_back({"plain", plain_config(), slopes(4, 4)});
  runs.push_back({"R1 and R2", with_penalties(plain_config()), slopes(4, 4)});
  runs.push_back({"packed", with_penalties(packed(plain_config())), slopes(4, 4)});
  runs.push_back({"WGAN-GP, packed", critics, slopes(4, 4)});
  runs.push_back({"conv, unlike networks", unlike_networks(), slopes(8, 8)});
  runs.push_back({"conv, packed", packed(unlike_networks()), slopes(8, 8)});
  runs.push_back({"curves, packed", packed(curve_config()), slopes(1, 13)});
  runs.push_back({"conv, WGAN-GP", image_wgan(), slopes(8, 8)});
  runs.push_back({"VAE of images", image_autoencoder(), slopes(8, 8)});
  runs.push_back({"GAN of rows", packed(plain_config()), table_of(known_table(120))});
  runs.push_back({"VAE of rows", autoencoder_config("vae"), table_of(known_table(120))});
  for (const ModelRun& run : std::vector<ModelRun>(runs)) {
    runs.push_back(run);
    runs.back().name += ", --step graph";
    runs.back().config.step = StepKind::graph;
  }
  for (const std::int64_t folds : {0, 2}) {
    ModelRun masked{"masked, folds " + std::to_string(folds), small_masked_config(),
                    table_of(known_table(120))};
    masked.config.batch = 32;
    masked.config.folds = folds;
    runs.push_back(masked);
  }
  for (ModelRun& run : runs) run.config.device = "cuda";
  return runs;
}

/// Calls after which a library or the host may wait for the device.
std::uint64_t makings() {
  std::uint64_t count = 0;
  for (const char* call :
       {"cudaMalloc", "cublasLtCreate", "cublasLtMatmulAlgoGetHeuristic", "cudnnCreate",
        "cudnnBackendFinalize of a choice", "cudnnBackendFinalize of a plan"}) {
    count += simt::calls(call);
  }
  return count;
}

/// Two networks of a run, with moments and gradients that are not zero, and images for them.
struct Networks {
  Networks(const ModelRun& run, bool shadow)
      : config(resolved(run.config, run.trials.shape)),
        device(open_device("cuda")),
        g(*device.backend, generator_layers(config, run.trials.shape, 0), leaky_slope,
          {.training = true, .average = true, .shadow = shadow}, "G"),
        d(*device.backend, discriminator_layers(config, run.trials.shape, 0), leaky_slope,
          {.training = true, .average = false, .shadow = shadow}, "D"),
        trials(device, 40, run.trials.shape.size(),
               random_values(static_cast<std::size_t>(40 * run.trials.shape.size()), 3)) {
    options.batch = config.batch;
    options.gan = gan_options(config, run.trials.shape, 0);
    options.schedules.generator_rate = math::constant(2e-4);
    options.schedules.discriminator_rate = math::constant(2e-4);
    for (nn::Network* network : {&g, &d}) {
      network->initialise(*device.queue, 1, network == &g ? 0 : 1);
      for (const VectorView<float> part :
           {network->arena().gradients(), network->arena().m(), network->arena().v()}) {
        device.backend->fill(*device.queue, 0.25F,
                             {part.data, ElementType::f32, 1, part.size, part.size});
      }
    }
    device.queue->synchronise();
  }

  AlternatingStep make_step() {
    return AlternatingStep(*device.backend, g, d, {.trials = trials.ref()}, options);
  }

  std::vector<std::vector<std::byte>> bytes() {
    std::vector<std::vector<std::byte>> all;
    for (const nn::Network* network : {&g, &d}) {
      for (const Buffer* memory : network->memory()) {
        all.emplace_back(memory->bytes());
        device.backend->download(*device.queue, memory->data(), memory->bytes(), all.back().data());
        device.queue->synchronise();
      }
    }
    return all;
  }

  TrainConfig config;
  Device device;
  nn::Network g, d;
  DeviceMatrix trials;
  StepOptions options;
};

/// Dense networks and convolutions, with all that is no weight: norms, singular vectors, averages.
std::vector<ModelRun> unconditional_runs() {
  TrainConfig dense = stabilised_config();
  TrainConfig conv = unlike_networks();
  dense.conditional = conv.conditional = false;
  conv.spectral_norm = true;
  conv.norm = NormKind::batch;
  return {{"dense", dense, slopes(4, 4)}, {"conv", conv, slopes(8, 8)}};
}

void run_steps(TrainingStep& step, int count) {
  for (int i = 0; i < count; ++i) {
    step.run(1);
    (void)step.take_records();
  }
  step.queue().synchronise();
}

}  // namespace

TEST_CASE("networks are bit for bit what they were before their step was made", "[cuda][start]") {
  const Restored restored;
  for (const ModelRun& run : unconditional_runs()) {
    const bool shadow = GENERATE(false, true);
    INFO(run.name << (shadow ? ", bf16" : ", fp32"));
    Networks networks(run, shadow);
    const auto before = networks.bytes();
    AlternatingStep step = networks.make_step();
    CHECK((networks.bytes() == before));
    step.run(1);
    CHECK(step.take_records().front().epoch == 1);
    step.queue().synchronise();
    CHECK((networks.bytes() != before));
  }
}

TEST_CASE("replayed steps move networks as those do that are put on the queues one by one",
          "[cuda][start]") {
  const Restored restored;
  for (const ModelRun& run : unconditional_runs()) {
    INFO(run.name);
    std::vector<std::vector<std::byte>> moved;
    for (const bool replaying : {true, false}) {
      Networks networks(run, true);
      AlternatingStep step = networks.make_step();
      step.set_replaying(replaying);
      run_steps(step, 5);
      if (moved.empty()) moved = networks.bytes();
      CHECK((networks.bytes() == moved));
    }
  }
}

TEST_CASE("every kind of training starts, and makes nothing once it has", "[cuda][start]") {
  const Restored restored;
  const std::string precision = GENERATE("fp32", "bf16", "tf32");
  for (ModelRun& run : all_runs()) {
    const bool masked = run.config.model == ModelKind::masked;
    if (masked && precision == "bf16") continue;  // these compute in fp32 alone
    INFO(run.name << ", " << precision);
    run.config.precision = read_word<PrecisionKind>(precision);
    simt::reset();
    std::uint64_t made = 0;
    try {
      Trainer trainer(run.config, run.trials);
      made = makings();
      CHECK(made > 0);
      trainer.train(18, [](const StepReport&) { return true; });
      CHECK(makings() == made);
    } catch (const Error& error) {
      FAIL_CHECK(error.what());
    }
    CHECK(simt::take_findings().empty());
  }
}
