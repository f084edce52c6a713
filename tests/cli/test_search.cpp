// vgan_cuda search: from a table by training to proposals, as a user does it.
#ifdef VGAN_BINARY

#include <fstream>

#include "tests/cli/masked_table_run.hpp"
#include "tests/support/catch.hpp"

using namespace vgan::testing;

namespace {

struct TableRun : MaskedTableRun {
  TableRun() : MaskedTableRun(speed_table(200, [](int row, int) { return row % 3 == 0; })) {}
};

}  // namespace

TEST_CASE("cli: search writes proposals, and the best one in words") {
  const TableRun run;
  const Words words = {
      "search",   "m",   "--maximise", "P(force>90)", "--minimise", "speed", "--count",   "5",
      "--budget", "100", "--real",     "t.csv",       "--device",   "cpu",   "--threads", "1"};
  Words one = {"search", "m",     "--maximise", "force", "--budget",  "100", "--real",   "t.csv",
               "--out",  "p.csv", "--count",    "5",     "--threads", "1",   "--device", "cpu"};
  const CommandResult result = run.vgan(one);
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(result.err.empty());
  CHECK_THAT(result.out, ContainsSubstring("wrote p.csv: 5 proposals of 7 columns, out of ") &&
                             ContainsSubstring("epoch-00000200.safetensors (epoch 200)"));
  CHECK_THAT(result.out,
             ContainsSubstring("\nbest: speed = 3") && ContainsSubstring("; predicted force = "));
  CHECK_THAT(result.out, ContainsSubstring("\nsettings: speed, kind; what is a result has role"));
  std::istringstream lines(run.text("p.csv"));
  std::vector<std::string> all;
  for (std::string line; std::getline(lines, line);) all.push_back(line);
  REQUIRE(all.size() == 6);
  CHECK(all[0] == "speed,kind,force,force_low,force_high,support,nearest");

  // A flag for each goal; standard output has the rows alone.
  Words piped = words;
  piped.insert(piped.end(), {"--out", "-"});
  const CommandResult both = run.vgan(piped);
  INFO(both.err);
  CHECK(both.exit_code == 0);
  CHECK(
      both.out.starts_with("kind,P(force>90),force_low,force_high,speed,speed_low,speed_high,"
                           "support,nearest\n"));
  CHECK_THAT(both.err, ContainsSubstring("wrote standard output: ") &&
                           ContainsSubstring("first of the front: kind = "));
  // The interval behind a probability is that of its column, and says so.
  CHECK_THAT(both.err, ContainsSubstring("P(force>90) = ") && ContainsSubstring(" (force "));
  CHECK_THAT(result.out, !ContainsSubstring("(force "));
  Words twice = one;
  twice.insert(twice.end(), {"--maximise", "P(kind=fast)"});
  CHECK(run.vgan(twice).exit_code == 0);
  CHECK(run.text("p.csv").starts_with("speed,force,force_low,force_high,P(kind=fast),support,"));
}

TEST_CASE("cli: what search says of dates are dates") {
  std::string table = "load,ready\n";
  for (int row = 0; row < 120; ++row) {
    const int load = row * 7 % 12;
    const std::string day = std::to_string(1 + (2 * load + row % 3));
    table += std::to_string(load) + ",2026-03-" + (day.size() < 2 ? "0" : "") + day + "\n";
  }
  const MaskedTableRun run(table);
  const CommandResult result = run.vgan({"search", "m", "--minimise", "ready", "--minimise",
                                         "P(ready>2026-03-10)", "--budget", "40"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.out, ContainsSubstring("predicted ready = 2026-03-0") &&
                             ContainsSubstring(" (2026-03-0") && ContainsSubstring(" to 2026-03-"));
  CHECK_THAT(result.out, ContainsSubstring("P(ready>2026-03-10) = 0."));
}

TEST_CASE("cli: search refuses in one line what it cannot do") {
  const TableRun run;
  const auto refuse = [&](const Words& words, int code, const std::string& said) {
    const CommandResult result = run.vgan(words);
    INFO(result.err);
    CHECK(result.exit_code == code);
    CHECK(is_one_complaint(result.err));
    CHECK_THAT(result.err, ContainsSubstring(said));
  };
  refuse({"search"}, 2, "no model");
  refuse({"search", "m"}, 2, "no --maximise and no --minimise");
  refuse({"search", "m", "--maximise"}, 2, "needs a value");
  refuse({"search", "m", "--maximise", "force", "drag"}, 2, "drag");
  refuse({"search", "m", "--maximise", "forec"}, 78, "did you mean 'force'?");
  refuse({"search", "m", "--maximise", "kind"}, 78, "P(kind=WORD)");
  refuse({"search", "m", "--maximise", "force", "--where", "force>3"}, 78, "which is a goal");
  refuse({"search", "m", "--maximise", "force", "--where", "sped>3"}, 78, "did you mean 'speed'");
  refuse({"search", "m", "--maximise", "force", "--extrapolate", "--where", "speed=7"}, 78,
         "no setting of a few numbers that leave room between");
  refuse({"search", "m", "--maximise", "force", "--budget", "9"}, 78, "10 to 1000000");
  refuse({"search", "m", "--maximise", "force", "--budget", "-1"}, 78, "10 to 1000000");
  refuse({"search", "m", "--maximise", "force", "--level", "1"}, 78, "above 0 and below 1");
  refuse({"search", "m", "--maximise", "force", "--out", "p.npy"}, 78, ".csv or .tsv");
  refuse({"search", "m", "--maximise", "force", "--out", "t.csv"}, 2, "t.csv");
  refuse({"search", "m", "--maximise", "force", "--real", "absent.csv"}, 74, "absent.csv");
  run.write("real.csv", "speed\n5\n");
  refuse({"search", "m", "--maximise", "force", "--real", "real.csv"}, 65, "no column 'kind'");
  refuse({"search", "m", "--maximise", "force", "--real", "real.csv", "--out", "real.csv"}, 2,
         "real.csv");

  REQUIRE(run.runs.run("gan").exit_code == 0);
  refuse({"search", "gan", "--maximise", "force"}, 78, "search needs a model masked");
  CHECK(!std::filesystem::exists(run.runs.path() / "proposals.csv"));
}

#endif  // VGAN_BINARY
