// vgan_cuda predict: from a table by training to predictions, as a user does it.
#ifdef VGAN_BINARY

#include <fstream>

#include "tests/cli/masked_table_run.hpp"
#include "tests/support/catch.hpp"

using namespace vgan::testing;

namespace {

struct TableRun : MaskedTableRun {
  TableRun() : MaskedTableRun(speed_table(200, [](int, int speed) { return speed < 20; })) {
    write("given.csv", "speed\n5\n35\n80\n");
  }
};

}  // namespace

TEST_CASE("cli: predict says where it took the nearest of a few values for another") {
  const TableRun run;
  run.write("between.csv", "speed\n5\n5.5\n");
  const CommandResult result =
      run.vgan({"predict", "m", "--given", "between.csv", "--out", "b.csv"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.err, ContainsSubstring("1 row gives 'speed' a number that is none of the 40") &&
                             ContainsSubstring("the nearest of these was taken"));
  const std::string made = run.text("b.csv");
  CHECK_THAT(made, ContainsSubstring("\n5.5,"));
  CHECK(made.ends_with(",edge\n"));
}

TEST_CASE("cli: predict writes what the other columns may be, and how near it was") {
  const TableRun run;
  run.write("known.csv", "speed,force,kind\n5,16.5,slow\n35,106.5,fast\n80,,\n");
  const CommandResult result =
      run.vgan({"predict", "m", "--given", "given.csv", "--out", "p.csv", "--check", "known.csv",
                "--level", "0.8", "--threads", "1", "--device", "cpu"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.out, ContainsSubstring("wrote p.csv: 3 rows of 8 columns, ") &&
                             ContainsSubstring("epoch-00000200.safetensors (epoch 200)"));
  CHECK_THAT(result.out, ContainsSubstring("R2") && ContainsSubstring("coverage") &&
                             ContainsSubstring("share within the interval of 0.8"));
  CHECK_THAT(result.out, ContainsSubstring("accuracy") && ContainsSubstring("log probability"));
  std::istringstream lines(run.text("p.csv"));
  std::vector<std::string> all;
  for (std::string line; std::getline(lines, line);) all.push_back(line);
  REQUIRE(all.size() == 4);
  CHECK(all[0] ==
        "speed,force_mean,force_median,force_low,force_high,kind,kind_probability,support");
  CHECK_THAT(all[1], ContainsSubstring(",slow,"));
  CHECK(all[1].starts_with("5,"));
  CHECK(all[1].ends_with(",inside"));
  CHECK_THAT(all[2], ContainsSubstring(",fast,"));
  CHECK(all[3].ends_with(",outside"));

  const CommandResult one =
      run.vgan({"predict", "m", "--given", "given.csv", "--out", "one.csv", "--of", "kind"});
  INFO(one.err);
  REQUIRE(one.exit_code == 0);
  CHECK(run.text("one.csv").starts_with("speed,kind,kind_probability,support\n5,slow,"));

  // Standard output has the rows alone.
  const CommandResult piped = run.vgan({"predict", "m", "--given", "given.csv", "--level", "0.8",
                                        "--out", "-", "--threads", "1", "--device", "cpu"});
  CHECK(piped.exit_code == 0);
  CHECK(piped.out == run.text("p.csv"));
  CHECK_THAT(piped.err, ContainsSubstring("wrote standard output: 3 rows"));
}

TEST_CASE("cli: predict refuses in one line what it cannot do") {
  const TableRun run;
  const auto refuse = [&](const Words& words, int code, const std::string& said) {
    const CommandResult result = run.vgan(words);
    INFO(result.err);
    CHECK(result.exit_code == code);
    CHECK(is_one_complaint(result.err));
    CHECK_THAT(result.err, ContainsSubstring(said));
  };
  refuse({"predict"}, 2, "no model");
  refuse({"predict", "m"}, 2, "no --given");
  refuse({"predict", "m", "--given", "given.csv", "--of", "forec"}, 78, "did you mean 'force'?");
  refuse({"predict", "m", "--given", "given.csv", "--of", "speed"}, 78, "which every row gives");
  refuse({"predict", "m", "--given", "given.csv", "--level", "1"}, 78, "above 0 and below 1");
  refuse({"predict", "m", "--given", "given.csv", "--out", "p.npy"}, 78, ".csv or .tsv");
  refuse({"predict", "m", "--given", "given.csv", "--out", "given.csv"}, 2, "given.csv");
  refuse({"predict", "m", "--given", "given.csv", "--out", "t.csv"}, 2, "t.csv");
  refuse({"predict", "m", "--given", "given.csv", "--check", "t.csv"}, 65, "200 rows");
  refuse({"predict", "m", "--given", "absent.csv"}, 74, "absent.csv");
  run.write("bad.csv", "sped\n5\n");
  refuse({"predict", "m", "--given", "bad.csv"}, 65, "did you mean 'speed'");
  run.write("bad.csv", "kind\nslwo\n");
  refuse({"predict", "m", "--given", "bad.csv"}, 65, "'slwo'; allowed slow, fast");
  run.write("bad.csv", "speed\n5\nfast\n");
  refuse({"predict", "m", "--given", "bad.csv"}, 65, "fast");
  refuse({"predict", "m", "--given", "given.csv", "--device", "tpu"}, 78, "tpu");

  REQUIRE(run.runs.run("gan").exit_code == 0);
  refuse({"predict", "gan", "--given", "given.csv"}, 78, "predict needs a model masked");
  CHECK(run.text("given.csv") == "speed\n5\n35\n80\n");
  CHECK(!std::filesystem::exists(run.runs.path() / "predictions.csv"));
}

#endif  // VGAN_BINARY
