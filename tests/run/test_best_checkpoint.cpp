// Which checkpoint no newer one may push out.
#include "engine/run/best_checkpoint.hpp"

#include "tests/checkpoint/files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using vgan::testing::TempDir;
using vgan::testing::write_text;

namespace {

TrainConfig model(const std::string& name) {
  TrainConfig config;
  config.model = vgan::read_word<vgan::ModelKind>(name);
  config.beta = 2.0;
  return config;
}

StepReport gan_report(std::uint64_t epoch, float d_loss, float g_loss) {
  return {epoch, {{"d_loss", d_loss}, {"g_loss", g_loss}}};
}

StepReport vae_report(std::uint64_t epoch, float reconstruction, float kl) {
  return {epoch, {{"reconstruction", reconstruction}, {"kl", kl}}};
}

}  // namespace

TEST_CASE("a VAE's best checkpoint has the lowest loss in the epoch after it", "[engine][run]") {
  BestCheckpoint best(model("vae"));
  CHECK_FALSE(best.epoch());
  best.saved(0);
  CHECK_FALSE(best.epoch());
  best.add(vae_report(1, 50.0F, 1.0F));
  CHECK(best.epoch() == 0U);
  best.add(vae_report(2, 1.0F, 1.0F));  // no checkpoint before it
  CHECK(best.epoch() == 0U);
  best.saved(2);
  best.add(vae_report(3, 30.0F, 2.0F));
  CHECK(best.epoch() == 2U);
  best.saved(4);
  best.add(vae_report(5, 29.0F, 4.0F));  // 29 + 2 x 4 is above 30 + 2 x 2
  CHECK(best.epoch() == 2U);
  best.saved(6);
  best.add(vae_report(7, 1e10F, 0.0F));
  CHECK(best.epoch() == 2U);
}

TEST_CASE("a GAN's best checkpoint is the newest whose losses are sane", "[engine][run]") {
  BestCheckpoint best(model("gan"));
  best.saved(0);
  best.add(gan_report(1, 1.4F, 0.7F));
  best.saved(5);
  best.add(gan_report(6, 3.0F, -9.0F));
  CHECK(best.epoch() == 5U);
  best.saved(10);
  best.add(gan_report(11, 1.0F, -2e4F));
  CHECK(best.epoch() == 5U);
  best.saved(15);
  best.add(gan_report(16, std::numeric_limits<float>::quiet_NaN(), 0.0F));
  CHECK(best.epoch() == 5U);
}

TEST_CASE("a resumed run knows what its checkpoints are worth", "[engine][run]") {
  const TempDir folder;
  const auto file = write_text(folder.path() / "metrics.jsonl",
                               "{\"epoch\":1,\"reconstruction\":9,\"kl\":0}\n"
                               "{\"epoch\":3,\"reconstruction\":5,\"kl\":0}\n"
                               "{\"epoch\":4,\"reconstruction\":1,\"kl\":0}\n"
                               "not a line of ours\n"
                               "{\"epoch\":5,\"reconstruction\":6,\"kl\":0}\n"
                               "{\"epoch\":7,\"reconstruction\":2,\"kl\":0}\n");
  BestCheckpoint best(model("vae"));
  // Training goes on from epoch 6, so that the line of epoch 7 is of weights that are no more.
  best.read(file, {{0, "0"}, {2, "2"}, {4, "4"}, {6, "6"}});
  CHECK(best.epoch() == 2U);
}
