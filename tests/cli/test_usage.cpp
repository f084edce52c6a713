// What the command line says of itself, and of words that it does not understand.
#ifdef VGAN_BINARY

#include <cctype>
#include <sstream>

#include "engine/settings/config.hpp"
#include "engine/settings/setting_table.hpp"
#include "tests/cli/run_command.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/tiny_images.hpp"

using namespace vgan::testing;

namespace {

struct Mistake {
  Words words;
  std::string said;
};

void require_usage_error(const Mistake& mistake) {
  const TempDir folder;
  const CommandResult result = run_vgan(folder.path(), mistake.words);
  INFO(result.err);
  CHECK(result.exit_code == 2);
  CHECK(result.out.empty());
  CHECK(is_one_complaint(result.err));
  CHECK_THAT(result.err, ContainsSubstring(mistake.said));
  CHECK_FALSE(std::filesystem::exists(folder.path() / "runs"));
}

std::size_t longest_line(const std::string& text) {
  std::size_t longest = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) longest = std::max(longest, line.size());
  return longest;
}

}  // namespace

TEST_CASE("cli: what cannot be understood is one line and exit 2") {
  const auto mistake = GENERATE(
      Mistake{{"--epoch", "3"}, "--epoch: no such flag; did you mean '--epochs'?"},
      Mistake{{"--epoch=3"}, "--epoch: no such flag; did you mean '--epochs'?"},
      Mistake{{"train", "--learning-rate", "1"}, "--learning-rate: no such flag"},
      Mistake{{"trian"},
              "no command 'trian': allowed train, generate, predict, profile, search, reconstruct, "
              "compare, evaluate, report, inspect, schema, "
              "export, doctor; "
              "did you mean 'train'?"},
      Mistake{{"--epochs"}, "--epochs: this flag needs a value"},
      Mistake{{"--epochs", "--batch", "3"}, "--epochs: found the flag '--batch'"},
      Mistake{{"--out", "--epochs=3"}, "--out: found the flag '--epochs=3'"},
      Mistake{{"--epochs", "many"}, "--epochs: found 'many'; allowed a whole number"},
      Mistake{{"--epochs", "1.5"}, "--epochs: found '1.5'; allowed a whole number"},
      Mistake{{"--epochs", "99999999999999999999"}, "allowed a whole number, -2^63 to 2^63 - 1"},
      Mistake{{"--batch", "12x"}, "--batch: found '12x'; allowed a whole number"},
      Mistake{{"--lr", "fast"}, "--lr: found 'fast'; allowed a number"},
      Mistake{{"--lr", "1e999"}, "--lr: found '1e999'; allowed a number"},
      Mistake{{"--g-layers", "256,,512"}, "--g-layers: found '256,,512'; allowed whole numbers"},
      Mistake{{"--g-layers", ""}, "--g-layers: found ''"},
      Mistake{{"--epochs", "3", "surplus"}, "surplus: this word belongs to no flag"},
      Mistake{{"--quiet=perhaps"}, "--quiet: found 'perhaps'"},
      Mistake{{"--resume", "--config", "x.toml"}, "--resume with --config"},
      Mistake{{"--resume", "--print-config"}, "--resume with --print-config"},
      Mistake{{"generate"}, "generate: found no model; allowed one run folder or checkpoint file"},
      Mistake{{"reconstruct"}, "reconstruct: found no model"},
      Mistake{{"reconstruct", "x"}, "reconstruct: found no --data"},
      Mistake{{"generate", "--modle", "x"}, "--modle: no such flag; did you mean '--model'?"},
      Mistake{{"generate", "--model", "x", "--count", "ten"}, "--count: found 'ten'"},
      Mistake{{"inspect"}, "inspect: found no model"},
      Mistake{{"inspect", "a", "b"}, "b: this word"}, Mistake{{"doctor", "now"}, "now: this word"});
  require_usage_error(mistake);
}

TEST_CASE("cli: --help shows every flag with its default and fits 80 columns") {
  const TempDir folder;
  const CommandResult result = run_vgan(folder.path(), {"train", "--help"});
  REQUIRE(result.exit_code == 0);
  CHECK(result.err.empty());
  CHECK(longest_line(result.out) <= 80);

  std::size_t flags = 0;
  const vgan::TrainConfig defaults = vgan::preset("default");
  const auto described = [&](const std::string& name) {
    const std::size_t begin = result.out.find("\n  --" + name + " ");
    INFO(name);
    REQUIRE(begin != std::string::npos);
    const std::string entry =
        result.out.substr(begin + 1, result.out.find("\n  --", begin + 1) - begin);
    CHECK_THAT(entry, ContainsSubstring("default:"));
    ++flags;
  };
  vgan::visit_settings(defaults,
                       [&](const vgan::SettingInfo& info, const auto&) { described(info.name); });
  for (const char* name : {"resume", "from", "config", "print-config"}) described(name);
  CHECK(flags > 30);
  CHECK_THAT(result.out, ContainsSubstring("(default: 10000)"));
  CHECK_THAT(result.out,
             ContainsSubstring("(default: 0.0004)") && ContainsSubstring("(default: 10)"));
  // Defaults are a GAN's; a table's are others, and are told.
  CHECK_THAT(result.out, ContainsSubstring("A table is learnt with --preset masked") &&
                             ContainsSubstring(" batch 256,") && ContainsSubstring(" beta1 0.9,") &&
                             !ContainsSubstring("r1-every 1,"));
  for (const auto& [name, about] : vgan::preset_list()) {
    CHECK_THAT(result.out, ContainsSubstring("\n  " + name + " "));
  }
}

TEST_CASE("cli: help of every command fits 80 columns") {
  const TempDir folder;
  const Words words =
      GENERATE(Words{"--help"}, Words{"-h"}, Words{"generate", "--help"},
               Words{"compare", "--help"}, Words{"inspect", "-h"}, Words{"doctor", "--help"},
               Words{"evaluate", "--help"}, Words{"predict", "--help"}, Words{"search", "--help"},
               Words{"profile", "--help"}, Words{"export", "--help"}, Words{"report", "--help"});
  const CommandResult result = run_vgan(folder.path(), words);
  INFO(result.out);
  CHECK(result.exit_code == 0);
  CHECK(result.err.empty());
  CHECK_THAT(result.out, ContainsSubstring("usage: vgan_cuda"));
  CHECK(longest_line(result.out) <= 80);
}

TEST_CASE("cli: --version and doctor say what this build and this machine are") {
  const TempDir folder;
  const CommandResult version = run_vgan(folder.path(), {"--version"});
  CHECK(version.exit_code == 0);
  for (const char* fact : {"vgan_cuda ", "commit", "compiler", "build", "oneDNN", "CUDA"}) {
    CHECK_THAT(version.out, ContainsSubstring(fact));
  }
  const CommandResult doctor = run_vgan(folder.path(), {"doctor"});
  CHECK(doctor.exit_code == 0);
  CHECK(doctor.err.empty());
  for (const char* fact : {"cpu ", "usable: ", "\n  cuda", "threads", "features", "oneDNN ",
                           "zlib ", "libpng ", "data/mnist ", "get_mnist.sh"}) {
    CHECK_THAT(doctor.out, ContainsSubstring(fact));
  }
}

TEST_CASE("cli: output that cannot be written is exit 74") {
  const TempDir folder;
  const Words words = GENERATE(Words{"--help"}, Words{"--version"}, Words{"--print-config"});
  const CommandResult result = Command(folder.path(), words, "/dev/full").wait();
  CHECK(result.exit_code == 74);
  CHECK(is_one_complaint(result.err));
}

TEST_CASE("cli: a closed standard output is exit 74, before any work") {
  const TempDir folder;
  const auto closed = [&](Words words) {
    words.insert(words.begin(), {"-c", "exec \"$0\" \"$@\" >&-", vgan_binary()});
    return Command(folder.path(), words, "", "/bin/sh").wait();
  };
  const auto words = GENERATE(
      Words{"--help"}, Words{"--version"}, Words{"--print-config"}, Words{"doctor"},
      Words{"compare", "--help"}, Words{"compare", "--data", "digits"}, Words{"generate", "m"},
      Words{"generate", "m", "--out", "-"}, Words{"reconstruct", "m", "--data", "digits"},
      Words{"--data", "digits", "--epochs", "1"});
  const CommandResult result = closed(words);
  INFO(result.err);
  CHECK(result.exit_code == 74);
  CHECK(result.err ==
        "vgan_cuda: cannot write to standard output: it is closed; send it to a file "
        "or to /dev/null\n");
  CHECK_FALSE(std::filesystem::exists(folder.path() / "runs"));
}

TEST_CASE("cli: what prints nothing needs no standard output") {
  const TempDir folder;
  write_tiny_images(folder.path() / "tiny.npy");
  const Words words = {"-c",          "exec \"$0\" \"$@\" >&-",
                       vgan_binary(), "--quiet",
                       "--data",      "tiny.npy",
                       "--epochs",    "1",
                       "--batch",     "8",
                       "--g-layers",  "16",
                       "--d-layers",  "16",
                       "--out",       "run",
                       "--device",    "cpu"};
  const CommandResult result = Command(folder.path(), words, "", "/bin/sh").wait();
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK(result.err.empty());
}

TEST_CASE("cli: the help of a setting stands by itself, in a config file too") {
  vgan::TrainConfig defaults;
  vgan::visit_settings(defaults, [&](const vgan::SettingInfo& info, const auto&) {
    INFO(info.name << ": " << info.help);
    std::istringstream words(info.help);
    for (std::string word; words >> word;) {
      while (!word.empty() && std::ispunct(static_cast<unsigned char>(word.back())) != 0) {
        word.pop_back();
      }
      // What --help calls the value is not shown in a config file.
      for (const char* bare : {"N", "K", "S", "X", "GAMMA", "SIGMA", "LAMBDA", "SHARE"}) {
        CHECK(word != bare);
      }
    }
    for (const char* elsewhere : {"below", "above", "the same", "that noise", "that weight"}) {
      CHECK(std::string(info.help).find(elsewhere) == std::string::npos);
    }
  });
}

#else

#include "tests/support/catch.hpp"

TEST_CASE("cli") { VGAN_SKIP("vgan_cuda was not built (VGAN_BUILD_APPS is off)"); }

#endif
