// What a step reports: values under the names of its model.
#include "engine/models/step_report.hpp"

#include <string>
#include <vector>

#include "engine/train/trainer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/small_run.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

using Names = std::vector<std::string>;

Names names_of(const TrainConfig& config) {
  Trainer trainer(config, bar_images());
  Names names;
  for (const NamedValue& one : trainer.train_epoch().values) names.emplace_back(one.name);
  return names;
}

}  // namespace

TEST_CASE("a step reports the values of its model, loss and penalties, and no others",
          "[engine][trainer]") {
  TrainConfig config = small_config();
  config.r1 = 0.0;
  CHECK(names_of(config) == Names{"d_loss", "d_loss_real", "d_loss_fake", "g_loss", "r1",
                                  "d_real_accuracy", "d_fake_accuracy"});
  config.r1 = 0.1;
  config.r2 = 0.5;
  CHECK(names_of(config) == Names{"d_loss", "d_loss_real", "d_loss_fake", "g_loss", "r1", "r2",
                                  "d_real_accuracy", "d_fake_accuracy"});
  config.r1 = config.r2 = 0.0;
  config.loss = LossKind::wgan_gp;
  CHECK(names_of(config) == Names{"d_loss", "d_loss_real", "d_loss_fake", "g_loss", "r1",
                                  "gradient_penalty", "d_real_accuracy", "d_fake_accuracy"});
  config = small_config();
  config.model = ModelKind::ae;
  CHECK(names_of(config) == Names{"reconstruction", "squared_error"});
  config.model = ModelKind::vae;
  CHECK(names_of(config) == Names{"reconstruction", "squared_error", "kl"});
}

TEST_CASE("a report's values are found by name, and another name is an error", "[engine]") {
  const StepReport report{3, {{"d_loss", 1.5F}, {"g_loss", 0.5F}}};
  CHECK(report["g_loss"] == 0.5F);
  CHECK(report.find("d_loss") == 1.5F);
  CHECK_FALSE(report.find("kl"));
  CHECK_THROWS_WITH(report["kl"], ContainsSubstring("'kl'") && ContainsSubstring("d_loss, g_loss"));
}
