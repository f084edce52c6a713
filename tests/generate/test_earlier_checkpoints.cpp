// Checkpoints of earlier builds load for good: their samples are what that build drew, and their
// runs go on. Each was made as its line says, with --device cpu --precision fp32 --threads 1
// --epochs 3 --batch 16; the samples are the first numbers of `generate RUN --count 6`.
#include <cmath>

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/data/readers/npy.hpp"
#include "engine/data/readers/open_trials.hpp"
#include "engine/generate/generate.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/train/trainer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

struct Earlier {
  const char* file;
  const char* data;
  std::vector<double> samples;  ///< [3, 2]
};

const Earlier earlier[] = {
    // --data ring8 --conditional --latent 4 --g-layers 8,8 --d-layers 8 --ema 0.9
    // --latent-mixture 3 --spectral-norm
    {"gan-0.1.0", "ring8", {-0.349774, 0.867696, -0.336545, 0.775415, -0.492383, 0.960213}},
    // --data grid25 --model ae --latent 2 --g-layers 8 --d-layers 8 --latent-mixture 2
    {"ae-0.1.0", "grid25", {0.318044, 0.51506, 0.333067, 0.511484, 0.315094, 0.520025}},
};

std::filesystem::path file_of(const Earlier& one) {
  return source_dir() + "/tests/golden/runs/" + one.file + ".safetensors";
}

}  // namespace

TEST_CASE("checkpoints of earlier builds give the samples that they gave", "[engine][checkpoint]") {
  for (const Earlier& one : earlier) {
    INFO(one.file);
    const TempDir folder;
    GenerateRequest request;
    request.model = file_of(one);
    request.out = (folder.path() / "samples.npy").string();
    request.count = 3;
    request.device = "cpu";
    request.precision = vgan::PrecisionKind::fp32;
    CHECK(generate(request).epoch == 3);
    const Trials samples = read_npy_trials(request.out);
    const auto& values = std::get<std::vector<float>>(samples.values);
    // Products of another instruction set differ in their last bits.
    require_close("samples", std::vector<double>(values.begin(), values.end()), one.samples,
                  {2e-6, 2e-6});
  }
}

TEST_CASE("runs of earlier builds go on", "[engine][checkpoint]") {
  for (const Earlier& one : earlier) {
    INFO(one.file);
    const Checkpoint checkpoint = load_checkpoint(file_of(one));
    TrainConfig config = read_model(checkpoint, one.file).config;
    config.epochs = 5;
    Trainer trainer(config, open_trials({.data = one.data, .seed = config.seed}));
    trainer.restore(checkpoint);
    CHECK(trainer.epoch() == 3);
    trainer.train_epoch();
    CHECK(trainer.epoch() == 4);
    CHECK(trainer.checkpoint().tensors.size() >= checkpoint.tensors.size());
  }
}
