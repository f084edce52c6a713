// How a comparison reads: columns, floors, models that diverged.
#include "engine/compare/comparison_report.hpp"

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "engine/compare/comparison_file.hpp"
#include "engine/metrics/measure_list.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

Measure measure(const std::string& name, double value) {
  Measure made = listed_measure(name);
  made.samples = Estimate{value, value - 0.01, value + 0.01};
  made.real = Estimate{0.1, {}, {}};
  made.resampled = Estimate{18.0, {}, {}};
  made.sample_count = 10000;
  return made;
}

std::vector<Measure> measures(double distance) {
  return {measure("frechet", distance), measure("precision", 0.75), measure("recall", 0.5),
          measure("c2st", 0.625)};
}

Assessment quality(double distance) {
  return {measures(distance), {}, {{"3", 0.9, 0.5}, {"7", 0.1, 0.5}}, {}};
}

ComparedModel good(const std::string& name) {
  ComparedModel model;
  model.name = name;
  model.epochs = 2000;
  model.seconds = 12.34;
  model.epochs_per_second = 165.0;
  model.samples_per_second = 91234.5;
  model.parameters = 2053905;
  model.sampling_parameters = 1489936;
  model.checkpoint_bytes = 33400000;
  model.planned_bytes = 94000000;
  model.quality = quality(123456.78);
  model.samples = GrayImage{4, 4, std::vector<std::uint8_t>(16, 100)};
  return model;
}

Comparison comparison(const std::filesystem::path& folder) {
  Comparison made;
  made.folder = folder;
  made.data = "some data";
  made.training_trials = 54000;
  made.held_out_trials = 6000;
  made.budget = "2000 epochs";
  made.count = 10000;
  made.space = "64 principal components";
  made.floors = measures(0.0);
  for (Measure& one : made.floors) one.samples.reset();
  made.models = {good("conv1d"), good("vae")};
  made.models[1].reconstruction = 0.0123;
  ComparedModel diverged;
  diverged.name = "gan";
  diverged.epochs = 12;
  diverged.failure = "training diverged: epoch 12: found D loss nan";
  made.models.push_back(diverged);
  made.real = GrayImage{4, 4, std::vector<std::uint8_t>(16, 200)};
  return made;
}

std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("comparison: tables have a row for each model and floor, in 80 columns", "[engine]") {
  const ComparisonText text = comparison_text(comparison("c"));
  REQUIRE(text.quality.size() == 6);
  CHECK(text.quality[1] ==
        std::vector<std::string>{"conv1d", "1.235e+05", "0.750", "0.500", "10.0 % (7)", "-"});
  CHECK(text.quality[2].back() == "0.0123");
  CHECK(text.quality[3] == std::vector<std::string>{"gan", "diverged", "-", "-", "-", "-"});
  CHECK(text.quality[4] == std::vector<std::string>{"real", "0.1", "0.100", "0.100", "-", "-"});
  CHECK(text.quality[5] ==
        std::vector<std::string>{"resampled", "18", "18.000", "18.000", "-", "-"});
  REQUIRE(text.further.size() == 1);  // of the other measures none was taken
  CHECK(text.further[0][0] == std::vector<std::string>{"further", "c2st"});
  CHECK(text.further[0][1] == std::vector<std::string>{"conv1d", "0.625"});
  CHECK(text.time[1] == std::vector<std::string>{"conv1d", "2,000", "12.3", "165.0", "91,234"});
  CHECK(text.time[3] == std::vector<std::string>{"gan", "12", "0.0", "-", "-"});
  CHECK(text.bytes[1] ==
        std::vector<std::string>{"conv1d", "2,053,905", "1,489,936", "33.4 MB", "94.0 MB", "-"});
  CHECK(text.notes.front() == "gan: training diverged: epoch 12: found D loss nan.");
  for (const TextTable* table : {&text.quality, &text.time, &text.bytes}) {
    std::istringstream lines(plain_table(*table));
    std::string first, line;
    std::getline(lines, first);
    CHECK(first.size() <= 80);
    while (std::getline(lines, line)) CHECK(line.size() == first.size());
  }
}

TEST_CASE("comparison: files hold the same figures", "[engine]") {
  const TempDir folder;
  write_comparison(comparison(folder.path()));
  const auto json = nlohmann::json::parse(text_of(folder.path() / "comparison.json"));
  CHECK(json.at("models")[0].at("quality").at("frechet") == 123456.78);
  CHECK(json.at("models")[0].at("quality").at("class_shares").at("7") == 0.1);
  CHECK(json.at("models")[1].at("reconstruction_mse") == 0.0123);
  CHECK(json.at("models")[2].at("diverged") == true);
  CHECK_FALSE(json.at("models")[2].contains("quality"));
  CHECK(json.at("floors").at("resampled").at("frechet") == 18.0);
  const std::string markdown = text_of(folder.path() / "comparison.md");
  CHECK_THAT(markdown, ContainsSubstring("| gan | diverged | - |"));
  CHECK_THAT(markdown, ContainsSubstring("|---|--:|"));
  CHECK(text_of(folder.path() / "comparison.png").starts_with("\x89PNG"));
}

TEST_CASE("comparison: figures are read back", "[engine]") {
  const TempDir folder;
  const Comparison wrote = comparison(folder.path());
  write_comparison(wrote);
  const std::vector<ComparedModel> models = read_comparison_file(folder.path()).models;
  REQUIRE(models.size() == 3);
  CHECK_FALSE(models[2].quality);
  REQUIRE(models[0].quality);
  const Measure* const read = models[0].quality->find("c2st");
  REQUIRE(read != nullptr);
  CHECK(read->samples->value == 0.625);
  CHECK(*read->samples->low == 0.625 - 0.01);
  CHECK(read->sample_count == 10000);
  REQUIRE(models[0].quality->classes.size() == 2);
  CHECK(models[0].quality->classes[1].samples == 0.1);
}

TEST_CASE("comparison: trials that cannot be drawn have no picture", "[engine]") {
  const TempDir folder;
  Comparison undrawn = comparison(folder.path());
  undrawn.real.reset();
  write_comparison(undrawn);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "comparison.png"));
  CHECK(text_of(folder.path() / "comparison.md").find(".png") == std::string::npos);
}
