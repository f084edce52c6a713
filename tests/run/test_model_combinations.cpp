// Every pair of settings of networks and stabilisers trains, or is refused as a setting.
#include <cmath>

#include "engine/base/error.hpp"
#include "engine/train/trainer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/model_runs.hpp"
#include "tests/support/same_tensors.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

struct Change {
  const char* name;
  void (*apply)(TrainConfig&);
};

// Networks of G and D, then what may be added to them.
const std::vector<Change> networks = {
    {"dense", [](TrainConfig&) {}},
    {"conv",
     [](TrainConfig& c) {
       c.net = vgan::NetKind::conv, c.g_layers = {6, 4}, c.d_layers = {4, 6};
     }},
    {"conv1d",
     [](TrainConfig& c) {
       c.net = vgan::NetKind::conv1d, c.g_layers = {6, 4}, c.d_layers = {4, 6};
     }},
    {"conv G, dense D",
     [](TrainConfig& c) { c.g_net = "dense:4x4x6:bn,up:4,conv:5:s1:k3", c.d_net = "dense:9"; }},
    {"dense G, conv D", [](TrainConfig& c) { c.d_net = "conv:4,conv:6:k3:s1,dense:7"; }}};

const std::vector<Change> changes = {
    {"classes", [](TrainConfig& c) { c.conditional = true; }},
    {"vectors", [](TrainConfig& c) { c.conditions = "given"; }},
    {"R1", [](TrainConfig& c) { c.r1 = 1.0; }},
    {"R1 and R2", [](TrainConfig& c) { c.r1 = 1.0, c.r2 = 0.5; }},
    {"wgan-gp", [](TrainConfig& c) { c.loss = vgan::LossKind::wgan_gp; }},
    {"spectral norm", [](TrainConfig& c) { c.spectral_norm = true; }},
    {"stddev", [](TrainConfig& c) { c.minibatch_stddev = 2; }},
    {"pack", [](TrainConfig& c) { c.pack = 2; }},
    {"noise", [](TrainConfig& c) { c.instance_noise = 0.1; }},
    {"augment", [](TrainConfig& c) { c.augment = "color,translation,cutout"; }},
    {"batch norm", [](TrainConfig& c) { c.norm = vgan::NormKind::batch; }},
    {"no norm", [](TrainConfig& c) { c.norm = vgan::NormKind::none; }},
    {"latent mixture", [](TrainConfig& c) { c.latent_mixture = 3; }},
    {"2 critics", [](TrainConfig& c) { c.n_critic = 2; }},
    {"bf16", [](TrainConfig& c) { c.precision = vgan::PrecisionKind::bf16; }}};

void check(const TrainConfig& config, const Trials& images) {
  try {
    Trainer trainer(config, images);
    for (int epoch = 0; epoch < 2; ++epoch) (void)trainer.train_epoch();
    Trainer other(config, images);
    other.restore(trainer.checkpoint());
    for (const NamedValue& one : other.train_epoch().values) {
      INFO(one.name);
      CHECK(std::isfinite(one.value));
    }
    CHECK(other.sample(3, 1).size() == 3 * 64);
  } catch (const Error& error) {
    INFO(error.what());
    // What does not go together is said as a setting.
    CHECK(error.code() == ErrorCode::bad_config);
    CHECK_THAT(error.what(), ContainsSubstring("convolutional D sees conditions") ||
                                 ContainsSubstring("one of the two"));
  }
}

}  // namespace

TEST_CASE("every two stabilisers go together on every net, or are refused", "[engine][trainer]") {
  const Trials images = slopes(8, 8);
  const Trials with_vectors = slopes_with_vectors(8, 8);
  for (const Change& net : networks) {
    for (std::size_t i = 0; i < changes.size(); ++i) {
      for (std::size_t j = i; j < changes.size(); ++j) {
        INFO(net.name << ", " << changes[i].name << ", " << changes[j].name);
        TrainConfig config = plain_config();
        config.threads = 1;
        net.apply(config);
        changes[i].apply(config);
        changes[j].apply(config);
        check(config, config.conditions.empty() ? images : with_vectors);
      }
    }
  }
}

TEST_CASE("everything at once on every net", "[engine][trainer]") {
  for (const Change& net : networks) {
    for (const char* precision : {"fp32", "bf16"}) {
      for (const bool conditional : {false, true}) {
        INFO(net.name << ", " << precision << (conditional ? ", classes" : ", packed"));
        TrainConfig config = stabilised_config();
        config.loss = vgan::LossKind::wgan_gp;
        config.precision = vgan::read_word<vgan::PrecisionKind>(precision);
        config.conditional = conditional;
        config.pack = conditional ? 1 : 2;
        net.apply(config);
        check(config, slopes(8, 8));
      }
    }
  }
}

TEST_CASE("autoencoders train on every net", "[engine][trainer]") {
  for (const Change& net : networks) {
    for (const char* model : {"vae", "ae"}) {
      for (const char* norm : {"auto", "batch", "none"}) {
        for (const char* precision : {"fp32", "bf16"}) {
          INFO(net.name << ", " << model << ", " << norm << ", " << precision);
          TrainConfig config = autoencoder_config(model);
          config.norm = vgan::read_word<vgan::NormKind>(norm);
          config.precision = vgan::read_word<vgan::PrecisionKind>(precision);
          net.apply(config);
          check(config, slopes(8, 8));
        }
      }
    }
  }
}
