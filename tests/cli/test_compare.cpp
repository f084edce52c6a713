// Several models under one budget: what compare prints, draws and leaves behind.
#ifdef VGAN_BINARY

#include <fstream>
#include <set>

#include "engine/data/readers/npy.hpp"
#include "engine/data/readers/open_trials.hpp"
#include "engine/models/generator_model.hpp"
#include "tests/cli/tiny_run.hpp"
#include "tests/support/catch.hpp"

using namespace vgan::testing;
namespace fs = std::filesystem;

namespace {

/// A folder with enough tiny images to hold some out.
struct Place {
  TempDir folder;
  Place() { write_tiny_images(path() / "tiny.npy", 120); }

  const fs::path& path() const { return folder.path(); }

  static Words words(const Words& more) {
    Words all = {"compare", "--data", "tiny.npy", "--batch", "8",         "--epochs", "3",
                 "--count", "40",     "--device", "cpu",     "--threads", "1"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  /// By the clock: without --epochs.
  static Words timed(const Words& more) {
    Words all = words(more);
    const auto epochs = std::find(all.begin(), all.end(), "--epochs");
    all.erase(epochs, epochs + 2);
    return all;
  }
  CommandResult run(const Words& more) const { return run_vgan(path(), words(more)); }
  nlohmann::json json(const std::string& out) const {
    return nlohmann::json::parse(file_text(path() / out / "comparison.json"));
  }
};

std::size_t longest_line(const std::string& text) {
  std::size_t longest = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) longest = std::max(longest, line.size());
  return longest;
}

std::string last_line(const std::string& text) {
  const std::size_t end = text.size() - 1;
  const std::size_t begin = text.rfind('\n', end - 1);
  return text.substr(begin == std::string::npos ? 0 : begin + 1);
}

void require_quality(const nlohmann::json& quality, std::uint64_t count) {
  CHECK(quality.at("counts").at("frechet") == count);
  CHECK(quality.at("intervals").at("frechet").size() == 2);
  CHECK(quality.at("frechet") >= 0.0);
  for (const char* share : {"precision", "recall", "coverage", "copies"}) {
    CHECK((quality.at(share) >= 0.0 && quality.at(share) <= 1.0));
  }
}

}  // namespace

TEST_CASE("cli: compare trains models on the built-in digits and judges them", "[slow]") {
  const TempDir folder;
  const vgan::Trials digits = vgan::open_trials({.data = "digits"}).part(0, 1500);
  vgan::NpyWriter images(folder.path() / "digits.npy", vgan::ValueType::u8, {1500, 28, 28});
  images.append(std::span<const std::uint8_t>(std::get<0>(digits.values)));
  images.finish();
  vgan::NpyWriter labels(folder.path() / "labels.npy", vgan::ValueType::i32, {1500});
  labels.append(std::span<const std::int32_t>(digits.labels));
  labels.finish();
  const CommandResult result =
      run_vgan(folder.path(), {"compare", "--data", "digits.npy", "--labels", "labels.npy",
                               "--models", "gan,vae", "--epochs", "2", "--batch", "16", "--count",
                               "200", "--out", "c", "--device", "cpu"});
  INFO(result.out << result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(longest_line(result.out) <= 80);
  for (const char* said : {"digits.npy: 1,350 trials to train on, 150 held out",
                           "2 epochs of each model", "\ngan ", "\nvae ", "\nreal ", "\nresampled ",
                           "It is no FID", "\ncopying ", "c holds comparison.md, .json and .png"}) {
    CHECK_THAT(result.out, ContainsSubstring(said));
  }
  for (const char* said : {"gan: training", "vae: 2 epochs in 0:"}) {
    CHECK_THAT(result.err, ContainsSubstring(said));
  }
  const auto json = nlohmann::json::parse(file_text(folder.path() / "c" / "comparison.json"));
  CHECK_THAT(json.at("space").get<std::string>(), ContainsSubstring("classifier"));
  REQUIRE(json.at("models").size() == 2);
  for (const auto& model : json.at("models")) {
    const auto name = model.at("name").get<std::string>();
    INFO(name);
    require_quality(model.at("quality"), 200);
    CHECK(model.at("quality").at("class_shares").size() == 10);
    CHECK(model.at("epochs") == 2);
    CHECK(model.at("parameters") > model.at("sampling_parameters"));
    CHECK(model.at("checkpoint_bytes") > model.at("sampling_parameters"));
    CHECK(model.at("planned_bytes") > model.at("checkpoint_bytes"));
    CHECK(model.contains("reconstruction_mse") == (name == "vae"));
    const fs::path run = folder.path() / "c" / name;
    CHECK(vgan::read_config(run / "config.toml").hold_out == 0.1);
    CHECK(fs::exists(folder.path() / "c" / (name + "-samples.npy")));
    CHECK(fs::exists(folder.path() / "c" / (name + "-reconstructions.png")) ==
          model.contains("reconstruction_mse"));
  }
  // After two epochs a model is far from where training trials are.
  const double floor = json.at("floors").at("real").at("frechet");
  CHECK(floor < json.at("floors").at("resampled").at("frechet"));
  CHECK(floor < json.at("models")[0].at("quality").at("frechet"));
  CHECK(file_text(folder.path() / "c" / "comparison.png").starts_with("\x89PNG"));
  const std::string markdown = file_text(folder.path() / "c" / "comparison.md");
  CHECK_THAT(markdown, ContainsSubstring("| quality | distance | precision |"));
  CHECK_THAT(markdown, ContainsSubstring("(comparison.png)"));
}

TEST_CASE("cli: a compared run is a run like any other") {
  const Place place;
  const CommandResult result = place.run({"--models", "conv,ae", "--out", "c"});
  INFO(result.out << result.err);
  REQUIRE(result.exit_code == 0);
  REQUIRE(run_vgan(place.path(), {"generate", "--model", "c/ae", "--count", "3"}).exit_code == 0);
  const CommandResult resumed = run_vgan(place.path(), {"--resume", "c/ae", "--epochs", "5"});
  INFO(resumed.err);
  REQUIRE(resumed.exit_code == 0);
  CHECK_THAT(resumed.err, ContainsSubstring("held out the last 12 trials"));
  CHECK(vgan::load_newest(place.path() / "c/ae/checkpoints").checkpoint.metadata.at("epoch") ==
        "5");
}

TEST_CASE("cli: compare says the same again, and takes the next free folder") {
  const Place place;
  for (int i = 0; i < 2; ++i) REQUIRE(place.run({"--models", "vae"}).exit_code == 0);
  const auto one = place.json("runs/compare-0001");
  const auto two = place.json("runs/compare-0002");
  CHECK(one.at("models")[0].at("quality") == two.at("models")[0].at("quality"));
  CHECK(one.at("floors") == two.at("floors"));
  CHECK(one.at("held_out_trials") == 12);
}

TEST_CASE("cli: compare by the clock") {
  const Place place;
  const CommandResult result = run_vgan(
      place.path(), {"compare", "--data", "tiny.npy", "--batch", "8", "--minutes", "0.03",
                     "--count", "40", "--models", "ae,stable", "--out", "c", "--device", "cpu"});
  INFO(result.out << result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.out, ContainsSubstring("0.03 minutes of each model"));
  const auto models = place.json("c").at("models");
  for (const auto& model : models) CHECK(model.at("epochs") > 1);
  CHECK(models[0].at("seconds") > 0.0);
}

TEST_CASE("cli: a comparison that is stopped says what is there and exits 75") {
  const Place place;
  Command command(place.path(),
                  place.timed({"--models", "ae,gan", "--out", "c", "--minutes", "0.05"}));
  REQUIRE(command.wait_until(
      [&] { return fs::exists(place.path() / "c/gan/checkpoints/epoch-00000000.safetensors"); }));
  command.send(SIGINT);
  const CommandResult stopped = command.wait();
  INFO(stopped.out << stopped.err);
  REQUIRE(stopped.exit_code == 75);
  CHECK(stopped.out.empty());
  const std::string complaint = last_line(stopped.err);
  CHECK(is_one_complaint(complaint));
  CHECK_THAT(complaint, ContainsSubstring("stopped on request while at gan"));
  CHECK_THAT(complaint, ContainsSubstring("c compares ae; go on by compare --resume c\n"));
  CHECK(place.json("c").at("models").size() == 1);

  // The advice works: the run that was stopped has what is left of its time.
  const CommandResult resumed = run_vgan(place.path(), {"compare", "--resume", "c"});
  INFO(resumed.out << resumed.err);
  REQUIRE(resumed.exit_code == 0);
  CHECK(resumed.err.find("ae: training") == std::string::npos);
  const auto models = place.json("c").at("models");
  REQUIRE(models.size() == 2);
  CHECK(models[1].at("seconds") > 2.9);
  CHECK(models[1].at("seconds") < 60.0);
}

TEST_CASE("cli: a comparison that was stopped or killed goes on to the same figures") {
  const Place place;
  const Words words = {"--models", "ae,vae,gan", "--epochs", "150"};
  REQUIRE(place
              .run([&] {
                Words all = words;
                all.insert(all.end(), {"--out", "whole"});
                return all;
              }())
              .exit_code == 0);

  const int signal_number = GENERATE(SIGTERM, SIGKILL);
  Words all = words;
  all.insert(all.end(), {"--out", "c"});
  Command command(place.path(), Place::words(all));
  REQUIRE(command.wait_until(
      [&] { return fs::exists(place.path() / "c/vae/checkpoints/epoch-00000000.safetensors"); }));
  command.send(signal_number);
  CHECK(command.wait().exit_code == (signal_number == SIGTERM ? 75 : -1));

  const CommandResult resumed = run_vgan(place.path(), {"compare", "--resume", "c"});
  INFO(resumed.out << resumed.err);
  REQUIRE(resumed.exit_code == 0);
  for (const char* said : {"150 epochs of each model", "\nae ", "\nvae ", "\ngan "}) {
    CHECK_THAT(resumed.out, ContainsSubstring(said));
  }
  const auto whole = place.json("whole");
  const auto gone_on = place.json("c");
  CHECK(gone_on.at("floors") == whole.at("floors"));
  REQUIRE(gone_on.at("models").size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(gone_on.at("models")[i].at("name") == whole.at("models")[i].at("name"));
    CHECK(gone_on.at("models")[i].at("epochs") == 150);
    CHECK(gone_on.at("models")[i].at("quality") == whole.at("models")[i].at("quality"));
  }
  CHECK(gone_on.at("models")[0].at("reconstruction_mse") ==
        whole.at("models")[0].at("reconstruction_mse"));
  // The picture has the models that were done before, too.
  CHECK(file_text(place.path() / "c/comparison.png").size() >
        file_text(place.path() / "whole/comparison.png").size() / 2);

  all = Place::words(words);
  all.insert(all.end(), {"--out", "c"});
  CHECK_THAT(run_vgan(place.path(), all).err,
             ContainsSubstring("the folder already holds a comparison: c: go on with it by compare "
                               "--resume c, or choose another --out"));

  // One that is finished is printed again.
  const CommandResult again = run_vgan(place.path(), {"compare", "--resume", "c"});
  CHECK(again.exit_code == 0);
  // The time that the page took is the only difference.
  const auto figures = [](const std::string& out) { return out.substr(0, out.find("wrote ")); };
  CHECK(figures(again.out) == figures(resumed.out));
}

TEST_CASE("cli: compare --resume refuses what it cannot go on with") {
  const Place place;
  REQUIRE(place.run({"--models", "ae", "--out", "c"}).exit_code == 0);
  const auto refuse = [&](const Words& words, int exit_code, const std::string& said) {
    Words all = {"compare", "--resume"};
    all.insert(all.end(), words.begin(), words.end());
    const CommandResult result = run_vgan(place.path(), all);
    INFO(result.err);
    CHECK(result.exit_code == exit_code);
    CHECK(result.out.empty());
    CHECK_THAT(last_line(result.err), ContainsSubstring(said));
  };
  refuse({"nowhere"}, 78, "no comparison to go on with: nowhere");
  refuse({"c", "--epochs", "5"}, 2, "--resume with --epochs");
  refuse({"c", "--out", "d"}, 2, "--resume with --out");
  write_tiny_images(place.path() / "tiny.npy", 130);
  refuse({"c"}, 65, "other data");
  std::ofstream(place.path() / "c/comparison.json") << "{\"models\": []}";
  refuse({"c"}, 65, "cannot go on with a comparison: c/comparison.json");
  std::ofstream(place.path() / "c/comparison.json") << "{\"plan\"";
  refuse({"c"}, 65, "cannot go on with a comparison: c/comparison.json");
}

TEST_CASE("cli: compare makes a batch that nobody asked for no larger than the data") {
  const Place place;
  const CommandResult result =
      run_vgan(place.path(), {"compare", "--data", "tiny.npy", "--models", "ae", "--epochs", "2",
                              "--count", "40", "--device", "cpu", "--out", "c"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.err, ContainsSubstring("batch 108 in place of 128: there are that many trials "
                                           "to train on\n"));
  CHECK(place.json("c").at("batch") == 108);
}

TEST_CASE("cli: a comparison is stopped while it estimates how long to train") {
  const Place place;
  Command command(place.path(),
                  place.timed({"--models", "stable", "--out", "c", "--minutes", "100"}));
  REQUIRE(command.wait_until([&] {
    return file_text(place.path() / "stderr.txt").find("stable: estimating") != std::string::npos;
  }));
  command.send(SIGTERM);
  const CommandResult stopped = command.wait();  // five minutes of estimating, if it went on
  CHECK(stopped.exit_code == 75);
  CHECK_THAT(last_line(stopped.err), ContainsSubstring("stopped on request while at stable"));
  CHECK_FALSE(fs::exists(place.path() / "c/stable"));
}

TEST_CASE("cli: a comparison is stopped while it measures the data") {
  const Place place;
  Command command(place.path(), {"compare", "--data", "digits", "--models", "gan", "--epochs", "2",
                                 "--count", "40", "--device", "cpu", "--out", "c"});
  REQUIRE(command.wait_until([&] {
    return file_text(place.path() / "stderr.txt").find("measuring the data") != std::string::npos;
  }));
  command.send(SIGTERM);
  const CommandResult stopped = command.wait();
  CHECK(stopped.exit_code == 75);
  CHECK_THAT(last_line(stopped.err), ContainsSubstring("stopped on request while at the data"));
  CHECK_FALSE(fs::exists(place.path() / "c/gan"));
}

TEST_CASE("cli: a masked model that is compared may have folds") {
  const Place place;
  const CommandResult result = run_vgan(
      place.path(), {"compare", "--data", "wind-tunnel", "--models", "masked,gan", "--epochs", "2",
                     "--count", "40", "--folds", "2", "--out", "c", "--device", "cpu"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(place.json("c").at("plan").at("folds") == 2);
  const auto model = vgan::read_config(place.path() / "c/masked/config.toml");
  CHECK(model.folds == 2);
  CHECK(vgan::read_config(place.path() / "c/gan/config.toml").folds == 0);

  // The clock ends training, not the judging of the rows left out.
  const CommandResult timed = run_vgan(
      place.path(), {"compare", "--data", "wind-tunnel", "--models", "masked", "--minutes", "0.02",
                     "--count", "40", "--folds", "2", "--out", "t", "--device", "cpu"});
  INFO(timed.err);
  REQUIRE(timed.exit_code == 0);
  const vgan::LoadedCheckpoint loaded = vgan::load_newest(place.path() / "t/masked/checkpoints");
  CHECK(vgan::read_model(loaded.checkpoint, "the test").left_out.rows() > 0);
}

TEST_CASE("cli: compare refuses what it cannot compare") {
  const Place place;
  write_tiny_images(place.path() / "few.npy", 99);
  const auto refuse = [&](const Words& words, int exit_code, const std::string& said) {
    const CommandResult result = place.run(words);
    INFO(result.err);
    CHECK(result.exit_code == exit_code);
    CHECK(result.out.empty());
    CHECK(is_one_complaint(result.err));
    CHECK_THAT(result.err, ContainsSubstring(said));
  };
  refuse({"--models", "gan,vea"}, 2, "models: found 'vea'; allowed gan, conv1d, default");
  refuse({"--models", "gan,vea"}, 2, "did you mean 'vae'?");
  refuse({"--models", "gan,"}, 2, "models: found ''");
  refuse({"--models", "gan,vae,gan"}, 2, "'gan' twice");
  refuse({"--models", "gan,vae,default"}, 2, "'default' twice: gan is the preset default");
  refuse({"--minutes", "1"}, 2, "--epochs with --minutes");
  refuse({"--minutes", "-1"}, 78, "minutes: found -1;");
  refuse({"--epochs", "0"}, 78, "epochs: found 0");
  refuse({"--folds", "4"}, 78, "folds: found 4 without a masked model");
  refuse({"--count", "-3"}, 78, "count: found -3; allowed 10 to 1,000,000");
  refuse({"--epochs", "-1"}, 78, "epochs: found -1; allowed 1 or more");
  refuse({"--count", "3"}, 78, "count: found 3; allowed 10 to 1,000,000");
  refuse({"--batch", "109"}, 78,
         "batch: found 109 trials; allowed 1 to 108, the trials to train on of tiny.npy");
  refuse({"--data", "ring8", "--models", "gan,conv"}, 78, "; leave it out of --models");
  refuse({"--data", "few.npy"}, 65,
         "too few trials to hold some out: few.npy: found 99; allowed 100 or more");
  refuse({"--data", "nowhere.npy"}, 74, "nowhere.npy");
  refuse({"--device", "cuda:99"}, 69, "cuda:99");
  // Nothing was begun, not even a folder.
  CHECK_FALSE(fs::exists(place.path() / "runs"));
  refuse({"--out", "."}, 78, "the folder is not empty");
}

#endif
