// Features of networks as .onnx (make_onnx.py has their recipe), where ONNX Runtime is found.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "engine/base/error.hpp"
#include "engine/features/onnx_space.hpp"
#include "tests/features/labelled_trials.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/skip.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

std::string network(const std::string& name) {
  return source_dir() + "/tests/features/" + name + ".onnx";
}

/// Why there is no runtime; empty: there is one.
std::string absence() {
  try {
    (void)onnx::Runtime::load();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::unique_ptr<FeatureSpace> space_of(const std::string& name, const Trials& trials) {
  FeatureOptions options;
  options.onnx = network(name);
  options.threads = 1;
  return make_feature_space(trials, trials, options);
}

/// What `body` throws, as its line.
template <class Body>
std::string refusal(ErrorCode code, Body body) {
  try {
    body();
  } catch (const Error& error) {
    CHECK(error.code() == code);
    return error.what();
  }
  return "nothing was thrown";
}

/// Sets a variable of the environment for as long as it lives.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    const char* old = std::getenv(name);
    if (old != nullptr) old_ = old;
    setenv(name, value.c_str(), 1);
  }
  ~Variable() { old_ ? setenv(name_, old_->c_str(), 1) : unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> old_;
};

/// pooled.onnx in double, of images [side, side, channels] of its own size.
std::vector<double> pooled(const Trials& images) {
  constexpr double weight[4][3] = {
      {0.5, -1.0, 2.0}, {1.0, 1.0, 1.0}, {-1.0, 0.25, 0.0}, {0.0, 0.0, -3.0}};
  constexpr double bias[4] = {0.0, -0.5, 0.5, 1.0};
  const auto& pixels = std::get<std::vector<std::uint8_t>>(images.values);
  const auto channels = static_cast<std::size_t>(images.shape.channels);
  std::vector<double> features;
  for (std::size_t n = 0; n < static_cast<std::size_t>(images.count); ++n) {
    for (int j = 0; j < 4; ++j) {
      double sum = 0.0;
      for (std::size_t at = 0; at < 64; ++at) {
        double value = bias[j];
        for (std::size_t c = 0; c < 3; ++c) {
          const std::size_t channel = channels == 1 ? 0 : c;
          value += weight[j][c] * pixels[(n * 64 + at) * channels + channel] / 255.0;
        }
        sum += std::max(0.0, value);
      }
      features.push_back(sum / 64.0);
    }
  }
  return features;
}

}  // namespace

TEST_CASE("onnx: channels first, colour and grey", "[features]") {
  if (const std::string why = absence(); !why.empty()) VGAN_SKIP(why);
  for (const std::int64_t channels : {1, 3}) {
    INFO(channels << " channels");
    const Trials images = disc_images(70, 8, 1, channels);  // more than one batch
    const auto space = space_of("pooled", images);
    CHECK(space->size() == 4);
    CHECK(space->name() == "pooled.onnx");
    CHECK_THAT(space->text(),
               ContainsSubstring("4 outputs of pooled.onnx, run by ONNX Runtime 1."));
    CHECK_FALSE(space->labels_right());
    const Features made = space->features(TrialRows(images));
    const Comparison close = compare(made.values, pooled(images), {1e-5, 1e-5});
    INFO(close.text);
    CHECK(close.close);
  }
}

TEST_CASE("onnx: images are resized to what the network takes", "[features]") {
  if (const std::string why = absence(); !why.empty()) VGAN_SKIP(why);
  // Four times each side: every pixel of the small image is the mean of the middle of its block,
  // which has one colour here.
  const Trials small = disc_images(5, 8, 1, 3);
  Trials large = small;
  large.shape = {32, 32, 3};
  std::vector<std::uint8_t> pixels;
  const auto& from = std::get<std::vector<std::uint8_t>>(small.values);
  for (std::size_t n = 0; n < 5; ++n) {
    for (std::size_t at = 0; at < 32 * 32 * 3; ++at) {
      const std::size_t y = at / 96 / 4;
      const std::size_t x = at / 3 % 32 / 4;
      pixels.push_back(from[n * 192 + (y * 8 + x) * 3 + at % 3]);
    }
  }
  large.values = std::move(pixels);
  const Features made = space_of("pooled", large)->features(TrialRows(large));
  const Comparison close = compare(made.values, pooled(small), {1e-5, 1e-5});
  INFO(close.text);
  CHECK(close.close);
}

TEST_CASE("onnx: channels last, any size, numbers by their range", "[features]") {
  if (const std::string why = absence(); !why.empty()) VGAN_SKIP(why);
  Trials images;
  images.count = 2;
  images.shape = {2, 3, 1};
  images.low = -10.0;
  images.high = 30.0;
  images.values = std::vector<float>{-10, -10, 30, 30, 10, 10, -10, -10, -10, -10, -10, 2};
  images.source = "numbers";
  const Features made = space_of("last", images)->features(TrialRows(images));
  const Comparison close = compare(made.values, std::vector<double>{0.5, 0.05}, {1e-6, 0.0});
  INFO(close.text);
  CHECK(close.close);
}

TEST_CASE("onnx: a fixed number of trials at a time, of any kind", "[features]") {
  if (const std::string why = absence(); !why.empty()) VGAN_SKIP(why);
  Trials curves;
  curves.count = 3;
  curves.shape = {1, 6, 1, TrialKind::curve};
  curves.low = 0.0;
  curves.high = 1.0;
  curves.source = "numbers";
  std::vector<float> values(18, 0.0F);
  for (std::size_t i = 0; i < 18; ++i) values[i] = static_cast<float>(i) / 32.0F;
  curves.values = values;
  const Features made = space_of("flat", curves)->features(TrialRows(curves));
  std::vector<double> want;
  for (double n = 0; n < 3; ++n) {
    want.push_back((18 * n + 6) / 32.0);
    want.push_back((18 * n + 9) / 32.0);
  }
  const Comparison close = compare(made.values, want, {1e-6, 0.0});
  INFO(close.text);
  CHECK(close.close);
}

TEST_CASE("onnx: what does not fit is refused", "[features]") {
  if (const std::string why = absence(); !why.empty()) VGAN_SKIP(why);
  const auto refused = [](const std::string& name, const Trials& trials, ErrorCode code) {
    return refusal(code, [&] { (void)space_of(name, trials); });
  };
  CHECK_THAT(refused("pooled", disc_images(4, 8, 1, 2), ErrorCode::bad_data),
             ContainsSubstring("any x 3 x 8 x 8") && ContainsSubstring("2 channels"));
  CHECK_THAT(refused("pooled", wave_curves(4, 64, 1), ErrorCode::bad_data),
             ContainsSubstring("allowed N x numbers"));
  CHECK_THAT(refused("flat", disc_images(4, 8, 1), ErrorCode::bad_data),
             ContainsSubstring("64 numbers"));
  CHECK_THAT(refused("none", disc_images(4, 8, 1), ErrorCode::io), ContainsSubstring("none.onnx"));
  const TempDir folder;
  FeatureOptions options;
  options.onnx = (folder.path() / "broken.onnx").string();
  std::ofstream(options.onnx) << "no network";
  const Trials images = disc_images(4, 8, 1);
  CHECK_THAT(
      refusal(ErrorCode::bad_data, [&] { (void)make_feature_space(images, images, options); }),
      ContainsSubstring("broken.onnx"));
}

TEST_CASE("onnx: where there is no runtime, the line says what to install", "[features]") {
  const TempDir folder;
  const std::string nothing = (folder.path() / "libonnxruntime.so.1").string();
  const auto loaded = [] { (void)onnx::Runtime::load(); };
  {
    const Variable named("VGAN_ONNXRUNTIME", nothing);
    CHECK_THAT(refusal(ErrorCode::bad_config, loaded),
               ContainsSubstring(nothing) && ContainsSubstring("VGAN_ONNXRUNTIME") &&
                   ContainsSubstring("install Python's onnxruntime"));
  }
  const Variable named("VGAN_ONNXRUNTIME", folder.path().string());
  CHECK_THAT(refusal(ErrorCode::bad_config, loaded), ContainsSubstring("no libonnxruntime.so"));
}

TEST_CASE("resized images: between the centres of pixels", "[features]") {
  OnnxInput to;
  to.height = 1;
  to.width = 4;
  to.channels = 1;
  // Halfway between edges and centres: -1/4, 1/4, 3/4, 5/4 of two pixels at 0 and 1.
  CHECK(resized({0.0F, 1.0F}, {1, 2, 1}, to) == std::vector<float>{0.0F, 0.25F, 0.75F, 1.0F});
  to.width = 2;
  CHECK(resized({0.0F, 1.0F, 3.0F, 5.0F}, {1, 4, 1}, to) == std::vector<float>{0.5F, 4.0F});
  to.height = 2;
  to.channels = 3;
  CHECK(resized({0.5F, 0.5F}, {1, 2, 1}, to) == std::vector<float>(12, 0.5F));
}

TEST_CASE("the input of a network: where channels are", "[features]") {
  using Order = OnnxInput::Order;
  const TrialShape grey{28, 28, 1};
  const TrialShape colour{32, 32, 3};
  const auto order = [](const std::vector<std::int64_t>& shape, const TrialShape& trial) {
    return OnnxInput::of(shape, trial, "f").order;
  };
  CHECK(order({-1, 3, 299, 299}, colour) == Order::channels_first);
  CHECK(order({-1, 299, 299, 3}, colour) == Order::channels_last);
  CHECK(order({-1, -1, -1, 3}, grey) == Order::channels_last);
  CHECK(order({-1, 3, -1, -1}, grey) == Order::channels_first);
  CHECK(order({-1, -1, -1, -1}, colour) == Order::channels_first);
  CHECK(OnnxInput::of({-1, 3, 299, 299}, grey, "f").channels == 3);
  CHECK(OnnxInput::of({-1, -1, -1, -1}, grey, "f").height == 28);
  CHECK_THROWS_AS(OnnxInput::of({-1, 4, 28, 28}, grey, "f"), Error);
  CHECK_THROWS_AS(OnnxInput::of({0, 3, 28, 28}, grey, "f"), Error);
  CHECK_THROWS_AS(OnnxInput::of({-1, 28, 28}, grey, "f"), Error);
}
