// A model over the cells of a table by the command line: trained, resumed, drawn with given values.
#ifdef VGAN_BINARY

#include <cmath>
#include <fstream>
#include <set>

#include "engine/data/readers/table_reader.hpp"
#include "engine/models/generator_model.hpp"
#include "tests/cli/tiny_run.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/masked_run.hpp"

using namespace vgan::testing;
using vgan::Table;

namespace {

struct MaskedRun {
  TinyRuns runs;

  explicit MaskedRun(const Words& more = {}, std::int64_t rows = 300) {
    write("t.csv", known_table(rows));
    const CommandResult result = train("m", more);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    REQUIRE_THAT(result.out, ContainsSubstring("cross-entropy"));
  }

  CommandResult train(const std::string& out, const Words& more = {}) const {
    Words words = {"--data", "t.csv",     "--epochs", "40",       "--batch", "64",    "--g-layers",
                   "32",     "--threads", "1",        "--warmup", "5",       "--out", out};
    words.insert(words.end(), more.begin(), more.end());
    return vgan(words);
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(runs.path() / name, std::ios::binary) << text;
  }
  CommandResult vgan(const Words& words) const { return run_vgan(runs.path(), words); }
  std::string text(const std::string& file) const { return file_text(runs.path() / file); }
  Table table(const std::string& file) const { return vgan::read_table(runs.path() / file); }
  Table made(Words words) const {
    words.insert(words.begin(), {"generate", "m", "--out", "v.csv"});
    const CommandResult result = vgan(words);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    return table("v.csv");
  }
  void refused(const Words& more, int code, const std::string& what) const {
    Words words = {"generate", "m", "--out", "x.csv"};
    words.insert(words.end(), more.begin(), more.end());
    const CommandResult result = vgan(words);
    INFO(result.err);
    CHECK(result.exit_code == code);
    CHECK_THAT(result.err, ContainsSubstring(what));
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
    CHECK_FALSE(std::filesystem::exists(runs.path() / "x.csv"));
  }
};

}  // namespace

TEST_CASE("cli: a table is learnt by a masked model, unless another is asked for") {
  const MaskedRun run;
  CHECK(run.runs.config("m").model == vgan::ModelKind::masked);
  CHECK(run.runs.config("m").preset == "masked");
  CHECK(std::filesystem::exists(run.runs.path() / "m/samples.csv"));
  CHECK(std::filesystem::exists(run.runs.path() / "m/losses.png"));
  const CommandResult told = run.train("told");
  CHECK_THAT(told.out + told.err, ContainsSubstring("--model gan"));
  const auto model_of = [&](const std::string& out, const Words& more) {
    const CommandResult result = run.train(out, more);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    return run.runs.config(out).model;
  };
  CHECK(model_of("a", {"--model", "gan"}) == vgan::ModelKind::gan);
  CHECK(model_of("b", {"--preset", "default"}) == vgan::ModelKind::gan);
  CHECK(model_of("c", {"--latent", "5"}) == vgan::ModelKind::gan);  // which others have no use for
  const CommandResult fallen = run.train("e", {"--latent", "5"});
  CHECK_THAT(fallen.out + fallen.err, ContainsSubstring("model gan, as --latent"));
  // Settings of the model that the data decide are no mistake, and those of neither are one.
  CHECK(model_of("f", {"--dropout", "0.3"}) == vgan::ModelKind::masked);
  CHECK(run.runs.config("f").dropout == 0.3);
  CHECK(run.train("g", {"--latent", "5", "--dropout", "0.3"}).exit_code == 78);
  CHECK(run.vgan({"--data", "tiny.npy", "--dropout", "0.3", "--out", "no"}).exit_code == 78);
  CHECK(model_of("d", {"--model", "masked"}) == vgan::ModelKind::masked);
  // Data that are no table have no masked model.
  const CommandResult images = run.vgan({"--data", "tiny.npy", "--model", "masked", "--out", "no"});
  CHECK(images.exit_code == 78);
  CHECK_THAT(images.err, ContainsSubstring("no table"));
}

TEST_CASE("cli: passes are told of each network") {
  const MaskedRun run;
  CHECK_THAT(run.train("one").out, ContainsSubstring(" each: 8.53 passes\n"));
  CHECK_THAT(run.train("four", {"--folds", "4"}).out,
             ContainsSubstring(" each: 11.4 passes of each network over its 225 rows\n"));
}

TEST_CASE("cli: a masked run goes on where it stopped, bit for bit") {
  const MaskedRun run;
  REQUIRE(run.train("half", {"--epochs", "15"}).exit_code == 0);
  // The length is part of the course of the rates, so both have it.
  REQUIRE(run.train("whole", {"--lr-schedule", "constant", "--epochs", "30"}).exit_code == 0);
  REQUIRE(run.train("part", {"--lr-schedule", "constant", "--epochs", "15"}).exit_code == 0);
  const CommandResult more = run.vgan({"--resume", "part", "--epochs", "30"});
  INFO(more.err);
  REQUIRE(more.exit_code == 0);
  CHECK(same_tensors(run.runs.newest("part").checkpoint, run.runs.newest("whole").checkpoint));
  CHECK(run.text("part/samples.csv") == run.text("whole/samples.csv"));
  CHECK(run.vgan({"--from", "half", "--epochs", "5", "--out", "next"}).exit_code == 0);
  CHECK(run.vgan({"inspect", "m"}).exit_code == 0);
}

TEST_CASE("cli: a masked run on other rows than its own is refused") {
  const MaskedRun run;
  run.write("other.csv", known_table(300, 7));
  const CommandResult resumed =
      run.vgan({"--resume", "m", "--data", "other.csv", "--epochs", "60"});
  CHECK(resumed.exit_code == 65);
  const CommandResult from = run.vgan({"--from", "m", "--data", "other.csv", "--out", "f"});
  INFO(from.err);
  CHECK(from.exit_code == 65);
  CHECK_THAT(from.err, ContainsSubstring("other cells"));
}

TEST_CASE("cli: rows come in parts that fit together, and on one thread or two") {
  const MaskedRun run;
  (void)run.made({"--count", "700"});
  const std::string all = run.text("v.csv");
  (void)run.made({"--count", "700", "--threads", "2"});
  CHECK(run.text("v.csv") == all);
  (void)run.made({"--count", "300"});
  const std::string first = run.text("v.csv");
  (void)run.made({"--count", "400", "--first", "300"});
  const std::string second = run.text("v.csv");
  CHECK(first + second.substr(second.find('\n') + 1) == all);
  (void)run.made({"--count", "700", "--seed", "2"});
  CHECK(run.text("v.csv") != all);
}

TEST_CASE("cli: given values stand in the rows as they were given") {
  const MaskedRun run({}, 500);
  run.write("g.csv", "y,dose,kind\n4.25,,red\n,3,\n,,\n12.5,1,blue\n");
  const Table table = run.made({"--given", "g.csv", "--per-row", "50"});
  REQUIRE(table.rows == 200);
  REQUIRE(table.columns.size() == 4);
  const auto word = [&](std::size_t row) {
    return table.columns[1].words[static_cast<std::size_t>(table.columns[1].cells[row])];
  };
  std::set<double> doses, ys;
  for (std::size_t row = 0; row < 200; ++row) {
    const double dose = table.columns[0].numbers[row], y = table.columns[3].numbers[row];
    if (row < 50) CHECK((y == 4.25 && word(row) == "red"));
    if (row < 50) doses.insert(dose);
    if (row >= 50 && row < 100) CHECK(dose == 3.0);
    if (row >= 50) ys.insert(y);
    if (row >= 150) CHECK((y == 12.5 && dose == 1.0 && word(row) == "blue"));
  }
  CHECK(doses.size() > 1);
  CHECK(ys.size() > 50);
  // Parts fit together here too.
  (void)run.made({"--given", "g.csv", "--per-row", "50"});
  CHECK_THAT(run.vgan({"generate", "m", "--given", "g.csv", "--out", "-"}).out,
             ContainsSubstring("dose,kind,x,y\n"));
}

TEST_CASE("cli: conditions hold in every row") {
  const MaskedRun run({}, 500);
  const Table table =
      run.made({"--where", "dose==2, x>=3.1,x < 4.55,kind = \"red\"", "--count", "400"});
  REQUIRE(table.rows == 400);
  std::set<double> different;
  for (std::size_t row = 0; row < 400; ++row) {
    CHECK(table.columns[0].numbers[row] == 2.0);
    const double x = table.columns[2].numbers[row];
    CHECK((x >= 3.1 && x < 4.55));
    different.insert(x);
  }
  CHECK(different.size() > 20);
  CHECK(table.columns[1].words == std::vector<std::string>{"red"});
}

TEST_CASE("cli: a column is named in conditions with its unit or without") {
  TinyRuns runs;
  std::string text = "speed [m/s],speed2,force\n";
  for (int i = 0; i < 90; ++i) {
    text += std::to_string(10 * (i % 3)) + "," + std::to_string(i % 4) + "," +
            std::to_string(i * 7 % 50) + "\n";
  }
  std::ofstream(runs.path() / "t.csv") << text;
  REQUIRE(run_vgan(runs.path(), {"--data", "t.csv", "--epochs", "5", "--batch", "16", "--g-layers",
                                 "8", "--out", "m"})
              .exit_code == 0);
  // A table of one column whose name has blanks in it is one of one column, with its unit or not.
  for (const char* name : {"speed [m/s]", "speed", "\"speed [m/s]\""}) {
    std::ofstream(runs.path() / "g.csv") << name << "\n20\n\n10\n";
    const CommandResult made = run_vgan(
        runs.path(), {"generate", "m", "--given", "g.csv", "--per-row", "3", "--out", "g-out.csv"});
    INFO(name << ": " << made.err);
    REQUIRE(made.exit_code == 0);
    const Table table = vgan::read_table(runs.path() / "g-out.csv");
    CHECK(table.columns[0].numbers.front() == 20.0);
    CHECK(table.columns[0].numbers.back() == 10.0);
  }
  for (const char* name : {"speed [m/s]", "speed"}) {
    const CommandResult made =
        run_vgan(runs.path(), {"generate", "m", "--where", std::string(name) + "=20,speed2=3",
                               "--count", "20", "--out", "v.csv"});
    INFO(made.err);
    REQUIRE(made.exit_code == 0);
    const Table table = vgan::read_table(runs.path() / "v.csv");
    for (std::size_t row = 0; row < 20; ++row) {
      CHECK(table.columns[0].numbers[row] == 20.0);
      CHECK(table.columns[1].numbers[row] == 3.0);
    }
  }
}

TEST_CASE("cli: wishes that cannot be are refused in one line, and nothing is written") {
  const MaskedRun run;
  run.write("g.csv", "dose\n2\n");
  run.write("unknown.csv", "dos\n2\n");
  run.write("off.csv", "dose\n2.5\n");
  run.write("word.csv", "kind\ngreen\n");
  run.write("text.csv", "dose\nmuch\n");
  run.refused({"--given", "none.csv"}, 74, "none.csv");
  run.refused({"--given", "unknown.csv"}, 65, "did you mean 'dose'");
  run.refused({"--given", "off.csv"}, 65, "line 2, column 1");
  run.refused({"--given", "word.csv"}, 65, "green");
  run.write("near.csv", "kind\nBleu\n");
  run.refused({"--given", "near.csv"}, 65, "did you mean 'blue'?");
  run.refused({"--where", "kind=RED"}, 78, "did you mean 'red'?");
  run.refused({"--where", "DOSE>2"}, 78, "did you mean 'dose'?");
  run.refused({"--given", "text.csv"}, 65, "much");
  run.refused({"--given", "g.csv", "--count", "5"}, 2, "--per-row");
  run.refused({"--per-row", "5"}, 2, "--given");
  run.refused({"--given", "g.csv", "--per-row", "0"}, 78, "per-row");
  run.refused({"--given", "g.csv", "--where", "dose=2"}, 78, "dose");
  run.refused({"--where", "dose"}, 78, "NAME=VALUE");
  run.refused({"--where", "dos=2"}, 78, "did you mean 'dose'");
  run.refused({"--where", "dose=2.5"}, 78, "2.5");
  run.refused({"--where", "kind=green"}, 78, "'green' for 'kind'");
  run.refused({"--where", "dose=2,dose=3"}, 78, "twice");
  run.refused({"--where", "dose=2,dose>=3"}, 78, "another condition");
  run.refused({"--where", "kind>red"}, 78, "range of words");
  run.refused({"--where", "x>100"}, 78, "leaves nothing");
  run.refused({"--where", "x>=much"}, 78, "number");
  run.refused({"--precision", "bf16"}, 78, "bf16");
  // Another model has no cells.
  REQUIRE(run.train("g", {"--model", "gan", "--epochs", "2"}).exit_code == 0);
  const CommandResult gan = run.vgan({"generate", "g", "--given", "g.csv", "--out", "x.csv"});
  CHECK(gan.exit_code == 78);
  CHECK_THAT(gan.err, ContainsSubstring("--model masked"));
}

TEST_CASE("cli: a word with a comma in it stands in quotes in a condition") {
  TinyRuns runs;
  std::string text = "colour,when,force\n";
  for (int i = 0; i < 90; ++i) {
    text += std::string(i % 3 == 0 ? "blue" : "\"red, dark\"") + ",2024-01-" +
            (i % 9 < 1 ? "02" : "05") + "," + std::to_string(i * 7 % 50) + "\n";
  }
  std::ofstream(runs.path() / "t.csv") << text;
  REQUIRE(run_vgan(runs.path(), {"--data", "t.csv", "--epochs", "5", "--batch", "16", "--g-layers",
                                 "8", "--out", "m"})
              .exit_code == 0);
  const auto where = [&](const std::string& text) {
    return run_vgan(runs.path(),
                    {"generate", "m", "--where", text, "--count", "20", "--out", "v.csv"});
  };
  const CommandResult made = where("colour=\"red, dark\",force>=10");
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
  const Table table = vgan::read_table(runs.path() / "v.csv");
  CHECK(table.columns[0].words == std::vector<std::string>{"red, dark"});
  for (const double force : table.columns[2].numbers) CHECK(force >= 10.0);
  // Dates are said as dates.
  CHECK_THAT(where("when=2023-12-24").err, ContainsSubstring("2023-12-24"));
}

TEST_CASE("cli: columns that a constraint ties to others cannot be given") {
  TinyRuns runs;
  std::string text = "low,high,z\n";
  for (int i = 0; i < 200; ++i) {
    text += std::to_string(i * 37 % 101) + "," + std::to_string(i * 37 % 101 + i % 9) + "," +
            std::to_string(i % 5) + "\n";
  }
  std::ofstream(runs.path() / "t.csv") << text;
  std::ofstream(runs.path() / "s.toml") << "constraints = [\"low <= high\"]\n";
  std::ofstream(runs.path() / "g.csv") << "high\n50\n";
  const CommandResult trained =
      run_vgan(runs.path(), {"--data", "t.csv", "--schema", "s.toml", "--epochs", "30", "--batch",
                             "32", "--g-layers", "16", "--out", "m"});
  INFO(trained.err);
  REQUIRE(trained.exit_code == 0);
  const Table table = vgan::read_table(runs.path() / "m/samples.csv");
  for (std::size_t row = 0; row < static_cast<std::size_t>(table.rows); ++row) {
    REQUIRE(table.columns[0].numbers[row] <= table.columns[1].numbers[row]);
  }
  const CommandResult given =
      run_vgan(runs.path(), {"generate", "m", "--given", "g.csv", "--out", "v.csv"});
  CHECK(given.exit_code == 65);
  CHECK_THAT(given.err, ContainsSubstring("constraint"));
}

#endif
