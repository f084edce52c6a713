// Samples of a model's own shape in every form: with channels, as curves, as points.
#include "engine/generate/generate.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include "engine/base/error.hpp"
#include "engine/data/readers/idx.hpp"
#include "engine/data/readers/npy.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/pictures/curve_sheet.hpp"
#include "engine/pictures/grid.hpp"
#include "engine/pictures/pairs.hpp"
#include "engine/pictures/png.hpp"
#include "engine/pictures/reconstruction_sheet.hpp"
#include "engine/pictures/trial_pictures.hpp"
#include "engine/run/run.hpp"
#include "engine/train/trainer.hpp"
#include "kernels/math/latent_mixture.hpp"
#include "tests/checkpoint/files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/saved_toml.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;
namespace fs = std::filesystem;

namespace {

/// 36 pixels of an image in another shape of the same size.
Trials shaped(std::int64_t height, std::int64_t width, std::int64_t channels) {
  Trials images = bar_images();
  images.shape = {height, width, channels};
  return images;
}

/// The checkpoint of a short run on such images, in a folder of its own.
struct Model {
  explicit Model(const Trials& images, std::int64_t mixture = 1) {
    TrainConfig config = small_config();
    config.latent_mixture = mixture;
    Trainer trainer(config, images);
    for (int i = 0; i < 3; ++i) (void)trainer.train_epoch();
    checkpoint = trainer.checkpoint();
    if (images.shape.channels > 1) {
      checkpoint.metadata["trial.channels"] = std::to_string(images.shape.channels);
    }
    file = save_checkpoint(folder.path(), 3, checkpoint, 0);
  }

  fs::path generate(const std::string& out, std::uint64_t count,
                    SampleShape shape = SampleShape::flat, std::string dtype = "") const {
    if (dtype.empty()) dtype = out.ends_with(".png") || out.ends_with(".idx") ? "auto" : "f32";
    GenerateRequest request;
    request.model = file;
    request.out = (folder.path() / out).string();
    request.count = count;
    request.shape = shape;
    request.dtype = dtype;
    request.device = "cpu";
    request.precision = vgan::PrecisionKind::fp32;
    result = vgan::generate(request);
    return request.out;
  }

  TempDir folder;
  Checkpoint checkpoint;
  fs::path file;
  mutable GenerateResult result;
};

std::vector<float> floats(const Trials& images) {
  return std::get<std::vector<float>>(images.values);
}

/// The numbers of a file of f64.
std::vector<double> doubles(const Trials& images) {
  return std::get<std::vector<double>>(images.values);
}

template <class Image>
void check_png(const fs::path& file, const Image& expected) {
  CHECK(bytes_of(read_text(file)) == encode_png(expected));
}

/// Mean squared distance of samples with one centre, by that of samples with two: below 1, as G is
/// continuous. Of 20 samples of 36 numbers.
double spread_within(const std::vector<float>& drawn, std::uint64_t seed, math::Purpose purpose,
                     std::int64_t components) {
  const std::uint64_t stream = math::subsequence(purpose, 0);
  double same = 0.0, other = 0.0, same_pairs = 0.0, other_pairs = 0.0;
  for (std::uint64_t a = 0; a < 20; ++a) {
    for (std::uint64_t b = 0; b < a; ++b) {
      double squares = 0.0;
      for (std::size_t j = 0; j < 36; ++j) {
        const double difference = drawn[36 * a + j] - drawn[36 * b + j];
        squares += difference * difference;
      }
      const bool together = math::mixture_component(seed, stream, a, components) ==
                            math::mixture_component(seed, stream, b, components);
      (together ? same : other) += squares;
      (together ? same_pairs : other_pairs) += 1.0;
    }
  }
  REQUIRE(same_pairs > 10.0);
  return same / same_pairs / (other / other_pairs);
}

/// At how many heights the curves of a picture have their topmost ink, over all its columns.
std::size_t levels_of_curves(const Picture& picture) {
  const auto& image = std::get<RgbImage>(picture);
  std::set<int> levels;
  for (int x = 0; x < image.width; ++x) {
    for (int y = 0; y < image.height; ++y) {
      const std::uint8_t* pixel = image.pixels.data() + 3 * (y * image.width + x);
      if (pixel[2] > pixel[0] + 80) {  // blue
        levels.insert(y);
        break;
      }
    }
  }
  return levels.size();
}

}  // namespace

TEST_CASE("a seed draws from the mixture that G was trained with", "[engine][generate]") {
  TrainConfig config = small_config();
  config.latent_mixture = 5;
  config.latent_deviation = 0.25;
  config.seed = 4;
  Trainer trainer(config, bar_images());
  (void)trainer.train_epoch();
  const TempDir folder;
  GenerateRequest request;
  request.model = save_checkpoint(folder.path(), 1, trainer.checkpoint(), 0);
  request.out = (folder.path() / "samples.npy").string();
  request.count = 20;
  request.seed = 9;
  request.dtype = "f32";
  request.device = "cpu";
  request.precision = vgan::PrecisionKind::fp32;
  (void)vgan::generate(request);
  const std::vector<float> drawn = floats(read_npy_trials(request.out));
  CHECK(drawn == trainer.sample(20, 9));

  CHECK(spread_within(drawn, 9, math::Purpose::sample, 5) < 0.3);
  const std::vector<std::uint8_t> pixels = trainer.preview(20, 5);
  CHECK(spread_within({pixels.begin(), pixels.end()}, 4, math::Purpose::preview, 5) < 0.3);
  CHECK(spread_within({pixels.begin(), pixels.end()}, 4, math::Purpose::sample, 5) > 0.5);
}

TEST_CASE("generate writes trials with channels", "[engine][generate]") {
  const Model model(shaped(6, 2, 3));
  const Trials flat = read_npy_trials(model.generate("flat.npy", 5));
  CHECK(flat.shape.width * flat.shape.height == 36);
  const Trials npy = read_npy_trials(model.generate("image.npy", 5, SampleShape::image));
  CHECK(model.result.shape.channels == 3);
  CHECK(
      (npy.count == 5 && npy.shape.height == 6 && npy.shape.width == 2 && npy.shape.channels == 3));
  CHECK(floats(npy) == floats(flat));
  const Trials u8 = read_npy_trials(model.generate("u8.npy", 5, SampleShape::image, "u8"));
  const Trials idx = read_idx_trials(model.generate("s.idx", 5));
  CHECK(
      (idx.count == 5 && idx.shape.height == 6 && idx.shape.width == 2 && idx.shape.channels == 3));
  CHECK(idx.values == u8.values);
  check_png(model.generate("s.png", 5),
            make_rgb_grid(std::get<0>(u8.values).data(), 5, 6, 2, 3, 0, 10, 3));
  CHECK(fs::file_size(model.generate("s.raw", 5)) == 5 * 36 * sizeof(float));
  CHECK_THAT(describe_checkpoint(model.file), ContainsSubstring("6 x 2 x 3"));
}

TEST_CASE("a checkpoint that does not tell its noise is refused", "[engine][generate]") {
  const Model model(shaped(6, 6, 1), 3);
  CHECK(read_model(model.checkpoint, "good").config.latent_mixture == 3);
  const auto message_with = [&](const std::string& line, const std::string& other) {
    Checkpoint bad = with_toml(model.checkpoint);
    std::string& config = bad.metadata["config"];
    const std::size_t at = config.find(line);
    REQUIRE(at != std::string::npos);
    config.replace(at, line.size(), other);
    const Outcome outcome = outcome_of([&] { read_model(bad, "bad"); });
    CHECK(outcome.code == 65);
    return outcome.message;
  };
  CHECK_THAT(message_with("latent-mixture = 3\n", "latent-mixture = 0\n"),
             ContainsSubstring("latent-mixture = 0"));
  CHECK_THAT(message_with("latent-deviation = 0.6\n", ""), ContainsSubstring("earlier build"));
}

TEST_CASE("a checkpoint's channels are held against its tensors", "[engine][generate]") {
  const Model model(shaped(6, 2, 3));
  // Up to 2^40 values in all, of which a pixel here has 12.
  const std::string too_many = std::to_string((std::int64_t{1} << 40) / 12 + 1);
  for (const std::string& channels :
       {std::string("0"), std::string("4"), std::string("2"), std::string("1"), std::string("-1"),
        std::string("x"), std::string(), too_many, std::string("99999999999999999999")}) {
    INFO("channels " << channels);
    Checkpoint bad = model.checkpoint;
    bad.metadata["trial.channels"] = channels;
    const Outcome outcome = outcome_of([&] { read_model(bad, "bad"); });
    CHECK(outcome.code == 65);
    const bool fits = channels == "1" || channels == "2" || channels == "4";
    CHECK((outcome.message.find("trial.channels") != std::string::npos) == !fits);
  }
  Checkpoint without = model.checkpoint;
  without.metadata.erase("trial.channels");
  CHECK(outcome_of([&] { read_model(without, "bad"); }).code == 65);
  without.metadata["trial.width"] = "6";
  CHECK(read_model(without, "good").shape.channels == 1);

  const auto one = describe_model(small_config(), {6, 6}, ValueType::u8);
  CHECK_FALSE(one.contains("trial.channels"));
  CHECK(describe_model(small_config(), {6, 6, 1}, ValueType::u8) == one);
  CHECK_FALSE(one.contains("trial.kind"));
  const auto row = describe_model(small_config(), {1, 6, 1, TrialKind::row}, ValueType::u8);
  CHECK(row.at("trial.kind") == "row");
  auto three = describe_model(small_config(), {6, 6, 3}, ValueType::u8);
  CHECK(three["trial.channels"] == "3");
  three.erase("trial.channels");
  CHECK(three == one);
}

TEST_CASE("curves of many channels are sampled from their checkpoint", "[engine][generate]") {
  for (const std::int64_t channels : {4, 9, 36}) {
    INFO(channels << " channels");
    const Model curves(shaped(1, 36 / channels, channels));
    CHECK(read_model(curves.checkpoint, "good").shape.channels == channels);
    CHECK(fs::file_size(curves.generate("s.raw", 5)) == 5 * 36 * sizeof(float));
    CHECK(curves.result.shape.channels == channels);
  }
}

TEST_CASE("generate draws curves as plots and pairs as points", "[engine][generate]") {
  const Model curves(shaped(1, 36, 1));
  const auto values =
      doubles(read_npy_trials(curves.generate("c.npy", 23, SampleShape::flat, "f64")));
  check_png(curves.generate("c.png", 23), draw_curve_sheet(values, 36, 1));
  CHECK(outcome_of([&] { curves.generate("many.png", most_curves + 1); }).code == 78);
  CHECK_FALSE(fs::exists(curves.folder.path() / "many.png"));
  const Model leads(shaped(1, 12, 3));
  const Trials image = read_npy_trials(leads.generate("l.npy", 4, SampleShape::image, "f64"));
  CHECK((image.shape.height == 1 && image.shape.width == 12 && image.shape.channels == 3));
  check_png(leads.generate("l.png", 4), draw_curve_sheet(doubles(image), 12, 3));

  Trials pairs;
  pairs.count = 32;
  pairs.shape = {1, 2};
  std::vector<float> points(64);
  for (std::size_t i = 0; i < 64; ++i) points[i] = i % 3 == 0 ? -2.0F : 1.5F;
  pairs.values = points;
  pairs.low = -3.0F;
  pairs.high = 3.0F;
  const Model plane(pairs);
  const auto drawn =
      doubles(read_npy_trials(plane.generate("p.npy", 50, SampleShape::flat, "f64")));
  const PairAxes axes = pair_axes(drawn, {-3, 3});
  check_png(plane.generate("p.png", 50), draw_pairs(drawn, axes.x, axes.y));
}

TEST_CASE("the rows of real trials are shared out among few classes", "[engine][run]") {
  Trials images = shaped(6, 2, 3);
  const TrialSheet sheet = *sheet_for_data(images);
  const auto check = [&](const std::vector<int>& chosen) {
    std::vector<std::uint8_t> pixels;
    for (const int n : chosen) {
      const auto first = std::get<0>(images.values).begin() + 36 * n;
      pixels.insert(pixels.end(), first, first + 36);
    }
    const auto count = static_cast<std::int64_t>(chosen.size());
    CHECK(std::get<RgbImage>(draw_real(images, sheet)).pixels ==
          make_rgb_grid(pixels.data(), count, 6, 2, 3, 10, 10, 3).pixels);
  };
  // Classes 7, 20 and 300 in turn: three rows of each.
  std::vector<int> expected;
  for (int n = 0; n < 200; ++n) {
    constexpr std::int32_t classes[] = {20, 300, 7};
    images.labels[static_cast<std::size_t>(n)] = classes[n % 3];
  }
  for (const int first : {2, 0, 1}) {
    for (int n = 0; n < 30; ++n) expected.push_back(first + 3 * n);
  }
  check(expected);
  std::vector<int> first_hundred(100);
  std::iota(first_hundred.begin(), first_hundred.end(), 0);
  images.labels[199] = 1;  // too few of this class
  check(first_hundred);
  for (int n = 0; n < 200; ++n) images.labels[static_cast<std::size_t>(n)] = n % 11;
  check(first_hundred);
  images.labels.clear();
  check(first_hundred);
}

TEST_CASE("a run's curves are drawn on the real curves' axis", "[engine][run]") {
  const TempDir folder;
  for (const bool u8 : {false, true}) {
    // The last curve reaches far out: it is not shown, and does not flatten the others.
    constexpr std::int64_t count = 80, length = 20;
    std::vector<float> values(static_cast<std::size_t>(count * length));
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<float>(100 + i % 7 * 10);
    values.back() = 250.0F;
    values[values.size() - 2] = 10.0F;
    const std::vector<std::uint8_t> bytes(values.begin(), values.end());
    const fs::path data = folder.path() / (u8 ? "u8.npy" : "f32.npy");
    NpyWriter writer(data, u8 ? ValueType::u8 : ValueType::f32, {count, 1, length});
    u8 ? writer.append(std::span<const std::uint8_t>(bytes))
       : writer.append(std::span<const float>(values));
    writer.finish();
    RunRequest request;
    request.config = small_config();
    request.config.data = data.string();
    request.config.out = (folder.path() / (u8 ? "u8" : "f32")).string();
    request.config.epochs = 2;
    (void)run_training(request);

    CurveSheetStyle style;
    style.axis = Range{100, 160};
    const std::vector<double> shown(values.begin(), values.begin() + 60 * length);
    check_png(fs::path(request.config.out) / "real.png", draw_curve_sheet(shown, length, 1, style));
    GenerateRequest more;
    more.model = request.config.out;
    more.out = (folder.path() / "samples.npy").string();
    more.count = 60;
    more.seed = request.config.seed;
    more.dtype = "f64";
    more.device = "cpu";
    more.precision = vgan::PrecisionKind::fp32;
    (void)generate(more);
    const std::vector<double> samples = doubles(read_npy_trials(more.out));
    check_png(fs::path(request.config.out) / "samples/epoch-00000002.png",
              draw_curve_sheet(samples, length, 1, style));
  }
}

// Floats near 2^30 are 64 apart: a wave of height 100 is two or three steps of them.
TEST_CASE("curves with a large offset are drawn as they are", "[engine][generate]") {
  Trials curves;
  curves.count = 2;
  curves.shape = {1, 64, 1, TrialKind::curve};
  std::vector<double> values(128);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = 0x1p30 + 100.0 * std::sin(0.1 * static_cast<double>(i));
  }
  curves.values = values;
  curves.low = 0x1p30 - 100.0;
  curves.high = 0x1p30 + 100.0;
  const TrialSheet sheet = *sheet_for_data(curves);
  Trials as_floats = curves;
  as_floats.values = std::vector<float>(values.begin(), values.end());
  const std::size_t steps = levels_of_curves(draw_real(as_floats, sheet));
  CHECK(levels_of_curves(draw_real(curves, sheet)) > 2 * steps);
  CHECK(levels_of_curves(draw_samples(values, curves, sheet)) > 2 * steps);
}

TEST_CASE("rows are drawn as histograms of their columns, virtual before real", "[engine][run]") {
  Trials rows;
  rows.count = 500;
  rows.shape = {1, 30, 1, TrialKind::row};
  std::vector<double> values(static_cast<std::size_t>(rows.count * rows.shape.width));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<double>(i / 30 * 7919 % 500) * std::pow(10.0, i % 30 % 9 - 3.0);
  }
  rows.values = values;
  CHECK(draws_plots(rows));
  const TrialSheet sheet = *sheet_for_data(rows);
  REQUIRE(sheet.real.size() == 24);
  REQUIRE(sheet.real[5].size() == 500);
  CHECK(sheet.real[5][17] == values[17 * 30 + 5]);
  CHECK(std::get<RgbImage>(draw_real(rows, sheet)).pixels ==
        std::get<RgbImage>(draw_columns({}, 30, sheet)).pixels);
  const std::vector<double> samples(values.begin(), values.begin() + 90);
  const auto columns = columns_of(std::span<const double>(samples), 30);
  CHECK(std::get<RgbImage>(draw_samples(samples, rows.outline(), sheet)).pixels ==
        std::get<RgbImage>(draw_columns(columns, 30, sheet)).pixels);
  CHECK(std::get<RgbImage>(draw_real(rows, *panel_for_data(rows))).width <= 640);
  CHECK_FALSE(has_sheet(rows, 10));  // a reconstruction of rows is no picture
}

TEST_CASE("a run's pictures and samples have the shape of its data", "[engine][run]") {
  const TempDir folder;
  const Trials images = shaped(6, 2, 3);
  NpyWriter writer(folder.path() / "colours.npy", ValueType::u8, {images.count, 6, 2, 3});
  writer.append(std::span<const std::uint8_t>(std::get<0>(images.values)));
  writer.finish();
  NpyWriter labels(folder.path() / "labels.npy", ValueType::u8, {images.count});
  const std::vector<std::uint8_t> classes(images.labels.begin(), images.labels.end());
  labels.append(std::span<const std::uint8_t>(classes));
  labels.finish();
  RunRequest request;
  request.config = small_config();
  request.config.data = (folder.path() / "colours.npy").string();
  request.config.labels = (folder.path() / "labels.npy").string();
  request.config.out = (folder.path() / "a").string();
  request.config.epochs = 2;
  request.config.hold_out = 0.0;
  (void)run_training(request);
  const Trials samples = read_npy_trials(folder.path() / "a/samples.npy");
  CHECK((samples.shape.height == 6 && samples.shape.width == 2 && samples.shape.channels == 3));

  // Six classes, ten rows: one row of ten for each class, in their order.
  std::vector<std::uint8_t> chosen;
  for (int label = 0; label < 6; ++label) {
    for (int n = 0; n < 10; ++n) {
      const auto first = std::get<0>(images.values).begin() + 36 * (label + 6 * n);
      chosen.insert(chosen.end(), first, first + 36);
    }
  }
  check_png(folder.path() / "a/real.png", make_rgb_grid(chosen.data(), 60, 6, 2, 3, 10, 10, 3));
  CHECK(read_text(folder.path() / "a/samples/epoch-00000002.png").starts_with("\x89PNG"));
}
