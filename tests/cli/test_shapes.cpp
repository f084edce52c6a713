// What a user says of shapes and labels, from the command line through the checkpoint and back.
#ifdef VGAN_BINARY

#include <fstream>
#include <span>

#include "engine/data/readers/npy.hpp"
#include "engine/models/generator_model.hpp"
#include "tests/cli/tiny_run.hpp"
#include "tests/support/catch.hpp"

using namespace vgan::testing;

namespace {

namespace fs = std::filesystem;
using vgan::TrialKind;

void write_waves(const fs::path& path, const std::vector<std::int64_t>& shape) {
  std::int64_t numbers = 1;
  for (const std::int64_t size : shape) numbers *= size;
  std::vector<float> values(static_cast<std::size_t>(numbers));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>(i * 37 % 101) / 50 - 1;
  vgan::NpyWriter writer(path, vgan::ValueType::f32, shape);
  writer.append(std::span<const float>(values));
  writer.finish();
}

vgan::TrialShape trained_shape(const TinyRuns& runs, const std::string& out) {
  return vgan::read_model(runs.newest(out).checkpoint, out).shape;
}

void check_shape(const vgan::TrialShape& found, const vgan::TrialShape& wanted) {
  CHECK(found.height == wanted.height);
  CHECK(found.width == wanted.width);
  CHECK(found.channels == wanted.channels);
  CHECK(found.kind == wanted.kind);
}

}  // namespace

TEST_CASE("cli: curves whose labels are named are drawn by their classes") {
  const TinyRuns runs;
  write_waves(runs.path() / "curves.npy", {24, 64});
  std::ofstream labels(runs.path() / "names.txt");
  for (int i = 0; i < 24; ++i) labels << (i % 3 == 0 ? "slow\n" : "fast\n");
  labels.close();
  const Words net = {"--data", "curves.npy", "--labels", "names.txt",  "--net",
                     "conv1d", "--g-layers", "8",        "--d-layers", "8"};
  const CommandResult result = runs.run("m", net);
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.out + result.err,
             ContainsSubstring("--conditional, as --labels names the curves' classes"));
  CHECK(runs.config("m").conditional);
  const CommandResult slow = run_vgan(
      runs.path(), {"generate", "m", "--label", "slow", "--count", "4", "--device", "cpu"});
  INFO(slow.err);
  CHECK(slow.exit_code == 0);
  // A network that has no use for classes has none, and neither has a picture that nobody asked
  // for.
  Words vae = net;
  vae.insert(vae.end(), {"--model", "vae", "--net", "mlp", "--shape", "tc"});
  REQUIRE(runs.run("v", vae).exit_code == 0);
  CHECK_FALSE(runs.config("v").conditional);
  Words row = net;
  row.insert(row.end(), {"--net", "mlp"});
  REQUIRE(runs.run("r", row).exit_code == 0);
  CHECK_FALSE(runs.config("r").conditional);
}

TEST_CASE("cli: rows, curves and pictures are what the user says") {
  const TinyRuns runs;
  write_waves(runs.path() / "rows.npy", {24, 64});
  write_waves(runs.path() / "leads.npy", {24, 32, 5});
  write_waves(runs.path() / "first.npy", {24, 3, 8, 12});
  struct Run {
    const char* out;
    Words words;
    vgan::TrialShape wanted;
  };
  const Words conv1d = {"--net", "conv1d", "--g-layers", "8", "--d-layers", "8"};
  const auto with = [](Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  const Run all[] = {
      {"row", {"--data", "rows.npy"}, {1, 64, 1, TrialKind::row}},
      {"curve", with({"--data", "rows.npy"}, conv1d), {1, 64, 1, TrialKind::curve}},
      {"picture", {"--data", "rows.npy", "--shape", "8x8"}, {8, 8, 1, TrialKind::image}},
      {"leads", with({"--data", "leads.npy"}, conv1d), {1, 32, 5, TrialKind::curve}},
      {"first", {"--data", "first.npy", "--shape", "chw"}, {8, 12, 3, TrialKind::image}},
  };
  for (const Run& run : all) {
    INFO(run.out);
    const CommandResult result = runs.run(run.out, run.words);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    check_shape(trained_shape(runs, run.out), run.wanted);
    // A resumed run sees the same trials, without the flag.
    const CommandResult resumed =
        run_vgan(runs.path(), {"--resume", run.out, "--epochs", "4", "--quiet"});
    INFO(resumed.err);
    CHECK(resumed.exit_code == 0);
  }
  const CommandResult asked = runs.run("asked", {"--data", "first.npy"});
  CHECK(asked.exit_code == 65);
  CHECK(is_one_complaint(asked.err));
  CHECK_THAT(asked.err, ContainsSubstring("--shape chw"));
  const CommandResult conv = runs.run("conv", {"--data", "rows.npy", "--net", "conv"});
  CHECK(conv.exit_code == 78);
  CHECK_THAT(conv.err, ContainsSubstring("--shape HxW"));
  const CommandResult wrong = runs.run("wrong", {"--data", "rows.npy", "--shape", "8x9"});
  CHECK(wrong.exit_code == 78);
  CHECK_THAT(wrong.err, ContainsSubstring("64 numbers in all"));
  CHECK(run_vgan(runs.path(), {"--shape", "eight"}).exit_code == 78);
}

TEST_CASE("cli: runs of builds that made squares of rows go on and reconstruct") {
  const TinyRuns runs;
  write_waves(runs.path() / "rows.npy", {24, 64});
  REQUIRE(runs.run("ae", {"--data", "rows.npy", "--shape", "8x8", "--preset", "ae"}).exit_code ==
          0);
  // As such a build left it: no kind of trial, and no --shape in its settings.
  const auto newest = runs.newest("ae");
  vgan::Checkpoint old = newest.checkpoint;
  old.metadata.erase("trial.kind");
  nlohmann::json config = nlohmann::json::parse(old.metadata.at("config"));
  REQUIRE(config.erase("shape") == 1);
  old.metadata.at("config") = config.dump();
  fs::remove_all(runs.path() / "ae/checkpoints");
  fs::create_directory(runs.path() / "ae/checkpoints");
  vgan::save_checkpoint(runs.path() / "ae/checkpoints", 3, old, 3);
  check_shape(trained_shape(runs, "ae"), {8, 8, 1, TrialKind::image});
  const CommandResult resumed =
      run_vgan(runs.path(), {"--resume", "ae", "--epochs", "4", "--quiet"});
  INFO(resumed.err);
  CHECK(resumed.exit_code == 0);
  const CommandResult made =
      run_vgan(runs.path(), {"reconstruct", "--model", "ae", "--data", "rows.npy", "--out", "r.npy",
                             "--device", "cpu", "--precision", "fp32", "--threads", "1"});
  INFO(made.err);
  CHECK(made.exit_code == 0);
}

TEST_CASE("cli: classes are asked for by name") {
  const TinyRuns runs;
  std::ofstream names(runs.path() / "names.txt");
  for (int i = 0; i < 24; ++i) names << (i % 3 == 0 ? "cat\n" : i % 3 == 1 ? "dog\n" : "horse\n");
  names.close();
  const CommandResult trained = runs.run("a", {"--labels", "names.txt", "--conditional"});
  INFO(trained.err);
  REQUIRE(trained.exit_code == 0);
  const auto generate = [&](const std::string& label) {
    const CommandResult result = run_vgan(
        runs.path(), {"generate", "--model", "a", "--label", label, "--count", "4", "--out",
                      label + ".npy", "--device", "cpu", "--precision", "fp32", "--threads", "1"});
    INFO(result.err);
    return result;
  };
  REQUIRE(generate("dog").exit_code == 0);
  REQUIRE(generate("1").exit_code == 0);
  REQUIRE(generate("cat").exit_code == 0);
  CHECK(file_text(runs.path() / "dog.npy") == file_text(runs.path() / "1.npy"));
  CHECK(file_text(runs.path() / "dog.npy") != file_text(runs.path() / "cat.npy"));
  const CommandResult unknown = generate("hors");
  CHECK(unknown.exit_code == 78);
  CHECK(is_one_complaint(unknown.err));
  CHECK_THAT(unknown.err,
             ContainsSubstring("cat, dog, horse") && ContainsSubstring("did you mean 'horse'?"));
  CHECK_THAT(run_vgan(runs.path(), {"inspect", "a"}).out, ContainsSubstring("cat, dog, horse"));
}

#endif
