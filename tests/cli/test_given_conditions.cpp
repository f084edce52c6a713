// generate --given of models that were trained with conditions: classes, vectors.
#ifdef VGAN_BINARY

#include <fstream>

#include "engine/data/readers/table_reader.hpp"
#include "tests/cli/train_flag_checks.hpp"

using namespace vgan::testing;
using vgan::Table;

namespace {

/// A GAN "m" of a table of x and y, told a class ("red", "blue") or two numbers of each row.
struct ConditionedRun {
  TinyRuns runs;

  explicit ConditionedRun(const Words& more) {
    std::string table = "x,y\n", labels;
    for (int i = 0; i < 24; ++i) {
      table += std::to_string(i) + ".5," + std::to_string(i * 7 % 24) + ".25\n";
      labels += i % 3 == 0 ? "red\n" : "blue\n";
    }
    write("t.csv", table);
    write("labels.txt", labels);
    write_tiny_vectors(runs, "vectors.npy");
    Words words = {"--data",     "t.csv", "--model",   "gan", "--g-layers", "16",
                   "--d-layers", "16",    "--batch",   "8",   "--epochs",   "12",
                   "--device",   "cpu",   "--threads", "1",   "--out",      "m"};
    words.insert(words.end(), more.begin(), more.end());
    const CommandResult result = run_vgan(runs.path(), words);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
  }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(runs.path() / name, std::ios::binary) << text;
  }
  std::string made(const Words& more) const {
    const CommandResult result = generate(more);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    return result.out;
  }
  CommandResult generate(const Words& more) const {
    Words words = {"generate", "m", "--device", "cpu", "--threads", "1", "--out", "-"};
    words.insert(words.end(), more.begin(), more.end());
    return run_vgan(runs.path(), words);
  }
  void refused(const std::string& given, int code, const std::string& said) const {
    write("bad.csv", given);
    const CommandResult result = generate({"--given", "bad.csv"});
    INFO(result.err);
    CHECK(result.exit_code == code);
    CHECK(is_one_complaint(result.err));
    CHECK_THAT(result.err, ContainsSubstring(said));
  }
};

const Words classes = {"--conditional", "--labels", "labels.txt"};
const Words vectors = {"--conditions", "vectors.npy"};

/// The lines of a text, each without its first `cells` cells.
std::vector<std::string> lines_without(const std::string& text, int cells) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    for (int cell = 0; cell < cells; ++cell) line = line.substr(line.find(',') + 1);
    lines.push_back(line);
  }
  return lines;
}

}  // namespace

TEST_CASE("cli: a model of classes takes the labels of a table") {
  const ConditionedRun run(classes);
  run.write("g.csv", "label\nblue\nred\nblue\n");
  const std::string text = run.made({"--given", "g.csv", "--per-row", "2"});
  CHECK(text.starts_with("label,x,y\nblue,"));
  const auto rows = lines_without(text, 1);
  REQUIRE(rows.size() == 7);
  // Each row is that of its class: samples of one noise.
  for (int n = 0; n < 6; ++n) {
    const std::string label = n / 2 == 1 ? "red" : "blue";
    const auto one = lines_without(
        run.made({"--label", label, "--count", "1", "--first", std::to_string(n)}), 0);
    CHECK(one.at(1) == rows[static_cast<std::size_t>(n) + 1]);
    CHECK(text.find("\n" + label + "," + one.at(1) + "\n") != std::string::npos);
  }
  const std::string part = run.made({"--given", "g.csv", "--per-row", "2", "--first", "6"});
  CHECK(part.starts_with("label,x,y\nblue,"));  // from the first row of the file on again
  run.refused("label\nblue\ngreen\n", 65, "line 3, column 1 (label): found 'green'");
  run.refused("label\nblu\n", 65, "did you mean 'blue'?");
  run.refused("lable\nblue\n", 65, "did you mean 'label'?");
  run.refused("label,x\nblue,\n,1\n", 65, "column 'x', which is no condition of the model");
  run.refused("label\n\"\"\n", 65, "no value");
  run.refused("label\n", 65, "");
  CHECK(run.generate({"--given", "g.csv", "--label", "red"}).exit_code == 78);
}

TEST_CASE("cli: a model of vectors takes their numbers from a table") {
  const ConditionedRun run(vectors);
  run.write("g.csv", "condition_2,condition_1\n0.5,-1\n2,0.1\n");
  const std::string text = run.made({"--given", "g.csv", "--per-row", "3"});
  CHECK(text.starts_with("condition_1,condition_2,x,y\n-1,0.5,"));
  CHECK_THAT(text, ContainsSubstring("\n0.1,2,"));
  const auto rows = lines_without(text, 2);
  REQUIRE(rows.size() == 7);
  CHECK(rows[1] != rows[4]);
  // Numbers in another place are the model's of that place.
  run.write("h.csv", "condition_1,condition_2\n-1,0.5\n0.1,2\n");
  CHECK(run.made({"--given", "h.csv", "--per-row", "3"}) == text);
  run.refused("condition_1\n1\n", 65, "no column 'condition_2'");
  run.refused("condition_1,condition_2\n1,\n2,3\n", 65, "line 2, column 2 (condition_2): found no");
  run.refused("condition_1,condition_2\n1,much\n2,3\n", 65, "much");
  run.refused("condition_1,condition_3\n1,2\n", 65, "did you mean 'condition_");
  const CommandResult ranges = run.generate({"--where", "x>1"});
  CHECK(ranges.exit_code == 78);
  CHECK_THAT(ranges.err, ContainsSubstring("--given FILE"));
}

TEST_CASE("cli: a model without conditions says which take --given") {
  const ConditionedRun run({});
  run.refused("x\n1\n", 78,
              "a model gan without conditions; allowed a model masked, which takes any column");
}

TEST_CASE("cli: a summary has a line for each condition") {
  const auto first_cells = [](const std::string& text) {
    std::string cells;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
      cells += line.substr(0, line.find(',')) + " ";
    return cells;
  };
  const ConditionedRun run(classes);
  run.write("g.csv", "label\nred\nblue\nred\n");
  CHECK(first_cells(run.made({"--summary", "--given", "g.csv", "--per-row", "50"})) ==
        "label red blue red ");
  const std::string each = run.made({"--summary", "--per-label", "50"});
  CHECK(first_cells(each) == "label blue red ");
  CHECK(first_cells(run.made({"--summary", "--label", "red"})) == "label red ");
  CHECK(first_cells(run.made({"--summary"})).starts_with("x_mean "));
  // It is that of the rows themselves.
  const auto rows = lines_without(run.made({"--per-label", "50"}), 0);
  double sum = 0.0;
  for (std::size_t i = 1; i <= 50; ++i) sum += std::stod(rows.at(i)) / 50.0;
  CHECK_THAT(std::stod(lines_without(each, 1).at(1)), Catch::Matchers::WithinAbs(sum, 1e-3));

  const ConditionedRun of_vectors(vectors);
  write_tiny_vectors(of_vectors.runs, "few.npy", 1.0F, 3);
  const std::string lines =
      of_vectors.made({"--summary", "--conditions", "few.npy", "--per-row", "20"});
  CHECK(lines.starts_with("condition_1,condition_2,x_mean,"));
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 4);
}

#endif
