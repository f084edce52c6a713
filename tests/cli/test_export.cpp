// vgan_cuda export: built-in data as files, and what can be done with these.
#ifdef VGAN_BINARY

#include "engine/data/builtin/wind_tunnel.hpp"
#include "engine/data/readers/table_reader.hpp"
#include "tests/cli/tiny_run.hpp"
#include "tests/support/catch.hpp"

using namespace vgan::testing;

TEST_CASE("cli: a built-in table is written as a run of its seed sees it") {
  const TinyRuns runs;
  const CommandResult result = run_vgan(runs.path(), {"export", "wind-tunnel", "--seed", "3"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(result.out == "wrote wind-tunnel.csv: 1500 rows of 6 columns\n");
  const std::string text = file_text(runs.path() / "wind-tunnel.csv");
  CHECK(text.starts_with("profile,chord [m],speed [m/s],angle [deg],lift [N],drag [N]\n"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 1501);
  const CommandResult piped =
      run_vgan(runs.path(), {"export", "wind-tunnel", "--seed", "3", "--out", "-"});
  CHECK(piped.out == text);
  CHECK(run_vgan(runs.path(), {"export", "wind-tunnel", "--out", "-"}).out != text);

  const vgan::Table written = vgan::read_table(runs.path() / "wind-tunnel.csv");
  const vgan::Table made = vgan::make_wind_tunnel(3);
  for (std::size_t column = 1; column < 5; ++column) {
    REQUIRE(written.columns[column].numbers.size() == made.columns[column].numbers.size());
    for (std::size_t row = 0; row < made.columns[column].numbers.size(); ++row) {
      CHECK(written.columns[column].numbers[row] == Approx(made.columns[column].numbers[row]));
    }
  }
}

TEST_CASE("cli: export says which columns of a built-in table are outcomes") {
  const TinyRuns runs;
  const CommandResult result = run_vgan(runs.path(), {"export", "wind-tunnel", "--out", "w.csv"});
  CHECK(result.exit_code == 0);
  CHECK_THAT(result.err, ContainsSubstring("lift [N], drag [N] are outcomes"));
}

TEST_CASE("cli: other built-in data are written as arrays") {
  const TinyRuns runs;
  const CommandResult result = run_vgan(runs.path(), {"export", "ring8", "--out", "new/ring.npy"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.out,
             ContainsSubstring("wrote new/ring.npy: ") && ContainsSubstring(" trials of "));
  CHECK(file_text(runs.path() / "new/ring.npy").substr(1, 5) == "NUMPY");
}

TEST_CASE("cli: export refuses in one line what it cannot write") {
  const TinyRuns runs;
  const auto refuse = [&](const Words& words, int code, const std::string& said) {
    const CommandResult result = run_vgan(runs.path(), words);
    INFO(result.err);
    CHECK(result.exit_code == code);
    CHECK(is_one_complaint(result.err));
    CHECK_THAT(result.err, ContainsSubstring(said));
  };
  refuse({"export"}, 2, "no name");
  refuse({"export", "wind-tunel"}, 78, "did you mean 'wind-tunnel'?");
  refuse({"export", "tiny.npy"}, 78, "digits, ring8, grid25, wind-tunnel");
  refuse({"export", "wind-tunnel", "--out", "w.npy"}, 78, ".csv or .tsv");
  refuse({"export", "ring8", "--out", "r.csv"}, 78, ".npy");
  refuse({"export", "wind-tunnel", "--out", "tiny.npy/w.csv"}, 74, "tiny.npy");
}

#endif  // VGAN_BINARY
