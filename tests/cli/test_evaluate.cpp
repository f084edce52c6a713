// vgan_cuda evaluate: figures of virtual rows, their floors, and what it refuses.
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/base/json_text.hpp"
#include "tests/cli/run_command.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan::testing;

namespace {

std::string golden(const std::string& table) {
  return source_dir() + "/tests/golden/tables/" + table + ".csv";
}

const Words both_tables = {"evaluate", "--samples", golden("drawn"), "--real", golden("train")};

Words and_more(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_CASE("cli: evaluate says how good virtual rows are, beside two floors") {
  const TempDir folder;
  const Words words = and_more(both_tables, {"--test", golden("test"), "--outcome", "force"});
  const CommandResult result = run_vgan(folder.path(), and_more(words, {"--json", "deep/e.json"}));
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.out, ContainsSubstring("8 columns; least alike: speed 0.725"));
  CHECK_THAT(result.out, ContainsSubstring("utility, R2"));
  CHECK_THAT(result.out, ContainsSubstring("resampled columns"));
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 80);

  const nlohmann::json made = vgan::read_json(file_text(folder.path() / "deep/e.json"));
  const nlohmann::json& samples = made.at("samples");
  const nlohmann::json& training = made.at("floors").at("training_rows");
  const nlohmann::json& resampled = made.at("floors").at("resampled_columns");
  CHECK(made.at("held_out_rows") == 400);
  CHECK(made.at("utility_score") == "R2");
  CHECK(made.at("columns").size() == 8);
  CHECK(samples.at("rows") == 525);
  CHECK(samples.at("shape").get<double>() == Approx(0.8335).margin(1e-3));
  CHECK(samples.at("trend").get<double>() == Approx(0.7252).margin(1e-3));
  CHECK(samples.at("copies").get<double>() == Approx(25.0 / 525.0));
  CHECK(samples.at("dcr").get<double>() == Approx(0.9084 / 0.6365).margin(1e-3));
  CHECK(training.at("shape").get<double>() > samples.at("shape").get<double>());
  CHECK(training.at("copies") == 1.0);
  CHECK(training.at("dcr") == 0.0);
  CHECK(training.at("utility").get<double>() > 0.85);
  CHECK(training.at("c2st").get<double>() < 0.6);
  CHECK(samples.at("c2st").get<double>() > 0.6);
  CHECK(resampled.at("c2st").get<double>() > 0.8);
  CHECK(resampled.at("utility").get<double>() < 0.1);

  // Equal files and seeds give equal figures, whatever the machine does meanwhile.
  CHECK(run_vgan(folder.path(), words).out + "wrote deep/e.json\n" == result.out);
}

TEST_CASE("cli: evaluate holds a third of the real rows out where no others are named") {
  const TempDir folder;
  const auto figures = [&](const Words& more) {
    const CommandResult result =
        run_vgan(folder.path(), and_more(and_more(both_tables, more), {"--json", "e.json"}));
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    CHECK_THAT(result.out, ContainsSubstring("--test"));
    return vgan::read_json(file_text(folder.path() / "e.json"));
  };
  const nlohmann::json first = figures({});
  CHECK(first.at("training_rows") == 600);
  CHECK(first.at("held_out_rows") == 300);
  CHECK(first.at("test_file").is_null());
  CHECK(first.at("outcome") == "grade");
  CHECK(first.at("utility_score") == "accuracy");
  CHECK(figures({"--seed", "2"}).at("samples").at("shape") != first.at("samples").at("shape"));
}

TEST_CASE("cli: evaluate refuses in one line what it cannot compare") {
  const TempDir folder;
  std::ofstream(folder.path() / "small.csv") << "a,b\n1,2\n3,4\n";
  std::string ids = "No,gap\n";
  for (int i = 1; i <= 40; ++i) ids += std::to_string(i) + ",\n";
  std::ofstream(folder.path() / "ids.csv") << ids;
  const auto refuse = [&](const Words& words, int code, const std::string& said) {
    const CommandResult result = run_vgan(folder.path(), words);
    INFO(result.err);
    CHECK(result.exit_code == code);
    CHECK(is_one_complaint(result.err));
    CHECK_THAT(result.err, ContainsSubstring(said));
  };
  refuse({"evaluate"}, 2, "no --samples");
  refuse({"evaluate", "--samples", "small.csv"}, 2, "no --real");
  refuse({"evaluate", "--samples", "absent.csv", "--real", "small.csv"}, 65, "0 held-out rows");
  refuse({"evaluate", "--samples", "absent.csv", "--real", golden("train")}, 74, "absent.csv");
  refuse({"evaluate", "--samples", "small.csv", "--real", golden("train")}, 65, "2 virtual rows");
  refuse({"evaluate", "--samples", "ids.csv", "--real", golden("train")}, 65, "no column speed");
  refuse({"evaluate", "--samples", "ids.csv", "--real", "ids.csv"}, 65, "no column but ids");
  refuse(and_more(both_tables, {"--outcome", "farce"}), 78, "did you mean 'force'");
  std::ofstream(folder.path() / "kept.csv") << file_text(golden("drawn"));
  refuse({"evaluate", "--samples", "kept.csv", "--real", golden("train"), "--json", "kept.csv"}, 2,
         "--json");
  CHECK(file_text(folder.path() / "kept.csv") == file_text(golden("drawn")));
}
