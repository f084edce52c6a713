// Runs on disk: one at a time in a folder, from any folder, over older epochs, against hostile
// files.
#include "engine/run/run.hpp"

#include <unistd.h>

#include <fstream>

#include "engine/base/error.hpp"
#include "engine/data/readers/npy.hpp"
#include "engine/generate/generate.hpp"
#include "engine/run/run_folder.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/saved_toml.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;
namespace fs = std::filesystem;

namespace {

/// A folder with data in it, and runs in folders of it.
struct Place {
  Place() {
    const Trials images = bar_images(64);
    NpyWriter writer(folder.path() / "bars.npy", ValueType::u8, {images.count, 6, 6});
    writer.append(std::span<const std::uint8_t>(std::get<0>(images.values)));
    writer.finish();
  }

  RunRequest request(const std::string& out, std::uint64_t epochs) const {
    RunRequest made;
    made.config = small_config();
    made.config.data = (folder.path() / "bars.npy").string();
    made.config.out = (folder.path() / out).string();
    made.config.epochs = epochs;
    made.config.save_every = 5;
    made.config.sample_every = 5;
    made.config.keep = 0;
    return made;
  }

  RunRequest resume(const fs::path& from, std::uint64_t epochs) const {
    RunRequest made;
    made.resume = true;
    made.resume_from = folder.path() / from;
    made.config.epochs = epochs;
    made.given = {"epochs"};
    return made;
  }

  TempDir folder;
};

ErrorCode refusal(const RunRequest& request, const std::string& said) {
  try {
    (void)run_training(request);
  } catch (const Error& error) {
    CHECK_THAT(error.what(), ContainsSubstring(said));
    return error.code();
  }
  FAIL("not refused: " << said);
  return ErrorCode::internal;
}

std::size_t lines_in(const fs::path& file) {
  std::ifstream stream(file);
  std::size_t count = 0;
  for (std::string line; std::getline(stream, line);) ++count;
  return count;
}

}  // namespace

TEST_CASE("a new run takes no folder that holds anything", "[engine][run]") {
  const Place place;
  fs::create_directories(place.folder.path() / "mine");
  std::ofstream(place.folder.path() / "mine" / "samples.npy") << "precious";
  CHECK(refusal(place.request("mine", 3), "not empty") == ErrorCode::bad_config);
  CHECK(fs::file_size(place.folder.path() / "mine" / "samples.npy") == 8);
  CHECK_FALSE(fs::exists(place.folder.path() / "mine" / "checkpoints"));

  (void)run_training(place.request("a", 3));
  CHECK(refusal(place.request("a", 3), "--resume") == ErrorCode::bad_config);
}

TEST_CASE("a folder has one run at a time", "[engine][run]") {
  const Place place;
  (void)run_training(place.request("a", 3));
  {
    const RunFolder busy = RunFolder::open(place.folder.path() / "a");
    CHECK(refusal(place.resume("a", 5), "in use") == ErrorCode::bad_config);
  }
  CHECK(run_training(place.resume("a", 5)).epochs == 5);
}

TEST_CASE("a run can be resumed from its first moment", "[engine][run]") {
  const Place place;
  RunRequest request = place.request("a", 50);
  request.stop_requested = [] { return true; };
  const RunResult stopped = run_training(request);
  CHECK(stopped.stopped);
  CHECK(stopped.epochs == 1);
  CHECK(fs::exists(place.folder.path() / "a/checkpoints/epoch-00000000.safetensors"));
  CHECK(run_training(place.resume("a", 6)).epochs == 6);
}

TEST_CASE("going on from an older epoch sets the later ones aside", "[engine][run]") {
  const Place place;
  (void)run_training(place.request("a", 20));
  (void)run_training(place.resume("a/checkpoints/epoch-00000010.safetensors", 12));
  const fs::path a = place.folder.path() / "a";
  CHECK(fs::exists(a / "checkpoints/epoch-00000012.safetensors"));
  CHECK_FALSE(fs::exists(a / "checkpoints/epoch-00000020.safetensors"));
  CHECK(fs::exists(a / "superseded/checkpoints/epoch-00000020.safetensors"));
  CHECK(fs::exists(a / "superseded/samples/epoch-00000015.png"));
  CHECK(run_training(place.resume("a", 14)).epochs == 14);
  CHECK(lines_in(a / "metrics.jsonl") == 15);  // 14 epochs and the last line
}

TEST_CASE("a resume with nothing left to do changes nothing", "[engine][run]") {
  const Place place;
  (void)run_training(place.request("a", 6));
  CHECK(refusal(place.resume("a", 4), "nothing left to train") == ErrorCode::bad_config);
  CHECK(lines_in(place.folder.path() / "a/metrics.jsonl") == 7);
}

TEST_CASE("a run that was killed before its samples were written gets them by a resume",
          "[engine][run]") {
  const Place place;
  (void)run_training(place.request("a", 6));
  const fs::path a = place.folder.path() / "a";
  fs::rename(a / "samples.npy", a / "whole.npy");
  CHECK(run_training(place.resume("a", 6)).epochs == 6);
  REQUIRE(fs::exists(a / "samples.npy"));
  CHECK(fs::file_size(a / "samples.npy") == fs::file_size(a / "whole.npy"));
  CHECK(lines_in(a / "metrics.jsonl") == 7);
}

TEST_CASE("a resume refuses another --out", "[engine][run]") {
  const Place place;
  (void)run_training(place.request("a", 3));
  RunRequest request = place.resume("a", 6);
  request.config.out = (place.folder.path() / "b").string();
  request.given.push_back("out");
  CHECK(refusal(request, "out") == ErrorCode::bad_config);
}

TEST_CASE("a run goes on from any working folder, and on moved data", "[engine][run]") {
  const Place place;
  const fs::path before = fs::current_path();
  fs::current_path(place.folder.path());
  RunRequest request = place.request("a", 3);
  request.config.data = "bars.npy";
  request.config.out = "a";
  (void)run_training(request);
  fs::current_path(before);
  CHECK(run_training(place.resume("a", 5)).epochs == 5);

  fs::rename(place.folder.path() / "bars.npy", place.folder.path() / "moved.npy");
  CHECK_THROWS_AS(run_training(place.resume("a", 7)), Error);
  RunRequest moved = place.resume("a", 7);
  moved.config.data = (place.folder.path() / "moved.npy").string();
  moved.given.push_back("data");
  CHECK(run_training(moved).epochs == 7);
}

TEST_CASE("a picture that cannot be written ends no run, and is told of once", "[engine][run]") {
  // Stands where the first samples should go, so that they cannot be written.
  struct Obstacle final : RunObserver {
    void started(const Trainer&, const Trials&, const fs::path& folder, std::uint64_t) override {
      fs::create_directories(folder / "samples" / "epoch-00000000.png" / "in the way");
    }
    void epoch_done(const StepReport&) override {}
    void note(const std::string&) override {}
    void warn(const std::string& line) override { warnings.push_back(line); }
    std::vector<std::string> warnings;
  } obstacle;
  const Place place;
  RunRequest request = place.request("a", 3);
  request.observer = &obstacle;
  fs::create_directories(place.folder.path() / "a");
  CHECK(run_training(request).epochs == 3);
  REQUIRE(obstacle.warnings.size() == 1);
  CHECK_THAT(obstacle.warnings[0], ContainsSubstring("epoch-00000000.png"));
  CHECK(fs::exists(place.folder.path() / "a" / "samples.npy"));
  CHECK(fs::exists(place.folder.path() / "a" / "losses.png"));
}

TEST_CASE("held-out trials are not trained on, in resumed runs neither", "[engine][run]") {
  const Place place;
  const Trials bars = bar_images(64);
  RunRequest request = place.request("a", 3);
  request.config.hold_out = 10.0 / 64.0;
  request.config.hold_out_part = HoldOutPart::last;
  (void)run_training(request);
  const auto trained_on = [&](const char* run) {
    return load_newest(place.folder.path() / run / "checkpoints").checkpoint.metadata.at("data");
  };
  CHECK(trained_on("a") == bars.part(0, 54).fingerprint());
  CHECK(run_training(place.resume("a", 5)).epochs == 5);
  CHECK(trained_on("a") == bars.part(0, 54).fingerprint());

  RunRequest other = place.resume("a", 7);
  other.config.hold_out = 0.0;
  other.given.push_back("hold-out");
  CHECK(refusal(other, "hold-out: found 0; allowed '0.15625'") == ErrorCode::bad_config);

  request = place.request("b", 3);
  request.config.hold_out = 0.99;
  CHECK(refusal(request, "1 to 1, the trials to train on") == ErrorCode::bad_config);
  request.config.hold_out = 1.0;
  CHECK(refusal(request, "hold-out: found 1; allowed auto, or 0 (none) to below 1") ==
        ErrorCode::bad_config);
}

TEST_CASE("lines that are no metrics are dropped, not fatal", "[engine][run]") {
  const Place place;
  (void)run_training(place.request("a", 3));
  std::ofstream(place.folder.path() / "a/metrics.jsonl", std::ios::app)
      << "{\"epoch\":\"x\"}\n{\"epoch\":2,\"d_loss\":null}\n[1]\n{\"epoch\":3";
  CHECK(run_training(place.resume("a", 5)).epochs == 5);
}

TEST_CASE("a run without given folder claims the next number", "[engine][run]") {
  const Place place;
  const fs::path before = fs::current_path();
  fs::current_path(place.folder.path());
  fs::create_directories("runs/0007");
  fs::create_directories("runs/999999999");
  fs::create_directories("runs/notes");
  RunRequest request = place.request("", 1);
  request.config.out.clear();
  CHECK(run_training(request).folder == "runs/0008");
  CHECK(run_training(request).folder == "runs/0009");
  CHECK(newest_run("runs") == "runs/0009");
  fs::current_path(before);
}

TEST_CASE("trials too large for a sheet of a hundred are trained all the same", "[engine][run]") {
  const Place place;
  constexpr std::int64_t length = 30000;
  NpyWriter writer(place.folder.path() / "long.npy", ValueType::u8, {8, 1, length});
  std::vector<std::uint8_t> values(8 * length);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::uint8_t>(i * 7);
  writer.append(std::span<const std::uint8_t>(values));
  writer.finish();
  RunRequest request = place.request("a", 2);
  request.config.data = (place.folder.path() / "long.npy").string();
  request.config.batch = 4;
  CHECK(run_training(request).epochs == 2);
}

TEST_CASE("a checkpoint that describes more than it holds is refused unbuilt", "[engine][run]") {
  const Place place;
  (void)run_training(place.request("a", 3));
  const fs::path file = place.folder.path() / "a/checkpoints/epoch-00000003.safetensors";
  const Checkpoint good = with_toml(load_checkpoint(file));
  const auto refused = [&](const std::string& key, const std::string& from, const std::string& to) {
    Checkpoint bad = good;
    std::string& text = bad.metadata.at(key);
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
    const TempDir elsewhere;
    const fs::path made = save_checkpoint(elsewhere.path(), 3, bad, 0);
    GenerateRequest request;
    request.model = made;
    request.out = (elsewhere.path() / "x.npy").string();
    try {
      (void)generate(request);
      FAIL("not refused: " << key << " " << to);
    } catch (const Error& error) {
      INFO(error.what());
      CHECK(error.code() == ErrorCode::bad_data);
    }
    CHECK_THROWS_AS(describe_checkpoint(made), Error);
  };
  refused("config", "g-layers = [24, 40]", "g-layers = [1000000, 1000000]");
  refused("config", "g-layers = [24, 40]", "g-layers = [-16]");
  refused("config", "g-layers", "g-laxers");
  refused("config", "latent = 7", "latent = 1000000");
  refused("trial.height", "6", "1000000");
  refused("trial.width", "6", "-1");
  refused("trial.type", "u8", "f64");  // without its scale
  refused("trial.type", "u8", "f65");
  refused("epoch", "3", "18446744073709551615");
  refused("model", "gan", "vae");

  Checkpoint poisoned = good;
  auto& bytes = poisoned.tensors.at("g_ema.0.weight").bytes;
  std::fill(bytes.begin(), bytes.begin() + 4, std::byte{0xFF});
  const TempDir elsewhere;
  CHECK_THROWS_WITH(describe_checkpoint(save_checkpoint(elsewhere.path(), 3, poisoned, 0)),
                    ContainsSubstring("NaN or Inf at element 0"));
}

TEST_CASE("a stopped generate leaves no file", "[engine][run]") {
  const Place place;
  (void)run_training(place.request("a", 3));
  GenerateRequest request;
  request.model = place.folder.path() / "a";
  request.count = 100000;
  const TempDir elsewhere;
  request.out = (elsewhere.path() / "x.npy").string();
  request.stop_requested = [] { return true; };
  CHECK_THROWS_AS(generate(request), Error);
  CHECK(fs::is_empty(elsewhere.path()));
  request.stop_requested = {};
  request.count = 1ULL << 39;
  CHECK_THROWS_WITH(generate(request), ContainsSubstring("MiB free"));
  CHECK(fs::is_empty(elsewhere.path()));
}

TEST_CASE("the fingerprint sees every bit of the data", "[engine][run]") {
  Trials images = bar_images(16);
  const std::string original = images.fingerprint();
  std::vector<std::uint8_t>& pixels = std::get<0>(images.values);
  // Two high bits at once, which a product that carries upwards only would cancel.
  for (const std::size_t i : {std::size_t{7}, std::size_t{63}}) {
    for (const std::size_t j : {std::size_t{15}, std::size_t{95}}) {
      pixels[i] ^= 0x80U;
      pixels[j] ^= 0x80U;
      CHECK(images.fingerprint() != original);
      pixels[i] ^= 0x80U;
      pixels[j] ^= 0x80U;
    }
  }
  CHECK(images.fingerprint() == original);
}
