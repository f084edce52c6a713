// metrics.jsonl as reports read it: whatever stands there.
#include "engine/report/metrics_history.hpp"

#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

MetricsHistory history_of(const std::string& lines) {
  const TempDir folder;
  std::ofstream(folder.path() / "metrics.jsonl") << lines;
  return read_metrics_history(folder.path() / "metrics.jsonl", true);
}

}  // namespace

TEST_CASE("a run's metrics are series, evaluations and events", "[engine][report]") {
  const MetricsHistory history = history_of(
      "{\"epoch\":1,\"d_loss\":0.5,\"g_loss\":1.5,\"seconds\":0.5}\n"
      "{\"event\":\"floors\",\"epoch\":0,\"recall\":{\"real\":0.9,\"resampled\":0.1}}\n"
      "{\"event\":\"evaluation\",\"epoch\":1,\"recall\":0.25}\n"
      "{\"event\":\"alarm\",\"epoch\":1,\"alarm\":\"collapse\",\"text\":\"few modes\"}\n"
      "{\"epoch\":2,\"d_loss\":\"nan\",\"g_loss\":1.0,\"seconds\":1.5}\n"
      "{\"event\":\"changed\",\"epoch\":2,\"setting\":\"lr\",\"from\":\"1\",\"to\":\"2\"}\n");
  CHECK(history.epochs == 2.0);
  CHECK(history.seconds == 1.5);
  CHECK(history.damaged == 0);
  REQUIRE(history.find("d_loss") != nullptr);
  CHECK(history.find("d_loss")->points() == 2);
  CHECK(history.find("kl") == nullptr);
  CHECK(history.quality.at("recall").front().y == 0.25);
  CHECK(history.real_floors.at("recall") == 0.9);
  REQUIRE(history.of_kind("alarm").size() == 1);
  CHECK(event_text(history.of_kind("alarm")[0]) == "collapse at epoch 1: few modes");
  CHECK(event_text(history.of_kind("changed")[0]) == "changed after epoch 2: lr 1 to 2");
}

TEST_CASE("lines that are broken are counted and passed over", "[engine][report]") {
  const MetricsHistory history = history_of(
      "{\"epoch\":1,\"d_loss\":0.5}\nnonsense\n{\"epoch\":2,\"d_l\n[1,2]\n{\"event\":7}\n"
      "{\"epoch\":\"x\",\"d_loss\":1}\n{\"epoch\":3,\"d_loss\":{\"a\":1}}\n");
  CHECK(history.damaged == 3);
  CHECK(history.epochs == 3.0);
  CHECK_FALSE(read_metrics_history("/nowhere/metrics.jsonl", false).there);
}
