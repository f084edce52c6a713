// vgan_cuda evaluate: figures of a file's trials and of a model's, gates, and what it refuses.
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/base/json_text.hpp"
#include "engine/data/readers/npy.hpp"
#include "tests/cli/run_command.hpp"
#include "tests/cli/tiny_run.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan::testing;

namespace {

std::string golden(const std::string& table) {
  return source_dir() + "/tests/golden/tables/" + table + ".csv";
}

const Words both_tables = {"evaluate", "--samples", golden("drawn"), "--real", golden("train"),
                           "--device", "cpu"};

Words and_more(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

nlohmann::json read(const std::filesystem::path& path) { return vgan::read_json(file_text(path)); }

/// The measure of a name; null where there is none.
nlohmann::json measure(const nlohmann::json& file, const std::string& name) {
  for (const nlohmann::json& one : file.at("measures")) {
    if (one.at("name") == name) return one;
  }
  return nullptr;
}

double value(const nlohmann::json& file, const std::string& name,
             const std::string& side = "samples") {
  INFO(name << ", " << side);
  const nlohmann::json one = measure(file, name);
  REQUIRE(one.is_object());
  REQUIRE(one.at(side).is_object());
  return one.at(side).at("value").get<double>();
}

/// The text as it was before its lines were broken.
std::string unbroken(std::string text) {
  for (char& one : text) one = one == '\n' ? ' ' : one;
  return text;
}

void require_lines_fit(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    CHECK(line.size() <= 80);
  }
}

/// 300 bars as bytes in real.npy, with labels, and others in test.npy and samples.npy.
class Arrays {
 public:
  Arrays() {
    write("real.npy", 300, 0);
    write("test.npy", 100, 300);
    write("samples.npy", 120, 400);
  }
  const std::filesystem::path& path() const { return folder_.path(); }

  void write(const std::string& name, std::int64_t count, std::int64_t from) const {
    const vgan::Trials bars = bar_images(from + count).part(from, count);
    vgan::NpyWriter writer(path() / name, vgan::ValueType::u8, {count, 6, 6});
    writer.append(std::span<const std::uint8_t>(std::get<0>(bars.values)));
    writer.finish();
  }
  CommandResult evaluate(const Words& more) const {
    return run_vgan(path(), and_more({"evaluate", "--device", "cpu", "--samples", "samples.npy",
                                      "--real", "real.npy"},
                                     more));
  }

 private:
  TempDir folder_;
};

}  // namespace

TEST_CASE("cli: evaluate says how good virtual rows are, beside two floors") {
  const TempDir folder;
  const Words words = and_more(both_tables, {"--test", golden("test"), "--outcome", "force"});
  const CommandResult result = run_vgan(folder.path(), and_more(words, {"--json", "deep/e.json"}));
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(unbroken(result.out), ContainsSubstring("8 columns; least alike: speed 0.725"));
  for (const char* const said : {"fidelity", "diversity", "usefulness", "privacy", "resampled",
                                 "could tell virtual rows from real ones", "by R2."}) {
    CHECK_THAT(result.out, ContainsSubstring(said));
  }
  require_lines_fit(result.out);

  const nlohmann::json made = read(folder.path() / "deep/e.json");
  CHECK(made.at("what") == "evaluation");
  CHECK(made.at("columns").size() == 8);
  CHECK(measure(made, "shape").at("sample_count") == 525);
  CHECK(measure(made, "shape").at("real_count") == 400);
  CHECK(value(made, "shape") == Approx(0.8335).margin(1e-3));
  CHECK(value(made, "trend") == Approx(0.7252).margin(1e-3));
  CHECK(value(made, "copies") == Approx(25.0 / 525.0));
  CHECK(value(made, "dcr") == Approx(0.9084 / 0.6365).margin(1e-3));
  CHECK(value(made, "shape", "real") > value(made, "shape"));
  CHECK(value(made, "copies", "real") < value(made, "copies"));
  CHECK(value(made, "dcr", "real") == Approx(1.0));
  CHECK(value(made, "utility", "real") > 0.85);
  CHECK(value(made, "c2st", "real") < 0.6);
  CHECK(value(made, "c2st") > 0.6);
  CHECK(value(made, "c2st", "resampled") > 0.8);
  CHECK(value(made, "utility", "resampled") < 0.1);
  CHECK(measure(made, "c2st").at("samples").at("low") < value(made, "c2st"));
}

TEST_CASE("cli: evaluate holds a third of the real rows out where no others are named") {
  const TempDir folder;
  const CommandResult result = run_vgan(folder.path(), and_more(both_tables, {"--json", "e.json"}));
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.out, ContainsSubstring("--test"));
  const nlohmann::json made = read(folder.path() / "e.json");
  CHECK(measure(made, "shape").at("real_count") == 300);
  CHECK(made.dump().find("predicting grade, by accuracy") != std::string::npos);
}

TEST_CASE("cli: evaluate measures arrays of any tool") {
  const Arrays arrays;
  const CommandResult result = arrays.evaluate({"--test", "test.npy", "--json", "e.json"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  require_lines_fit(result.out);
  CHECK_THAT(unbroken(result.out), ContainsSubstring("100 held-out images of test.npy"));
  const nlohmann::json made = read(arrays.path() / "e.json");
  CHECK(value(made, "precision") > 0.8);
  CHECK(value(made, "frechet") < value(made, "frechet", "resampled"));
  CHECK(measure(made, "frechet").at("space") == "components");
  CHECK(made.at("samples") == "samples.npy");
  const CommandResult third = arrays.evaluate({"--features", "components"});
  CHECK_THAT(unbroken(third.out), ContainsSubstring("a third of it"));
}

TEST_CASE("cli: evaluate of a run stands beside what it held out") {
  const TempDir folder;
  const vgan::Trials bars = bar_images(200);
  vgan::NpyWriter writer(folder.path() / "bars.npy", vgan::ValueType::u8, {200, 6, 6});
  writer.append(std::span<const std::uint8_t>(std::get<0>(bars.values)));
  writer.finish();
  const auto train = [&](const std::string& out, const std::string& share) {
    const CommandResult trained = run_vgan(
        folder.path(), {"--data", "bars.npy", "--epochs", "3", "--batch", "8", "--g-layers", "16",
                        "--d-layers", "16", "--device", "cpu", "--hold-out", share, "--out", out});
    INFO(trained.err);
    REQUIRE(trained.exit_code == 0);
  };
  train("a", "0.2");
  const Words of_a = {"evaluate", "--model", "a", "--count", "60", "--device", "cpu"};
  const CommandResult result = run_vgan(folder.path(), of_a);
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  require_lines_fit(result.out);
  CHECK_THAT(unbroken(result.out), ContainsSubstring("40 held-out images of"));
  const nlohmann::json made = read(folder.path() / "a/evaluation.json");
  CHECK(made.at("model") == "a");
  CHECK(made.at("epoch") == 3);
  CHECK(measure(made, "frechet").at("sample_count") == 60);
  CHECK(measure(made, "frechet").at("real_count") == 40);
  CHECK(measure(made, "copies").is_object());
  // The time that the page took is the only difference.
  const auto figures = [](const std::string& out) { return out.substr(0, out.find("wrote ")); };
  CHECK(figures(run_vgan(folder.path(), of_a).out) == figures(result.out));

  const CommandResult others =
      run_vgan(folder.path(), and_more(of_a, {"--data", "bars.npy", "--json", "other.json"}));
  REQUIRE(others.exit_code == 0);
  CHECK_THAT(unbroken(others.out), ContainsSubstring("200 images"));
  CHECK_THAT(unbroken(others.out), ContainsSubstring("are training trials, number for number"));
  CHECK(measure(read(folder.path() / "other.json"), "copies").is_null());

  train("b", "0");
  const CommandResult learnt =
      run_vgan(folder.path(), {"evaluate", "--model", "b", "--count", "60", "--device", "cpu"});
  REQUIRE(learnt.exit_code == 0);
  CHECK_THAT(unbroken(learnt.out), ContainsSubstring("The run held out nothing"));
  CHECK(measure(read(folder.path() / "b/evaluation.json"), "copies").is_null());
}

TEST_CASE("cli: evaluate --require is met, or the exit status is 3 with the figure") {
  const Arrays arrays;
  const auto required = [&](const Words& more) {
    return arrays.evaluate(and_more({"--test", "test.npy"}, more));
  };
  CHECK(required({"--require", "precision>=0.1,frechet<=1000"}).exit_code == 0);
  const CommandResult missed =
      required({"--require", "precision>=0.1", "--require", "recall>1.5,density<-1"});
  CHECK(missed.exit_code == 3);
  CHECK(is_one_complaint(missed.err));
  CHECK_THAT(missed.err, ContainsSubstring("recall is ") &&
                             ContainsSubstring(", and >1.5 was required; density is "));
  CHECK_THAT(missed.out, ContainsSubstring("fidelity"));
  const CommandResult unknown = required({"--require", "recal>=0.8"});
  CHECK(unknown.exit_code == 78);
  CHECK(is_one_complaint(unknown.err));
  CHECK_THAT(unknown.err, ContainsSubstring("recall"));
  CHECK(unknown.out.empty());
  const CommandResult curves = required({"--require", "spectrum<1"});
  CHECK(curves.exit_code == 78);
  CHECK_THAT(curves.err, ContainsSubstring("which images such as these have not"));
  CHECK(curves.out.empty());
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
  refuse({"evaluate"}, 2, "neither --model nor --samples");
  refuse({"evaluate", "--samples", "small.csv"}, 2, "no --real");
  refuse({"evaluate", "--real", "small.csv"}, 2, "no --samples");
  refuse({"evaluate", "--model", "r", "--samples", "small.csv"}, 2, "--samples with --model");
  refuse(and_more(both_tables, {"--count", "20"}), 2, "--count with --samples");
  refuse({"evaluate", "--samples", "absent.csv", "--real", "small.csv"}, 65, "0 held-out rows");
  refuse({"evaluate", "--samples", "absent.csv", "--real", golden("train")}, 74, "absent.csv");
  refuse({"evaluate", "--samples", "small.csv", "--real", golden("train")}, 65, "2 virtual rows");
  refuse({"evaluate", "--samples", "ids.csv", "--real", golden("train")}, 65, "no column speed");
  refuse({"evaluate", "--samples", "ids.csv", "--real", "ids.csv"}, 65, "no column but ids");
  refuse(and_more(both_tables, {"--outcome", "farce"}), 78, "did you mean 'force'");
  refuse(and_more(both_tables, {"--features", "classifier"}), 78, "rows are measured");
  refuse(and_more(both_tables, {"--features", "inception"}), 78, "classifier");
  refuse({"evaluate", "--model", "small.csv"}, 65, "small.csv");
  refuse({"evaluate", "--model", "absent"}, 74, "absent");
  std::ofstream(folder.path() / "kept.csv") << file_text(golden("drawn"));
  refuse({"evaluate", "--samples", "kept.csv", "--real", golden("train"), "--json", "kept.csv"}, 2,
         "--json");
  CHECK(file_text(folder.path() / "kept.csv") == file_text(golden("drawn")));
}

TEST_CASE("cli: evaluate refuses arrays of other sides and types") {
  const Arrays arrays;
  arrays.write("few.npy", 5, 0);
  vgan::NpyWriter wide(arrays.path() / "wide.npy", vgan::ValueType::u8, {40, 4, 9});
  wide.append(std::span<const std::uint8_t>(std::vector<std::uint8_t>(40 * 36, 7)));
  wide.finish();
  vgan::NpyWriter floats(arrays.path() / "floats.npy", vgan::ValueType::f32, {40, 6, 6});
  floats.append(std::span<const float>(std::vector<float>(40 * 36, 0.5F)));
  floats.finish();
  const auto refuse = [&](const std::string& samples, const std::string& said) {
    const CommandResult result = arrays.evaluate({"--test", "test.npy", "--samples", samples});
    INFO(result.err);
    CHECK(result.exit_code == 65);
    CHECK(is_one_complaint(result.err));
    CHECK_THAT(result.err, ContainsSubstring(said));
  };
  refuse("few.npy", "5 virtual trials");
  refuse("wide.npy", "images of 4 x 9");
  refuse("floats.npy", "numbers of type f32");
}
