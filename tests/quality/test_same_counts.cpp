// Samples and floors are as many, copying is not told where it cannot be, and a stop ends
// measuring.
#include <algorithm>
#include <atomic>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/quality/evaluator.hpp"
#include "engine/quality/held_out_text.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

EvaluatorOptions plain() {
  EvaluatorOptions made;
  made.features.device = "cpu";
  made.features.threads = 2;
  return made;
}

// Points of two numbers from 0 to `spread` - 1: all differ where it is large.
MeasuredRows points(std::int64_t count, std::uint64_t seed, std::uint64_t spread = 1U << 20U) {
  MeasuredRows made;
  made.rows = count;
  made.columns = {{"x", false, {}}, {"y", false, {}}};
  std::uint64_t state = seed * 0x9E3779B97F4A7C15ULL + 1;
  for (std::int64_t n = 0; n < count; ++n) {
    for (auto& column : made.columns) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      column.values.push_back(static_cast<double>((state >> 33U) % spread));
    }
  }
  return made;
}

TableRows real(MeasuredRows training, MeasuredRows held_out) {
  TableRows made;
  made.trained_on.add(training);
  made.training = std::move(training);
  made.held_out = std::move(held_out);
  return made;
}

bool says(const Assessment& made, const std::string& text) {
  return std::any_of(made.notes.begin(), made.notes.end(),
                     [&](const std::string& note) { return note.find(text) != std::string::npos; });
}

}  // namespace

TEST_CASE("evaluator: samples and floors are as many, however many samples there are",
          "[quality]") {
  const Evaluator evaluator(real(points(120, 1), points(60, 2)), plain());
  const Assessment many = evaluator.assess(points(1500, 3), MeasureDepth::quick);
  CHECK(many.find("coverage")->sample_count == 120);
  CHECK(many.find("copies")->sample_count == 1500);
  CHECK(says(many, "1,500 samples 120 are measured"));
  // A model as good as the data comes to the data's own figures, and not above them.
  for (const char* name : {"coverage", "recall"}) {
    INFO(name);
    CHECK(many.find(name)->samples->value == Approx(many.find(name)->real->value).margin(0.15));
  }
  const Assessment few = evaluator.assess(points(40, 3), MeasureDepth::quick);
  CHECK(few.find("coverage")->sample_count == 40);
  CHECK(few.find("coverage")->real->value < many.find("coverage")->real->value);
  CHECK_FALSE(says(few, "are measured, as many as"));
}

TEST_CASE("evaluator: where held-out trials repeat training ones near-copies are left out",
          "[quality]") {
  // Each side has most of 24 points, many times over: repeats are chance.
  const Evaluator evaluator(real(points(300, 1, 5), points(100, 2, 5)), plain());
  const Assessment made = evaluator.assess(points(100, 3, 5), MeasureDepth::quick);
  CHECK(made.find("near-copies") == nullptr);
  CHECK(made.find("copies") != nullptr);
  CHECK(says(made, "near-copies is left out: 1 of 100 held-out trials or more"));
}

TEST_CASE("evaluator: held-out trials that were trained on withhold the figures of copying",
          "[quality]") {
  const MeasuredRows training = points(200, 1);
  const Evaluator evaluator(real(training, training), plain());
  const Assessment made = evaluator.assess(points(100, 3), MeasureDepth::quick);
  for (const Measure& measure : made.measures) CHECK(measure.group != MeasureGroup::privacy);
  CHECK(says(made, "Of 100 held-out trials 100 are training trials"));
}

TEST_CASE("evaluator: a stop ends measuring, and it can be measured again", "[quality]") {
  std::atomic<bool> stopped = false;
  EvaluatorOptions options = plain();
  options.features.stop_requested = [&] { return stopped.load(); };
  const Evaluator evaluator(real(points(100, 1), points(50, 2)), options);
  stopped = true;
  try {
    (void)evaluator.assess(points(60, 3), MeasureDepth::full);
    FAIL("it was not stopped");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::interrupted);
  }
  stopped = false;
  CHECK_FALSE(evaluator.assess(points(60, 3), MeasureDepth::quick).measures.empty());
}

TEST_CASE("held-out text: advice holds out enough, or asks for more trials", "[quality]") {
  const auto has = [](const std::string& text, const char* part) {
    INFO(text);
    CHECK(text.find(part) != std::string::npos);
  };
  has(without_held_out_text(0, 1000, "rows"), "held out nothing");
  has(without_held_out_text(0, 1000, "rows"), "Train with --hold-out 0.1.");
  has(without_held_out_text(4, 40, "rows"), "only 4 of 40 rows, of the 10 that measuring needs");
  has(without_held_out_text(4, 40, "rows"), "Train with --hold-out 0.25.");
  has(without_held_out_text(1, 12, "rows"), "Take more rows: 20 or more");
}
