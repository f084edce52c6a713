// What is asked of rows holds in every one of 100,000: given values letter by letter, ranges.
#include <cstdio>
#include <fstream>
#include <sstream>

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/data/readers/table_reader.hpp"
#include "engine/data/table_trials.hpp"
#include "engine/generate/generate.hpp"
#include "engine/train/trainer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/masked_run.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t rows_asked = 100'000;
constexpr const char* header = "day,alloy,step [mm],serial,load [kN],force\n";
using Fields = std::vector<std::string>;

template <class... Values>
std::string printed(const char* format, Values... values) {
  char text[64];
  std::snprintf(text, sizeof(text), format, values...);
  return text;
}

/// A value of each column: a date, a word, a value of a grid, an integer of more digits than a
/// float has, a number of two decimals of either sign, and one of many digits.
Fields random_row(Dice& dice) {
  static const char* const words[] = {"Al 7075", "\"Ti, grade 5\"", "Fe", "\xC3\xA9tain"};
  return {printed("2024-%02d-%02d", static_cast<int>(1 + dice.roll(12)),
                  static_cast<int>(1 + dice.roll(28))),
          words[dice.roll(4)],
          printed("%.2f", 0.25 * static_cast<double>(1 + dice.roll(12))),
          printed("%lld", 3'000'000'000LL + static_cast<long long>(dice.roll(900'000'000))),
          printed("%.2f", 0.01 * (static_cast<double>(dice.roll(40'001)) - 20'000.0)),
          printed("%.6f", 1e-6 * static_cast<double>(dice.roll(2'000'000'000)))};
}

std::string line_of(const Fields& fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) line += (i > 0 ? "," : "") + fields[i];
  return line + "\n";
}

/// The fields of a line of which one may stand in quotes.
Fields fields_of(const std::string& line) {
  Fields made(1);
  bool quoted = false;
  for (const char letter : line) {
    if (letter == '"') quoted = !quoted;
    if (letter == ',' && !quoted) {
      made.emplace_back();
    } else {
      made.back() += letter;
    }
  }
  return made;
}

/// A model that knows its table's columns and little of how they hang together.
struct Model {
  Model() {
    Dice dice(1);
    // The first two have the ends of each column, beyond which nothing can be given.
    std::string text = header +
                       line_of({"2024-01-01", "Fe", "0.25", "3000000000", "-200.00", "0.000000"}) +
                       line_of({"2024-12-28", "Fe", "3.00", "3900000000", "200.00", "2000.000000"});
    for (int row = 0; row < 3000; ++row) text += line_of(random_row(dice));
    TrainConfig config = small_masked_config();
    config.epochs = 20;
    config.g_layers = {16};
    const Table table = read_table(write_file(folder.path() / "t.csv", text));
    Trainer trainer(config, table_trials(table, infer_schema(table)));
    trainer.train(config.epochs, [](const StepReport&) { return true; });
    checkpoint = save_checkpoint(folder.path() / "checkpoints", 20, trainer.checkpoint(), 0);
  }

  GenerateRequest request() const {
    GenerateRequest made;
    made.model = checkpoint;
    made.out = (folder.path() / "v.csv").string();
    made.device = "cpu";
    made.threads = 1;
    return made;
  }

  /// Calls `take` with each line's number and fields; returns how many there are.
  template <class Take>
  std::size_t each_row(const Take& take) const {
    std::ifstream file(folder.path() / "v.csv");
    std::string line;
    std::getline(file, line);
    REQUIRE(line + "\n" == header);
    std::size_t row = 0;
    for (; std::getline(file, line); ++row) {
      const Fields fields = fields_of(line);
      REQUIRE(fields.size() == 6);
      take(row, fields);
    }
    return row;
  }

  TempDir folder;
  fs::path checkpoint;
};

const Model& model() {
  static const Model made;
  return made;
}

}  // namespace

TEST_CASE("given values of every kind stand letter by letter in each of 100,000 rows",
          "[generate][masked]") {
  Dice dice(2);
  // In another order than the model's, each cell free in one row of four.
  constexpr std::size_t order[] = {4, 1, 3, 0, 2, 5};
  std::string text = "load,alloy,serial,day,step [mm],force\n";
  std::vector<Fields> given;
  for (std::size_t row = 0; row < rows_asked / 2; ++row) {
    Fields fields = random_row(dice), turned;
    for (std::string& field : fields) {
      if (dice.roll(4) == 0) field.clear();
    }
    for (const std::size_t column : order) turned.push_back(fields[column]);
    text += line_of(turned);
    given.push_back(std::move(fields));
  }
  GenerateRequest request = model().request();
  request.given = write_file(model().folder.path() / "g.csv", text).string();
  request.per_row = 2;
  CHECK(generate(request).count == rows_asked);
  std::size_t echoed = 0, other = 0;
  const std::size_t rows = model().each_row([&](std::size_t row, const Fields& fields) {
    for (std::size_t column = 0; column < 6; ++column) {
      const std::string& want = given[row / 2][column];
      if (want.empty()) continue;
      ++echoed;
      if (fields[column] != want && ++other < 5) {
        UNSCOPED_INFO("row " << row << " has " << fields[column] << " for " << want);
      }
    }
  });
  CHECK(rows == rows_asked);
  CHECK(echoed > 440'000);
  CHECK(other == 0);
}

TEST_CASE("ranges and values of every kind hold in each of 100,000 rows", "[generate][masked]") {
  GenerateRequest request = model().request();
  request.count = rows_asked;
  const auto broken = [&](const std::string& where, const auto& holds) {
    request.where = where;
    generate(request);
    std::size_t made = 0;
    const std::size_t rows = model().each_row([&](std::size_t row, const Fields& fields) {
      if (!holds(fields) && ++made < 5) UNSCOPED_INFO("row " << row << ": " << line_of(fields));
    });
    CHECK(rows == rows_asked);
    return made;
  };
  const auto number = [](const std::string& text) { return std::stod(text); };
  // Ends that lie between two numbers of the column, on one, and in cells of quantiles.
  CHECK(broken("day>=2024-03-05,day<2024-11-30,load>-13.37,load<=151.2,step>0.5,step<=2.3,"
               "serial>=3100000007,serial<3899999999,force>3.0000005,alloy=\"Ti, grade 5\"",
               [&](const Fields& f) {
                 return f[0] >= "2024-03-05" && f[0] < "2024-11-30" && number(f[4]) > -13.37 &&
                        number(f[4]) <= 151.2 && number(f[2]) > 0.5 && number(f[2]) <= 2.3 &&
                        number(f[3]) >= 3100000007.0 && number(f[3]) < 3899999999.0 &&
                        number(f[5]) > 3.0000005 && f[1] == "\"Ti, grade 5\"";
               }) == 0);
  // Narrow ones, of which the data have few rows or one.
  CHECK(broken("day=2024-02-28,load>=-0.05,load<0.05,step=0.75,serial<=3000500000",
               [&](const Fields& f) {
                 return f[0] == "2024-02-28" && number(f[4]) >= -0.05 && number(f[4]) < 0.05 &&
                        f[2] == "0.75" && number(f[3]) <= 3000500000.0;
               }) == 0);
}

TEST_CASE("ranges hold beside given values in every row", "[generate][masked]") {
  Dice dice(3);
  std::string text = "alloy,serial\n";
  std::vector<Fields> given;
  for (int row = 0; row < 100; ++row) {
    const Fields fields = random_row(dice);
    given.push_back(fields);
    text += line_of({fields[1], fields[3]});
  }
  GenerateRequest request = model().request();
  request.given = write_file(model().folder.path() / "g.csv", text).string();
  request.per_row = rows_asked / 100;
  request.where = "load>=10,load<=11,day<=2024-01-10,step=3";
  std::size_t broken = 0;
  CHECK(generate(request).count == rows_asked);
  CHECK(model().each_row([&](std::size_t row, const Fields& f) {
    const Fields& want = given[row / request.per_row];
    const double load = std::stod(f[4]);
    if (f[1] != want[1] || f[3] != want[3] || load < 10.0 || load > 11.0 || f[0] > "2024-01-10" ||
        f[2] != "3.00") {
      if (++broken < 5) UNSCOPED_INFO("row " << row << ": " << line_of(f));
    }
  }) == rows_asked);
  CHECK(broken == 0);
}
