// Where a run's settings come from: preset, config file, flags, in this order.
#ifdef VGAN_BINARY

#include "engine/settings/config.hpp"
#include "tests/cli/tiny_run.hpp"
#include "tests/support/catch.hpp"

using namespace vgan::testing;

namespace {

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

// The config as it would run.
vgan::TrainConfig printed(const std::filesystem::path& folder, Words words) {
  words.push_back("--print-config");
  const CommandResult result = run_vgan(folder, words);
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  return vgan::parse_config(result.out, "printed");
}

void refuse(const Words& words, int exit_code, const std::string& said, const std::string& toml) {
  const TinyRuns runs;
  write_file(runs.path() / "settings.toml", toml);
  const CommandResult result = runs.run("a", words);
  INFO(result.err);
  CHECK(result.exit_code == exit_code);
  CHECK(is_one_complaint(result.err));
  CHECK_THAT(result.err, ContainsSubstring(said));
  CHECK_FALSE(std::filesystem::exists(runs.path() / "a/checkpoints"));
}

}  // namespace

TEST_CASE("cli: flags win over the config file, which wins over the preset") {
  const TempDir folder;
  write_file(folder.path() / "s.toml", "preset = 'article'\nlr = 0.003\nbatch = 7\n");
  const vgan::TrainConfig article = vgan::preset("article");

  const vgan::TrainConfig file = printed(folder.path(), {"--config", "s.toml"});
  CHECK(file.preset == "article");
  CHECK(file.output == article.output);
  CHECK(file.ema == article.ema);
  CHECK(file.lr == 0.003);
  CHECK(file.batch == 7);

  const vgan::TrainConfig flags =
      printed(folder.path(), {"--lr", "0.5", "--config", "s.toml", "--g-layers", "3,4"});
  CHECK(flags.lr == 0.5);
  CHECK(flags.batch == 7);
  CHECK(flags.g_layers == std::vector<std::int64_t>{3, 4});

  const vgan::TrainConfig other =
      printed(folder.path(), {"--config", "s.toml", "--preset", "default"});
  CHECK(other.preset == "default");
  CHECK(other.output == vgan::preset("default").output);
  CHECK(other.ema == vgan::preset("default").ema);
  CHECK(other.lr == 0.003);

  CHECK(printed(folder.path(), {"--lr", "1", "--lr", "2"}).lr == 2.0);  // the last counts
}

TEST_CASE("cli: a word that a setting has not is told after mistakes that come before it") {
  const std::string file = "batch = 7\nloss = 'bogus'\nmodel = 'bogus'\n";
  refuse({"--config", "settings.toml"}, 78, "settings.toml:3:9: model", file);
  refuse({"--config", "settings.toml", "--model", "gan"}, 78, "settings.toml:2:8: loss", file);
  refuse({"--net", "foo", "--lr", "abc"}, 2, "--lr", "");
  refuse({"--net", "foo"}, 78, "'foo'", "");
  refuse({"--config", "missing.toml", "--model", "foo"}, 74, "missing.toml", "");
  refuse({"--config", "settings.toml", "--model", "foo"}, 78, "'foo'", "batch = 7\n");

  // What a flag overrules is not looked at, unless it is no word at all.
  const TempDir folder;
  write_file(folder.path() / "s.toml", file);
  const vgan::TrainConfig flags =
      printed(folder.path(), {"--config", "s.toml", "--model", "gan", "--loss", "hinge"});
  CHECK(flags.loss == vgan::LossKind::hinge);
  CHECK(flags.batch == 7);
  refuse({"--config", "settings.toml", "--loss", "hinge"}, 78, "settings.toml:1:8: loss",
         "loss = 3\n");
}

TEST_CASE("cli: what a file overrules of the preset comes back under a flag") {
  const TempDir folder;
  write_file(folder.path() / "s.toml", "preset = 'conv'\nloss = 'wgan-gp'\nnet = 'mlp'\n");
  const vgan::TrainConfig conv = vgan::preset("conv");

  const vgan::TrainConfig file = printed(folder.path(), {"--config", "s.toml"});
  CHECK(file.r1 == 0.0);
  CHECK(file.d_net.empty());
  CHECK(file.g_layers.empty());

  const vgan::TrainConfig flags =
      printed(folder.path(), {"--config", "s.toml", "--loss", "hinge", "--net", "conv"});
  CHECK(flags.r1 == conv.r1);
  CHECK(flags.d_net == conv.d_net);
  CHECK(flags.g_layers == conv.g_layers);
}

TEST_CASE("cli: over a file without a preset, --model brings its own") {
  const TempDir folder;
  write_file(folder.path() / "s.toml", "batch = 7\n");
  const vgan::TrainConfig vae = printed(folder.path(), {"--config", "s.toml", "--model", "vae"});
  CHECK(vae.preset == "vae");
  CHECK(vae.latent == vgan::preset("vae").latent);
  CHECK(vae.batch == 7);

  write_file(folder.path() / "m.toml", "model = 'ae'\n");
  CHECK(printed(folder.path(), {"--config", "m.toml"}).preset == "ae");
  const vgan::TrainConfig gan = printed(folder.path(), {"--config", "m.toml", "--model", "gan"});
  CHECK(gan.preset == "default");
  CHECK(gan.model == vgan::ModelKind::gan);
}

TEST_CASE("cli: a file's output and mixture stay with its model") {
  const TempDir folder;
  write_file(folder.path() / "a.toml",
             "model = 'ae'\noutput = 'sigmoid'\nlatent-mixture = 6\nbatch = 7\n");
  const Words file = {"--config", "a.toml"};
  CHECK(printed(folder.path(), file).latent_mixture == 6);
  const vgan::TrainConfig same = printed(folder.path(), {"--config", "a.toml", "--model", "ae"});
  CHECK(same.latent_mixture == 6);
  const vgan::TrainConfig vae = printed(folder.path(), {"--config", "a.toml", "--model", "vae"});
  CHECK(vae.latent_mixture == 1);
  CHECK(vae.batch == 7);
  const vgan::TrainConfig gan = printed(folder.path(), {"--config", "a.toml", "--model", "gan"});
  CHECK(gan.latent_mixture == 1);
  CHECK(gan.output == vgan::OutputKind::tanh);
  const vgan::TrainConfig named =
      printed(folder.path(), {"--config", "a.toml", "--model", "gan", "--latent-mixture", "3"});
  CHECK(named.latent_mixture == 3);
}

TEST_CASE("cli: --print-config round-trips") {
  const TempDir folder;
  const Words odd = {"--epochs", "12",         "--out", "a \"b\" 'c'",         "--lr",   "1.1e-7",
                     "--seed",   "9000000001", "--ema", "0.12345678901234567", "--quiet"};
  Words words = odd;
  words.push_back("--print-config");
  const CommandResult first = run_vgan(folder.path(), words);
  REQUIRE(first.exit_code == 0);
  CHECK_THAT(first.out, ContainsSubstring("# "));
  write_file(folder.path() / "again.toml", first.out);
  const CommandResult second =
      run_vgan(folder.path(), {"--config", "again.toml", "--print-config"});
  CHECK(second.exit_code == 0);
  CHECK(second.out == first.out);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "runs"));
}

TEST_CASE("cli: --print-config of a table prints what would run") {
  const TinyRuns runs;
  std::string table = "x,y\n";
  for (int i = 0; i < 30; ++i) table += std::to_string(i) + "," + std::to_string(i % 7) + ".5\n";
  write_file(runs.path() / "t.csv", table);
  const auto text = [&](Words words) {
    words.push_back("--print-config");
    const CommandResult result = run_vgan(runs.path(), words);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    return result.out;
  };
  const std::string masked = text({"--data", "t.csv", "--dropout", "0.3"});
  CHECK(masked.starts_with("# model masked, as the data are a table"));
  CHECK_THAT(masked, ContainsSubstring("\ndropout = 0.3") && ContainsSubstring("\ndata = 't.csv'"));
  CHECK(printed(runs.path(), {"--data", "t.csv"}).model == vgan::ModelKind::masked);
  CHECK(printed(runs.path(), {"--data", "wind-tunnel"}).model == vgan::ModelKind::masked);
  // What is printed runs.
  write_file(runs.path() / "run.toml", masked);
  const CommandResult run = run_vgan(
      runs.path(), {"--config", "run.toml", "--g-layers", "8", "--epochs", "2", "--out", "m"});
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  CHECK(runs.config("m").model == vgan::ModelKind::masked);
  CHECK(runs.config("m").dropout == 0.3);
  // A setting that a masked model has no use for, another model, and data that are no table.
  CHECK(text({"--data", "t.csv", "--latent", "5"}).starts_with("# model gan, as --latent"));
  CHECK(printed(runs.path(), {"--data", "t.csv", "--model", "gan"}).model == vgan::ModelKind::gan);
  CHECK(printed(runs.path(), {"--data", "t.csv", "--preset", "vae"}).model == vgan::ModelKind::vae);
  const std::string images = text({"--data", "tiny.npy"});
  CHECK_THAT(images, ContainsSubstring("\nmodel = 'gan'"));
  CHECK_THAT(images, !ContainsSubstring("# model"));
  CHECK_THAT(text({}), !ContainsSubstring("# model"));
  // What is not known is said.
  for (const char* data : {"-", "nowhere.csv"}) {
    CHECK(text({"--data", data}).starts_with("# model gan, unless the data are a table"));
  }
}

TEST_CASE("cli: a run's config.toml starts an equal run") {
  const TinyRuns runs;
  REQUIRE(runs.run("a", {"--lr", "0.0007", "--seed", "5"}).exit_code == 0);
  const CommandResult again = run_vgan(runs.path(), {"--config", "a/config.toml", "--out", "b"});
  INFO(again.err);
  REQUIRE(again.exit_code == 0);
  CHECK(same_tensors(runs.newest("a").checkpoint, runs.newest("b").checkpoint));
}

TEST_CASE("cli: a length given by --epochs wins over a file's passes") {
  const TempDir folder;
  write_file(folder.path() / "s.toml", "passes = 3.0\n");
  const vgan::TrainConfig config = printed(folder.path(), {"--config", "s.toml", "--epochs", "5"});
  CHECK(config.passes == 0.0);
  CHECK(config.epochs == 5);
}

TEST_CASE("cli: a config file with a mistake is one line and exit 78") {
  const Words with_file = {"--config", "settings.toml"};
  refuse(with_file, 78, "'epoch'; did you mean 'epochs'?", "epoch = 3\n");
  refuse(with_file, 78, "settings.toml:2:", "seed = 1\nlearning_rate = 3\n");
  refuse(with_file, 78, "epochs: found a TOML string; allowed a whole number", "epochs = '3'\n");
  refuse(with_file, 78, "settings.toml:1:", "epochs = = 3\n");
  refuse(with_file, 78, "0 or more", "seed = -1\n");
  refuse(with_file, 78, "preset", "preset = 'artcle'\n");
  refuse({"--config", "nowhere.toml"}, 74, "nowhere.toml", "");
  refuse({"--config", "."}, 74, "cannot read a config file", "");
}

TEST_CASE("cli: a setting with a value that it cannot have is one line and exit 78") {
  struct Bad {
    Words words;
    std::string said;
  };
  const auto bad = GENERATE(
      Bad{{"--batch", "0"}, "batch: found 0; allowed 1 to "},
      Bad{{"--batch", "-5"}, "batch: found -5"}, Bad{{"--batch", "25"}, "batch"},
      Bad{{"--epochs", "-3"}, "epochs: found -3; allowed 1 or more"},
      Bad{{"--epochs", "0"}, "epochs: found 0"}, Bad{{"--lr", "-0.1"}, "lr: found -0.1"},
      Bad{{"--lr", "nan"}, "lr: found NaN"}, Bad{{"--lr-d", "-1"}, "lr-d: found -1"},
      Bad{{"--lr-g", "inf"}, "lr-g: found inf"}, Bad{{"--beta1", "1"}, "beta1: found 1"},
      Bad{{"--beta2", "-0.5"}, "beta2: found -0.5"}, Bad{{"--ema", "1"}, "ema: found 1"},
      Bad{{"--r1", "-1"}, "r1: found -1"}, Bad{{"--r1-every", "0"}, "r1-every: found 0"},
      Bad{{"--latent", "0"}, "latent: found 0"}, Bad{{"--g-layers", "16,0"}, "g-layers: found 0"},
      Bad{{"--output", "relu"}, "output: found 'relu'; allowed tanh, sigmoid, linear"},
      Bad{{"--precision", "fp8"}, "precision: found 'fp8'"},
      Bad{{"--precision", "tf32"}, "precision"}, Bad{{"--threads", "-1"}, "threads: found -1"},
      Bad{{"--keep", "-1"}, "keep: found -1"}, Bad{{"--save-every", "-1"}, "save-every: found -1"},
      Bad{{"--seed", "-1"}, "seed: found -1"}, Bad{{"--passes", "-1"}, "passes: found -1"},
      Bad{{"--preset", "artcle"}, "did you mean 'article'?"},
      Bad{{"--profile-steps", "3:2"}, "profile-steps: found '3:2'"},
      Bad{{"--device", "gpu"}, "'gpu'; allowed auto, cpu, cuda or cuda:N"});
  refuse(bad.words, 78, bad.said, "");
}

TEST_CASE("cli: a device that is not there is one line and exit 69") {
  const Words device = GENERATE(Words{"--device", "cuda:98"}, Words{"--device", "cuda:99"});
  refuse(device, 69, "cuda", "");
}

#endif
