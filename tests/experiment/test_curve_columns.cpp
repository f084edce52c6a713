// A masked model of a table with a curve: settings give curves, curves give numbers.
#include <algorithm>
#include <cmath>

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/data/readers/table_reader.hpp"
#include "engine/experiment/predict.hpp"
#include "engine/experiment/profile.hpp"
#include "engine/experiment/search.hpp"
#include "engine/generate/generate.hpp"
#include "engine/train/trainer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/curve_table.hpp"
#include "tests/support/same_tensors.hpp"
#include "tests/support/small_run.hpp"

using namespace vgan;
using namespace vgan::testing;
namespace fs = std::filesystem;

namespace {

/// A model of the table, trained once for all cases.
struct CurveModel {
  TempDir folder;
  fs::path checkpoint;
  std::vector<std::pair<std::string, std::string>> networks;

  CurveModel() {
    TrainConfig config = small_masked_config();
    config.epochs = 1200;
    config.batch = 128;
    config.g_layers = {64, 64};
    Trainer trainer(config, table_of(curve_table(1000)));
    trainer.train(config.epochs, [](const StepReport&) { return true; });
    networks = trainer.networks();
    checkpoint =
        save_checkpoint(folder.path() / "checkpoints", config.epochs, trainer.checkpoint(), 0);
  }

  std::string file(const std::string& name, const std::string& text) const {
    return write_file(folder.path() / name, text).string();
  }
  PredictRequest prediction(const std::string& given, const std::string& known = "") const {
    PredictRequest made;
    made.model = checkpoint;
    made.given = file("given.csv", given);
    if (!known.empty()) made.check = file("known.csv", known);
    made.out = (folder.path() / "p.csv").string();
    made.device = "cpu";
    made.threads = 2;
    return made;
  }
  GenerateRequest rows() const {
    GenerateRequest made;
    made.model = checkpoint;
    made.out = (folder.path() / "rows.csv").string();
    made.device = "cpu";
    made.threads = 2;
    return made;
  }
};

const CurveModel& curve_model() {
  static const CurveModel model;
  return model;
}

// The same table without some columns, from `first` to `last`.
std::string without(const std::string& text, std::size_t first, std::size_t last) {
  std::string made;
  std::size_t column = 0;
  for (const char c : text) {
    const bool ends = c == ',' || c == '\n';
    const bool kept = column < first || column > last;
    if (kept && !ends) made += c;
    if (c == ',' && kept) made += ',';
    if (c == '\n') {
      if (made.back() == ',') made.pop_back();
      made += '\n';
    }
    column = c == '\n' ? 0 : column + (ends ? 1 : 0);
  }
  return made;
}

const PredictResult::NumbersCheck& check_named(const PredictResult& result,
                                               const std::string& name) {
  const auto found =
      std::find_if(result.checked_numbers.begin(), result.checked_numbers.end(),
                   [&](const PredictResult::NumbersCheck& one) { return one.name == name; });
  REQUIRE(found != result.checked_numbers.end());
  return *found;
}

}  // namespace

TEST_CASE("a run says what becomes of a table's curves", "[engine][curves]") {
  const auto& lines = curve_model().networks;
  REQUIRE(lines.size() == 2);
  CHECK_THAT(lines[0].second, ContainsSubstring(", 6 columns"));
  CHECK(lines[1].first == "w_*");
}

TEST_CASE("curves that are drawn for given settings lie about the formula", "[generate][curves]") {
  const CurveModel& model = curve_model();
  GenerateRequest request = model.rows();
  const std::vector<std::pair<double, double>> settings = {
      {-0.8, 0.3}, {0.7, 1.8}, {0.1, 1.0}, {0.6, 0.2}};
  std::string given = "b,a\n";
  for (const auto& [a, b] : settings) given += std::to_string(b) + "," + std::to_string(a) + "\n";
  request.given = model.file("settings.csv", given);
  request.per_row = 200;
  (void)generate(request);
  const Table table = read_table(request.out);
  REQUIRE(table.rows == 800);
  for (std::size_t s = 0; s < settings.size(); ++s) {
    const auto& [a, b] = settings[s];
    double worst = 0.0, rough = 0.0;
    for (int t = 0; t < curve_samples; ++t) {
      const auto column = static_cast<std::size_t>(3 + t);
      double mean = 0.0;
      for (std::size_t i = 200 * s; i < 200 * (s + 1); ++i) {
        const double number = table.columns[column].numbers[i];
        mean += number / 200.0;
        if (t == 0) continue;
        const double step = number - table.columns[column - 1].numbers[i];
        const double truth = curve_at_settings(a, b, t) - curve_at_settings(a, b, t - 1);
        rough += (step - truth) * (step - truth) / (200.0 * 59.0);
      }
      worst = std::max(worst, std::fabs(mean - curve_at_settings(a, b, t)));
    }
    INFO("settings " << a << ", " << b);
    CHECK(worst < 0.12);  // curves differ by up to 3
    // Steps of two samples with a noise each.
    CHECK(std::sqrt(rough / 2.0) > 0.9 * curve_noise);
    CHECK(std::sqrt(rough / 2.0) < 1.4 * curve_noise);
  }
}

TEST_CASE("numbers are predicted from whole curves", "[generate][curves]") {
  const CurveModel& model = curve_model();
  const std::string known = curve_table(200, 7);
  const PredictResult result = predict(model.prediction(without(known, 0, 2), known));
  CHECK(result.rows == 200);
  CHECK(check_named(result, "a").r2 > 0.93);
  CHECK(check_named(result, "b").r2 > 0.93);
  CHECK(check_named(result, "peak").r2 > 0.9);
  CHECK(std::count(result.support.begin(), result.support.end(), Support::inside) > 150);
  // A curve of another height is none that was seen.
  std::string high = sample_names().substr(1) + "\n9";
  for (int t = 1; t < curve_samples; ++t) high += ",9";
  CHECK(predict(model.prediction(high + "\n")).support[0] == Support::outside);
  // Nor is one with a spike, of which the components hold next to nothing.
  std::string spiky = without(curve_table(1, 9), 0, 2);
  spiky.replace(spiky.rfind(',') + 1, std::string::npos, "1.5\n");
  CHECK(predict(model.prediction(spiky)).support[0] == Support::outside);
  CHECK(predict(model.prediction(without(curve_table(1, 9), 0, 2))).support[0] == Support::inside);
}

TEST_CASE("new curves are no strangers to a model of few, and wild ones are",
          "[generate][curves]") {
  TrainConfig config = small_masked_config();
  config.epochs = 200;
  config.batch = 32;
  Trainer trainer(config, table_of(curve_table(50, 5)));
  trainer.train(config.epochs, [](const StepReport&) { return true; });
  const TempDir folder;
  const fs::path checkpoint =
      save_checkpoint(folder.path() / "checkpoints", config.epochs, trainer.checkpoint(), 0);
  const auto outside = [&](const std::string& curves) {
    PredictRequest request = curve_model().prediction(curves);
    request.model = checkpoint;
    request.of = "peak";
    const std::vector<Support> found = predict(request).support;
    return std::count(found.begin(), found.end(), Support::outside);
  };
  // About one in a hundred curves like those that were learnt is outside.
  CHECK(outside(without(curve_table(300, 6), 0, 2)) <= 9);
  std::string wild = sample_names().substr(1) + "\n";
  for (int row = 0; row < 3; ++row) {
    for (int t = 0; t < curve_samples; ++t) {
      const double curve = row == 0   ? curve_at_settings(6.0, 1.0, t)
                           : row == 1 ? curve_at_settings(0.0, -6.0, t)
                                      : std::sin(2.0 * t);  // a shape that no component has
      wild += (t > 0 ? "," : "") + std::to_string(curve);
    }
    wild += "\n";
  }
  CHECK(outside(wild) == 3);
}

TEST_CASE("samples of curves are predicted from settings, with intervals that cover",
          "[generate][curves]") {
  const CurveModel& model = curve_model();
  const std::string known = curve_table(100, 8);
  const PredictResult result = predict(model.prediction(without(known, 2, 62), known));
  REQUIRE(result.numbers.size() == 61);
  CHECK(result.numbers[1].name == "w_00");
  CHECK(result.columns == 2 + 4 * 61 + 1);
  double coverage = 0.0;
  for (int t = 0; t < curve_samples; ++t) {
    coverage += check_named(result, sample_name(t)).coverage / curve_samples;
  }
  CHECK(coverage > 0.85);
  CHECK(check_named(result, "w_15").r2 > 0.95);
  CHECK(check_named(result, "w_40").r2 > 0.95);
  const auto& sample = result.numbers[41];
  double apart = 0.0;
  for (std::size_t i = 0; i < 100; ++i) {
    CHECK(sample.low[i] <= sample.median[i]);
    CHECK(sample.median[i] <= sample.high[i]);
    apart += std::fabs(sample.mean[i] - sample.median[i]) / 100.0;
  }
  CHECK(apart < 0.1);
}

TEST_CASE("predictions of curves do not depend on the size of blocks", "[generate][curves]") {
  const CurveModel& model = curve_model();
  PredictRequest request = model.prediction("a,b\n0.5,\n0.1,0.2\n-0.7,1.5\n");
  const PredictResult whole = predict(request);
  request.block_rows = 1;
  const PredictResult single = predict(request);
  for (std::size_t i = 0; i < whole.numbers.size(); ++i) {
    INFO(whole.numbers[i].name);
    for (std::size_t row = 0; row < 3; ++row) {
      if (std::isnan(whole.numbers[i].mean[row])) continue;
      CHECK(single.numbers[i].mean[row] == whole.numbers[i].mean[row]);
      CHECK(single.numbers[i].low[row] == whole.numbers[i].low[row]);
    }
  }
}

TEST_CASE("a predicted curve does not depend on the rows beside its own", "[generate][curves]") {
  const CurveModel& model = curve_model();
  const PredictResult alone = predict(model.prediction("a,b\n0.5,0.7\n"));
  const PredictResult third = predict(model.prediction("a,b\n-0.1,1.2\n0.5,\n0.5,0.7\n"));
  for (std::size_t i = 0; i < alone.numbers.size(); ++i) {
    INFO(alone.numbers[i].name);
    const auto found =
        std::find_if(third.numbers.begin(), third.numbers.end(),
                     [&](const auto& one) { return one.name == alone.numbers[i].name; });
    REQUIRE(found != third.numbers.end());
    CHECK(found->median[2] == alone.numbers[i].median[0]);
    CHECK(found->low[2] == alone.numbers[i].low[0]);
    CHECK(found->high[2] == alone.numbers[i].high[0]);
  }
}

TEST_CASE("a profile is not of a sample of a curve, nor over one", "[profile][curves]") {
  ProfileRequest request;
  request.model = curve_model().checkpoint;
  request.out = {(curve_model().folder.path() / "p.csv").string()};
  request.device = "cpu";
  const auto refused = [&](const std::string& flag) {
    check_error(error_of([&] { (void)profile(request); }), 78,
                {flag, "a sample of the curve 'w_00' to 'w_59'", "stands alone"});
  };
  for (const OtherSettings others : {OtherSettings::follow, OtherSettings::average}) {
    request.others = others;
    for (const char* sample : {"w_00", "w_03", "w_59"}) {
      request.of = sample;
      request.over = "a";
      refused("of");
      request.of = "peak";
      request.over = sample;
      refused("over");
    }
    request.over = "a";
    request.where = "w_03=0.5";
    refused("where");
    request.where = "";
  }
  CHECK(profile(request).numbers.mean.size() > 10);
}

TEST_CASE("a given curve stands in the row as it was given", "[generate][curves]") {
  const CurveModel& model = curve_model();
  const std::string known = curve_table(1, 9);
  GenerateRequest request = model.rows();
  request.given = model.file("curve.csv", without(known, 0, 2));
  request.per_row = 3;
  (void)generate(request);
  const Table made = read_table(request.out);
  const Table truth = read_table(model.file("truth.csv", known));
  for (std::size_t column = 3; column < 63; ++column) {
    for (std::size_t row = 0; row < 3; ++row) {
      CHECK(made.columns[column].numbers[row] == truth.columns[column].numbers[0]);
    }
  }
  CHECK(made.columns[0].numbers[0] == Approx(truth.columns[0].numbers[0]).margin(0.5));
}

TEST_CASE("parts of a curve are refused", "[generate][curves]") {
  const CurveModel& model = curve_model();
  check_error(error_of([&] { (void)predict(model.prediction("a,w_03,w_04\n0.1,0.2,0.3\n")); }), 65,
              {"2 of the 60 samples of the curve 'w_00' to 'w_59'", "all of them, or none"});
  std::string row = curve_table(1, 9);
  row.erase(row.rfind(','));
  check_error(error_of([&] { (void)predict(model.prediction(row + ",\n")); }), 65,
              {"line 2, column 63 (w_59)", "59 of the 60 samples"});
  // None at all is free.
  row = sample_names().substr(1) + ",a\n" + std::string(60, ',') + "0.5\n";
  CHECK(predict(model.prediction(row)).numbers.size() == 62);

  GenerateRequest request = model.rows();
  request.where = "w_03 > 0.5";
  check_error(error_of([&] { (void)generate(request); }), 78,
              {"where", "'w_03', a sample of the curve"});
  request.where = "w_30 > 0.5";
  check_error(error_of([&] { (void)generate(request); }), 78, {"'w_30', a sample of the curve"});
  request.where = "w_03 = 0.5";
  check_error(error_of([&] { (void)generate(request); }), 78, {"1 of the 60 samples"});
}

TEST_CASE("searches have neither goals nor settings that are samples of curves",
          "[generate][curves]") {
  SearchRequest request;
  request.model = curve_model().checkpoint;
  request.out = (curve_model().folder.path() / "s.csv").string();
  request.maximise = {"w_03"};
  request.budget = 40;
  request.count = 1;
  request.device = "cpu";
  check_error(error_of([&] { (void)search(request); }), 78,
              {"maximise", "'w_03', of a sample of the curve 'w_00' to 'w_59'"});
  request.maximise = {"peak"};
  const SearchResult result = search(request);
  REQUIRE(result.settings.size() == 2);
  CHECK(result.settings[0].name == "a");
}

TEST_CASE("stopping and resuming changes nothing of a run with a curve", "[engine][curves]") {
  const Trials rows = table_of(curve_table(200));
  TrainConfig config = small_masked_config();
  const auto trained = [&](int threads, std::uint64_t epochs) {
    config.threads = threads;
    Trainer trainer(config, rows);
    while (trainer.epoch() < epochs) trainer.train_epoch();
    return trainer.checkpoint();
  };
  const Checkpoint whole = trained(2, 20);
  CHECK(same_tensors(trained(1, 20), whole));
  Trainer resumed(config, rows);
  resumed.restore(trained(2, 7));
  while (resumed.epoch() < 20) resumed.train_epoch();
  CHECK(same_tensors(resumed.checkpoint(), whole));
  CHECK(whole.tensors.contains("curves"));

  // A checkpoint of columns by themselves, as earlier builds made them, is none of these networks.
  Checkpoint other = whole;
  other.tensors.erase("curves");
  CHECK_THROWS_AS(resumed.restore(other), Error);
}
