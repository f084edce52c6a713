// Rows, curves and pictures: what a file's axes mean, and what --shape says of them.
#include "engine/data/builtin/digits.hpp"
#include "engine/data/readers/idx.hpp"
#include "engine/data/readers/npy.hpp"
#include "engine/data/readers/open_trials.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

using namespace vgan::testing;
using vgan::ShapeWish;
using vgan::TrialAxes;
using vgan::TrialKind;
using vgan::TrialShape;
using Sizes = std::vector<std::int64_t>;

TrialAxes axes(const Sizes& sizes, const std::string& shape = "", bool curves = false) {
  return vgan::trial_axes(24, sizes, {shape, curves, std::nullopt}, "file.npy");
}

void check_trial(const TrialAxes& found, const TrialShape& wanted,
                 const std::vector<std::size_t>& order) {
  CHECK(found.trial.height == wanted.height);
  CHECK(found.trial.width == wanted.width);
  CHECK(found.trial.channels == wanted.channels);
  CHECK(found.trial.kind == wanted.kind);
  CHECK(found.order == order);
}

constexpr TrialShape row(std::int64_t p) { return {1, p, 1, TrialKind::row}; }
constexpr TrialShape curve(std::int64_t t, std::int64_t c) { return {1, t, c, TrialKind::curve}; }
constexpr TrialShape image(std::int64_t h, std::int64_t w, std::int64_t c) {
  return {h, w, c, TrialKind::image};
}

}  // namespace

TEST_CASE("rows are never silently pictures", "[readers]") {
  for (const std::int64_t p : {1, 2, 4, 9, 16, 64, 250, 256, 784, 1024, 4096}) {
    INFO(p);
    check_trial(axes({p}), row(p), {0});
    check_trial(axes({p}, "", true), p < 3 ? row(p) : curve(p, 1), {0});
  }
}

TEST_CASE("axes of a file by themselves", "[readers]") {
  check_trial(axes({28, 28}), image(28, 28, 1), {0, 1});
  check_trial(axes({40, 25, 3}), image(40, 25, 3), {0, 1, 2});
  check_trial(axes({3, 32, 3}), image(3, 32, 3), {0, 1, 2});
  check_trial(axes({60, 12}, "", true), curve(60, 12), {0, 1});
  check_trial(axes({1, 187}, "", true), curve(187, 1), {0, 1});
  check_trial(axes({1, 187, 2}, "", true), curve(187, 2), {0, 1, 2});
  CHECK(axes({60, 12}, "", true).note.empty());
  const TrialAxes leads = axes({12, 60}, "", true);
  check_trial(leads, curve(12, 60), {0, 1});
  CHECK(leads.note.find("--shape ct") != std::string::npos);
  check_trial(axes({12, 60}, "ct", true), curve(60, 12), {1, 0});
}

TEST_CASE("channels that come first are asked about", "[readers]") {
  for (const Sizes& sizes : {Sizes{3, 32, 32}, Sizes{1, 28, 28}, Sizes{4, 9, 8}}) {
    check_error(error_of([&] { axes(sizes); }), 65,
                {"file.npy", "the shape (24, ", "give --shape chw"});
    check_trial(axes(sizes, "chw"), image(sizes[1], sizes[2], sizes[0]), {1, 2, 0});
  }
  check_error(error_of([&] { axes({6, 8, 7}); }), 65, {"--shape 336"});
  check_error(error_of([&] { axes({2, 3, 4, 5}); }), 65, {"--shape 120"});
}

TEST_CASE("the setting shape in numbers", "[readers]") {
  check_trial(axes({256}, "16x16"), image(16, 16, 1), {0});
  check_trial(axes({256}, "256"), row(256), {0});
  check_trial(axes({256}, "256", true), curve(256, 1), {0});
  check_trial(axes({180}, "3x60"), image(3, 60, 1), {0});
  check_trial(axes({180}, "60x3", true), curve(60, 3), {0});
  check_trial(axes({48}, "4x4x3"), image(4, 4, 3), {0});
  check_trial(axes({28, 28}, "784"), row(784), {0, 1});
  check_trial(axes({2, 3, 4, 5}, "120"), row(120), {0, 1, 2, 3});
  check_error(error_of([&] { axes({250}, "16x16"); }), 78,
              {"file.npy", "16x16, 256 numbers", "250 numbers in all", "leave --shape out"});
  check_error(error_of([&] { axes({80}, "4x4x5"); }), 78, {"5 channels", "up to 4 of images"});
}

TEST_CASE("the setting shape in letters", "[readers]") {
  check_trial(axes({60, 3}, "tc"), curve(60, 3), {0, 1});
  check_trial(axes({60}, "tc"), curve(60, 1), {0});
  check_trial(axes({60}, "t"), curve(60, 1), {0});
  check_trial(axes({1, 60}, "t"), curve(60, 1), {0, 1});
  check_trial(axes({1, 60}, "tc"), curve(60, 1), {0, 1});
  check_trial(axes({1, 60, 3}, "tc"), curve(60, 3), {0, 1, 2});
  check_error(error_of([&] { axes({1, 60, 3}, "t"); }), 78, {"t for trials", "(24, 1, 60, 3)"});
  check_trial(axes({60}, "p", true), row(60), {0});
  check_trial(axes({60, 3}, "hw", true), image(60, 3, 1), {0, 1});
  check_trial(axes({60, 3}, "hwc"), image(60, 3, 1), {0, 1});
  check_error(error_of([&] { axes({60}, "hw"); }), 78, {"hw for trials of the shape (24, 60)"});
  check_error(error_of([&] { axes({9, 8, 7}, "chw"); }), 78, {"9 channels"});
  for (const char* bad : {"x", "16x", "x16", "0", "-4", "16 x 16", "16X16", "1x2x3x4", "flat", "wh",
                          "99999999999999999999", "4294967296x4294967296", "3.5"}) {
    check_error(error_of([&] { vgan::parse_shape(bad); }), 78, {bad, "256, 16x16 or 32x32x3"});
  }
}

TEST_CASE("data are read as the model's trials where they can be", "[readers]") {
  const auto as = [](const Sizes& sizes, const TrialShape& trial) {
    return vgan::trial_axes(24, sizes, {"", false, trial}, "file.npy");
  };
  check_trial(as({784}, image(28, 28, 1)), image(28, 28, 1), {0});  // as builds did once
  check_trial(as({28, 28}, row(784)), row(784), {0, 1});
  check_trial(as({60, 12}, image(60, 12, 1)), image(60, 12, 1), {0, 1});
  check_trial(as({60, 12}, curve(60, 12)), curve(60, 12), {0, 1});
  check_trial(as({12, 60}, curve(60, 12)), curve(60, 12), {1, 0});
  check_trial(as({3, 8, 9}, image(8, 9, 3)), image(8, 9, 3), {1, 2, 0});
  check_trial(as({8, 9, 3}, image(8, 9, 3)), image(8, 9, 3), {0, 1, 2});
  check_trial(as({1, 187}, curve(187, 1)), curve(187, 1), {0, 1});
  check_trial(as({9, 4}, image(4, 9, 1)), image(9, 4, 1), {0, 1});  // another, which is refused
}

TEST_CASE("the setting shape turns what lies in memory too", "[readers]") {
  const TempDir folder;
  // N, C, H, W = 2, 3, 2, 2
  const auto path =
      write_file(folder.path() / "images", idx_header({2, 3, 2, 2}) + counting_bytes(24));
  const auto turned = vgan::read_idx_trials(path, {"chw", false, std::nullopt});
  CHECK((turned.shape.height == 2 && turned.shape.width == 2 && turned.shape.channels == 3));
  CHECK(std::get<std::vector<std::uint8_t>>(turned.values) ==
        std::vector<std::uint8_t>{0,  4,  8,  1,  5,  9,  2,  6,  10, 3,  7,  11,
                                  12, 16, 20, 13, 17, 21, 14, 18, 22, 15, 19, 23});
  vgan::Trials digits = vgan::make_digits(1, 5);
  const auto pixels = digits.values;
  vgan::shape_trials(digits, {"784", false, std::nullopt});
  CHECK((digits.shape.height == 1 && digits.shape.width == 784 &&
         digits.shape.kind == TrialKind::row));
  CHECK(digits.values == pixels);
  vgan::shape_trials(digits, {"14x56", false, std::nullopt});
  CHECK((digits.shape.height == 14 && digits.shape.width == 56 &&
         digits.shape.kind == TrialKind::image));
}

TEST_CASE("a fourth channel of pictures is left out with a word", "[readers]") {
  const TempDir folder;
  const auto read = [&](const std::string& bytes) {
    return vgan::read_npy_trials(write_file(folder.path() / "a.npy", bytes));
  };
  const auto bytes = read(npy_header("|u1", "(1, 1, 2, 4)") + counting_bytes(8));
  CHECK(bytes.shape.channels == 3);
  CHECK(std::get<std::vector<std::uint8_t>>(bytes.values) ==
        std::vector<std::uint8_t>{0, 1, 2, 4, 5, 6});
  REQUIRE(bytes.notes.size() == 1);
  CHECK(bytes.notes[0].find("alpha") != std::string::npos);
  const auto floats = read(npy_header("<f4", "(1, 1, 1, 4)") + raw_bytes<float>({0, .5F, 1, 7}));
  CHECK(std::get<std::vector<float>>(floats.values) == std::vector<float>{0, .5F, 1});
  CHECK_NOTHROW(floats.require_consistent());
}
