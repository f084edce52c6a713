// Networks of features learn the same on every device.
#include "engine/features/feature_training.hpp"

#include "engine/checkpoint/checkpoint_tensors.hpp"
#include "tests/features/labelled_trials.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

// A few steps on images that go through convolutions.
FeatureNetwork taught(Backend& backend, FeatureKind kind) {
  const Trials images = disc_images(40, 18, 1);
  const TrialRows rows(images);
  FeatureNetwork network;
  network.kind = kind;
  network.shape = images.shape;
  network.input = FeatureInput::of(rows, images.source);
  std::vector<std::int32_t> classes;
  if (kind == FeatureKind::classifier) {
    network.labels = {0, 10, 20, 30};
    for (const std::int32_t label : images.labels) classes.push_back(label / 10);
  }
  FeatureTraining training;
  training.batch = 8;
  training.steps = 6;
  training.seed = 3;
  train_features(backend, rows, classes, training, network);
  return network;
}

}  // namespace

TEST_CASE("feature training: devices agree", "[features]") {
  for (const FeatureKind kind : {FeatureKind::classifier, FeatureKind::autoencoder}) {
    INFO(to_text(kind));
    Device cpu = open_device("cpu");
    const FeatureNetwork want = taught(*cpu.backend, kind);
    on_every_device([&](Device& device) {
      const FeatureNetwork got = taught(*device.backend, kind);
      REQUIRE(got.weights.tensors.size() == want.weights.tensors.size());
      for (const auto& [name, tensor] : want.weights.tensors) {
        INFO(name);
        // Six steps of Adam move a weight by 0.03 at most; the sums of 256 products, whose order is
        // the device's, decide each move's last digits.
        const Comparison close =
            compare(floats_of(got.weights.tensors.at(name)), floats_of(tensor), {1e-4, 1e-3});
        INFO(close.text);
        CHECK(close.close);
      }
    });
  }
}
