// A program that knows libvgan only as an installed package: it trains ten epochs on its own array,
// draws samples and checks them. Exit status 0 where everything was as promised.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>
#include <vgan/vgan.hpp>

namespace {

int failures = 0;

void expect(bool truth, const char* promise) {
  if (truth) return;
  std::printf("broken promise: %s\n", promise);
  ++failures;
}

// 256 trials of 8 x 8 floats in [0, 1]: one period of a wave, each trial at a phase of its own.
vgan::Trials waves() {
  vgan::Trials trials;
  trials.count = 256;
  trials.shape = {8, 8};
  trials.low = 0.0F;
  trials.high = 1.0F;
  trials.source = "waves";
  std::vector<float> values;
  for (int trial = 0; trial < trials.count; ++trial) {
    for (int i = 0; i < trials.values_per_trial(); ++i) {
      const double turn = i / 64.0 + trial / 256.0;
      values.push_back(static_cast<float>(0.5 + 0.5 * std::sin(turn * 2.0 * M_PI)));
    }
  }
  trials.values = std::move(values);
  return trials;
}

vgan::TrainConfig small_networks(std::uint64_t seed) {
  vgan::TrainConfig config;
  config.epochs = 10;
  config.batch = 32;
  config.latent = 8;
  config.g_layers = {32, 48};
  config.d_layers = {48, 32};
  config.seed = seed;
  config.device = "cpu";
  config.precision = vgan::PrecisionKind::fp32;
  return config;
}

void train(vgan::Trainer& trainer) {
  while (trainer.epoch() < trainer.total_epochs()) {
    const vgan::StepReport report = trainer.train_epoch();
    expect(std::isfinite(report["d_loss"]) && std::isfinite(report["g_loss"]), "losses are finite");
  }
}

void check_samples(const std::vector<float>& samples) {
  expect(samples.size() == 100 * 64, "sample() returns count x height x width values");
  const auto in_range = [](float x) { return x >= -1e-5F && x <= 1.0F + 1e-5F; };
  expect(std::all_of(samples.begin(), samples.end(), in_range), "samples keep to the data's range");
  const auto [least, most] = std::minmax_element(samples.begin(), samples.end());
  expect(*most - *least > 0.01F, "samples vary");
}

}  // namespace

int main() {
  try {
    // Three trainers side by side in one process, the first two of them alike.
    vgan::Trainer first(small_networks(1), waves());
    vgan::Trainer twin(small_networks(1), waves());
    vgan::Trainer other(small_networks(2), waves());
    for (vgan::Trainer* trainer : {&first, &other, &twin}) train(*trainer);
    expect(first.epoch() == 10, "ten epochs were trained");

    const std::vector<float> samples = first.sample(100, 7);
    check_samples(samples);
    expect(samples == twin.sample(100, 7), "the same seed gives the same samples");
    expect(samples != other.sample(100, 7), "another seed gives other samples");
  } catch (const vgan::Error& error) {
    std::printf("%s\n", error.what());
    return error.exit_code();
  }

  try {
    vgan::TrainConfig config = small_networks(1);
    config.batch = 0;
    vgan::Trainer refused(config, waves());
    expect(false, "a batch of 0 is refused");
  } catch (const vgan::Error& error) {
    expect(error.code() == vgan::ErrorCode::bad_config, "a batch of 0 is a bad config");
  }
  if (failures == 0) std::printf("libvgan %s keeps its promises\n", vgan::build::version.data());
  return failures == 0 ? 0 : 1;
}
