// Convolutional nets on images and curves that do not halve evenly, from the file to samples:
// trained, resumed, generated, reconstructed.
#include <cmath>
#include <cstring>
#include <fstream>

#include "engine/data/readers/npy.hpp"
#include "engine/generate/generate.hpp"
#include "engine/generate/reconstruct.hpp"
#include "engine/run/run.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/model_runs.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t count = 24;

std::string bytes(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// A folder with (count, a, b) trials of u8 in it, and runs in folders of it.
class Place {
 public:
  Place(std::int64_t a, std::int64_t b) : size_(a * b) {
    const Trials images = slopes(a, b, 1, count);
    NpyWriter writer(data(), ValueType::u8, {count, a, b});
    writer.append(std::span<const std::uint8_t>(std::get<0>(images.values)));
    writer.finish();
  }

  fs::path data() const { return folder_.path() / "data.npy"; }
  fs::path path(const std::string& name) const { return folder_.path() / name; }

  void train(TrainConfig config, const std::string& out, std::uint64_t epochs) const {
    RunRequest request;
    config.data = data().string();
    config.out = path(out).string();
    config.epochs = epochs;
    config.passes = 0.0;
    request.config = config;
    CHECK(run_training(request).epochs == epochs);
  }

  void resume(const std::string& run, std::uint64_t epochs) const {
    RunRequest request;
    request.resume = true;
    request.resume_from = path(run);
    request.config.epochs = epochs;
    request.given = {"epochs"};
    CHECK(run_training(request).epochs == epochs);
  }

  /// The file of 5 samples as floats, all finite.
  std::string samples(const std::string& run) const {
    GenerateRequest request;
    request.model = path(run);
    request.out = path(run + ".raw").string();
    request.count = 5;
    request.dtype = "f32";
    request.device = "cpu";
    request.precision = vgan::PrecisionKind::fp32;
    const GenerateResult made = generate(request);
    CHECK(made.shape.height * made.shape.width * made.shape.channels == size_);
    const std::string file = bytes(request.out);
    REQUIRE(file.size() == static_cast<std::size_t>(5 * size_) * sizeof(float));
    std::vector<float> values(static_cast<std::size_t>(5 * size_));
    std::memcpy(values.data(), file.data(), file.size());
    for (const float value : values) REQUIRE(std::isfinite(value));
    return file;
  }

  void reconstruct(const std::string& run) const {
    ReconstructRequest request;
    request.model = path(run);
    request.data = data().string();
    request.out = path(run + "-back.npy").string();
    request.device = "cpu";
    request.precision = vgan::PrecisionKind::fp32;
    const ReconstructResult made = vgan::reconstruct(request);
    CHECK(made.shape.height * made.shape.width * made.shape.channels == size_);
    CHECK(std::isfinite(made.errors.squared));
  }

 private:
  TempDir folder_;
  std::int64_t size_;
};

TrainConfig narrow(TrainConfig config, const std::string& net) {
  config.net = vgan::read_word<vgan::NetKind>(net);
  config.g_layers = {6, 4};
  config.d_layers = {4, 6};
  config.d_net.clear();
  config.latent = 5;
  config.batch = 8;
  config.device = "cpu";
  config.precision = vgan::PrecisionKind::fp32;
  config.threads = 1;
  config.save_every = 2;
  // Rates that fall over the run are others in a run that was made longer (as of the preset conv).
  config.lr_schedule = vgan::ScheduleKind::constant;
  return config;
}

/// Trains 4 epochs, and 2 and 2 more: the same samples.
void check(const Place& place, const TrainConfig& config, const std::string& name) {
  INFO(name);
  place.train(config, name, 4);
  const std::string whole = place.samples(name);
  place.train(config, name + "-halves", 2);
  place.resume(name + "-halves", 4);
  CHECK(place.samples(name + "-halves") == whole);
  if (config.model != vgan::ModelKind::gan) place.reconstruct(name);
}

}  // namespace

TEST_CASE("images of any sides are trained on, resumed and sampled by convolutions",
          "[engine][run][long]") {
  for (const auto& [height, width] : {std::pair{40, 25}, {5, 5}, {7, 12}, {3, 1}, {2, 3}}) {
    INFO(height << " x " << width);
    const Place place(height, width);
    check(place, narrow(preset("conv"), "conv"), "gan");
    for (const char* model : {"vae", "ae"}) check(place, narrow(preset(model), "conv"), model);
  }
}

TEST_CASE("nets of the presets' own layers take 40 x 25", "[engine][run]") {
  const Place place(40, 25);
  TrainConfig own = preset("conv");
  own.batch = 8;
  own.latent = 5;
  own.threads = 1;
  own.precision = vgan::PrecisionKind::fp32;
  place.train(own, "conv", 1);
  (void)place.samples("conv");
  own.g_layers.clear();
  own.d_net.clear();
  place.train(own, "net", 1);
  (void)place.samples("net");
  own.g_net = "dense:10x7x8,up:4";
  own.d_net = "conv:4,conv:6,dense:9";
  place.train(own, "listed", 1);
  (void)place.samples("listed");
}

TEST_CASE("curves of any length and channels are trained on, resumed and sampled by conv1d",
          "[engine][run][long]") {
  for (const auto& [length, channels] : {std::pair{37, 5}, {23, 8}, {3, 9}, {300, 1}}) {
    INFO(length << " samples of " << channels << " channels");
    const Place place(length, channels);
    check(place, narrow(preset("conv"), "conv1d"), "gan");
    for (const char* model : {"vae", "ae"}) check(place, narrow(preset(model), "conv1d"), model);
  }
}
