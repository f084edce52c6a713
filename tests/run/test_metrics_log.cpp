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

void write_lines(const std::filesystem::path& path, const std::vector<std::string>& lines) {
  std::ofstream file(path);
  for (const std::string& line : lines) file << line << "\n";
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

TEST_CASE("metrics: a line has the values of a report in their order, and a resume draws them on",
          "[engine][run]") {
  const TempDir folder;
  const auto file = folder.path() / "metrics.jsonl";
  const auto gan = [](std::uint64_t epoch) {
    return StepReport{epoch,
                      {{"d_loss", 3.0F},
                       {"d_loss_real", 1.0F},
                       {"d_loss_fake", 2.0F},
                       {"g_loss", 1.5F},
                       {"r1", 0.5F},
                       {"r2", 0.25F},
                       {"gradient_penalty", 4.0F},
                       {"d_real_accuracy", 0.75F},
                       {"d_fake_accuracy", 1.0F}}};
  };
  {
    MetricsLog log(file, 0);
    log.add(gan(1), 0.0);
    log.add(gan(2), 0.0);
    log.flush();
  }
  REQUIRE(lines_of(file).size() == 2);
  CHECK(lines_of(file)[1] ==
        R"({"epoch":2,"d_loss":3,"d_loss_real":1,"d_loss_fake":2,"g_loss":1.5,"r1":0.5,"r2":0.25,)"
        R"("gradient_penalty":4,"d_real_accuracy":0.75,"d_fake_accuracy":1,"seconds":0.000})");
  // A line whose loss is gone leaves a gap in its curve.
  write_lines(file, {lines_of(file)[0], R"({"epoch":2,"g_loss":1,"d_real_accuracy":0.5})"});
  MetricsLog again(file, 2);
  again.add(gan(3), 0.0);
  const TrainingHistory& history = again.history();
  for (const LongSeries* series : {&history.d_loss, &history.g_loss, &history.gradient_penalty,
                                   &history.accuracy_real, &history.accuracy_fake}) {
    CHECK(series->points() == 3);
  }
  CHECK(history.reconstruction.empty());
  CHECK(history.kl.empty());
}

TEST_CASE("metrics: an autoencoder's values are drawn, and are the same after a resume",
          "[engine][run]") {
  const TempDir folder;
  const auto file = folder.path() / "metrics.jsonl";
  {
    MetricsLog log(file, 0);
    log.add({1, {{"reconstruction", 9.0F}, {"squared_error", 0.5F}, {"kl", 2.0F}}}, 0.0);
    log.flush();
  }
  const MetricsLog again(file, 1);
  const TrainingHistory& history = again.history();
  REQUIRE(history.kl.points() == 1);
  CHECK(history.kl.buckets().front().mean() == 2.0);
  CHECK(history.reconstruction.buckets().front().mean() == 9.0);
  CHECK(history.squared_error.buckets().front().mean() == 0.5);
  CHECK(history.d_loss.empty());
}

TEST_CASE("metrics: the lines of a long run are thinned, but for those of checkpoints",
          "[engine][run]") {
  constexpr std::uint64_t most = MetricsLog::most_lines;
  const TempDir folder;
  const auto file = folder.path() / "metrics.jsonl";
  std::vector<std::string> first;
  for (std::uint64_t epoch = 1; epoch <= most; ++epoch) {
    first.push_back("{\"epoch\":" + std::to_string(epoch) + ",\"g_loss\":1,\"seconds\":1}");
  }
  write_lines(file, first);
  MetricsLog log(file, most, {0, 501});
  log.flush();
  CHECK(lines_of(file).size() == most);
  log.add_event(R"({"event":"alarm","epoch":100000,"alarm":"stalled","text":"x"})");
  log.add(report_of(most + 1), 0.0);
  log.sync();
  const std::vector<std::string> lines = lines_of(file);
  // Every second, 1 and 501 beside their checkpoints, the alarm, and the last for the next one.
  CHECK(lines.size() == most / 2 + 4);
  CHECK_THAT(lines[0], ContainsSubstring("{\"epoch\":1,"));
  CHECK_THAT(lines[1], ContainsSubstring("{\"epoch\":2,"));
  CHECK_THAT(lines[2], ContainsSubstring("{\"epoch\":4,"));
  CHECK_THAT(lines.back(), ContainsSubstring("{\"epoch\":100001,"));
  CHECK_THAT(lines[lines.size() - 2], ContainsSubstring("alarm"));
  // Read again it is the same file.
  const MetricsLog again(file, most + 1, {0, 501, most + 1});
  CHECK(lines_of(file) == lines);
}

TEST_CASE("metrics: events that another way on takes back stay, with the epoch gone back to",
          "[engine][run]") {
  const TempDir folder;
  const auto file = folder.path() / "metrics.jsonl";
  const std::string alarm = R"({"event":"alarm","epoch":4,"alarm":"stalled","text":"x"})";
  const std::vector<std::string> all{R"({"epoch":1,"g_loss":1})", R"({"epoch":4,"g_loss":1})",
                                     alarm, R"({"event":"evaluation","epoch":4,"frechet":1})"};
  write_lines(file, all);
  { const MetricsLog log(file, 2, {}, LaterEvents::kept); }
  const std::vector<std::string> kept{
      all[0], R"({"event":"alarm","epoch":4,"alarm":"stalled","text":"x","superseded":2})"};
  CHECK(lines_of(file) == kept);
  { const MetricsLog log(file, 3); }
  CHECK(lines_of(file) == kept);
  { const MetricsLog log(file, 1, {}, LaterEvents::kept); }
  CHECK_THAT(lines_of(file).back(), ContainsSubstring("\"superseded\":1"));
  write_lines(file, all);
  { const MetricsLog log(file, 2); }
  CHECK(lines_of(file).size() == 1);  // the same way again meets them again
}
