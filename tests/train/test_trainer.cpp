// The trainer in memory: exact resume, thread independence, two side by side, plans and refusals.
#include "engine/train/trainer.hpp"

#include <cmath>
#include <thread>

#include "engine/data/readers/idx.hpp"
#include "engine/device/devices.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/same_tensors.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/small_run.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

Checkpoint trained(const TrainConfig& config, const Trials& images, std::uint64_t epochs) {
  Trainer trainer(config, images);
  while (trainer.epoch() < epochs) trainer.train_epoch();
  return trainer.checkpoint();
}

}  // namespace

TEST_CASE("stopping and resuming changes nothing, bit for bit", "[engine][trainer]") {
  const Trials images = bar_images();
  for (const char* precision : {"fp32", "bf16"}) {
    for (const double noise : {0.0, 0.1}) {
      TrainConfig config = small_config();
      config.precision = vgan::read_word<vgan::PrecisionKind>(precision);
      config.instance_noise = noise;
      const Checkpoint whole = trained(config, images, 20);
      // At an epoch that is no multiple of the lazy penalty's period.
      const Checkpoint part = trained(config, images, 7);
      Trainer resumed(config, images);
      resumed.restore(part);
      CHECK(resumed.epoch() == 7);
      while (resumed.epoch() < 20) resumed.train_epoch();
      CHECK(same_tensors(resumed.checkpoint(), whole));
      CHECK_FALSE(same_tensors(part, whole));
    }
  }
}

TEST_CASE("a run does not depend on the number of threads", "[engine][trainer]") {
  const Trials images = bar_images();
  for (const char* precision : {"fp32", "bf16"}) {
    TrainConfig config = small_config();
    config.precision = vgan::read_word<vgan::PrecisionKind>(precision);
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

TEST_CASE("the seed decides the run", "[engine][trainer]") {
  const Trials images = bar_images();
  TrainConfig config = small_config();
  const Checkpoint first = trained(config, images, 5);
  CHECK(same_tensors(trained(config, images, 5), first));
  config.seed = 2;
  CHECK_FALSE(same_tensors(trained(config, images, 5), first));
}

TEST_CASE("two trainers live side by side in one process", "[engine][trainer]") {
  const Trials images = bar_images();
  TrainConfig config = small_config();
  TrainConfig other = config;
  other.seed = 9;
  const Checkpoint alone = trained(config, images, 10);
  const Checkpoint other_alone = trained(other, images, 10);

  Trainer a(config, images);
  Trainer b(other, images);
  for (int epoch = 0; epoch < 10; ++epoch) {
    a.train_epoch();
    b.train_epoch();
  }
  CHECK(same_tensors(a.checkpoint(), alone));
  CHECK(same_tensors(b.checkpoint(), other_alone));

  Checkpoint from_thread;
  std::thread beside([&] { from_thread = trained(config, images, 10); });
  const Checkpoint here = trained(other, images, 10);
  beside.join();
  CHECK(same_tensors(from_thread, alone));
  CHECK(same_tensors(here, other_alone));
}

TEST_CASE("samples depend on seed and number alone", "[engine][trainer]") {
  Trainer trainer(small_config(), bar_images());
  for (int epoch = 0; epoch < 5; ++epoch) trainer.train_epoch();
  const auto many = trainer.sample(600, 3);
  REQUIRE(many.size() == 600 * 36);
  const auto few = trainer.sample(10, 3);
  CHECK(std::equal(few.begin(), few.end(), many.begin()));
  CHECK(trainer.sample(10, 4) != few);
  for (const float pixel : many) REQUIRE((pixel >= 0.0F && pixel <= 255.0F));
  CHECK(*std::max_element(many.begin(), many.end()) > 1.0F);
}

TEST_CASE("drawing samples does not disturb the run", "[engine][trainer]") {
  const Trials images = bar_images();
  const Checkpoint quiet = trained(small_config(), images, 10);
  Trainer trainer(small_config(), images);
  while (trainer.epoch() < 10) {
    trainer.train_epoch();
    (void)trainer.preview(5);
    (void)trainer.sample(3, 1);
  }
  CHECK(same_tensors(trainer.checkpoint(), quiet));
}

TEST_CASE("passes are turned into epochs", "[engine][trainer]") {
  TrainConfig config = small_config();
  config.passes = 2.5;
  CHECK(Trainer(config, bar_images(200)).total_epochs() == 32);  // 2.5 * 200 / 16 = 31.25
  config.passes = 0.0;
  CHECK(Trainer(config, bar_images(200)).total_epochs() == 20);
}

TEST_CASE("float data keep their range", "[engine][trainer]") {
  Trials images = bar_images();
  std::vector<float> values;
  for (const std::uint8_t pixel : std::get<0>(images.values)) {
    values.push_back(static_cast<float>(pixel) * 0.1F - 5.0F);
  }
  images.values = values;
  images.low = -5.0F;
  images.high = 20.5F;
  Trainer trainer(small_config(), images);
  for (int epoch = 0; epoch < 300; ++epoch) trainer.train_epoch();
  double sum = 0.0;
  const auto samples = trainer.sample(256, 1);
  for (const float value : samples) {
    REQUIRE((value >= -5.0F && value <= 20.5F));
    sum += value;
  }
  double real = 0.0;
  for (const float value : values) real += value;
  CHECK(std::fabs(sum / static_cast<double>(samples.size()) -
                  real / static_cast<double>(values.size())) < 2.0);
}

TEST_CASE("output auto follows the data that are trained on", "[engine][trainer]") {
  TrainConfig config = small_config();
  config.output = vgan::OutputKind::automatic;
  Trials images = bar_images();
  CHECK(Trainer(config, images).config().output == vgan::OutputKind::tanh);
  const auto& pixels = std::get<std::vector<std::uint8_t>>(images.values);
  images.values = std::vector<float>(pixels.begin(), pixels.end());
  images.low = 0.0F;
  images.high = 255.0F;
  CHECK(Trainer(config, images).config().output == vgan::OutputKind::linear);
}

TEST_CASE("a mixture that is left to the data is for points", "[engine][trainer]") {
  TrainConfig config = small_config();
  config.latent_mixture = 0;
  CHECK(Trainer(config, bar_images()).config().latent_mixture == 1);
  Trials points;
  points.count = 50;
  points.shape = {1, 2};
  points.low = -1.0F;
  points.high = 1.0F;
  points.values = std::vector<float>(100, 0.5F);
  Trainer trainer(config, points);
  CHECK(trainer.config().latent_mixture == 100);
  CHECK_THAT(trainer.networks()[0].second, ContainsSubstring("noise from 100 Gaussians"));
}

TEST_CASE("a rate that is far too high ends in divergence that names the epoch",
          "[engine][trainer]") {
  TrainConfig config = small_config();
  config.lr = 1e30;
  config.lr_d = 0.0;
  Trainer trainer(config, bar_images());
  try {
    for (int epoch = 0; epoch < 50; ++epoch) trainer.train_epoch();
    FAIL("no divergence");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::diverged);
    CHECK_THAT(error.what(), ContainsSubstring("epoch "));
  }
  CHECK_THROWS_AS(trainer.checkpoint(), Error);
}

TEST_CASE("divergence is told in the model's own losses, with advice that it can take",
          "[engine][trainer]") {
  const auto said = [](const std::string& model) {
    TrainConfig config = small_config();
    config.model = vgan::read_word<vgan::ModelKind>(model);
    config.output = model == "gan" ? OutputKind::tanh : OutputKind::sigmoid;
    config.r1 = model == "gan" ? config.r1 : 0.0;
    config.lr = 1e30;
    Trainer trainer(config, bar_images());
    std::string losses;
    try {
      for (int epoch = 0; epoch < 50; ++epoch) trainer.train_epoch();
    } catch (const Error& error) {
      losses = error.what();
    }
    std::string tensor;
    try {
      (void)trainer.checkpoint();
    } catch (const Error& error) {
      tensor = error.what();
    }
    return std::pair(losses, tensor);
  };
  for (const std::string model : {"gan", "vae", "ae"}) {
    const auto [losses, tensor] = said(model);
    INFO(losses << " | " << tensor);
    const bool gan = model == "gan";
    CHECK((losses.find("D loss") != std::string::npos) == gan);
    CHECK((losses.find("reconstruction ") != std::string::npos) == !gan);
    CHECK((losses.find("KL ") != std::string::npos) == (model == "vae"));
    CHECK_THAT(tensor, ContainsSubstring(", tensor "));
    for (const std::string& line : {losses, tensor}) {
      CHECK_THAT(line, ContainsSubstring("use a lower --lr"));
      CHECK((line.find("--r1") != std::string::npos) == gan);
    }
  }
}

TEST_CASE("what cannot be trained is refused", "[engine][trainer]") {
  const auto code_of = [](TrainConfig config, const Trials& images) {
    try {
      const Trainer trainer(config, images);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::usage;
  };
  TrainConfig config = small_config();
  config.batch = 201;
  CHECK(code_of(config, bar_images(200)) == ErrorCode::bad_config);
  config = small_config();
  config.precision = vgan::PrecisionKind::tf32;
  CHECK(code_of(config, bar_images()) == ErrorCode::bad_config);
  config = small_config();
  config.device = "cuda";
  if (!cuda_status().usable) CHECK(code_of(config, bar_images()) == ErrorCode::no_device);
  CHECK(code_of(small_config(), Trials{}) == ErrorCode::bad_data);
  Trials contradiction = bar_images();
  contradiction.count = 100000;
  CHECK(code_of(small_config(), contradiction) == ErrorCode::bad_data);
  contradiction = bar_images();
  contradiction.labels.pop_back();
  CHECK(code_of(small_config(), contradiction) == ErrorCode::bad_data);
  contradiction = bar_images();
  contradiction.low = contradiction.high;
  CHECK(code_of(small_config(), contradiction) == ErrorCode::bad_data);
}

TEST_CASE("a plan that does not fit names the largest batch that would", "[engine][trainer]") {
  TrainConfig config = small_config();
  config.batch = 1 << 24;
  config.g_layers = {1 << 14};
  Trials images;
  images.count = 1 << 24;
  images.shape = {1, 1};
  images.values = std::vector<std::uint8_t>(1 << 24);
  try {
    const Trainer trainer(config, images);
    WARN("this machine has the memory for a batch of 2^24");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::no_device);
    CHECK_THAT(error.what(), ContainsSubstring("largest batch that fits"));
  }
}

TEST_CASE("a checkpoint of other data or networks is refused", "[engine][trainer]") {
  const Checkpoint saved = trained(small_config(), bar_images(200), 2);
  Trainer other_data(small_config(), bar_images(100));
  CHECK_THROWS_WITH(other_data.restore(saved), ContainsSubstring("other data"));
  TrainConfig wider = small_config();
  wider.g_layers = {24, 41};
  Trainer other_network(wider, bar_images(200));
  CHECK_THROWS_WITH(other_network.restore(saved), ContainsSubstring("g.1.weight"));
}

TEST_CASE("the main job on MNIST for 300 epochs is sane", "[engine][mnist][long]") {
  const auto shared = shared_data();
  if (!shared || !std::filesystem::exists(*shared / "mnist")) {
    VGAN_SKIP("no real MNIST: set VGAN_SHARED_DATA to a folder that holds mnist/");
  }
  TrainConfig config = preset("default");
  config.device = "cpu";
  Trainer trainer(config, read_idx_trials(*shared / "mnist" / "train-images-idx3-ubyte.gz"));
  using Named = std::pair<std::string, std::string>;
  CHECK(trainer.networks() ==
        std::vector<Named>{
            {"generator", "150-256-512-1024-784, 1499152 parameters, tanh"},
            {"discriminator", "834-512-256-128-1, 591873 parameters"},
            {"conditions", "which of 50 groups of alike trials one is in (--clusters)"}});
  double real = 0.0;
  double fake = 0.0;
  for (int epoch = 0; epoch < 300; ++epoch) {
    const StepReport report = trainer.train_epoch();
    REQUIRE(std::isfinite(report["d_loss"]));
    REQUIRE(std::isfinite(report["g_loss"]));
    if (epoch >= 200)
      real += report["d_real_accuracy"] / 100.0, fake += report["d_fake_accuracy"] / 100.0;
  }
  // D tells most apart by now, and is not blind on either side.
  CHECK((real > 0.5 && real <= 1.0));
  CHECK((fake > 0.5 && fake <= 1.0));
  const auto samples = trainer.sample(64, 1);
  double mean = 0.0;
  double spread = 0.0;
  for (std::size_t pixel = 0; pixel < 784; ++pixel) {
    double sum = 0.0;
    double squares = 0.0;
    for (std::size_t i = 0; i < 64; ++i) {
      const double value = samples[i * 784 + pixel] / 255.0;
      sum += value;
      squares += value * value;
    }
    mean += sum / 64.0 / 784.0;
    spread += std::sqrt(std::fmax(squares / 64.0 - sum / 64.0 * sum / 64.0, 0.0)) / 784.0;
  }
  CHECK((mean > 0.02 && mean < 0.6));
  CHECK(spread > 0.005);  // samples differ from each other
}
