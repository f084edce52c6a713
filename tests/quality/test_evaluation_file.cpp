// evaluation.json is read back as it was.
#include "engine/quality/evaluation_file.hpp"

#include <cmath>
#include <fstream>
#include <limits>

#include "engine/base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

EvaluationFile example() {
  EvaluationFile made;
  made.version = "1.2.3";
  made.model = "runs/one";
  made.checkpoint = "runs/one/checkpoints/epoch-00000007.safetensors";
  made.epoch = 7;
  made.which = "best";
  made.data = "rows of \"t.csv\"";
  made.seed = 0xFFFFFFFFFFFFFFFFULL;
  made.space = "3 columns";
  Measure measure;
  measure.name = "c2st";
  measure.title = "two-sample test";
  measure.group = MeasureGroup::usefulness;
  measure.goal = MeasureGoal::half;
  measure.space = "columns";
  measure.samples = {0.1 + 0.2, 0.25, 0.35};
  measure.real = {0.5, {}, {}};
  measure.sample_count = 12;
  measure.real_count = 34;
  made.assessment.measures = {measure};
  made.assessment.columns = {{"x", 0.5, 0.75}};
  made.assessment.classes = {{"0", 0.25, 0.5}, {"1", 0.75, 0.5}};
  made.assessment.notes = {"few rows"};
  return made;
}

}  // namespace

TEST_CASE("evaluation file: what is written is read back", "[quality]") {
  const TempDir folder;
  const auto path = folder.path() / "evaluation.json";
  const EvaluationFile wrote = example();
  write_evaluation_file(wrote, path);
  const EvaluationFile read = read_evaluation_file(path);
  CHECK(read.version == wrote.version);
  CHECK(read.model == wrote.model);
  CHECK(read.checkpoint == wrote.checkpoint);
  CHECK(read.epoch == wrote.epoch);
  CHECK(read.which == wrote.which);
  CHECK(read.samples.empty());
  CHECK(read.data == wrote.data);
  CHECK(read.seed == wrote.seed);
  CHECK(read.space == wrote.space);
  REQUIRE(read.assessment.measures.size() == 1);
  const Measure& measure = read.assessment.measures.front();
  CHECK(measure.name == "c2st");
  CHECK(measure.title == "two-sample test");
  CHECK(measure.group == MeasureGroup::usefulness);
  CHECK(measure.goal == MeasureGoal::half);
  CHECK(measure.space == "columns");
  CHECK(measure.samples->value == 0.1 + 0.2);
  CHECK(measure.samples->low == 0.25);
  CHECK(measure.samples->high == 0.35);
  CHECK(measure.real->value == 0.5);
  CHECK_FALSE(measure.real->low.has_value());
  CHECK_FALSE(measure.resampled.has_value());
  CHECK(measure.sample_count == 12);
  CHECK(measure.real_count == 34);
  REQUIRE(read.assessment.columns.size() == 1);
  CHECK(read.assessment.columns[0].name == "x");
  CHECK(read.assessment.columns[0].real == 0.75);
  REQUIRE(read.assessment.classes.size() == 2);
  CHECK(read.assessment.classes[1].samples == 0.75);
  CHECK(read.assessment.notes == wrote.assessment.notes);
}

TEST_CASE("evaluation file: a figure that is not finite comes back as NaN", "[quality]") {
  const TempDir folder;
  const auto path = folder.path() / "evaluation.json";
  EvaluationFile wrote = example();
  wrote.assessment.measures[0].samples->value = std::numeric_limits<double>::infinity();
  write_evaluation_file(wrote, path);
  CHECK(std::isnan(read_evaluation_file(path).assessment.measures[0].samples->value));
}

TEST_CASE("evaluation file: another file is refused in one line", "[quality]") {
  const TempDir folder;
  const auto message = [&](const std::string& text) -> std::string {
    const auto path = folder.path() / "other.json";
    std::ofstream(path) << text;
    try {
      (void)read_evaluation_file(path);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::bad_data);
      return error.what();
    }
    return "nothing";
  };
  CHECK_THAT(message("no json"), ContainsSubstring("found no JSON"));
  CHECK_THAT(message("{\"what\": \"comparison\"}"), ContainsSubstring("found other JSON"));
  CHECK_THAT(message("[1]"), ContainsSubstring("found other JSON"));
  CHECK_THAT(message("{\"what\": \"evaluation\"}"), ContainsSubstring("vgan"));
  CHECK_THROWS_AS(read_evaluation_file(folder.path() / "none.json"), Error);
}
