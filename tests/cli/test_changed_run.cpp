// Runs that go on with other settings, and runs that start from another's weights.
#ifdef VGAN_BINARY

#include <algorithm>

#include "tests/cli/tiny_run.hpp"
#include "tests/cli/train_flag_checks.hpp"
#include "tests/support/catch.hpp"

using namespace vgan::testing;
namespace fs = std::filesystem;

namespace {

void refuse(const CommandResult& result, int exit_code, const std::string& said) {
  INFO(result.err);
  CHECK(result.exit_code == exit_code);
  CHECK(result.out.empty());
  CHECK(is_one_complaint(result.err));
  CHECK_THAT(result.err, ContainsSubstring(said));
}

}  // namespace

TEST_CASE("cli: a diverged run goes on with a lower rate, and says that it is another run") {
  const TinyRuns runs;
  const CommandResult diverged =
      runs.run("a", {"--preset", "article", "--lr", "1e7", "--epochs", "50", "--save-every", "0"});
  refuse({diverged.exit_code, 0, "", diverged.err}, 3, "training diverged: epoch ");
  CHECK_THAT(diverged.err,
             ContainsSubstring("go on from a/checkpoints/epoch-00000000.safetensors by --resume a "
                               "--lr 1e+06"));
  CHECK(file_text(runs.path() / "a/losses.png").starts_with("\x89PNG"));

  const CommandResult resumed =
      run_vgan(runs.path(), {"--resume", "a", "--lr", "1e-3", "--epochs", "6"});
  INFO(resumed.out << resumed.err);
  REQUIRE(resumed.exit_code == 0);
  CHECK_THAT(resumed.err, ContainsSubstring("changed after epoch 0: lr 1e+07 -> 0.001; from here "
                                            "on this is no longer, bit for bit, the run that was "
                                            "started\n"));
  CHECK(runs.config("a").lr == 1e-3);
  CHECK(runs.metrics("a").size() == 6);
  CHECK_THAT(file_text(runs.path() / "a/metrics.jsonl"),
             ContainsSubstring("\"event\":\"changed\",\"epoch\":0,\"setting\":\"lr\""));
  CHECK_THAT(run_vgan(runs.path(), {"inspect", "a"}).out,
             ContainsSubstring("changed       after epoch 0: lr 1e+07 -> 0.001\n"));
  // Changed before the first epoch, it is the run that has these settings from the start.
  REQUIRE(runs.run("b", {"--preset", "article", "--lr", "1e-3", "--epochs", "6"}).exit_code == 0);
  CHECK(same_tensors(runs.newest("a").checkpoint, runs.newest("b").checkpoint));
  CHECK(runs.newest("b").checkpoint.metadata.count("changes") == 0);
}

TEST_CASE("cli: changes are kept through further resumes, in their order") {
  const TinyRuns runs;
  REQUIRE(runs.run("a", {"--lr-schedule", "linear", "--epochs", "4"}).exit_code == 0);
  const auto resume = [&](Words words) {
    words.insert(words.begin(), {"--resume", "a"});
    const CommandResult result = run_vgan(runs.path(), words);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    return result.err;
  };
  // Rates fall over the whole run: another length is another course.
  CHECK_THAT(resume({"--epochs", "6"}), ContainsSubstring("after epoch 4: epochs 4 -> 6; from"));
  const std::string many =
      resume({"--epochs", "8", "--r1", "2", "--instance-noise", "0.1", "--label-smoothing", "0.9"});
  for (const char* change : {"r1 1 -> 2", "r1-scaled true -> false", "instance-noise 0 -> 0.1",
                             "label-smoothing 1 -> 0.9"}) {
    CHECK_THAT(many, ContainsSubstring(change));
  }
  const std::string said = run_vgan(runs.path(), {"inspect", "a"}).out;
  CHECK(said.find("after epoch 4: epochs 4 -> 6") < said.find("after epoch 6: r1 1 -> 2"));
}

TEST_CASE("cli: a resume without another course is the same run still") {
  const TinyRuns runs;
  REQUIRE(runs.run("a").exit_code == 0);
  const CommandResult longer =
      run_vgan(runs.path(), {"--resume", "a", "--epochs", "5", "--save-every", "1", "--keep", "0",
                             "--lr", "0.0004"});  // as it was
  REQUIRE(longer.exit_code == 0);
  CHECK(longer.err.find("changed") == std::string::npos);
  CHECK(runs.newest("a").checkpoint.metadata.count("changes") == 0);
}

TEST_CASE("cli: --from starts a new run from another's weights") {
  const TinyRuns runs;
  REQUIRE(runs.run("a", {"--ema", "0.9", "--epochs", "5"}).exit_code == 0);
  write_tiny_images(runs.path() / "other.npy", 30);
  const CommandResult started =
      run_vgan(runs.path(), {"--from", "a", "--out", "b", "--lr", "1e-3", "--epochs", "2", "--data",
                             "other.npy", "--keep", "0"});
  INFO(started.out << started.err);
  REQUIRE(started.exit_code == 0);
  CHECK_THAT(started.err,
             ContainsSubstring("weights from a/checkpoints/epoch-00000005.safetensors (epoch 5)"));
  const auto origin = runs.newest("a").checkpoint;
  const auto first =
      vgan::load_checkpoint(runs.path() / "b/checkpoints/epoch-00000000.safetensors");
  for (const auto& [name, tensor] : first.tensors) {
    INFO(name);
    if (name.starts_with("adam_")) {
      CHECK(std::all_of(tensor.bytes.begin(), tensor.bytes.end(),
                        [](std::byte byte) { return byte == std::byte{0}; }));
    } else {
      CHECK(tensor.bytes == origin.tensors.at(name).bytes);
    }
  }
  CHECK(runs.config("b").g_layers == std::vector<std::int64_t>{16});
  CHECK(runs.config("b").lr == 1e-3);
  CHECK_FALSE(same_tensors(first, runs.newest("b").checkpoint));
  const std::string source = (runs.path() / "a/checkpoints/epoch-00000005.safetensors").string();
  CHECK_THAT(run_vgan(runs.path(), {"inspect", "b"}).out,
             ContainsSubstring("weights from  " + source + " (epoch 5)\n"));
  // The origin is still known after a resume.
  REQUIRE(run_vgan(runs.path(), {"--resume", "b", "--epochs", "3"}).exit_code == 0);
  CHECK_THAT(runs.newest("b").checkpoint.metadata.at("origin"), ContainsSubstring("00000005"));
}

TEST_CASE("cli: an autoencoder starts from another's weights too") {
  const TinyRuns runs;
  const Words ae = {"--model", "ae", "--latent", "3"};
  REQUIRE(runs.run("a", ae).exit_code == 0);
  REQUIRE(run_vgan(runs.path(), {"--from", "a", "--out", "b", "--keep", "0"}).exit_code == 0);
  const auto first =
      vgan::load_checkpoint(runs.path() / "b/checkpoints/epoch-00000000.safetensors");
  for (const char* tensor : {"e.0.weight", "e_ema.0.weight", "g.0.bias", "g_ema.1.weight"}) {
    CHECK(first.tensors.at(tensor).bytes == runs.newest("a").checkpoint.tensors.at(tensor).bytes);
  }
}

TEST_CASE("cli: --from and --resume name what must stay") {
  const TinyRuns runs;
  REQUIRE(runs.run("a").exit_code == 0);
  const auto refuse_words = [&](const Words& words, int exit_code, const std::string& said) {
    refuse(run_vgan(runs.path(), words), exit_code, said);
  };
  refuse_words({"--from", "a", "--latent", "5"}, 78, "latent: found 5; allowed '100'");
  refuse_words({"--from", "a", "--model", "vae"}, 78, "model: found vae; allowed 'gan'");
  refuse_words({"--from", "a", "--preset", "conv"}, 78, "preset: found conv; allowed 'default'");
  refuse_words({"--from", "a", "--ema", "0"}, 78, "ema: found 0; allowed '0.999'");
  refuse_words({"--from", "a", "--resume", "a"}, 2, "--resume with --from");
  refuse_words({"--from", "a", "--config", "x.toml"}, 2, "--from with --config");
  refuse_words({"--from", ""}, 2, "--from: found ''");
  refuse_words({"--from", "nowhere"}, 74, "nowhere");
  write_tiny_images(runs.path() / "large.npy", 24, 10);
  refuse_words({"--from", "a", "--data", "large.npy"}, 65,
               "found trials of 10 x 10; allowed 8 x 8, as it was trained on");
  write_tiny_labels(runs, "two.npy", 2);
  write_tiny_labels(runs, "three.npy", 3);
  REQUIRE(runs.run("classes", {"--conditional", "--labels", "two.npy"}).exit_code == 0);
  refuse_words({"--from", "classes", "--labels", "three.npy"}, 65,
               "found 3 classes; allowed 2 classes, as it was trained on; start without --from");
  fs::create_directories(runs.path() / "empty/checkpoints");
  refuse_words({"--from", "empty"}, 65, "a run writes one at every --save-every epochs");
  refuse_words({"--resume", "a", "--latent", "5"}, 78, "start a new run to change it");
  refuse_words({"--resume", "a", "--seed", "5"}, 78,
               "start a new run to change it, by --from with these weights");
  CHECK_FALSE(fs::exists(runs.path() / "runs"));
  // The advice works.
  CHECK(run_vgan(runs.path(), {"--from", "a", "--seed", "5", "--out", "b"}).exit_code == 0);
}

TEST_CASE("cli: a batch that nobody asked for is no larger than the data") {
  const TinyRuns runs;
  const Words small = {"--data", "tiny.npy", "--g-layers", "16",       "--d-layers",
                       "16",     "--epochs", "2",          "--device", "cpu"};
  const auto run = [&](const Words& more) {
    Words words = small;
    words.insert(words.end(), more.begin(), more.end());
    return run_vgan(runs.path(), words);
  };
  const CommandResult shrunk = run({"--out", "a"});
  INFO(shrunk.err);
  REQUIRE(shrunk.exit_code == 0);
  CHECK_THAT(shrunk.err, ContainsSubstring("batch 24 in place of 128: there are 24 trials to train "
                                           "on\n"));
  CHECK(runs.config("a").batch == 24);
  // Groups that D sees together stay whole.
  REQUIRE(run({"--out", "b", "--pack", "2", "--minibatch-stddev", "8"}).exit_code == 0);
  CHECK(runs.config("b").batch == 16);
  const CommandResult asked = run({"--out", "c", "--batch", "128"});
  refuse(asked, 78,
         "batch: found 128 trials; allowed 1 to 24, the trials to train on of tiny.npy; give "
         "--batch 24 or less, or more data");
  CHECK(run({"--out", "d", "--batch", "24"}).exit_code == 0);
  // Nor was the other run's batch.
  write_tiny_images(runs.path() / "few.npy", 20);
  const CommandResult from =
      run_vgan(runs.path(), {"--from", "d", "--data", "few.npy", "--out", "e"});
  CHECK(from.exit_code == 0);
  CHECK_THAT(from.err, ContainsSubstring("batch 20 in place of 24"));
}

#endif
