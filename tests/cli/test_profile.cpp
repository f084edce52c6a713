// vgan_cuda profile: from a table by training to a picture, as a user does it.
#ifdef VGAN_BINARY

#include <fstream>

#include "tests/cli/masked_table_run.hpp"
#include "tests/support/catch.hpp"

using namespace vgan::testing;

namespace {

struct TableRun : MaskedTableRun {
  TableRun() : MaskedTableRun(speed_table(200, [](int row, int) { return row % 3 == 0; })) {}

  bool is_png(const std::string& file) const { return text(file).substr(1, 3) == "PNG"; }
};

}  // namespace

TEST_CASE("cli: profile writes a picture, its numbers, or both") {
  const TableRun run;
  const Words words = {"profile", "m",     "--of",     "force", "--over",    "speed",
                       "--real",  "t.csv", "--device", "cpu",   "--threads", "1"};
  const CommandResult plain = run.vgan(words);
  INFO(plain.err);
  REQUIRE(plain.exit_code == 0);
  CHECK(plain.err.empty());
  CHECK_THAT(plain.out, ContainsSubstring("wrote profile.png: force at 40 places of speed, ") &&
                            ContainsSubstring("epoch-00000200.safetensors (epoch 200)"));
  CHECK(run.is_png("profile.png"));

  Words both = words;
  both.insert(both.end(), {"--where", "kind=slow", "--others", "average", "--out", "p.csv", "--out",
                           "q.png", "--level", "0.8"});
  const CommandResult result = run.vgan(both);
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.out, ContainsSubstring("wrote p.csv, q.png: "));
  CHECK_THAT(result.err, ContainsSubstring("67 of 200 real rows meet --where"));
  CHECK(run.is_png("q.png"));
  CHECK(run.text("p.csv").starts_with(
      "speed,kind,force_mean,force_median,force_low,force_high,force_q25,force_q75,support\n"
      "0,slow,"));

  // Standard output has the numbers alone.
  Words piped = words;
  piped.insert(piped.end(), {"--out", "-", "--where", "speed<3"});
  const CommandResult numbers = run.vgan(piped);
  CHECK(numbers.exit_code == 0);
  CHECK(std::count(numbers.out.begin(), numbers.out.end(), '\n') == 4);
  CHECK_THAT(numbers.err, ContainsSubstring("wrote standard output: "));
}

TEST_CASE("cli: profile refuses in one line what it cannot do") {
  const TableRun run;
  const auto refuse = [&](const Words& words, int code, const std::string& said) {
    const CommandResult result = run.vgan(words);
    INFO(result.err);
    CHECK(result.exit_code == code);
    CHECK(is_one_complaint(result.err));
    CHECK_THAT(result.err, ContainsSubstring(said));
  };
  const auto with = [](const Words& more) {
    Words words = {"profile", "m", "--of", "force", "--over", "speed"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  refuse({"profile"}, 2, "no model");
  refuse({"profile", "m"}, 2, "no --of");
  refuse({"profile", "m", "--of", "force"}, 2, "no --over");
  refuse({"profile", "m", "--of", "force", "--over"}, 2, "needs a value");
  refuse({"profile", "m", "--of", "forec", "--over", "speed"}, 78, "did you mean 'force'?");
  refuse({"profile", "m", "--of", "force", "--over", "force"}, 78, "which --of asks for");
  refuse(with({"--where", "force=3.5"}), 78, "which --of asks for");
  refuse(with({"--where", "sped=3"}), 78, "did you mean 'speed'");
  refuse(with({"--others", "fixed"}), 78, "allowed follow, average");
  refuse(with({"--level", "0"}), 78, "above 0 and below 1");
  refuse(with({"--out", "p.npy"}), 78, ".png, .csv or .tsv");
  refuse(with({"--out", "t.csv"}), 2, "t.csv");
  refuse(with({"--real", "absent.csv"}), 74, "absent.csv");
  run.write("real.csv", "speed\n5\n");
  refuse(with({"--real", "real.csv"}), 65, "no column 'force'");

  REQUIRE(run.runs.run("gan").exit_code == 0);
  refuse({"profile", "gan", "--of", "force", "--over", "speed"}, 78,
         "profile needs a model masked");
  CHECK(!std::filesystem::exists(run.runs.path() / "profile.png"));
}

#endif  // VGAN_BINARY
