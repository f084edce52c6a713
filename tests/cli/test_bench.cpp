// vgan_bench at sizes so small that its figures mean nothing: fields, consistency, errors.
#ifdef VGAN_BENCH_BINARY

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/cli/run_command.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/tiny_images.hpp"

using namespace vgan::testing;
using nlohmann::json;

namespace {

const Words tiny = {"--batch",  "8",   "--g-layers",  "16",   "--d-layers", "16", "--latent", "4",
                    "--device", "cpu", "--precision", "fp32", "--rounds",   "3"};
const Words tiny_steps = {"--warm-up", "2", "--steps", "4"};

Words operator+(Words a, const Words& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

class Bench {
 public:
  CommandResult run(const Words& words, const std::string& in = "/dev/null") const {
    return Command(folder_.path(), words, "", bench_binary(), in).wait();
  }
  json record(const Words& words) const {
    const CommandResult result = run(words + tiny + Words{"--json", "-"});
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    CHECK(result.err.empty());
    return json::parse(result.out);
  }
  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  TempDir folder_;
};

double positive(const json& value) {
  const double number = value.get<double>();
  INFO(value);
  CHECK(std::isfinite(number));
  CHECK(number > 0.0);
  return number;
}

// The median of {"median", "least", "most"}.
double spread(const json& value) {
  const double median = positive(value.at("median"));
  CHECK(positive(value.at("least")) <= median);
  CHECK(median <= positive(value.at("most")));
  return median;
}

// Two figures that are one up to the rounding of a division.
void require_equal(double found, double wanted) {
  CHECK(std::fabs(found - wanted) <= 1e-9 * std::fabs(wanted));
}

// Products of the plain step of 8 trials of 784, latent 4, one hidden layer of 16 in each network:
// rows x inputs x outputs, counted by hand.
constexpr double generator = 4 * 16 + 16 * 784;
constexpr double discriminator = 784 * 16 + 16 * 1;
constexpr double plain_flop =
    2.0 * (8 * (generator + generator + 16 * 784)           // forward, weights, input of layer 2
           + 16 * (discriminator + discriminator + 16 * 1)  // D on real and fake
           + 8 * (discriminator + discriminator));          // D for G: forward, input
// R1 in every fourth epoch: input gradient and weights of both layers, tangent of the first.
constexpr double penalty_flop = 2.0 * 8 * (2 * discriminator + 784 * 16) / 4;

}  // namespace

TEST_CASE("bench: step gives times, rates and work that agree with each other") {
  const auto [name, flop] = GENERATE(std::pair<const char*, double>{"article", plain_flop},
                                     std::pair{"default", plain_flop + penalty_flop},
                                     std::pair{"stable", plain_flop + 2 * penalty_flop});
  const Bench bench;
  const json record =
      bench.record(Words{"step", "--threads", "1,2", "--preset", name} + tiny_steps);
  CHECK(record.at("command") == "step");
  CHECK(record.at("preset") == name);
  CHECK(record.at("precision") == "fp32");
  CHECK(record.at("batch") == 8);
  CHECK(record.at("warm_up") == 2);
  CHECK(record.at("steps") == 4);
  CHECK_FALSE(record.at("step").get<std::string>().empty());
  CHECK(record.at("device").at("kind") == "cpu");
  CHECK_FALSE(record.at("build").at("version").get<std::string>().empty());
  require_equal(record.at("gflop_per_epoch"), 1e-9 * flop);
  REQUIRE(record.at("runs").size() == 2);
  const double first = spread(record["runs"][0].at("ms_per_epoch"));
  for (const json& run : record["runs"]) {
    const double ms = spread(run.at("ms_per_epoch"));
    require_equal(positive(run.at("epochs_per_second")), 1000.0 / ms);
    require_equal(positive(run.at("gflop_per_second")), 1e-6 * flop / ms);
    require_equal(positive(run.at("speed_up")), first / ms);
    CHECK_FALSE(run.contains("roofline"));
  }
  CHECK(record["runs"][0].at("threads") == 1);
}

TEST_CASE("bench: steps are whole periods of lazy R1") {
  const Bench bench;
  const auto steps = [&](const char* preset) {
    return bench.record(
        {"step", "--threads", "1", "--preset", preset, "--steps", "5", "--warm-up", "1"})["steps"];
  };
  CHECK(steps("default") == 8);
  CHECK(steps("article") == 5);
}

TEST_CASE("bench: the roofline is the sum of its parts") {
  const auto [name, precision] = GENERATE(std::pair<const char*, const char*>{"article", "fp32"},
                                          std::pair{"default", "bf16"});
  const Bench bench;
  const CommandResult result =
      bench.run(Words{"step", "--roofline", "--threads", "1", "--preset", name} + tiny +
                tiny_steps + Words{"--precision", precision, "--rounds", "1", "--json", "-"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  const json record = json::parse(result.out);
  const json& run = record.at("runs").at(0);
  const json& floor = run.at("roofline");
  double ms = 0.0;
  double flop = 0.0;
  for (const json& product : floor.at("products")) {
    const double us = positive(product.at("us"));
    const double work = 2.0 * product.at("rows").get<double>() *
                        product.at("inputs").get<double>() * product.at("outputs").get<double>();
    require_equal(positive(product.at("gflop_per_second")), 1e-3 * work / us);
    ms += 1e-3 * us * positive(product.at("per_epoch"));
    flop += work * product.at("per_epoch").get<double>();
  }
  require_equal(1e-9 * flop, record.at("gflop_per_epoch"));
  require_equal(spread(floor.at("products_ms")), ms);
  const double sum = ms + spread(floor.at("memory_pass_ms"));
  require_equal(spread(floor.at("sum_ms")), sum);
  require_equal(spread(floor.at("step_per_sum")), spread(run.at("ms_per_epoch")) / sum);
  // w, m, v read and written, the gradient read; the average of G; the bf16 copies.
  const double g = generator + 16 + 784;
  const double d = discriminator + 16 + 1;
  const bool plain = std::string(name) == "article";
  require_equal(floor.at("memory_pass_bytes"), plain ? 28 * (g + d) : 30 * (g + d) + 8 * g);
}

TEST_CASE("bench: op times every operation of a step, or one at a shape") {
  const Bench bench;
  const json all = bench.record({"op", "--threads", "1"});
  std::set<std::string> names;
  for (const json& op : all.at("operations")) {
    names.insert(op.at("op"));
    const double us = spread(op.at("us"));
    positive(op.at("gb_per_second"));
    positive(op.at("per_epoch"));
    if (!op.contains("outputs")) continue;
    const double work = 2.0 * op.at("rows").get<double>() * op.at("inputs").get<double>() *
                        op.at("outputs").get<double>();
    require_equal(positive(op.at("gflop_per_second")), 1e-3 * work / us);
  }
  CHECK(names == std::set<std::string>{"gather", "normal", "dense_forward", "dense_tangent",
                                       "dense_backward_weights", "dense_backward_input", "gan_loss",
                                       "adam", "gradient_penalty", "activation_backward"});

  const json one = bench.record({"op", "--op", "dense_forward", "--shape", "3,5,7"});
  REQUIRE(one.at("operations").size() == 1);
  const json& op = one["operations"][0];
  CHECK(op.at("rows") == 3);
  CHECK(op.at("inputs") == 5);
  CHECK(op.at("outputs") == 7);
  // f32: x, w, bias, y
  require_equal(op.at("gb_per_second"),
                4e-3 * (3 * 5 + 5 * 7 + 7 + 3 * 7) / op.at("us").at("median").get<double>());
  for (const char* name : {"dense_backward_input", "dense_backward_weights", "dense_tangent"}) {
    CHECK(bench.record({"op", "--op", name, "--shape", "3,5,7"})["operations"].size() == 1);
  }
  for (const char* name : {"gather", "normal", "gan_loss", "activation_backward"}) {
    const char* shape = std::string(name) == "gan_loss" ? "9,1" : "9,5";
    CHECK(bench.record({"op", "--op", name, "--shape", shape})["operations"].size() == 1);
  }
  const json adam = bench.record({"op", "--op", "adam", "--shape", "1000"});
  require_equal(adam["operations"][0].at("gb_per_second"),
                28.0 / adam["operations"][0]["us"]["median"].get<double>());
}

TEST_CASE("bench: generate gives its rates, and writes what it says") {
  const auto [dtype, size] = GENERATE(std::pair<const char*, int>{"u8", 1}, std::pair{"f32", 4});
  const Bench bench;
  const json record =
      bench.record({"generate", "--count", "300", "--dtype", dtype, "--out", "samples.raw"});
  CHECK(record.at("count") == 300);
  CHECK(record.at("dtype") == dtype);
  for (const char* rate : {"computed", "delivered", "written", "products_alone"}) {
    spread(record.at("samples_per_second").at(rate));
  }
  CHECK(std::filesystem::file_size(bench.path() / "samples.raw") ==
        static_cast<std::uintmax_t>(300 * 784 * size));
}

TEST_CASE("bench: read says how fast a table is read") {
  const Bench bench;
  std::ofstream(bench.path() / "t.csv") << "a,b\n1,x\n2,y\n3,x\n";
  const CommandResult text = bench.run({"read", "t.csv", "--rounds", "4"});
  CHECK(text.exit_code == 0);
  CHECK(text.out.starts_with("t.csv: 3 rows of 2 columns in "));
  const CommandResult result = bench.run({"read", "t.csv", "--rounds", "4", "--json", "-"});
  const json record = json::parse(result.out);
  CHECK(record["rows"] == 3);
  CHECK(record["columns"] == 2);
  CHECK(record["bytes"] == 16);
  REQUIRE(record["seconds"].size() == 3);
  for (const json& seconds : record["seconds"]) CHECK(seconds > 0.0);
  REQUIRE(record["processor_seconds"].size() == 3);
  for (const json& seconds : record["processor_seconds"]) CHECK(seconds >= 0.0);
  CHECK(bench.run({"read"}).exit_code == 2);
  CHECK(bench.run({"read", "t.csv", "--rounds", "1"}).exit_code == 78);
  CHECK(bench.run({"read", "missing.csv"}).exit_code == 74);
}

TEST_CASE("bench: --json FILE keeps the record, and the text goes to standard output") {
  const Bench bench;
  write_tiny_images(bench.path() / "tiny.npy");
  for (const char* command : {"step", "op", "generate"}) {
    Words words = Words{command} + tiny + Words{"--threads", "1", "--json", "record.json"};
    if (std::string(command) == "step") words = words + tiny_steps + Words{"--data", "tiny.npy"};
    if (std::string(command) == "generate") words = words + Words{"--count", "10"};
    const CommandResult result = bench.run(words);
    INFO(result.err);
    CHECK(result.exit_code == 0);
    CHECK_FALSE(result.out.empty());
    CHECK(json::parse(file_text(bench.path() / "record.json")).at("command") == command);
  }
}

TEST_CASE("bench: --serve answers orders line by line") {
  const Bench bench;
  std::ofstream(bench.path() / "orders") << "run 3\nlosses 5 7\nlosses 5 7\nlosses 5 8\n";
  const Words words =
      Words{"step", "--serve", "--threads", "1", "--preset", "default"} + tiny + tiny_steps;
  const CommandResult result = bench.run(words, (bench.path() / "orders").string());
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  std::istringstream lines(result.out);
  std::vector<json> answers;
  for (std::string line; std::getline(lines, line);) answers.push_back(json::parse(line));
  REQUIRE(answers.size() == 5);
  CHECK(answers[0].at("recipe").at("r1_every") == 4);
  CHECK(answers[0].at("versions").contains("vgan"));
  positive(answers[1].at("seconds"));
  const json& losses = answers[2].at("losses");
  REQUIRE(losses.size() == 5);
  for (std::size_t epoch = 0; epoch < 5; ++epoch) {
    positive(losses[epoch].at(0));
    positive(losses[epoch].at(1));
    CHECK((losses[epoch].at(2).get<double>() > 0.0) == (epoch % 4 == 0));  // lazy R1
  }
  CHECK(answers[3] == answers[2]);
  CHECK(answers[4] != answers[2]);

  std::ofstream(bench.path() / "orders") << "walk 3\n";
  const CommandResult refused = bench.run(words, (bench.path() / "orders").string());
  CHECK(refused.exit_code == 2);
  CHECK(is_one_complaint(refused.err, "vgan_bench"));
}

TEST_CASE("bench: mistakes are one line with the exit status of their kind") {
  struct Mistake {
    Words words;
    int status;
    std::string said;
  };
  const auto mistake = GENERATE(
      Mistake{
          {"stpe"}, 2, "no command 'stpe': allowed step, generate, op, read; did you mean 'step'?"},
      Mistake{{"step", "--stepz", "3"}, 2, "--stepz: no such flag"},
      Mistake{{"step", "--step", "best"}, 78, "step: found 'best'"},
      Mistake{{"step", "--threads", "1,x"}, 2, "--threads: found '1,x'"},
      Mistake{{"step", "--threads", "-1"}, 78, "threads: found -1"},
      Mistake{{"step", "--rounds", "0"}, 78, "--rounds: found 0; allowed 1 to 2^30"},
      Mistake{{"step", "--preset", "articel"}, 78, "did you mean 'article'?"},
      Mistake{{"step", "--precision", "fp8"}, 78, "precision: found 'fp8'"},
      Mistake{{"step", "--data", "absent.npy"}, 74, "absent.npy"},
      Mistake{{"step", "--roofline", "--device", "cuda"},
              78,
              "--roofline: found --device cuda; allowed --device cpu"},
      Mistake{{"step", "--device", "tpu"}, 78, "tpu"},
      Mistake{{"step", "--serve", "--device", "cpu", "--threads", "1,2"},
              78,
              "--threads: found 1,2; allowed one number"},
      Mistake{{"op", "--op", "dense_forwrd"}, 78, "did you mean 'dense_forward'?"},
      Mistake{{"op", "--device", "cpu", "--op", "adam", "--shape", "3,4"},
              78,
              "--shape: found '3,4'; allowed 1 numbers"},
      Mistake{{"op", "--device", "cpu", "--shape", "3,4,5"}, 2, "--shape: found no --op NAME"},
      Mistake{{"op", "--device", "cpu", "--preset", "article", "--op", "dense_tangent"},
              78,
              "an operation that this preset's step has"},
      Mistake{{"step", "--preset", "conv"}, 78, "a preset of a dense GAN"},
      Mistake{{"op", "--steps", "3"}, 2, "--steps: no such flag"},
      Mistake{{"generate", "--dtype", "f16"}, 78, "--dtype: found 'f16'; allowed f32, u8"},
      Mistake{{"generate", "--count", "0"}, 78, "--count: found 0"},
      Mistake{
          {"generate", "--device", "cpu", "--g-layers", "8", "--count", "1", "--out", "absent/x"},
          74,
          "absent/x"});
  const Bench bench;
  const CommandResult result = bench.run(mistake.words);
  INFO(result.err);
  CHECK(result.exit_code == mistake.status);
  CHECK(result.out.find("seconds") == std::string::npos);
  CHECK(is_one_complaint(result.err, "vgan_bench"));
  CHECK_THAT(result.err, ContainsSubstring(mistake.said));
}

TEST_CASE("bench: help fits 80 columns and --version says what was built") {
  const Bench bench;
  for (const Words& words : {Words{}, Words{"--help"}, Words{"step", "--help"},
                             Words{"generate", "-h"}, Words{"op", "--help"}}) {
    const CommandResult result = bench.run(words);
    INFO(result.out);
    CHECK(result.exit_code == 0);
    CHECK(result.err.empty());
    std::istringstream lines(result.out);
    for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 80);
    CHECK_THAT(result.out, ContainsSubstring("vgan_bench"));
  }
  CHECK_THAT(bench.run({"--version"}).out, ContainsSubstring("vgan_bench "));
  CHECK(Command(bench.path(), {"--help"}, "/dev/full", bench_binary()).wait().exit_code == 74);
}

#else

#include "tests/support/catch.hpp"

TEST_CASE("bench") { VGAN_SKIP("vgan_bench was not built (VGAN_BUILD_APPS is off)"); }

#endif
