// Predictions of a model over cells, beside tables whose conditional means and noise are known.
#include "engine/experiment/predict.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "tests/experiment/experiment_model.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/small_run.hpp"

using namespace vgan;
using namespace vgan::testing;
namespace fs = std::filesystem;

namespace {

constexpr double noise = 0.2;

double uniform(Dice& dice, double low, double high) {
  return low + (high - low) * static_cast<double>(dice.word() >> 11) * 0x1p-53;
}

double normal(Dice& dice) {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform(dice, 0.0, 1.0)));
  return radius * std::cos(uniform(dice, 0.0, 6.283185307179586));
}

/// z = 2 a + level + noise; `kind` says the sign of a, wrong in one row of ten.
struct Row {
  double a;
  std::size_t level;
  std::string kind;
  double mean, z;

  std::string text(bool with_a = true) const {
    std::ostringstream line;
    line.precision(4);
    line << std::fixed;
    if (with_a) line << a;
    line << ',' << level << ',' << kind << ',' << z << '\n';
    return line.str();
  }
};

constexpr const char* header = "a,level,kind,\"z, in m\"\n";

std::vector<Row> rows_of(std::size_t count, std::uint64_t seed) {
  Dice dice(seed);
  std::vector<Row> rows;
  for (std::size_t i = 0; i < count; ++i) {
    Row row{uniform(dice, -1.0, 1.0), dice.roll(4), "", 0.0, 0.0};
    row.kind = (row.a > 0.0) == (dice.roll(10) > 0) ? "up" : "down";
    row.mean = 2.0 * row.a + static_cast<double>(row.level);
    row.z = row.mean + noise * normal(dice);
    rows.push_back(row);
  }
  return rows;
}

std::string table_of(const std::vector<Row>& rows) {
  std::string text = header;
  for (const Row& row : rows) text += row.text();
  return text;
}

using Model = ExperimentModel;

const Model& straight_model() {
  static const Model model(table_of(rows_of(500, 1)), experiment_config(700));
  return model;
}

std::string settings_of(const std::vector<Row>& rows, std::size_t free_every = 0) {
  std::string text = "level,a\n";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    text += std::to_string(rows[i].level) + ",";
    if (free_every == 0 || i % free_every != 0) text += std::to_string(rows[i].a);
    text += '\n';
  }
  return text;
}

const PredictResult::Numbers& numbers_named(const PredictResult& result, const std::string& name) {
  const auto found = std::find_if(result.numbers.begin(), result.numbers.end(),
                                  [&](const auto& one) { return one.name == name; });
  REQUIRE(found != result.numbers.end());
  return *found;
}

}  // namespace

TEST_CASE("predictions are near the known means, their intervals near the known noise",
          "[generate]") {
  const Model& model = straight_model();
  const std::vector<Row> rows = rows_of(400, 2);
  const PredictResult result = predict(model.prediction(settings_of(rows), table_of(rows)));
  CHECK(result.rows == 400);
  CHECK(result.columns == 2 + 4 + 2 + 1);
  REQUIRE(result.numbers.size() == 1);
  const auto& z = numbers_named(result, "z, in m");
  double squares = 0.0, width = 0.0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    squares += (z.mean[i] - rows[i].mean) * (z.mean[i] - rows[i].mean);
    width += z.high[i] - z.low[i];
    CHECK(z.low[i] <= z.median[i]);
    CHECK(z.median[i] <= z.high[i]);
  }
  const double count = static_cast<double>(rows.size());
  CHECK(std::sqrt(squares / count) < 1.5 * noise);  // the levels' deviation is 1.6
  CHECK(width / count > 2.0 * 1.645 * noise);
  CHECK(width / count < 3.0 * 2.0 * 1.645 * noise);

  REQUIRE(result.checked_numbers.size() == 1);
  const auto& check = result.checked_numbers[0];
  CHECK(check.name == "z, in m");
  CHECK(check.rows == 400);
  CHECK(check.r2 > 0.93);
  CHECK(check.rmse < 2.0 * noise);
  CHECK(check.coverage > 0.84);
  CHECK(check.coverage < 0.995);
  double errors = 0.0, sum = 0.0, spread = 0.0;
  for (const Row& row : rows) sum += row.z;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    errors += (z.mean[i] - rows[i].z) * (z.mean[i] - rows[i].z);
    spread += (rows[i].z - sum / count) * (rows[i].z - sum / count);
  }
  CHECK(check.r2 == Approx(1.0 - errors / spread).margin(1e-3));
  CHECK(check.width == Approx(width / count / std::sqrt(spread / count)).epsilon(1e-3));

  REQUIRE(result.checked_words.size() == 1);
  CHECK(result.checked_words[0].accuracy > 0.85);  // 0.9 is the most
  CHECK(result.checked_words[0].log_probability > -0.45);
  CHECK(std::count(result.support.begin(), result.support.end(), Support::outside) <= 4);
}

TEST_CASE("a wider level gives a wider interval about the same median", "[generate]") {
  const Model& model = straight_model();
  const std::vector<Row> rows = rows_of(20, 3);
  PredictRequest request = model.prediction(settings_of(rows));
  const PredictResult wide = predict(request);
  request.level = 0.5;
  const PredictResult narrow = predict(request);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CHECK(narrow.numbers[0].median[i] == wide.numbers[0].median[i]);
    CHECK(narrow.numbers[0].low[i] > wide.numbers[0].low[i]);
    CHECK(narrow.numbers[0].high[i] < wide.numbers[0].high[i]);
  }
}

TEST_CASE("only the columns that are asked for are predicted", "[generate]") {
  const Model& model = straight_model();
  PredictRequest request = model.prediction("level,a\n1,0.5\n,0.5\n");
  const PredictResult all = predict(request);
  request.of = "\"z";
  check_error(error_of([&] { (void)predict(request); }), 78, {"bad setting: of", "'\"z'"});
  request.of = "z, in m";  // a name with a comma
  const PredictResult one = predict(request);
  CHECK(model.lines()[0] ==
        "level,a,\"z, in m_mean\",\"z, in m_median\",\"z, in m_low\",\"z, in m_high\",support");
  CHECK(numbers_named(one, "z, in m").mean == numbers_named(all, "z, in m").mean);
  CHECK(one.support == all.support);
  CHECK(one.words.empty());
  request.of = "level, kind";
  const PredictResult two = predict(request);
  REQUIRE(two.numbers.size() == 1);
  CHECK(two.numbers[0].name == "level");
  CHECK(two.words.size() == 1);

  const auto refuse = [&](const std::string& of, const std::vector<std::string>& parts) {
    request.of = of;
    check_error(error_of([&] { (void)predict(request); }), 78, parts);
  };
  refuse("a", {"bad setting: of", "'a', which every row gives"});
  refuse("kind,kind", {"'kind' twice"});
  refuse("kind,knd", {"'knd'", "did you mean 'kind'?"});
  refuse("kind,", {"no column"});
}

TEST_CASE("rows that give different columns are predicted each by its own", "[generate]") {
  const Model& model = straight_model();
  const std::string given =
      "\"z, in m\",kind,level,a\n"
      "1.5,up,1,\n"
      ",,3,0.5\n"
      ",down,,-0.5\n"
      "4.5,,,\n";
  const PredictResult result = predict(model.prediction(given));
  const auto& a = numbers_named(result, "a");
  const auto& level = numbers_named(result, "level");
  const auto& z = numbers_named(result, "z, in m");
  CHECK(a.mean[0] == Approx(0.25).margin(0.2));
  CHECK(std::isnan(a.mean[1]));
  CHECK(std::isnan(z.mean[0]));
  CHECK(z.mean[1] == Approx(4.0).margin(0.4));
  CHECK(level.median[3] == 3.0);  // 2 a + 3 is 4.5, as 2 a is 2 at most
  CHECK(a.mean[3] > 0.5);
  CHECK(std::isnan(level.mean[0]));
  REQUIRE(result.words.size() == 1);
  CHECK(result.words[0].word == std::vector<std::string>{"", "up", "", "up"});
  CHECK(std::isnan(result.words[0].probability[0]));
  CHECK(result.words[0].probability[1] > 0.7);

  const std::vector<std::string> lines = model.lines();
  REQUIRE(lines.size() == 5);
  CHECK(lines[0] ==
        "\"z, in m\",kind,level,a,a_mean,a_median,a_low,a_high,level_mean,level_median,level_low,"
        "level_high,\"z, in m_mean\",\"z, in m_median\",\"z, in m_low\",\"z, in m_high\","
        "kind_predicted,kind_probability,support");
  CHECK(lines[1].starts_with("1.5,up,1,,0."));
  CHECK(lines[1].ends_with(",,,,,,,,,,,inside"));
  CHECK(lines[2].starts_with(",,3,0.5,,,,,,,,,"));
  CHECK(lines[3].starts_with(",down,,-0.5,,,,,"));
  CHECK(result.columns == 19);
}

TEST_CASE("known words that the model does not know are misses without a probability",
          "[generate]") {
  const Model& model = straight_model();
  const std::string known = "kind,level\nup,0\nsideways,1\ndown,2\n,3\n";
  const PredictResult result =
      predict(model.prediction("level,a\n0,0.9\n1,0.9\n2,-0.9\n3,0.9\n", known));
  REQUIRE(result.checked_words.size() == 1);
  const auto& check = result.checked_words[0];
  CHECK(check.rows == 3);
  CHECK(check.accuracy == Approx(2.0 / 3.0));
  const std::vector<double>& p = result.words[0].probability;
  CHECK(check.log_probability == Approx(0.5 * (std::log(p[0]) + std::log(p[2]))));
  CHECK(result.checked_numbers.empty());
}

TEST_CASE("predictions depend neither on the size of blocks nor on what is asked beside them",
          "[generate]") {
  const Model& model = straight_model();
  const std::vector<Row> rows = rows_of(300, 4);
  PredictRequest request = model.prediction(settings_of(rows, 3));
  const PredictResult whole = predict(request);
  const std::vector<std::string> lines = model.lines();
  for (const std::int64_t size : {1, 7, 256}) {
    request.block_rows = size;
    const PredictResult blocks = predict(request);
    CHECK(blocks.support == whole.support);
    CHECK(blocks.words[0].probability == whole.words[0].probability);
    CHECK(blocks.numbers.back().mean == whole.numbers.back().mean);
    CHECK(model.lines() == lines);
  }
}

TEST_CASE("rows beside a ring are outside, rows on it are inside", "[generate]") {
  Dice dice(5);
  const auto ring = [&](int count) {
    std::string text = "x,y\n";
    for (int i = 0; i < count; ++i) {
      const double angle = uniform(dice, 0.0, 6.283185307179586);
      const double radius = 1.0 + 0.04 * normal(dice);
      text += std::to_string(radius * std::cos(angle)) + "," +
              std::to_string(radius * std::sin(angle)) + "\n";
    }
    return text;
  };
  const Model model(ring(500), experiment_config(1500));
  const auto support = [&](const std::string& rows) {
    return predict(model.prediction("x,y\n" + rows)).support;
  };
  CHECK(support("0.6,0.8\n-0.8,0.6\n1,0.05\n0.1,-1\n-0.71,-0.71\n") ==
        std::vector<Support>(5, Support::inside));
  CHECK(support("0,0\n0.2,0.3\n-0.3,0.1\n1,1\n-1,0.9\n3,3\n0,2\n-40,0\n") ==
        std::vector<Support>(8, Support::outside));
  // What stands alone is inside wherever the data are, as is what gives nothing.
  CHECK(support("0.6,\n,\n,-0.5\n0,\n1.5,\n,-1.5\n") ==
        std::vector<Support>{Support::inside, Support::inside, Support::inside, Support::inside,
                             Support::outside, Support::outside});
  const std::vector<Support> others = predict(model.prediction(ring(400))).support;
  const auto far = std::count(others.begin(), others.end(), Support::outside);
  const auto near = std::count(others.begin(), others.end(), Support::inside);
  CHECK(far < 12);
  CHECK(near > 320);
}

TEST_CASE("columns of every kind are predicted in the form of their table", "[generate]") {
  Dice dice(6);
  std::string text = "day;flag;size;mass\r\n";
  for (int i = 0; i < 200; ++i) {
    const auto day = dice.roll(28);
    const bool late = day > 13;
    text += "2020-02-" + std::string(day < 9 ? "0" : "") + std::to_string(day + 1) + ";" +
            (dice.roll(6) == 0 ? "NA"
             : late            ? "1"
                               : "0") +
            ";" + (late ? "\"big;one\"" : "small") + ";" +
            (dice.roll(5) == 0
                 ? "NA"
                 : std::to_string(late ? 7 : 3) + "," + std::to_string(dice.roll(10)) + "5") +
            "\r\n";
  }
  const Model model(text, experiment_config(300));
  PredictRequest request = model.prediction("size;mass\r\nbig;NA\r\n");
  check_error(error_of([&] { (void)predict(request); }), 65, {"'big'", "big;one"});
  request = model.prediction("size;mass\r\n\"big;one\";\r\nsmall;\r\n;3,15\r\n");
  const PredictResult result = predict(request);
  const std::vector<std::string> lines = model.lines();
  REQUIRE(lines.size() == 4);
  CHECK(lines[0] ==
        "size;mass;day_mean;day_median;day_low;day_high;flag_mean;flag_median;flag_low;flag_high;"
        "mass_mean;mass_median;mass_low;mass_high;size_predicted;size_probability;support\r");
  CHECK(lines[1].starts_with("\"big;one\";;2020-02-"));
  CHECK(lines[3].starts_with(";3,15;2020-02-"));
  const auto& mass = numbers_named(result, "mass");
  CHECK(mass.mean[0] == Approx(7.5).margin(0.6));
  CHECK(mass.mean[1] == Approx(3.5).margin(0.6));
  CHECK(numbers_named(result, "flag").mean[0] > 0.8);
  CHECK(numbers_named(result, "flag").median[1] == 0.0);
  CHECK(result.words[0].word[2] == "small");

  request.out = (model.folder.path() / "p.tsv").string();
  (void)predict(request);
  CHECK(model.lines("p.tsv")[1].starts_with("big;one\t\t2020-02-"));
}

TEST_CASE("words in an order are predicted as words", "[generate]") {
  Dice dice(8);
  std::string text = "grade,heat\n";
  const char* const words[] = {"low", "mid", "high"};
  for (int i = 0; i < 200; ++i) {
    const std::size_t which = dice.roll(3);
    text += std::string(words[which]) + "," + std::to_string(10 * which + dice.roll(10)) + "\n";
  }
  SchemaWish wish;
  wish.origin = "the test";
  ColumnWish& grade = wish.columns.emplace_back();
  grade.name = "grade";
  grade.kind = ColumnKind::ordinal;
  grade.values.emplace();
  for (const char* word : words) grade.values->push_back({word, std::nullopt});
  const Model model(text, experiment_config(300), wish);
  const PredictResult result =
      predict(model.prediction("heat\n4\n15\n27\n", "grade\nlow\nmid\nnone\n"));
  REQUIRE(result.words.size() == 1);
  CHECK(result.words[0].word == std::vector<std::string>{"low", "mid", "high"});
  CHECK(result.words[0].probability[0] > 0.7);
  CHECK(result.numbers.empty());
  CHECK(result.checked_words[0].accuracy == Approx(2.0 / 3.0));
  CHECK(predict(model.prediction("grade\nhigh\n")).numbers[0].mean[0] == Approx(24.5).margin(2.0));
}

TEST_CASE("columns that constraints tie to others are left out, with a note", "[generate]") {
  std::string text = "a,twice,b\n";
  for (int i = 0; i < 60; ++i) {
    text += std::to_string(i * i % 37) + "," + std::to_string(2 * (i * i % 37)) + "," +
            std::to_string(i % 11) + "\n";
  }
  SchemaWish wish;
  wish.origin = "the test";
  ColumnWish twice;
  twice.name = "twice";
  twice.derive = "2 * a";
  wish.columns = {twice};
  TrainConfig config = experiment_config(3);
  config.g_layers = {16};
  config.batch = 16;
  const Model model(text, config, wish);
  const PredictResult result = predict(model.prediction("b\n1\n2\n"));
  REQUIRE(result.numbers.size() == 1);
  CHECK(result.numbers[0].name == "a");
  REQUIRE(result.notes.size() == 1);
  CHECK_THAT(result.notes[0], ContainsSubstring("twice"));
}

TEST_CASE("predictions refuse in one line what they cannot be made of", "[generate]") {
  const Model& model = straight_model();
  const std::string given = "level,a\n1,0.5\n2,0.1\n";
  const auto refuse = [&](int code, const std::vector<std::string>& parts, const auto& change) {
    PredictRequest request = model.prediction(given);
    change(request);
    check_error(error_of([&] { (void)predict(request); }), code, parts);
    CHECK(!fs::exists(model.folder.path() / "out/none.csv"));
  };
  using Request = PredictRequest;
  refuse(78, {"level", "above 0 and below 1"}, [](Request& r) { r.level = 1.0; });
  refuse(78, {"level", "NaN"}, [](Request& r) { r.level = std::nan(""); });
  refuse(78, {"out", ".csv or .tsv"}, [](Request& r) { r.out = "p.npy"; });
  refuse(2, {"out"}, [](Request& r) { r.out = r.given; });
  refuse(2, {"out"},
         [&](Request& r) { r.out = (model.folder.path() / "checkpoints/p.csv").string(); });
  refuse(65, {"3 rows", "2, one for each row"}, [&](Request& r) {
    r.check = write_file(model.folder.path() / "known.csv", table_of(rows_of(3, 9))).string();
  });
  refuse(65, {"none of the columns that are predicted"}, [](Request& r) { r.check = r.given; });
  refuse(74, {"absent.csv"}, [](Request& r) { r.given = "absent.csv"; });
  refuse(75, {"stopped on request"}, [&](Request& r) {
    r.out = (model.folder.path() / "out/none.csv").string();
    r.stop_requested = [] { return true; };
  });

  const TempDir folder;
  Trainer trainer(small_config(), bar_images());
  (void)trainer.train_epoch();
  PredictRequest request = model.prediction(given);
  request.model = save_checkpoint(folder.path(), 1, trainer.checkpoint(), 0);
  check_error(error_of([&] { (void)predict(request); }), 78,
              {"predict needs a model masked", "a model gan"});
}
