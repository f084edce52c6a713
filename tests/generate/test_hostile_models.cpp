// Checkpoints that describe more than they hold, or what no training leaves: refused as bad data,
// before memory is taken for them.
#include <cstring>
#include <fstream>

#include "engine/base/error.hpp"
#include "engine/generate/generate.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/train/trainer.hpp"
#include "tests/checkpoint/files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/model_runs.hpp"
#include "tests/support/saved_toml.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

/// Virtual memory that the process had at most, in bytes: untouched memory counts too.
std::size_t peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmPeak:")) return std::stoul(line.substr(7)) * 1024;
  }
  return 0;
}

Checkpoint checkpoint_of(const TrainConfig& config, const Trials& images) {
  Trainer trainer(config, images);
  (void)trainer.train_epoch();
  return with_toml(trainer.checkpoint());
}

void replace(std::string& text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  INFO(from << " in " << text);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
}

void refuse(const Checkpoint& bad) {
  const TempDir folder;
  const auto file = save_checkpoint(folder.path(), 3, bad, 0);
  GenerateRequest request;
  request.model = file;
  request.device = "cpu";
  request.out = (folder.path() / "x.npy").string();
  const std::size_t before = peak_memory();
  const Outcome generated = outcome_of([&] { (void)generate(request); });
  INFO(generated.message);
  CHECK(generated.code == 65);
  CHECK(outcome_of([&] { (void)describe_checkpoint(file); }).code == 65);
  CHECK(peak_memory() - before < (std::size_t{64} << 20));
}

/// A line of the config in place of another.
void refuse_config(const Checkpoint& good, const std::string& from, const std::string& to) {
  INFO(to);
  Checkpoint bad = good;
  replace(bad.metadata.at("config"), from, to);
  refuse(bad);
}

void refuse_tensor(const Checkpoint& good, const std::string& name, std::size_t at, float value) {
  INFO(name << ": " << value);
  Checkpoint bad = good;
  REQUIRE(bad.tensors.contains(name));
  std::memcpy(bad.tensors.at(name).bytes.data() + at * sizeof(float), &value, sizeof(float));
  refuse(bad);
}

}  // namespace

TEST_CASE("a config that asks for other networks than the file holds", "[engine][hostile]") {
  const Checkpoint good = checkpoint_of(plain_config(), slopes(8, 8));
  const auto refused = [&](const char* from, const char* to) { refuse_config(good, from, to); };
  refused("net = 'mlp'", "net = 'conv'");
  refused("net = 'mlp'", "net = 'conv1d'");
  refused("norm = 'auto'", "norm = 'batch'");
  refused("spectral-norm = false", "spectral-norm = true");
  refused("minibatch-stddev = 0", "minibatch-stddev = 4");
  refused("pack = 1", "pack = 4");
  refused("pack = 1", "pack = 64");
  refused("conditional = false", "conditional = true");
  refused("conditions = ''", "conditions = 'x.npy'");
  refused("model = 'gan'", "model = 'ae'");
  refused("latent = 5", "latent = 1048576");
  refused("batch = 8", "batch = 0");
  refused("g-layers = [12]", "g-layers = []");
  refused("d-layers = [13, 9]", "d-layers = []");
  for (const char* setting : {"g-net", "d-net"}) {
    for (const char* list :
         {"conv:8", "dense:11", " ", "dense", "dense:1048576", "dense:512x512x1024",
          "dense:512x512x1024,dense:512x512x1024", "conv:1048576:s1:k64",
          "conv:1048576:s1:k64,conv:1048576:s1:k64", "dense:1x1x1,up:1048576:k1048576:s1048576",
          "dense:64x64x1,up:1:s64,up:1:s64,up:1:s64,up:1:s64", "dense:4x4x9223372036854775807",
          "up:4", "conv:3:s0"}) {
      refuse_config(good, std::string(setting) + " = ''",
                    std::string(setting) + " = \"" + list + "\"");
    }
  }
}

TEST_CASE("sizes of a trial that are not those of the tensors", "[engine][hostile]") {
  const Checkpoint good = checkpoint_of(conv_config(), slopes(8, 8));
  // 5 to 7 have the tensors of 8: their halves, rounded up, are 2 in the end.
  for (const char* side : {"1", "4", "9", "16", "1048576", "1048577", "0", "-8", "x"}) {
    for (const char* which : {"trial.height", "trial.width"}) {
      INFO(which << " " << side);
      Checkpoint bad = good;
      bad.metadata.at(which) = side;
      refuse(bad);
    }
  }
  Checkpoint bad = good;
  bad.metadata["trial.height"] = bad.metadata["trial.width"] = "1048576";
  for (const char* channels : {"3", "1048576", "4611686018427387904"}) {
    bad.metadata["trial.channels"] = channels;
    refuse(bad);
  }
  replace(bad.metadata.at("config"), "g-layers = [6, 4]", "g-layers = [1048576, 1048576]");
  replace(bad.metadata.at("config"), "d-layers = [4, 6]", "d-layers = [1048576, 1048576]");
  refuse(bad);
  std::string many = "1";
  for (int i = 0; i < 63; ++i) many += ", 1";
  refuse_config(good, "g-layers = [6, 4]", "g-layers = [" + many + "]");
  refuse_config(good, "g-layers = [6, 4]", "g-layers = [" + many + ", 1]");
  refuse_config(good, "d-layers = [4, 6]", "d-layers = [" + many + "]");
  refuse_config(good, "kernel = 0", "kernel = 64");
  refuse_config(good, "kernel = 0", "kernel = 3");
  refuse_config(good, "net = 'conv'", "net = 'mlp'");
  refuse_config(good, "pack = 1", "pack = 2");  // beside a projection
}

TEST_CASE("tensors of stabilisers that are missing, of another shape, or no numbers",
          "[engine][hostile]") {
  TrainConfig config = conv_config();
  config.spectral_norm = true;
  config.minibatch_stddev = 2;
  const Checkpoint good = checkpoint_of(config, slopes(8, 8));
  CHECK_NOTHROW(read_model(good, "good"));
  for (const char* name : {"g.0.gamma", "g.0.variance", "g_ema.1.mean", "d.0.u", "d.1.v",
                           "d.3.embedding", "adam_m.d.3.embedding", "d.3.weight"}) {
    INFO(name);
    Checkpoint bad = good;
    REQUIRE(bad.tensors.erase(name) == 1);
    refuse(bad);
    bad = good;
    bad.tensors.at(name).shape.push_back(1);
    refuse(bad);
    refuse_tensor(good, name, 0, std::nanf(""));
  }
  // What no training leaves.
  refuse_tensor(good, "g.0.variance", 3, -1.0F);
  refuse_tensor(good, "g_ema.1.variance", 0, -1e-3F);
  refuse_tensor(good, "adam_v.g.0.weight", 7, -1.0F);
  refuse_tensor(good, "adam_v.d.3.embedding", 0, -1e-30F);

  Trainer trainer(config, slopes(8, 8));
  Checkpoint bad = good;
  const float below = -1.0F;
  std::memcpy(bad.tensors.at("adam_v.d.0.weight").bytes.data(), &below, sizeof(below));
  CHECK(outcome_of([&] { trainer.restore(bad); }).code == 65);
  CHECK(trainer.epoch() == 0);
  trainer.restore(good);
  CHECK(trainer.epoch() == 1);
}
