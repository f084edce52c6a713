// What a run leaves behind, and what it says while it makes it.
#ifdef VGAN_BINARY

#include "engine/data/readers/npy.hpp"
#include "tests/cli/tiny_run.hpp"
#include "tests/support/catch.hpp"

using namespace vgan::testing;

namespace {

bool is_png(const std::filesystem::path& path) {
  return file_text(path).starts_with("\x89PNG\r\n\x1a\n");
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("cli: a run leaves its folder complete") {
  const TinyRuns runs;
  const CommandResult result =
      runs.run("a", {"--epochs", "7", "--sample-every", "3", "--save-every", "4"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(result.err.empty());
  const std::filesystem::path folder = runs.path() / "a";

  const vgan::TrainConfig config = runs.config("a");
  CHECK(config.epochs == 7);
  CHECK(config.g_layers == std::vector<std::int64_t>{16});
  CHECK(config.data == (runs.path() / "tiny.npy").string());
  CHECK(vgan::parse_config(vgan::print_config(config, true), "again").lr == config.lr);

  const auto metrics = runs.metrics("a");
  REQUIRE(metrics.size() == 7);
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    CHECK(metrics[i]["epoch"] == i + 1);
    for (const char* key : {"d_loss", "d_loss_real", "d_loss_fake", "g_loss"}) {
      CHECK(metrics[i][key] > 0.0);
    }
    for (const char* key : {"d_real_accuracy", "d_fake_accuracy"}) {
      CHECK((metrics[i][key] >= 0.0 && metrics[i][key] <= 1.0));
    }
  }
  CHECK_THAT(file_text(folder / "metrics.jsonl"), ContainsSubstring("\"event\":\"done\""));

  CHECK(runs.files("a/samples") == 4);  // 0, 3, 6 and the last
  for (const char* name :
       {"samples/epoch-00000000.png", "samples/epoch-00000003.png", "samples/epoch-00000006.png",
        "samples/epoch-00000007.png", "real.png", "losses.png"}) {
    INFO(name);
    CHECK(is_png(folder / name));
  }
  CHECK(runs.files("a/checkpoints") == 3);  // epoch 0 too
  CHECK(vgan::load_checkpoint(folder / "checkpoints/epoch-00000004.safetensors")
            .metadata.at("epoch") == "4");

  const vgan::Trials samples = vgan::read_npy_trials(folder / "samples.npy");
  CHECK(samples.count == 1000);
  CHECK(samples.shape.height == 8);
  CHECK(samples.shape.width == 8);
}

TEST_CASE("cli: a run says what it is made of, how far it is and what to do next") {
  const TinyRuns runs;
  const CommandResult result = runs.run("a", {"--epochs", "250"});
  REQUIRE(result.exit_code == 0);
  for (const char* part :
       {"tiny.npy: 24 images of 8 x 8, no labels", "fp32, 1 thread", "100-16-64, 2704 parameters",
        "64-16-1, 1057 parameters", " MB: G ", "250 epochs of one batch of 8",
        "epoch 100/250  d_loss ", "epoch 200/250  d_loss ", "epoch 250/250  d_loss ", "  D(real) ",
        "  D(fake) ", " epochs/s\n", "trained 250 epochs in "}) {
    INFO(result.out);
    CHECK_THAT(result.out, ContainsSubstring(part));
  }
  CHECK(count_of(result.out, "\nepoch ") == 3);
  CHECK(result.out.find('\r') == std::string::npos);
  CHECK(result.out.find('\x1b') == std::string::npos);

  const std::string last = result.out.substr(result.out.rfind("draw more: "));
  const std::string command = vgan_binary() + " generate --model a --count 1000 --out ";
  CHECK(last == "draw more: " + command + "samples.npy\n");
  CHECK(
      run_vgan(runs.path(), {"generate", "--model", "a", "--count", "1000", "--out", "samples.npy"})
          .exit_code == 0);
}

TEST_CASE("cli: a folder that holds a run is not written over") {
  const TinyRuns runs;
  REQUIRE(runs.run("a").exit_code == 0);
  const std::string before = file_text(runs.path() / "a/metrics.jsonl");
  const CommandResult again = runs.run("a");
  INFO(again.err);
  CHECK(again.exit_code == 78);
  CHECK(is_one_complaint(again.err));
  CHECK_THAT(again.err, ContainsSubstring("already holds a run"));
  CHECK_THAT(again.err, ContainsSubstring("--resume a"));
  CHECK(file_text(runs.path() / "a/metrics.jsonl") == before);
}

TEST_CASE("cli: inspect prints what a checkpoint holds") {
  const TinyRuns runs;
  REQUIRE(runs.run("a", {"--seed", "17"}).exit_code == 0);
  const std::string model =
      GENERATE("a", "a/checkpoints", "a/checkpoints/epoch-00000003.safetensors");
  const CommandResult result = run_vgan(runs.path(), {"inspect", model});
  INFO(result.out << result.err);
  CHECK(result.exit_code == 0);
  for (const char* part : {"epoch-00000003.safetensors", "8 x 8", "seed = 17", "g.0.weight",
                           "[100, 16]", "adam_v.d.1.bias", "verified"}) {
    CHECK_THAT(result.out, ContainsSubstring(part));
  }
}

TEST_CASE("cli: inspect refuses what is no checkpoint") {
  const TinyRuns runs;
  const auto refuse = [&](const std::string& name, int exit_code) {
    INFO(name);
    const CommandResult result = run_vgan(runs.path(), {"inspect", name});
    CHECK(result.exit_code == exit_code);
    CHECK(result.out.empty());
    CHECK(is_one_complaint(result.err));
  };
  refuse("tiny.npy", 65);
  refuse("nowhere", 74);
  refuse(".", 65);
}

TEST_CASE("cli: NaN stops a run with exit 3 and leaves the good checkpoints") {
  const TinyRuns runs;
  const auto diverge = [&](const std::string& out, const std::string& rate,
                           const std::string& save_every) {
    const CommandResult result = runs.run(out, {"--preset", "article", "--lr", rate, "--epochs",
                                                "50", "--save-every", save_every, "--keep", "0"});
    INFO(result.err);
    CHECK(result.exit_code == 3);
    CHECK(is_one_complaint(result.err));
    CHECK_THAT(result.err, ContainsSubstring("training diverged: epoch "));
    CHECK_FALSE(std::filesystem::exists(runs.path() / out / "samples.npy"));
    return std::stoul(result.err.substr(result.err.find("epoch ") + 6));
  };
  // Weights so far out that Adam's moments leave float's range after some epochs.
  const unsigned long epoch = diverge("a", "1e7", "1");
  CHECK(epoch > 1);
  CHECK(runs.files("a/checkpoints") == epoch);  // 0 to the one before
  const auto newest = runs.newest("a");
  CHECK(newest.skipped.empty());
  CHECK(newest.checkpoint.metadata.at("epoch") == std::to_string(epoch - 1));

  CHECK(diverge("b", "1e30", "0") < 10);  // not only when it saves at the end
  CHECK(runs.newest("b").checkpoint.metadata.at("epoch") == "0");
}

#endif
