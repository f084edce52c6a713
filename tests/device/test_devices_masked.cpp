// A masked model on several devices: one run, the same rows.
#include <cmath>

#include "engine/train/trainer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/device.hpp"
#include "tests/support/masked_run.hpp"
#include "tests/support/same_tensors.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

TrainConfig masked_on(const std::string& device, std::int64_t folds) {
  TrainConfig config = small_masked_config();
  config.device = device;
  config.batch = 32;
  config.folds = folds;
  return config;
}

}  // namespace

TEST_CASE("masked updates at once equal as many one by one, on every device",
          "[engine][devices][no_ptx]") {
  const Trials rows = table_of(known_table(120));
  const auto folds = GENERATE(std::int64_t{0}, std::int64_t{2});
  for (const std::string& device : usable_devices()) {
    INFO(device << ", folds " << folds);
    Trainer at_once(masked_on(device, folds), rows);
    std::vector<StepReport> reports;
    at_once.train(19, [&](const StepReport& report) {
      reports.push_back(report);
      return true;
    });
    REQUIRE(reports.size() == 19);
    Trainer one_by_one(masked_on(device, folds), rows);
    for (const StepReport& report : reports) {
      const StepReport one = one_by_one.train_epoch();
      CHECK(one["cross_entropy"] == report["cross_entropy"]);
      CHECK(one["gradient_norm"] == report["gradient_norm"]);
    }
    CHECK(same_tensors(at_once.checkpoint(), one_by_one.checkpoint()));
  }
}

TEST_CASE("a masked model learns and draws alike on every device", "[engine][devices][no_ptx]") {
  const Trials rows = table_of(known_table(120));
  const auto folds = GENERATE(std::int64_t{0}, std::int64_t{2});
  std::vector<float> losses;
  std::vector<double> drawn;
  for (const std::string& device : usable_devices()) {
    INFO(device << ", folds " << folds);
    Trainer trainer(masked_on(device, folds), rows);
    float last = 0.0F;
    trainer.train(20, [&](const StepReport& report) {
      last = report["cross_entropy"];
      return true;
    });
    const std::vector<double> made = trainer.sample_values(300, 3);
    REQUIRE(made.size() == 300 * static_cast<std::size_t>(rows.values_per_trial()));
    if (losses.empty()) {
      losses.push_back(last);
      drawn = made;
      continue;
    }
    CHECK(last == Approx(losses.front()).margin(1e-4));
    // A share that differs in its last places draws another cell at times, and from there on other
    // rows: few of them.
    const auto width = static_cast<std::size_t>(rows.values_per_trial());
    int other = 0;
    for (std::size_t at = 0; at < made.size(); at += width) {
      bool same = true;
      for (std::size_t j = 0; j < width; ++j) {
        same = same && std::fabs(made[at + j] - drawn[at + j]) < 1e-3;
      }
      other += same ? 0 : 1;
    }
    CHECK(other <= 15);
  }
}
