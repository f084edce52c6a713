// What samples of known quality come to: real trials themselves, resampled ones, copies, one class.
#include "engine/quality/evaluator.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "engine/base/error.hpp"
#include "engine/data/table.hpp"
#include "engine/data/table_trials.hpp"
#include "engine/metrics/resampled.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/small_run.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

EvaluatorOptions plain() {
  EvaluatorOptions made;
  made.features.kind = FeatureKind::components;
  made.features.device = "cpu";
  made.features.threads = 2;
  return made;
}

// The bars of small_run.hpp many times over, each a little different.
Trials bars(std::int64_t count, std::int64_t from) {
  const Trials few = bar_images();
  const auto& pixels = std::get<std::vector<std::uint8_t>>(few.values);
  const std::int64_t size = few.values_per_trial();
  Trials made = few.outline();
  made.count = count;
  std::vector<std::uint8_t> values;
  for (std::int64_t n = 0; n < count; ++n) {
    for (std::int64_t i = 0; i < size; ++i) {
      const auto noise = static_cast<int>(((from + n) * 7919 + i * 104729) % 23);
      const int pixel = pixels[static_cast<std::size_t>((n % few.count) * size + i)];
      values.push_back(static_cast<std::uint8_t>(std::min(pixel + noise, 255)));
    }
    made.labels.push_back(few.labels[static_cast<std::size_t>(n % few.count)]);
  }
  made.values = std::move(values);
  return made;
}

// Waves of three frequencies.
Trials waves(std::int64_t count, std::int64_t from, double faster = 1.0) {
  Trials made;
  made.count = count;
  made.shape = {1, 32, 1, TrialKind::curve};
  made.by_values = true;
  made.low = -2.0;
  made.high = 2.0;
  std::vector<float> values;
  for (std::int64_t n = from; n < from + count; ++n) {
    for (int i = 0; i < 32; ++i) {
      const auto at = static_cast<double>(n * 32 + i);
      const double noise = 0.1 * std::sin(12.9898 * at * at);
      const double phase = 2.3 * static_cast<double>(n);
      values.push_back(static_cast<float>(
          std::sin(faster * 0.4 * static_cast<double>(1 + n % 3) * i + phase) + noise));
    }
  }
  made.values = std::move(values);
  return made;
}

// Numbers, of which y follows x, and words that follow x's sign; every ninth number is missing.
Table table_of(std::int64_t count, std::int64_t from) {
  Table table;
  table.source = "t.csv";
  table.rows = count;
  table.columns.resize(3);
  table.columns[0].name = "x";
  table.columns[1].name = "kind";
  table.columns[1].numeric = false;
  table.columns[1].words = {"low", "high"};
  table.columns[2].name = "y [m]";
  table.columns[0].style.most_decimals = table.columns[2].style.most_decimals = 9;
  for (std::int64_t n = from; n < from + count; ++n) {
    const double x = std::sin(1.7 * static_cast<double>(n));
    const bool missing = n % 9 == 0;
    table.columns[0].numbers.push_back(missing ? std::numeric_limits<double>::quiet_NaN() : x);
    table.columns[0].missing += missing ? 1 : 0;
    table.columns[1].cells.push_back(x > 0.0 ? 1 : 0);
    table.columns[2].numbers.push_back(x * x + 0.01 * std::cos(3.1 * static_cast<double>(n)));
  }
  return table;
}

double value(const Assessment& made, const std::string& name) {
  INFO(name);
  const Measure* const found = made.find(name);
  REQUIRE(found != nullptr);
  REQUIRE(found->samples.has_value());
  return found->samples->value;
}

std::string complaint_of(const std::function<void()>& what, ErrorCode code) {
  try {
    what();
  } catch (const Error& error) {
    CHECK(error.code() == code);
    return error.what();
  }
  return "nothing";
}

}  // namespace

TEST_CASE("evaluator: real images stand at their floor, resampled ones at theirs", "[quality]") {
  const Trials training = bars(400, 0), held_out = bars(200, 1000);
  const Evaluator evaluator(training, held_out, plain());
  const Assessment real = evaluator.assess(bars(300, 5000), MeasureDepth::full);
  const Measure* const distance = real.find("frechet");
  REQUIRE(distance != nullptr);
  CHECK(distance->samples->value < 0.2 * distance->resampled->value);
  CHECK(distance->space == "components");
  CHECK(distance->sample_count == 300);
  CHECK(distance->real_count == 200);
  CHECK(value(real, "precision") > 0.9);
  CHECK(value(real, "recall") > 0.9);
  CHECK(value(real, "coverage") > 0.9);
  CHECK(value(real, "modes") == 6.0);
  CHECK(value(real, "class-difference") < 0.05);
  CHECK(value(real, "copies") == 0.0);
  REQUIRE(real.classes.size() == 6);
  CHECK(real.classes[0].real == Approx(1.0 / 6.0).margin(0.01));
  CHECK(real.columns.empty());
  const Assessment mixed =
      evaluator.assess(resampled_columns(training, 400, 7), MeasureDepth::quick);
  CHECK(value(mixed, "frechet") == Approx(distance->resampled->value).epsilon(0.1));
  CHECK(value(mixed, "precision") < 0.2);
}

TEST_CASE("evaluator: each figure lies in its interval, at full depth", "[quality]") {
  const Evaluator evaluator(bars(300, 0), bars(150, 1000), plain());
  const Assessment made = evaluator.assess(bars(200, 5000), MeasureDepth::full);
  std::size_t intervals = 0;
  for (const Measure& measure : made.measures) {
    INFO(measure.name);
    REQUIRE(measure.samples);
    // The least share of resamples lies below the least share.
    if (!measure.samples->low || measure.name == "smallest-class") continue;
    ++intervals;
    CHECK(*measure.samples->low <= measure.samples->value + 1e-9);
    CHECK(*measure.samples->high >= measure.samples->value - 1e-9);
  }
  CHECK(intervals >= 11);
  for (const Measure& measure : evaluator.assess(bars(200, 5000), MeasureDepth::quick).measures) {
    CHECK_FALSE(measure.samples->low.has_value());
  }
}

TEST_CASE("evaluator: copies of training images are told", "[quality]") {
  const Trials training = bars(400, 0);
  const Evaluator evaluator(training, bars(200, 1000), plain());
  const Assessment copies = evaluator.assess(training.part(0, 100), MeasureDepth::full);
  CHECK(value(copies, "copies") == 1.0);
  CHECK(value(copies, "dcr") < 0.01);
  CHECK(value(copies, "near-copies") == 1.0);
  CHECK(copies.find("copies")->real->value == 0.0);
  CHECK(copies.find("dcr")->real->value == Approx(1.0));
  const Assessment all = evaluator.assess(training, MeasureDepth::full);
  CHECK(value(all, "membership") > 0.95);
}

TEST_CASE("evaluator: a class that is left out shows in modes, shares and recall", "[quality]") {
  const Evaluator evaluator(bars(600, 0), bars(300, 1000), plain());
  Trials some = bars(300, 5000);
  auto& pixels = std::get<std::vector<std::uint8_t>>(some.values);
  for (std::ptrdiff_t n = 1; n < 300; ++n) {  // class 3 becomes class 2
    if (some.labels[static_cast<std::size_t>(n)] != 3) continue;
    std::copy_n(pixels.begin() + (n - 1) * 36, 36, pixels.begin() + n * 36);
  }
  const Assessment made = evaluator.assess(some, MeasureDepth::quick);
  CHECK(value(made, "modes") == 5.0);
  CHECK(value(made, "smallest-class") == 0.0);
  CHECK(value(made, "recall") < 0.9);
  CHECK(made.classes.at(3).samples == 0.0);
  CHECK(made.classes.at(2).samples == Approx(1.0 / 3.0).margin(0.02));
}

TEST_CASE("evaluator: without labels clusters are counted, and no classes named", "[quality]") {
  Trials training = bars(400, 0), held_out = bars(200, 1000);
  training.labels.clear();
  held_out.labels.clear();
  const Evaluator evaluator(training, held_out, plain());
  const Assessment made = evaluator.assess(bars(300, 5000), MeasureDepth::quick);
  CHECK(made.classes.empty());
  CHECK(value(made, "modes") > 4.0);
  CHECK(value(made, "class-difference") < 0.2);
}

TEST_CASE("evaluator: curves of other frequencies show in spectra", "[quality]") {
  const Evaluator evaluator(waves(300, 0), waves(150, 1000), plain());
  const Assessment real = evaluator.assess(waves(200, 5000), MeasureDepth::full);
  const Assessment fast = evaluator.assess(waves(200, 5000, 1.5), MeasureDepth::full);
  for (const char* const name : {"spectrum", "autocorrelation"}) {
    INFO(name);
    CHECK(value(fast, name) > 3.0 * value(real, name));
    CHECK(real.find(name)->resampled->value > 3.0 * value(real, name));
  }
  CHECK(value(real, "bands") < 0.2);
}

TEST_CASE("evaluator: a table's rows, with words and missing cells", "[quality]") {
  const Schema schema = infer_schema(table_of(900, 0));
  const Trials all = table_trials(table_of(900, 0), schema);
  const Trials training = all.part(0, 600);
  EvaluatorOptions options;
  options.features.device = "cpu";
  options.outcome = "y";
  const Evaluator evaluator(training, all.part(600, 300), options);
  const Trials samples = table_trials(table_of(300, 900), schema);
  const Assessment real = evaluator.assess(samples, MeasureDepth::full);
  CHECK(value(real, "shape") > 0.93);
  CHECK(value(real, "trend") > 0.85);
  CHECK(value(real, "c2st") < 0.6);
  // Where x is missing nothing says what y is: a ninth of the rows.
  CHECK(value(real, "utility") > 0.8);
  CHECK(value(real, "utility") > real.find("utility")->real->value - 0.05);
  CHECK(value(real, "copies") == 0.0);
  CHECK(value(real, "precision") > 0.8);
  CHECK(real.find("utility")->resampled->value < 0.5);
  CHECK(real.find("c2st")->resampled->value > 0.75);
  CHECK(real.find("mmd")->resampled->value > real.find("mmd")->samples->value);
  REQUIRE(real.columns.size() == 3);
  CHECK(real.columns[1].name == "kind");
  CHECK(evaluator.space() == "3 columns, numbers in their deviations, words 1 apart");
  CHECK(std::count_if(real.notes.begin(), real.notes.end(), [](const std::string& note) {
          return note == "Utility is that of predicting y [m], by R2.";
        }) == 1);
  const Assessment copied = evaluator.assess(training.part(0, 50), MeasureDepth::quick);
  CHECK(value(copied, "copies") == 1.0);
}

TEST_CASE("evaluator: rows of numbers without a table are columns of numbers", "[quality]") {
  const auto pairs = [](std::int64_t count, std::int64_t from) {
    Trials made;
    made.count = count;
    made.shape = {1, 2, 1, TrialKind::row};
    made.by_values = true;
    made.low = -1.0;
    made.high = 1.0;
    std::vector<float> values;
    for (std::int64_t n = from; n < from + count; ++n) {
      const double angle =
          std::floor(8.0 * std::fabs(std::sin(7.7 * static_cast<double>(n)))) / 4.0;
      values.push_back(static_cast<float>(0.9 * std::cos(angle * 3.14159)));
      values.push_back(static_cast<float>(0.9 * std::sin(angle * 3.14159)));
      made.labels.push_back(static_cast<std::int32_t>(4.0 * angle));
    }
    made.values = std::move(values);
    return made;
  };
  EvaluatorOptions options;
  options.features.device = "cpu";
  const Evaluator evaluator(pairs(400, 0), pairs(200, 1000), options);
  const Assessment made = evaluator.assess(pairs(200, 3000), MeasureDepth::quick);
  CHECK(made.columns.at(1).name == "column_2");
  CHECK(made.classes.size() == 8);
  CHECK(value(made, "modes") == 8.0);
}

TEST_CASE("evaluator: without copying, copying is left out with its reason", "[quality]") {
  EvaluatorOptions options = plain();
  options.without_copying = "nothing was held out";
  const Evaluator evaluator(bars(100, 0), bars(50, 1000), options);
  const Assessment made = evaluator.assess(bars(60, 3000), MeasureDepth::quick);
  for (const Measure& measure : made.measures) CHECK(measure.group != MeasureGroup::privacy);
  CHECK(made.notes.back() == "nothing was held out");
}

TEST_CASE("evaluator: what cannot be measured is refused", "[quality]") {
  const Evaluator evaluator(bars(100, 0), bars(50, 1000), plain());
  const auto refused = [&](const Trials& samples) {
    return complaint_of([&] { (void)evaluator.assess(samples, MeasureDepth::quick); },
                        ErrorCode::bad_data);
  };
  CHECK(refused(bars(9, 0)) == "cannot measure quality: bars: found 9 trials; allowed 10 or more");
  Trials wide = bars(20, 0);
  wide.shape = {3, 12, 1};
  CHECK_THAT(refused(wide), ContainsSubstring("images of 3 x 12"));
  Trials floats = bars(20, 0);
  floats.values = std::vector<float>(20 * 36, 0.5F);
  CHECK_THAT(refused(floats), ContainsSubstring("numbers of type f32"));
  CHECK_THROWS_AS(Evaluator(bars(9, 0), bars(50, 1000), plain()), Error);
  CHECK_THROWS_AS(Evaluator(bars(90, 0), bars(5, 1000), plain()), Error);
  const Schema schema = infer_schema(table_of(60, 0));
  const Trials rows = table_trials(table_of(60, 0), schema);
  CHECK_THAT(complaint_of([&] { Evaluator(rows, rows, plain()); }, ErrorCode::bad_config),
             ContainsSubstring("features"));
  EvaluatorOptions options;
  options.outcome = "yy";
  CHECK_THAT(complaint_of([&] { Evaluator(rows, rows, options); }, ErrorCode::bad_config),
             ContainsSubstring("did you mean"));
}

TEST_CASE("evaluator: equal sets and seeds give equal figures on any threads", "[quality]") {
  const auto measures = [](std::int64_t threads) {
    EvaluatorOptions options = plain();
    options.features.threads = threads;
    return Evaluator(bars(100, 0), bars(50, 1000), options)
        .assess(bars(60, 3000), MeasureDepth::full)
        .measures;
  };
  const std::vector<Measure> one = measures(1), two = measures(3);
  REQUIRE(one.size() == two.size());
  for (std::size_t i = 0; i < one.size(); ++i) {
    INFO(one[i].name);
    CHECK(one[i].samples->value == two[i].samples->value);
    CHECK(one[i].samples->low == two[i].samples->low);
    CHECK(one[i].resampled.has_value() == two[i].resampled.has_value());
  }
}

TEST_CASE("evaluator: floors alone are those that samples stand between", "[quality]") {
  const Evaluator evaluator(bars(100, 0), bars(50, 1000), plain());
  const std::vector<Measure> floors = evaluator.floors(MeasureDepth::quick, 60);
  const Assessment made = evaluator.assess(bars(60, 3000), MeasureDepth::quick);
  REQUIRE(floors.size() == made.measures.size());
  for (std::size_t i = 0; i < floors.size(); ++i) {
    CHECK(floors[i].name == made.measures[i].name);
    CHECK_FALSE(floors[i].samples.has_value());
    CHECK(floors[i].resampled->value == made.measures[i].resampled->value);
  }
}
