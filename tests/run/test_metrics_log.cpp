// metrics.jsonl: what is kept of it on a resume, and what is kept in memory.
#include "engine/run/metrics_log.hpp"

#include <fstream>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

StepReport report_of(std::uint64_t epoch) {
  return {epoch, {{"d_loss", 0.0F}, {"g_loss", static_cast<float>(epoch % 97) * 0.01F}}};
}

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("metrics: the history of a long run is bounded, and is the same after a resume",
          "[engine][run]") {
  constexpr std::uint64_t epochs = 100000;
  const TempDir folder;
  const auto file = folder.path() / "metrics.jsonl";
  std::vector<double> means;
  {
    MetricsLog log(file, 0);
    for (std::uint64_t epoch = 1; epoch <= epochs; ++epoch) log.add(report_of(epoch), 0.0);
    const LongSeries& kept = log.history().g_loss;
    CHECK(kept.points() == epochs);
    CHECK(kept.buckets().size() <= LongSeries::most);
    for (const auto& bucket : kept.buckets()) means.push_back(bucket.mean());
    log.flush();
  }
  const MetricsLog again(file, epochs);
  const LongSeries& read = again.history().g_loss;
  REQUIRE(read.buckets().size() == means.size());
  for (std::size_t i = 0; i < means.size(); ++i) {
    REQUIRE(read.buckets()[i].mean() == Approx(means[i]).epsilon(1e-5));  // the file has six digits
  }
}

TEST_CASE("metrics: a resume counts seconds on, keeps changes and drops later epochs",
          "[engine][run]") {
  const TempDir folder;
  const auto file = folder.path() / "metrics.jsonl";
  {
    MetricsLog log(file, 0);
    for (std::uint64_t epoch = 1; epoch <= 4; ++epoch) {
      log.add(report_of(epoch), static_cast<double>(epoch));
    }
    log.add_done(4, 4.5, 1.0);
  }
  CHECK(seconds_in_metrics(file) == 4.5);
  {
    MetricsLog log(file, 2);
    log.add_change(2, {"lr", "0.0004", "1e-05"});
    log.add(report_of(3), 1.0);
    log.add_done(3, 1.5, 1.0);
  }
  const std::vector<std::string> lines = lines_of(file);
  REQUIRE(lines.size() == 5);
  CHECK(lines[2] == R"({"event":"changed","epoch":2,"setting":"lr","from":"0.0004","to":"1e-05"})");
  CHECK_THAT(lines[3], ContainsSubstring("\"epoch\":3,") && ContainsSubstring("\"seconds\":3.000"));
  CHECK_THAT(lines[4], ContainsSubstring("\"done\"") && ContainsSubstring("\"seconds\":3.500"));
  const MetricsLog kept(file, 3);
  CHECK(lines_of(file).size() == 4);  // without the line that tells of the end
  CHECK(kept.history().g_loss.points() == 3);
}
