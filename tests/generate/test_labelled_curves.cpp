// Curves with labels or with settings, and a convolutional GAN that is told them.
#include <algorithm>
#include <cmath>

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/data/readers/npy.hpp"
#include "engine/generate/generate.hpp"
#include "engine/train/trainer.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/masked_run.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

constexpr int samples = 32;
constexpr int curves = 600;

/// A sine of one, two or three periods, 0.5 below 0, about it or 0.5 above.
double truth(std::int32_t label, double height, int t) {
  return height * std::sin(6.283185307179586 * (label + 1) * t / samples) + 0.5 * (label - 1);
}

/// Curves of three classes whose heights vary, or of one class with their heights as conditions.
Trials sines(bool classes) {
  Dice dice(11);
  Trials trials;
  trials.count = curves;
  trials.shape = {1, samples, 1, TrialKind::curve};
  trials.source = "sines";
  std::vector<float> values;
  for (int i = 0; i < curves; ++i) {
    const auto label = static_cast<std::int32_t>(classes ? i % 3 : 0);
    const double height = 0.5 + static_cast<double>(dice.roll(1001)) / 1000.0;
    for (int t = 0; t < samples; ++t) {
      values.push_back(static_cast<float>(truth(label, height, t) + 0.05 * normal_roll(dice)));
    }
    if (classes) trials.labels.push_back(label);
    if (!classes) trials.conditions.push_back(static_cast<float>(height));
  }
  if (classes) trials.class_names = {"low", "middle", "high"};
  if (!classes) trials.condition_size = 1;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  trials.low = *low;
  trials.high = *high;
  trials.by_values = true;
  trials.values = std::move(values);
  return trials;
}

/// A model in a folder of its own.
struct CurveGan {
  TempDir folder;
  std::filesystem::path checkpoint;

  explicit CurveGan(bool classes) {
    TrainConfig config = preset("default");
    config.net = NetKind::conv1d;
    config.conditional = classes;
    if (!classes) config.conditions = "heights";
    config.epochs = 1000;
    config.batch = 32;
    config.latent = 8;
    config.g_layers = {32, 16};
    config.d_layers = {16, 32};
    config.device = "cpu";
    config.threads = 2;
    Trainer trainer(config, sines(classes));
    trainer.train(config.epochs, [](const StepReport&) { return true; });
    checkpoint =
        save_checkpoint(folder.path() / "checkpoints", config.epochs, trainer.checkpoint(), 0);
  }

  std::vector<float> drawn(GenerateRequest request) const {
    request.model = checkpoint;
    request.out = (folder.path() / "s.npy").string();
    request.device = "cpu";
    request.threads = 2;
    (void)generate(request);
    return std::get<std::vector<float>>(read_npy_trials(request.out).values);
  }
};

}  // namespace

TEST_CASE("curves of a class have the class's mean", "[generate][curves]") {
  const CurveGan model(true);
  GenerateRequest request;
  request.count = 300;
  const std::vector<std::string> names = {"low", "middle", "high"};
  for (std::int32_t label = 0; label < 3; ++label) {
    INFO(names[static_cast<std::size_t>(label)]);
    request.label = names[static_cast<std::size_t>(label)];
    const std::vector<float> drawn = model.drawn(request);
    REQUIRE(drawn.size() == 300 * samples);
    double squares = 0.0;
    for (int t = 0; t < samples; ++t) {
      double mean = 0.0;
      for (int i = 0; i < 300; ++i) {
        mean += static_cast<double>(drawn[static_cast<std::size_t>(i * samples + t)]) / 300.0;
      }
      squares += (mean - truth(label, 1.0, t)) * (mean - truth(label, 1.0, t)) / samples;
    }
    CHECK(std::sqrt(squares) < 0.15);  // two classes are 0.7 apart or more
  }
  request.label.clear();
  request.per_label = 2;
  CHECK(model.drawn(request).size() == 6 * samples);
}

TEST_CASE("curves follow the settings that are their conditions", "[generate][curves]") {
  const CurveGan model(false);
  GenerateRequest request;
  request.count = 400;
  request.conditions =
      write_file(model.folder.path() / "c.npy",
                 npy_header("<f4", "(2, 1)") + raw_bytes(std::vector<float>{0.7F, 1.3F}))
          .string();
  const std::vector<float> drawn = model.drawn(request);
  double heights[2] = {0.0, 0.0};
  for (std::size_t i = 0; i < 400; ++i) {
    for (int t = 0; t < samples; ++t) {
      const double sine = truth(0, 1.0, t) - truth(0, 0.0, t);
      heights[i % 2] += static_cast<double>(drawn[i * samples + static_cast<std::size_t>(t)]) *
                        sine / (200.0 * samples / 2.0);
    }
  }
  CHECK(heights[0] == Approx(0.7).margin(0.15));
  CHECK(heights[1] == Approx(1.3).margin(0.2));
}
