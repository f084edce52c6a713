#include "engine/data/builtin/digits.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "engine/base/error.hpp"
#include "engine/data/builtin/digit_ink.hpp"
#include "engine/data/builtin/digit_strokes.hpp"
#include "engine/data/readers/idx.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/shared_data.hpp"

namespace {

constexpr std::size_t side = 28;
constexpr std::size_t area = side * side;

const std::vector<std::uint8_t>& bytes_of(const vgan::Trials& set) {
  return std::get<std::vector<std::uint8_t>>(set.values);
}

std::string image_of(const vgan::Trials& set, std::size_t i) {
  const auto first = bytes_of(set).begin() + static_cast<std::ptrdiff_t>(i * area);
  return {first, first + area};
}

std::size_t size_of(const vgan::Trials& set) { return static_cast<std::size_t>(set.count); }

// The whole default set, drawn once.
const vgan::Trials& all_digits() {
  static const vgan::Trials set = vgan::make_digits(1);
  return set;
}

using Means = std::array<std::array<double, area>, 10>;

Means class_means(const vgan::Trials& set, std::size_t first, std::size_t last) {
  Means means{};
  std::array<double, 10> counts{};
  for (std::size_t i = first; i < last; ++i) {
    const auto label = static_cast<std::size_t>(set.labels[i]);
    counts[label] += 1;
    for (std::size_t p = 0; p < area; ++p) means[label][p] += bytes_of(set)[i * area + p];
  }
  for (std::size_t c = 0; c < 10; ++c) {
    for (double& value : means[c]) value /= counts[c];
  }
  return means;
}

// The part of images first to last whose label is that of the nearest mean.
double nearest_mean_accuracy(const Means& means, const vgan::Trials& set,
                             const std::vector<std::int32_t>& labels, std::size_t first,
                             std::size_t last) {
  std::size_t right = 0;
  for (std::size_t i = first; i < last; ++i) {
    std::array<double, 10> distance{};
    for (std::size_t c = 0; c < 10; ++c) {
      for (std::size_t p = 0; p < area; ++p) {
        const double d = bytes_of(set)[i * area + p] - means[c][p];
        distance[c] += d * d;
      }
    }
    const auto nearest = std::min_element(distance.begin(), distance.end()) - distance.begin();
    right += nearest == labels[i] ? 1U : 0U;
  }
  return static_cast<double>(right) / static_cast<double>(last - first);
}

}  // namespace

TEST_CASE("built-in digits: shape and meaning", "[readers][digits]") {
  const vgan::Trials& set = all_digits();
  CHECK(set.count == 60000);
  CHECK(set.shape.height == 28);
  CHECK(set.shape.width == 28);
  CHECK(bytes_of(set).size() == 60000 * area);
  CHECK(set.labels.size() == 60000);
  CHECK(set.low == 0.0F);
  CHECK(set.high == 255.0F);
  CHECK(set.source == "built-in digits");
}

// Recipe: 64-bit FNV-1a, byte by byte, over the pixels and then the labels (a byte each) of
// make_digits(1, 100), by g++ 12.2 -O2 -ffp-contract=off on x86-64; the same at -O0, at -O3
// -march=native and by clang 14. Any change of a stroke, of a hand's range or of the order of draws
// changes it, and with it every measurement made on the built-in digits.
TEST_CASE("built-in digits: the same bytes on every machine", "[readers][digits]") {
  const vgan::Trials set = vgan::make_digits(1, 100);
  std::uint64_t hash = 14695981039346656037ULL;
  const auto add = [&](std::uint8_t byte) { hash = (hash ^ byte) * 1099511628211ULL; };
  for (const std::uint8_t byte : bytes_of(set)) add(byte);
  for (const std::int32_t label : set.labels) add(static_cast<std::uint8_t>(label));
  CHECK(hash == 0x733662b33d436835ULL);
  const std::vector<std::int32_t> first(set.labels.begin(), set.labels.begin() + 10);
  CHECK(first == std::vector<std::int32_t>{0, 4, 1, 8, 7, 5, 6, 0, 3, 8});
}

TEST_CASE("built-in digits: neither threads nor count change an image", "[readers][digits]") {
  const vgan::Trials one = vgan::make_digits(7, 1234, 1);
  for (const int threads : {0, 2, 4, 64}) {
    const vgan::Trials other = vgan::make_digits(7, 1234, threads);
    CHECK(bytes_of(other) == bytes_of(one));
    CHECK(other.labels == one.labels);
  }
  for (const std::int64_t count : {1, 99, 100, 101}) {
    const vgan::Trials few = vgan::make_digits(1, count);
    const auto n = static_cast<std::ptrdiff_t>(count);
    CHECK(std::equal(few.labels.begin(), few.labels.end(), all_digits().labels.begin(),
                     all_digits().labels.begin() + n));
    CHECK(std::equal(bytes_of(few).begin(), bytes_of(few).end(), bytes_of(all_digits()).begin(),
                     bytes_of(all_digits()).begin() + n * static_cast<std::ptrdiff_t>(area)));
  }
}

TEST_CASE("built-in digits: the seed changes the images and their order", "[readers][digits]") {
  const vgan::Trials a = vgan::make_digits(1, 200);
  for (const std::uint64_t seed : {std::uint64_t{2}, (std::uint64_t{1} << 32) + 1}) {
    const vgan::Trials b = vgan::make_digits(seed, 200);
    CHECK(a.labels != b.labels);
    std::size_t alike = 0;
    for (std::size_t i = 0; i < 200; ++i) alike += image_of(a, i) == image_of(b, i) ? 1U : 0U;
    CHECK(alike == 0);
  }
}

TEST_CASE("built-in digits: few, none and fewer than none", "[readers][digits]") {
  const vgan::Trials none = vgan::make_digits(1, 0);
  CHECK(none.count == 0);
  CHECK(bytes_of(none).empty());
  CHECK(none.labels.empty());
  const vgan::Trials one = vgan::make_digits(1, 1);
  CHECK(bytes_of(one).size() == area);
  CHECK(one.labels.size() == 1);
  try {
    vgan::make_digits(1, -5);
    FAIL("a negative count was accepted");
  } catch (const vgan::Error& error) {
    CHECK(error.exit_code() == 78);
    CHECK_THAT(error.what(), ContainsSubstring("count") && ContainsSubstring("-5"));
  }
  CHECK_THROWS_AS(vgan::make_digits(1, 5, -1), vgan::Error);
}

TEST_CASE("built-in digits: classes are balanced and shuffled", "[readers][digits]") {
  std::array<int, 10> counts{};
  int repeats = 0;
  const std::vector<std::int32_t>& labels = all_digits().labels;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    REQUIRE(labels[i] >= 0);
    REQUIRE(labels[i] <= 9);
    ++counts[static_cast<std::size_t>(labels[i])];
    if (i > 0 && labels[i] == labels[i - 1]) ++repeats;
  }
  for (const int count : counts) CHECK(std::abs(count - 6000) <= 600);
  // A shuffled deck of ten of each repeats a label with probability 9/99 at each step.
  CHECK(std::abs(repeats - 60000 / 11) < 600);
}

// MNIST's training images: mean 0.1307, deviation 0.3081, 7.0 % of the pixels at 252 or above,
// 12.1 % between black and that.
TEST_CASE("built-in digits: as much ink as MNIST's, and as sharp", "[readers][digits]") {
  double sum = 0.0;
  double squares = 0.0;
  double full = 0.0;
  double edge = 0.0;
  for (const std::uint8_t byte : bytes_of(all_digits())) {
    const double value = byte / 255.0;
    sum += value;
    squares += value * value;
    full += byte >= 252 ? 1.0 : 0.0;
    edge += byte > 0 && byte < 252 ? 1.0 : 0.0;
  }
  const double n = 60000.0 * area;
  const double mean = sum / n;
  CHECK(mean == Approx(0.1307).margin(0.01));
  CHECK(std::sqrt(squares / n - mean * mean) == Approx(0.3081).margin(0.015));
  CHECK(full / n == Approx(0.070).margin(0.01));
  CHECK(edge / n == Approx(0.121).margin(0.015));
}

TEST_CASE("built-in digits: no blank image, ink centred within the frame", "[readers][digits]") {
  const vgan::Trials& set = all_digits();
  std::size_t border_ink = 0;
  std::size_t faults = 0;
  for (std::size_t i = 0; i < size_of(set); ++i) {
    const std::uint8_t* image = &bytes_of(set)[i * area];
    double mass = 0.0;
    double row_moment = 0.0;
    double column_moment = 0.0;
    for (std::size_t p = 0; p < area; ++p) {
      const std::size_t row = p / side;
      const std::size_t column = p % side;
      mass += image[p];
      row_moment += static_cast<double>(row) * image[p];
      column_moment += static_cast<double>(column) * image[p];
      const bool border = row == 0 || row == side - 1 || column == 0 || column == side - 1;
      if (border && image[p] > 0) ++border_ink;
    }
    const bool visible = mass > 0.015 * 255.0 * area && mass < 0.5 * 255.0 * area &&
                         *std::max_element(image, image + area) >= 240;
    const bool centred = std::abs(row_moment - 14.0 * mass) <= 0.6 * mass &&
                         std::abs(column_moment - 14.0 * mass) <= 0.6 * mass;
    if (!(visible && centred)) ++faults;
  }
  CHECK(faults == 0);
  CHECK(border_ink < 60000 * (4 * side - 4) / 1000);
}

TEST_CASE("built-in digits: no two images are alike", "[readers][digits]") {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < 5000; ++i) seen.insert(image_of(all_digits(), i));
  CHECK(seen.size() == 5000);
}

TEST_CASE("built-in digits: the labels say what the pictures show", "[readers][digits]") {
  const vgan::Trials& set = all_digits();
  const Means means = class_means(set, 0, 10000);
  CHECK(nearest_mean_accuracy(means, set, set.labels, 10000, 12000) > 0.8);
}

// The nearest mean of MNIST's own training images is right for 82 % of its test images. A small
// convolutional net trained on 20,000 built-in digits reaches 94 to 95 %.
TEST_CASE("built-in digits: what they teach holds for MNIST", "[readers][digits]") {
  const auto shared = vgan::testing::shared_data();
  if (!shared) VGAN_SKIP("no shared data: MNIST's test images are needed");
  const auto folder = *shared / "mnist";
  const vgan::Trials images = vgan::read_idx_trials(folder / "t10k-images-idx3-ubyte.gz");
  const auto labels = vgan::read_idx_labels(folder / "t10k-labels-idx1-ubyte.gz").classes;
  const Means means = class_means(all_digits(), 0, 20000);
  CHECK(nearest_mean_accuracy(means, images, labels, 0, 5000) > 0.66);
}

TEST_CASE("digit strokes: every variant can be mixed and drawn", "[readers][digits]") {
  using namespace vgan::digits;
  for (int digit = 0; digit < digit_count; ++digit) {
    CAPTURE(digit);
    float shares = 0.0F;
    for (const DigitVariant& variant : digit_variants(digit)) {
      shares += variant.share;
      REQUIRE(variant.forms.size() >= 2);
      REQUIRE(variant.forms.size() <= max_forms);
      for (const std::vector<Knot>& form : variant.forms) {
        REQUIRE(form.size() == variant.forms[0].size());
        REQUIRE(form.size() <= max_knots);
        std::size_t in_stroke = 0;
        for (std::size_t i = 0; i < form.size(); ++i) {
          CHECK(form[i].pen == variant.forms[0][i].pen);
          CHECK(std::abs(form[i].x - 35.0F) <= 65.0F);
          CHECK(std::abs(form[i].y - 50.0F) <= 65.0F);
          ++in_stroke;
          const bool ends = i + 1 == form.size() || form[i].pen == Pen::lift;
          const bool turns = form[i].pen == Pen::corner;
          if (ends || (turns && in_stroke == 1)) CHECK(in_stroke >= 2);
          if (ends) in_stroke = 0;
        }
      }
    }
    CHECK(shares == Approx(1.0F));
  }
}

TEST_CASE("digit ink: a level line has its width, its edge and the middle", "[readers][digits]") {
  using namespace vgan::digits;
  std::vector<std::uint8_t> image(area, 77);
  // Far off the middle on purpose: the ink is brought back by whole pixels.
  const std::vector<InkPoint> line = {{4.5F, 20.5F, 1.25F, true}, {12.5F, 20.5F, 1.25F, false}};
  draw_ink(line, 1.0F, image);
  const auto at = [&](std::size_t row, std::size_t column) {
    return static_cast<int>(image[row * side + column]);
  };
  // Coverage: depth + 1/2 between 0 and 1, the depth being 1.25 less the distance.
  CHECK(at(14, 14) == 255);
  CHECK(at(13, 14) == 191);
  CHECK(at(15, 14) == 191);
  CHECK(at(12, 14) == 0);
  CHECK(at(14, 10) == 255);
  CHECK(at(14, 9) == 191);
  CHECK(at(14, 8) == 0);
  CHECK(at(14, 19) == 191);
  CHECK(at(20, 8) == 0);
}

TEST_CASE("digit ink: nothing to draw is black", "[readers][digits]") {
  std::vector<std::uint8_t> image(area, 77);
  vgan::digits::draw_ink({}, 1.0F, image);
  CHECK(std::count(image.begin(), image.end(), 0) == static_cast<std::ptrdiff_t>(area));
}
