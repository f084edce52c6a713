// Autoencoders: gradients of both objectives, and what their trainers promise.
#include <algorithm>

#include "engine/data/builtin/digits.hpp"
#include "engine/objectives/autoencoder.hpp"
#include "engine/sample/reconstructor.hpp"
#include "engine/train/trainer.hpp"
#include "kernels/math/gaussian.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/device.hpp"
#include "tests/support/model_twin.hpp"
#include "tests/support/same_tensors.hpp"
#include "tests/support/small_run.hpp"

using namespace vgan;
using namespace vgan::testing;
using objectives::AutoencoderValue;
using reference::Values;

namespace {

constexpr std::int64_t batch = 6;
constexpr std::int64_t latent = 4;
constexpr std::int64_t trial = 9;
constexpr std::uint64_t step = 3;

StepState state_of(float kl_weight) {
  StepState state{};
  state.step = step;
  state.kl_weight = kl_weight;
  return state;
}

struct Fixture {
  Fixture(const objectives::AutoencoderOptions& the_options, float the_kl_weight)
      : options(the_options),
        kl_weight(the_kl_weight),
        device(open_device("cpu")),
        e(*device.backend,
          nn::dense_stack({trial, 8, options.variational ? 2 * latent : latent},
                          Activation::identity),
          0.2F, {}, "encoder"),
        g(*device.backend, nn::dense_stack({latent, 7, trial}, Activation::identity), 0.2F, {},
          "decoder"),
        state(device, state_of(kl_weight)),
        objective(*device.backend, e, g, batch, state.get(), options) {
    e.initialise(*device.queue, 5, 0);
    g.initialise(*device.queue, 5, 1);
    // In [0, 1], as the Bernoulli likelihood wants them.
    for (double& value : x) value = static_cast<float>(0.5 + 0.5 * value);
    const MatrixView<float> real = objective.real(1).as<float>();
    for (std::int64_t i = 0; i < batch; ++i) {
      for (std::int64_t j = 0; j < trial; ++j) {
        real.row(i)[j] = static_cast<float>(x[static_cast<std::size_t>(i * trial + j)]);
      }
    }
    objective.use(1);
  }

  struct Losses {
    double reconstruction = 0.0, squared = 0.0, kl = 0.0;
  };

  // Per trial; `squared` per number.
  Losses losses(const ModelTwin& encoder, const ModelTwin& decoder) const {
    const Values code = encoder.forward(x, batch).back();
    const std::int64_t width = options.variational ? 2 * latent : latent;
    Losses sums;
    Values z;
    for (std::int64_t i = 0; i < batch; ++i) {
      for (std::int64_t j = 0; j < latent; ++j) {
        const double mean = code[static_cast<std::size_t>(i * width + j)];
        if (!options.variational) {
          z.push_back(mean);
          continue;
        }
        const double log_variance = code[static_cast<std::size_t>(i * width + latent + j)];
        const double noise =
            math::gaussian(options.seed, math::subsequence(Purpose::posterior, step),
                           static_cast<std::uint64_t>(i * latent + j));
        z.push_back(mean + std::exp(0.5 * log_variance) * noise);
        sums.kl += 0.5 * (mean * mean + std::exp(log_variance) - 1.0 - log_variance) / batch;
      }
    }
    const Values y = decoder.forward(z, batch).back();
    for (std::size_t i = 0; i < y.size(); ++i) {
      const bool bernoulli = options.likelihood == Likelihood::bernoulli;
      const double p = bernoulli ? 1.0 / (1.0 + std::exp(-y[i])) : y[i];
      sums.reconstruction += (bernoulli ? -x[i] * std::log(p) - (1.0 - x[i]) * std::log(1.0 - p)
                                        : 0.5 * (p - x[i]) * (p - x[i])) /
                             batch;
      sums.squared += (p - x[i]) * (p - x[i]) / (batch * trial);
    }
    return sums;
  }

  double total(const ModelTwin& encoder, const ModelTwin& decoder) const {
    const Losses parts = losses(encoder, decoder);
    return parts.reconstruction + static_cast<double>(options.beta * kl_weight) * parts.kl;
  }

  void check() {
    objective.gradients(*device.queue);
    const ModelTwin twin_e(e);
    const ModelTwin twin_g(g);
    check_gradient(e, [&](const ModelTwin& twin) { return total(twin, twin_g); });
    check_gradient(g, [&](const ModelTwin& twin) { return total(twin_e, twin); });
    const StepRecord record = state.read().current;
    const Losses want = losses(twin_e, twin_g);
    CHECK(record[AutoencoderValue::reconstruction] == Approx(want.reconstruction).epsilon(1e-5));
    CHECK(record[AutoencoderValue::squared_error] == Approx(want.squared).epsilon(1e-5));
    CHECK(record[AutoencoderValue::kl] == Approx(want.kl).epsilon(1e-5));
  }

  objectives::AutoencoderOptions options;
  float kl_weight;
  Values x = random_values(batch * trial, 1);
  Device device;
  nn::Network e, g;
  DeviceState state;
  objectives::Autoencoder objective;
};

TrainConfig config_of(const std::string& model, const std::string& precision = "fp32") {
  TrainConfig config = small_config();
  const TrainConfig own = preset(model);
  config.model = vgan::read_word<vgan::ModelKind>(model);
  config.lr = own.lr;
  config.beta1 = own.beta1;
  config.ema = 0.9;
  config.latent = 5;
  config.latent_mixture = model == "ae" ? 2 : 1;
  config.kl_warmup = model == "vae" ? 12 : 0;
  config.lr_schedule = vgan::ScheduleKind::cosine;
  config.warmup = 3;
  config.precision = vgan::read_word<vgan::PrecisionKind>(precision);
  return config;
}

Checkpoint trained(const TrainConfig& config, const Trials& images, std::uint64_t epochs) {
  Trainer trainer(config, images);
  while (trainer.epoch() < epochs) trainer.train_epoch();
  return trainer.checkpoint();
}

}  // namespace

TEST_CASE("an autoencoder's gradients are those of its loss", "[engine][gradient]") {
  for (const Likelihood likelihood : {Likelihood::bernoulli, Likelihood::gaussian}) {
    Fixture({.likelihood = likelihood, .seed = 4}, 1.0F).check();
  }
}

TEST_CASE("a variational autoencoder's gradients are those of its loss", "[engine][gradient]") {
  for (const Likelihood likelihood : {Likelihood::bernoulli, Likelihood::gaussian}) {
    for (const float beta : {1.0F, 4.0F}) {
      Fixture({.variational = true, .likelihood = likelihood, .beta = beta, .seed = 4}, 1.0F)
          .check();
    }
    Fixture({.variational = true, .likelihood = likelihood, .beta = 2.0F, .seed = 4}, 0.25F)
        .check();
  }
}

TEST_CASE("codes are those of trials, each once, whatever their block", "[engine][trainer]") {
  const Trials images = bar_images(600);
  TrainConfig config = config_of("ae");
  Device device = open_device("cpu");
  Reconstructor networks(*device.backend, config, {6, 6, 1}, ElementType::f32);
  networks.encoder().network().initialise(*device.queue, 3, 0);
  networks.decoder().network().initialise(*device.queue, 3, 1);
  const OutputRange range{Activation::sigmoid, 0.0F, 255.0F, true};
  const auto& pixels = std::get<std::vector<std::uint8_t>>(images.values);
  const DeviceTrials data{
      {pixels.data(), ElementType::u8, 600, 36, 36}, {}, range.scale(), range.offset()};

  using Code = std::vector<float>;
  const auto rows_of = [](const std::vector<float>& values) {
    std::vector<Code> rows;
    for (auto at = values.begin(); at != values.end(); at += 5) rows.emplace_back(at, at + 5);
    return rows;
  };
  std::vector<Code> in_order;
  std::int64_t blocks = 0;
  networks.run(*device.queue, images, 600, range, Scaling{},
               [&](const Reconstructor::Block& block) {
                 CHECK(block.first == 256 * blocks++);
                 REQUIRE(block.outputs.size() == static_cast<std::size_t>(block.rows * 36));
                 for (const Code& code : rows_of(block.codes)) in_order.push_back(code);
               });
  REQUIRE(in_order.size() == 600);
  std::vector<Code> shuffled = rows_of(networks.codes_of(*device.queue, data, 1000, 7));
  CHECK(shuffled != in_order);
  std::sort(in_order.begin(), in_order.end());
  std::sort(shuffled.begin(), shuffled.end());
  CHECK(shuffled == in_order);

  std::vector<Code> some = rows_of(networks.codes_of(*device.queue, data, 300, 7));
  REQUIRE(some.size() == 300);
  std::sort(some.begin(), some.end());
  CHECK(std::includes(in_order.begin(), in_order.end(), some.begin(), some.end()));
}

TEST_CASE("an autoencoder's run that was stopped goes on bit for bit", "[engine][trainer]") {
  const Trials images = bar_images();
  for (const char* model : {"vae", "ae"}) {
    for (const char* precision : {"fp32", "bf16"}) {
      INFO(model << " " << precision);
      const TrainConfig config = config_of(model, precision);
      const Checkpoint whole = trained(config, images, 20);
      const Checkpoint part = trained(config, images, 7);
      Trainer resumed(config, images);
      resumed.restore(part);
      CHECK(same_tensors(resumed.checkpoint(), part));
      while (resumed.epoch() < 20) resumed.train_epoch();
      CHECK(same_tensors(resumed.checkpoint(), whole));
      CHECK_FALSE(same_tensors(part, whole));
      CHECK(whole.tensors.contains("codes.mean") == (config.model == vgan::ModelKind::ae));
    }
  }
}

TEST_CASE("an autoencoder's run does not depend on the number of threads", "[engine][trainer]") {
  const Trials images = bar_images();
  for (const char* model : {"vae", "ae"}) {
    for (const char* precision : {"fp32", "bf16"}) {
      TrainConfig config = config_of(model, precision);
      // Wide enough for several slices in every product.
      config.g_layers = {150, 300};
      config.d_layers = {270, 140};
      config.threads = 1;
      const Checkpoint one = trained(config, images, 10);
      for (const int threads : {2, 3}) {
        config.threads = threads;
        CHECK(same_tensors(trained(config, images, 10), one));
      }
    }
  }
}

TEST_CASE("what is drawn and reconstructed does not disturb an autoencoder's run",
          "[engine][trainer]") {
  const Trials images = bar_images();
  for (const char* model : {"vae", "ae"}) {
    INFO(model);
    const TrainConfig config = config_of(model);
    Trainer trainer(config, images);
    while (trainer.epoch() < 10) {
      trainer.train_epoch();
      (void)trainer.preview(5);
      (void)trainer.sample(3, 1);
      (void)trainer.reconstruct(images);
    }
    CHECK(same_tensors(trainer.checkpoint(), trained(config, images, 10)));

    const auto many = trainer.sample(600, 3);
    const auto few = trainer.sample(10, 3);
    REQUIRE(many.size() == 600 * 36);
    CHECK(std::equal(few.begin(), few.end(), many.begin()));
    CHECK(trainer.sample(10, 4) != few);
    for (const float pixel : many) REQUIRE((pixel >= 0.0F && pixel <= 255.0F));
  }
}

TEST_CASE("an ae samples at codes like those of its data, a vae from its prior",
          "[engine][trainer]") {
  const Trials images = bar_images();
  Trainer ae(config_of("ae"), images);
  CHECK(ae.samples_from() == "a mixture of 2 Gaussians fitted to 200 codes");
  CHECK(Trainer(config_of("vae"), images).samples_from().empty());
  CHECK(Trainer(small_config(), images).samples_from().empty());
}

TEST_CASE("autoencoders learn the built-in digits", "[engine][trainer]") {
  const Trials images = make_digits(1, 1000);
  for (const char* model : {"vae", "ae"}) {
    INFO(model);
    TrainConfig config = preset(model);
    config.g_layers = {128, 256};
    config.d_layers = {256, 128};
    config.latent = 8;
    config.batch = 64;
    config.epochs = 200;
    config.device = "cpu";
    config.precision = vgan::PrecisionKind::fp32;
    Trainer trainer(config, images);
    double first = 0.0;
    double last = 0.0;
    double squared = 0.0;
    double kl = 0.0;
    for (int epoch = 1; epoch <= 200; ++epoch) {
      const StepReport report = trainer.train_epoch();
      if (epoch <= 5) first += static_cast<double>(report["reconstruction"]) / 5;
      if (epoch <= 190) continue;
      last += static_cast<double>(report["reconstruction"]) / 10;
      squared += static_cast<double>(report["squared_error"]) / 10;
      kl += static_cast<double>(report.find("kl").value_or(0.0F)) / 10;
    }
    // 784 undecided pixels are 543 nats; a constant picture of the mean is about 200 and 0.067.
    CHECK(first > 300.0);
    CHECK(last < 180.0);
    CHECK(squared < 0.056);
    if (config.model == vgan::ModelKind::vae) {
      CHECK((kl > 1.0 && kl < 30.0));
    } else {
      CHECK(kl == 0.0);
    }

    // Its reconstructions are nearer to their own trials than to the next ones.
    const auto made = trainer.reconstruct(images);
    const auto& pixels = std::get<std::vector<std::uint8_t>>(images.values);
    REQUIRE(made.size() == pixels.size());
    double own = 0.0;
    double next = 0.0;
    for (std::size_t i = 0; i < made.size(); ++i) {
      REQUIRE((made[i] >= 0.0F && made[i] <= 255.0F && made[i] == std::nearbyint(made[i])));
      own += std::pow(made[i] - pixels[i], 2.0);
      next += std::pow(made[i] - pixels[(i + 784) % pixels.size()], 2.0);
    }
    CHECK(own < 0.8 * next);
  }
}

TEST_CASE("reconstructions in bf16 are those of fp32, roughly", "[engine][trainer]") {
  const Trials images = bar_images();
  for (const char* model : {"vae", "ae"}) {
    INFO(model);
    Trainer half(config_of(model, "bf16"), images);
    while (half.epoch() < 60) half.train_epoch();
    Trainer whole(config_of(model, "fp32"), images);
    whole.restore(half.checkpoint());
    const auto got = half.reconstruct(images);
    const auto want = whole.reconstruct(images);
    double largest = 0.0;
    for (const double value : want) largest = std::fmax(largest, value);
    CHECK(largest > 60.0);  // bars begin to show
    // Pixels of 255; bf16 has 8 bits, and some six roundings follow one another.
    require_close("pixels", got, want, {6.0, 0.0});
  }
}

TEST_CASE("a GAN does not reconstruct", "[engine][trainer]") {
  Trainer gan(small_config(), bar_images());
  CHECK_THROWS_WITH(gan.reconstruct(bar_images()), ContainsSubstring("a gan"));
  Trainer ae(config_of("ae"), bar_images());
  Trials other = bar_images();
  other.shape = {4, 9};
  CHECK_THROWS_WITH(ae.reconstruct(other),
                    ContainsSubstring("4 x 9") && ContainsSubstring("6 x 6"));
}
