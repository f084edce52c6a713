// vgan_cuda generate --summary: its lines beside the rows that it sums up.
#ifdef VGAN_BINARY

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/data/readers/table_reader.hpp"
#include "tests/cli/masked_table_run.hpp"
#include "tests/support/catch.hpp"

using namespace vgan::testing;
using vgan::Table;
using vgan::TableColumn;

namespace {

struct SummaryRun : MaskedTableRun {
  SummaryRun() : MaskedTableRun(speed_table(200, [](int, int speed) { return speed < 20; })) {}

  CommandResult made(const Words& more) const {
    Words words = {"generate", "m", "--threads", "1", "--device", "cpu"};
    words.insert(words.end(), more.begin(), more.end());
    const CommandResult result = vgan(words);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    return result;
  }
  Table table(const std::string& file) const { return vgan::read_table(runs.path() / file); }
  void refused(const Words& more, int code, const std::string& said) const {
    Words words = {"generate", "m"};
    words.insert(words.end(), more.begin(), more.end());
    const CommandResult result = vgan(words);
    INFO(result.err);
    CHECK(result.exit_code == code);
    CHECK(is_one_complaint(result.err));
    CHECK_THAT(result.err, ContainsSubstring(said));
  }
};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

const TableColumn& column(const Table& table, const std::string& name) {
  for (const TableColumn& one : table.columns) {
    if (one.name == name) return one;
  }
  FAIL("no column " << name);
  return table.columns.front();
}

// The slow twin: of rows [first, first + count) of a column of numbers.
struct Statistics {
  double mean = 0.0, deviation = 0.0;
  std::vector<double> sorted;

  Statistics(const TableColumn& of, std::size_t first, std::size_t count)
      : sorted(of.numbers.begin() + static_cast<std::ptrdiff_t>(first),
               of.numbers.begin() + static_cast<std::ptrdiff_t>(first + count)) {
    std::sort(sorted.begin(), sorted.end());
    for (const double value : sorted) mean += value / static_cast<double>(count);
    for (const double value : sorted) deviation += (value - mean) * (value - mean);
    deviation = std::sqrt(deviation / (static_cast<double>(count) - 1.0));
  }
  double quantile(double share) const {
    const double place = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
  }
};

const std::map<std::string, double> quantiles = {
    {"_q05", 0.05}, {"_q25", 0.25}, {"_q50", 0.5}, {"_q75", 0.75}, {"_q95", 0.95}};

}  // namespace

TEST_CASE("cli: a summary is that of the rows which would be drawn") {
  const SummaryRun run;
  run.write("g.csv", "speed\n5\n35\n21\n");
  (void)run.made({"--given", "g.csv", "--per-row", "301", "--out", "rows.csv"});
  const CommandResult result =
      run.made({"--given", "g.csv", "--per-row", "301", "--summary", "--out", "s.csv"});
  CHECK_THAT(result.out, ContainsSubstring("wrote s.csv: 3 lines of 12 columns, each of 301 rows"));
  CHECK(first_line(run.text("s.csv")) ==
        "speed,kind,kind_share,kind=slow,kind=fast,force_mean,force_sd,force_q05,force_q25,"
        "force_q50,force_q75,force_q95");
  const Table rows = run.table("rows.csv"), lines = run.table("s.csv");
  REQUIRE(lines.rows == 3);
  const TableColumn& kind = column(rows, "kind");
  for (std::size_t line = 0; line < 3; ++line) {
    INFO("line " << line);
    CHECK(lines.columns[0].numbers[line] == column(rows, "speed").numbers[301 * line]);
    const Statistics force(column(rows, "force"), 301 * line, 301);
    // Three decimals more than the column's one.
    CHECK_THAT(column(lines, "force_mean").numbers[line],
               Catch::Matchers::WithinAbs(force.mean, 5.1e-5));
    CHECK_THAT(column(lines, "force_sd").numbers[line],
               Catch::Matchers::WithinAbs(force.deviation, 5.1e-5));
    for (const auto& [end, share] : quantiles) {
      const double found = column(lines, "force" + end).numbers[line];
      CHECK_THAT(found, Catch::Matchers::WithinAbs(force.quantile(share), 5.1e-5));
    }
    double slow = 0.0;
    for (std::size_t row = 301 * line; row < 301 * (line + 1); ++row) {
      slow += kind.words[static_cast<std::size_t>(kind.cells[row])] == "slow" ? 1.0 / 301.0 : 0.0;
    }
    CHECK_THAT(column(lines, "kind=slow").numbers[line], Catch::Matchers::WithinAbs(slow, 5.1e-5));
    CHECK_THAT(column(lines, "kind=fast").numbers[line],
               Catch::Matchers::WithinAbs(1.0 - slow, 5.1e-5));
    CHECK_THAT(column(lines, "kind_share").numbers[line],
               Catch::Matchers::WithinAbs(std::max(slow, 1.0 - slow), 5.1e-5));
    const TableColumn& most = column(lines, "kind");
    CHECK(most.words[static_cast<std::size_t>(most.cells[line])] == (slow > 0.5 ? "slow" : "fast"));
  }
}

TEST_CASE("cli: a summary by itself: its file, how many rows, a line of all, standard output") {
  const SummaryRun run;
  const CommandResult all = run.made({"--summary"});
  CHECK_THAT(all.out,
             ContainsSubstring("wrote summary.csv: 1 line of 18 columns, each of 4000 rows"));
  CHECK(first_line(run.text("summary.csv")).starts_with("speed_mean,speed_sd,"));
  // What --where gives alone stands first; a range is summed up.
  const CommandResult where =
      run.made({"--summary", "--where", "kind=slow,speed>=10", "--count", "500", "--out", "-"});
  CHECK(first_line(where.out) ==
        "kind,speed_mean,speed_sd,speed_q05,speed_q25,speed_q50,speed_q75,speed_q95,force_mean,"
        "force_sd,force_q05,force_q25,force_q50,force_q75,force_q95");
  CHECK_THAT(where.out, ContainsSubstring("\nslow,"));
  CHECK_THAT(where.err, ContainsSubstring("each of 500 rows"));
  // Cells that a row gives itself are empty, where another leaves them free.
  run.write("g.csv", "kind,speed\nslow,\n,35\n");
  (void)run.made({"--summary", "--given", "g.csv", "--where", "force>=1", "--out", "t.tsv"});
  const std::string text = run.text("t.tsv");
  CHECK(first_line(text).starts_with("kind\tspeed\tspeed_mean\t"));
  CHECK_THAT(first_line(text), ContainsSubstring("\tkind_drawn\tkind_share\tkind=slow\t"));
  CHECK_THAT(text, ContainsSubstring("\nslow\t\t"));
  CHECK_THAT(text, ContainsSubstring("\n\t35\t\t\t\t\t\t\t\tfast\t"));
}

TEST_CASE("cli: a summary sums up columns that constraints tie to others, and what is missing") {
  TinyRuns runs;
  std::string text = "low,high,z\n";
  for (int i = 0; i < 200; ++i) {
    text += std::to_string(i * 37 % 101) + "," + std::to_string(i * 37 % 101 + i % 9) + "," +
            (i % 4 == 0 ? "" : std::to_string(i % 50) + ".25") + "\n";
  }
  std::ofstream(runs.path() / "t.csv") << text;
  std::ofstream(runs.path() / "s.toml") << "constraints = [\"low <= high\"]\n";
  const CommandResult trained =
      run_vgan(runs.path(), {"--data", "t.csv", "--schema", "s.toml", "--epochs", "30", "--batch",
                             "32", "--g-layers", "16", "--out", "m"});
  INFO(trained.err);
  REQUIRE(trained.exit_code == 0);
  const CommandResult made =
      run_vgan(runs.path(), {"generate", "m", "--summary", "--where", "low=50", "--count", "400"});
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
  const Table lines = vgan::read_table(runs.path() / "summary.csv");
  CHECK(column(lines, "high_q05").numbers[0] >= 50.0);
  CHECK(column(lines, "high_mean").numbers[0] < 59.0);
  const double missing = column(lines, "z_missing").numbers[0];
  CHECK((missing > 0.0 && missing < 0.9));
}

TEST_CASE("cli: a summary of dates, of ids and of many words") {
  TinyRuns runs;
  std::string text = "run,day,who,x\n";
  for (int i = 0; i < 120; ++i) {
    text += std::to_string(i + 1) + ",2024-01-" + std::to_string(10 + i * 7 % 20) + ",w" +
            std::to_string(i % 30) + "," + std::to_string(i * 37 % 101) + "\n";
  }
  std::ofstream(runs.path() / "t.csv") << text;
  REQUIRE(run_vgan(runs.path(), {"--data", "t.csv", "--epochs", "20", "--batch", "32", "--g-layers",
                                 "16", "--out", "m"})
              .exit_code == 0);
  const CommandResult made =
      run_vgan(runs.path(), {"generate", "m", "--summary", "--count", "300", "--out", "-"});
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
  // Ids have nothing to sum up; the shares of 30 words would be 30 columns.
  CHECK(first_line(made.out) ==
        "day_mean,day_sd,day_q05,day_q25,day_q50,day_q75,day_q95,who,who_share,x_mean,x_sd,x_q05,"
        "x_q25,x_q50,x_q75,x_q95");
  // A deviation in days behind a date, and dates behind it.
  const std::string line = made.out.substr(made.out.find('\n') + 1);
  CHECK(line.starts_with("2024-01-"));
  const std::string deviation = line.substr(11, line.find(',', 11) - 11);
  CHECK((std::stod(deviation) > 1.0 && std::stod(deviation) < 12.0));
  CHECK(line.find(deviation + ",2024-01-") == 11);
  CHECK_THAT(line, ContainsSubstring(",w"));
}

TEST_CASE("cli: rows of a table are samples.csv where nothing names the file") {
  const SummaryRun run;
  const auto there = [&](const char* name) {
    return std::filesystem::exists(run.runs.path() / name);
  };
  const CommandResult rows = run.made({"--count", "5"});
  CHECK_THAT(rows.out, ContainsSubstring("wrote samples.csv: 5 rows of 3 columns"));
  CHECK(first_line(run.text("samples.csv")) == "speed,kind,force");
  CHECK_FALSE(there("samples.npy"));
  // Numbers where these are asked for.
  (void)run.made({"--count", "5", "--dtype", "f32"});
  CHECK(run.text("samples.npy").starts_with("\x93NUMPY"));
  (void)run.made({"--count", "5", "--format", "npz"});
  CHECK(run.text("samples.npz").starts_with("PK"));
  std::filesystem::remove(run.runs.path() / "samples.npy");
  (void)run.made({"--count", "5", "--shape", "flat"});
  CHECK(there("samples.npy"));
  // Other data have no rows.
  std::filesystem::remove(run.runs.path() / "samples.npy");
  std::filesystem::remove(run.runs.path() / "samples.csv");
  REQUIRE(run.runs.run("images").exit_code == 0);
  const CommandResult images = run.vgan({"generate", "images", "--count", "5"});
  CHECK_THAT(images.out, ContainsSubstring("wrote samples.npy: 5 samples"));
  CHECK_FALSE(there("samples.csv"));
  CHECK_THAT(run.vgan({"generate", "--help"}).out, ContainsSubstring("samples.csv"));
}

TEST_CASE("cli: summaries that cannot be are refused in one line") {
  const SummaryRun run;
  run.write("g.csv", "speed\n5\n");
  run.refused({"--summary", "--out", "s.npy"}, 78, ".csv or .tsv, or -");
  run.refused({"--summary", "--out", "s.csv", "--format", "parquet"}, 78, "csv");
  run.refused({"--summary", "--first", "100"}, 78, "first");
  run.refused({"--summary", "--dtype", "f32"}, 78, "dtype");
  run.refused({"--summary", "--count", "100000000"}, 78, "count: found 100000000");
  run.refused({"--summary", "--given", "g.csv", "--per-row", "100000000"}, 78, "per-row");
  run.refused({"--summary", "--given", "g.csv", "--count", "5"}, 2, "--per-row");
  REQUIRE(run.runs.run("images").exit_code == 0);
  const CommandResult images = run.vgan({"generate", "images", "--summary"});
  CHECK(images.exit_code == 78);
  CHECK_THAT(images.err, ContainsSubstring("a model of a table"));
}

#endif
