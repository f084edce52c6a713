// Tables in, tables out: from a CSV file by training to virtual rows in the file's own form.
#ifdef VGAN_BINARY

#include <fstream>
#include <set>

#include "engine/data/readers/table_reader.hpp"
#include "engine/models/generator_model.hpp"
#include "tests/cli/tiny_run.hpp"
#include "tests/support/catch.hpp"

using namespace vgan::testing;
using vgan::Table;

namespace {

// 60 rows: an id, two settings, a class, a measurement that is missing at times.
std::string small_table() {
  std::string text = "No;speed [m/s];angle;kind;force [N]\r\n";
  for (int row = 0; row < 60; ++row) {
    const int speed = 10 * (1 + row % 4);
    text += std::to_string(row + 1) + ";" + std::to_string(speed) + ";" + std::to_string(row % 5) +
            ",5;" + (row % 3 == 0 ? "flat" : "\"a;b\"") + ";" +
            (row % 10 == 9 ? "NA" : std::to_string(speed * 3 + row) + ",25") + "\r\n";
  }
  return text;
}

struct TableRun {
  TinyRuns runs;

  explicit TableRun(const Words& more = {}) {
    std::ofstream(runs.path() / "t.csv", std::ios::binary) << small_table();
    Words words = {"--data", "t.csv"};
    words.insert(words.end(), more.begin(), more.end());
    const CommandResult result = runs.run("m", words);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    REQUIRE_THAT(result.out, ContainsSubstring("samples.csv"));
    REQUIRE_THAT(result.out, ContainsSubstring("--out samples.csv"));
  }

  CommandResult vgan(const Words& words) const { return run_vgan(runs.path(), words); }
  std::string text(const std::string& file) const { return file_text(runs.path() / file); }
};

// Whether every cell is one that the small table may have; `first_id`: or less than 0.
void check_rows(const Table& table, std::int64_t rows, double first_id) {
  REQUIRE(table.rows == rows);
  REQUIRE(table.columns.size() == 5);
  CHECK(table.columns[1].name == "speed [m/s]");
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
    if (first_id >= 0) CHECK(table.columns[0].numbers[row] == first_id + static_cast<double>(row));
    CHECK(std::set<double>{10, 20, 30, 40}.contains(table.columns[1].numbers[row]));
    CHECK(std::set<double>{0.5, 1.5, 2.5, 3.5, 4.5}.contains(table.columns[2].numbers[row]));
    const double force = table.columns[4].numbers[row];
    CHECK((std::isnan(force) || (force >= 30.25 && force <= 178.25)));
  }
  for (const std::string& word : table.columns[3].words) {
    CHECK(std::set<std::string>{"flat", "a;b"}.contains(word));
  }
}

}  // namespace

TEST_CASE("cli: rows of a table are trained on and come back in its form") {
  const TableRun run;
  check_rows(vgan::read_table(run.runs.path() / "m/samples.csv"), 1000, 1);

  REQUIRE(run.vgan({"generate", "m", "--count", "40", "--out", "v.csv"}).exit_code == 0);
  const std::string made = run.text("v.csv");
  CHECK(made.starts_with("No;speed [m/s];angle;kind;force [N]\r\n1;"));
  CHECK(made.ends_with("\r\n"));
  check_rows(vgan::read_table(run.runs.path() / "v.csv"), 40, 1);

  // generate gives the same rows to standard output, in parts, and with tabs.
  CHECK(run.vgan({"generate", "m", "--count", "40", "--format", "csv", "--out", "-"}).out == made);
  CHECK(run.vgan({"generate", "m", "--count", "40", "--out", "-"}).out == made);
  const Words as_numbers = {"generate", "m", "--count", "40", "--dtype", "f32", "--out", "-"};
  CHECK(run.vgan(as_numbers).out.size() % (40 * 4) == 0);
  REQUIRE(
      run.vgan({"generate", "m", "--count", "10", "--first", "30", "--out", "p.csv"}).exit_code ==
      0);
  const std::string part = run.text("p.csv");
  CHECK(made.ends_with(part.substr(part.find('\n') + 1)));
  REQUIRE(run.vgan({"generate", "m", "--count", "40", "--out", "v.tsv"}).exit_code == 0);
  CHECK(run.text("v.tsv").starts_with("No\tspeed [m/s]\tangle\tkind\tforce [N]\r\n1\t"));
  check_rows(vgan::read_table(run.runs.path() / "v.tsv"), 40, 1);

  const CommandResult inspected = run.vgan({"inspect", "m"});
  CHECK_THAT(inspected.out, ContainsSubstring("numbers of a row\n  0    speed [m/s] = 10\n"
                                              "  1    speed [m/s] = 20\n"));
  CHECK_THAT(inspected.out, ContainsSubstring("table         5 columns, semicolons"));
}

TEST_CASE("cli: tables are trained on by every model, resumed, and drawn") {
  for (const char* model : {"vae", "ae"}) {
    INFO(model);
    const TableRun run({"--model", model, "--preset", model});
    check_rows(vgan::read_table(run.runs.path() / "m/samples.csv"), 1000, 1);
    CHECK(std::filesystem::exists(run.runs.path() / "m/real.png"));
    const CommandResult resumed = run.vgan({"--resume", "m", "--epochs", "6", "--out", "m"});
    INFO(resumed.err);
    CHECK(resumed.exit_code == 0);
    CHECK(run.runs.newest("m").checkpoint.metadata.contains(vgan::schema_name));
  }
}

TEST_CASE("cli: a run starts from another's weights where the columns are the same") {
  const TableRun run;
  std::ofstream(run.runs.path() / "other.csv")
      << "a,b\n1.5,0\n2.5,1\n3.5,0\n4.5,1\n5.5,1\n6.5,0\n7.5,1\n8.5,1\n";
  CHECK(run.vgan({"--from", "m", "--epochs", "2", "--out", "same"}).exit_code == 0);
  const CommandResult other =
      run.vgan({"--from", "m", "--data", "other.csv", "--epochs", "2", "--out", "other"});
  CHECK(other.exit_code == 65);
  CHECK_THAT(other.err, ContainsSubstring("cannot start from"));
}

TEST_CASE("cli: what does not go with tables is refused in one line") {
  const TableRun run;
  const auto refuse = [&](const Words& words, int code, const std::string& said) {
    const CommandResult result = run.vgan(words);
    INFO(result.err);
    CHECK(result.exit_code == code);
    CHECK(is_one_complaint(result.err));
    CHECK_THAT(result.err, ContainsSubstring(said));
  };
  refuse({"generate", "m", "--out", "v.csv", "--dtype", "f32"}, 78, "of a table; allowed auto");
  refuse({"generate", "m", "--out", "v.npy", "--format", "cvs"}, 78, "'cvs'");
  for (const char* data : {"digits", "tiny.npy", "wind-tunnel", "."}) {
    refuse({"--data", data, "--delimiter", "tab"}, 78, "no table as text");
  }
  refuse({"schema"}, 2, "no file");
  refuse({"schema", "missing.csv"}, 74, "missing.csv");
  refuse({"schema", "t.csv", "--delimiter", "tilde"}, 78, "'tilde'");
  std::ofstream(run.runs.path() / "ragged.csv") << "a,b\n1,2\n3\n";
  refuse({"--data", "ragged.csv"}, 65, "ragged.csv, line 3");
  refuse({"schema", "ragged.csv"}, 65, "ragged.csv, line 3");
  REQUIRE(run.runs.run("images").exit_code == 0);
  refuse({"generate", "images", "--out", "v.csv"}, 78, "trained on a table");
}

TEST_CASE("cli: models are compared on a table, autoencoders too") {
  const TinyRuns runs;
  const CommandResult result =
      run_vgan(runs.path(), {"compare", "--models", "gan,vae", "--data", "wind-tunnel", "--epochs",
                             "4", "--device", "cpu", "--threads", "1", "--out", "c"});
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK(std::filesystem::exists(runs.path() / "c/comparison.md"));
}

TEST_CASE("cli: a run does not go on with another table of the same numbers") {
  const TableRun run;
  std::string text = small_table();
  text.replace(text.find("angle"), 5, "angel");
  std::ofstream(run.runs.path() / "t.csv", std::ios::binary) << text;
  const CommandResult result = run.vgan({"--resume", "m", "--epochs", "6"});
  INFO(result.err);
  CHECK(result.exit_code == 65);
}

TEST_CASE("cli: a name in a table moves no cursor") {
  const TinyRuns runs;
  // Behind the first 64 bytes, by which text is told.
  std::ofstream(runs.path() / "t.csv")
      << "a first column whose name alone has more than sixty-four characters,x\x1b[31m\n"
      << "1,12345678901234567\n";
  const CommandResult shown = run_vgan(runs.path(), {"schema", "t.csv"});
  CHECK(shown.exit_code == 0);
  CHECK_THAT(shown.err, ContainsSubstring("2^53"));
  CHECK(shown.err.find('\x1b') == std::string::npos);
  CHECK(shown.out.find('\x1b') == std::string::npos);
}

TEST_CASE("cli: schema says what the columns of a table are") {
  const TableRun run;
  const CommandResult shown = run.vgan({"schema", "t.csv"});
  CHECK(shown.exit_code == 0);
  CHECK_THAT(shown.out,
             ContainsSubstring("t.csv: 60 rows of 5 columns; semicolons between cells, a header"));
  CHECK_THAT(shown.out, ContainsSubstring("speed [m/s]  m/s   grid"));
  CHECK_THAT(shown.out, ContainsSubstring("6 NA"));
  const CommandResult plain = run.vgan({"schema", "t.csv", "--header", "no"});
  CHECK_THAT(plain.out, ContainsSubstring("61 rows of 5 columns"));
}

TEST_CASE("cli: a schema is saved, edited, shown and trained by, and kept in the run") {
  const TableRun run;
  const auto folder = run.runs.path();
  const CommandResult saved = run.vgan({"schema", "t.csv", "--out", "s.toml"});
  INFO(saved.err);
  REQUIRE(saved.exit_code == 0);
  CHECK_THAT(saved.out, ContainsSubstring("wrote s.toml"));
  // It may have been edited since, and the table is no place for it.
  const CommandResult again = run.vgan({"schema", "t.csv", "--out", "s.toml"});
  CHECK(again.exit_code == 2);
  CHECK_THAT(again.err, ContainsSubstring("'s.toml', which is there"));
  CHECK(run.vgan({"schema", "t.csv", "--out", "t.csv"}).exit_code == 2);
  CHECK(run.text("t.csv") == small_table());
  std::string text = run.text("s.toml");
  CHECK_THAT(text, ContainsSubstring("name = \"speed [m/s]\"\nkind = \"grid\"\n"));
  // A run without a file has the same as it was found.
  const std::string own = run.text("m/schema.toml");
  CHECK(own.substr(own.find("[[column]]")) == text.substr(text.find("[[column]]")));

  // Codes become words, an id comes in, and wider bounds hold.
  const auto replace = [&](const std::string& from, const std::string& to) {
    REQUIRE(text.find(from) != std::string::npos);
    text.replace(text.find(from), from.size(), to);
  };
  replace("name = \"No\"\nkind = \"id\"", "name = \"No\"\nkind = \"integer\"");
  replace("name = \"speed [m/s]\"\nkind = \"grid\"",
          "name = \"speed [m/s]\"\nkind = \"categorical\"");
  std::ofstream(folder / "s.toml", std::ios::binary) << text;
  replace("decimals = 0\n", "");  // which words of speed have no use for
  replace("values = [10, 20, 30, 40]", "values = [\"10\", \"20\", \"30\", \"40\"]");
  replace("role = \"other\"\n",
          "role = \"other\"\nunit = \"\"\nlow = 1\nhigh = 60\nmissing = []\n");
  const CommandResult shown = run.vgan({"schema", "t.csv", "--schema", "s.toml"});
  INFO(shown.err);
  CHECK(shown.exit_code == 0);
  CHECK_THAT(shown.out, ContainsSubstring("No                 integer"));
  CHECK_THAT(shown.out, ContainsSubstring("speed [m/s]  m/s   categorical"));

  std::ofstream(folder / "c.toml") << "schema = 's.toml'\n";
  const CommandResult made = run.runs.run("n", {"--data", "t.csv", "--config", "c.toml"});
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
  CHECK_THAT(run.text("n/config.toml"), ContainsSubstring("schema = '/"));
  const std::string kept = run.text("n/schema.toml");
  CHECK(kept.substr(kept.find("[[column]]")) == text.substr(text.find("[[column]]")));
  check_rows(vgan::read_table(folder / "n/samples.csv"), 1000, -1);

  // A resumed run keeps its columns, whatever becomes of the file.
  std::filesystem::remove(folder / "s.toml");
  const CommandResult resumed = run.vgan({"--resume", "n", "--epochs", "6", "--out", "n"});
  INFO(resumed.err);
  CHECK(resumed.exit_code == 0);
  const std::string later = run.text("n/schema.toml");
  CHECK(later.substr(later.find("[[column]]")) == kept.substr(kept.find("[[column]]")));
}

TEST_CASE("cli: a schema that is wrong, and cells that do not agree with one, are refused") {
  const TableRun run;
  const auto refuse = [&](const std::string& toml, int code, const std::string& said) {
    std::ofstream(run.runs.path() / "s.toml", std::ios::binary) << toml;
    for (const Words& words : {Words{"schema", "t.csv", "--schema", "s.toml"},
                               Words{"--data", "t.csv", "--schema", "s.toml"}}) {
      const CommandResult result = run.vgan(words);
      INFO(result.err);
      CHECK(result.exit_code == code);
      CHECK(is_one_complaint(result.err));
      CHECK_THAT(result.err, ContainsSubstring(said));
    }
  };
  refuse("[[column]]\nname = 'angel'\n", 65, "no column 'angel'");
  refuse("[[column]]\nname = 'angle'\nkind = 'grid'\nvalues = [0.5, 1.5]\n", 65,
         "t.csv, line 4, column 3 (angle): found 2.5; allowed 0.5, 1.5, as s.toml:1 says");
  refuse("[[column]]\nname = 'kind'\nkind = 'integer'\n", 65, "t.csv, line 2, column 4 (kind)");
  refuse("[[column]]\nname = 'kind'\nkind = 'intger'\n", 78, "s.toml:3");
  refuse("[[column]]\nname = 'kind'\nkind = 'ordinal'\n", 78, "no values");
  const CommandResult missing = run.vgan({"--data", "t.csv", "--schema", "none.toml"});
  CHECK(missing.exit_code == 74);
  std::ofstream(run.runs.path() / "s.toml") << "[[column]]\nname = 'x'\n";
  const CommandResult images = run.vgan({"--data", "digits", "--schema", "s.toml"});
  INFO(images.err);
  CHECK(images.exit_code == 78);
  CHECK_THAT(images.err, ContainsSubstring("no table as text"));
}

#endif

TEST_CASE("cli: what holds in every row of a table holds in virtual ones, on resuming too") {
  const TinyRuns runs;
  std::string table = "low,high,a,b\n";
  for (int i = 0; i < 60; ++i) {
    const int low = i * 37 % 50, high = low + i % 7;
    table += std::to_string(low) + ".5," + std::to_string(high) + ".5," +
             std::to_string(i * 7 % 60) + "," + std::to_string(60 - i * 7 % 60) + "\n";
  }
  std::ofstream(runs.path() / "t.csv") << table;
  std::ofstream(runs.path() / "s.toml") << "constraints = [\"low <= high\", \"a + b = 60\"]\n";
  const CommandResult made = runs.run("n", {"--data", "t.csv", "--schema", "s.toml"});
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
  REQUIRE(run_vgan(runs.path(), {"--resume", "n", "--epochs", "7"}).exit_code == 0);
  REQUIRE(run_vgan(runs.path(), {"generate", "n", "--count", "500", "--out", "v.csv"}).exit_code ==
          0);
  const vgan::Table drawn = vgan::read_table(runs.path() / "v.csv");
  REQUIRE(drawn.rows == 500);
  for (std::size_t row = 0; row < 500; ++row) {
    CHECK(drawn.columns[0].numbers[row] <= drawn.columns[1].numbers[row]);
    CHECK(drawn.columns[2].numbers[row] + drawn.columns[3].numbers[row] == 60.0);
  }

  std::ofstream(runs.path() / "t.csv", std::ios::app) << "7.5,6.5,30,30\n";
  const CommandResult refused = run_vgan(runs.path(), {"schema", "t.csv", "--schema", "s.toml"});
  CHECK(refused.exit_code == 65);
  CHECK_THAT(refused.err,
             ContainsSubstring("t.csv, line 62, column 2 (high): found 6.5 beside low = "
                               "7.5; allowed low <= high, as s.toml:1 says"));
}
