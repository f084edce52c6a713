// Built-in data of known modes: where they lie, that they are all there, and stacks of digits.
#include "engine/data/builtin/mixtures.hpp"

#include <cmath>
#include <map>
#include <set>

#include "engine/data/builtin/digits.hpp"
#include "engine/data/readers/open_trials.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

using namespace vgan::testing;

const std::vector<float>& floats(const vgan::Trials& set) {
  return std::get<std::vector<float>>(set.values);
}

const std::vector<std::uint8_t>& bytes(const vgan::Trials& set) {
  return std::get<std::vector<std::uint8_t>>(set.values);
}

vgan::Trials open(const std::string& data, std::uint64_t seed = 1, const std::string& labels = "") {
  vgan::DataRequest request;
  request.data = data;
  request.labels = labels;
  request.seed = seed;
  request.mnist_folder = "no such folder";
  return vgan::open_trials(request);
}

// Each mode's trials have its centre as mean and the deviation in both directions, uncorrelated;
// every mode has its share.
void check_modes(const vgan::Trials& set, const vgan::Mixture& mixture) {
  set.require_consistent();
  CHECK(set.count == 50000);
  CHECK(set.shape.height == 1);
  CHECK(set.shape.width == 2);
  CHECK(set.low == -set.high);
  struct Moments {
    double count = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  };
  std::vector<Moments> modes(mixture.centres.size());
  for (std::size_t i = 0; i < set.labels.size(); ++i) {
    const auto label = static_cast<std::size_t>(set.labels[i]);
    REQUIRE(label < modes.size());
    const float x = floats(set)[2 * i];
    const float y = floats(set)[2 * i + 1];
    REQUIRE((std::abs(x) < set.high && std::abs(y) < set.high));
    const double dx = x - mixture.centres[label].x;
    const double dy = y - mixture.centres[label].y;
    Moments& m = modes[label];
    m = {m.count + 1, m.x + dx, m.y + dy, m.xx + dx * dx, m.yy + dy * dy, m.xy + dx * dy};
  }
  const double share = 50000.0 / static_cast<double>(modes.size());
  const double variance = mixture.deviation * mixture.deviation;
  for (const Moments& m : modes) {
    // Five standard errors of each: 25 modes, 6 numbers, the seed is fixed.
    CHECK(std::abs(m.count - share) < 5 * std::sqrt(share));
    const double root = std::sqrt(m.count);
    CHECK(std::abs(m.x / m.count) < 5 * mixture.deviation / root);
    CHECK(std::abs(m.y / m.count) < 5 * mixture.deviation / root);
    CHECK(std::abs(m.xx / m.count - variance) < 5 * variance * std::sqrt(2.0) / root);
    CHECK(std::abs(m.yy / m.count - variance) < 5 * variance * std::sqrt(2.0) / root);
    CHECK(std::abs(m.xy / m.count) < 5 * variance / root);
  }
}

// Eight images of 1 x 2 with the labels 0 to 7.
vgan::Trials eight() {
  vgan::Trials set;
  set.count = 8;
  set.shape = {1, 2};
  std::vector<std::uint8_t> pixels;
  for (int i = 0; i < 8; ++i) {
    pixels.push_back(static_cast<std::uint8_t>(10 * i));
    pixels.push_back(static_cast<std::uint8_t>(10 * i + 1));
    set.labels.push_back(i);
  }
  set.values = pixels;
  set.source = "eight";
  return set;
}

}  // namespace

TEST_CASE("mixtures: every mode is where it should be", "[readers]") {
  const vgan::Mixture ring = vgan::ring8();
  REQUIRE(ring.centres.size() == 8);
  CHECK(ring.deviation == 0.02F);
  for (std::size_t i = 0; i < 8; ++i) {
    const double angle = static_cast<double>(i) * std::acos(-1.0) / 4;
    CHECK(std::abs(ring.centres[i].x - 2 * std::cos(angle)) < 1e-6);
    CHECK(std::abs(ring.centres[i].y - 2 * std::sin(angle)) < 1e-6);
  }
  check_modes(open("ring8"), ring);
  const vgan::Mixture grid = vgan::grid25();
  REQUIRE(grid.centres.size() == 25);
  CHECK(grid.deviation == 0.05F);
  std::set<std::pair<float, float>> places;
  for (const auto& centre : grid.centres) places.insert({centre.x, centre.y});
  CHECK(places.size() == 25);
  CHECK(*places.begin() == std::pair{-4.0F, -4.0F});
  CHECK(*places.rbegin() == std::pair{4.0F, 4.0F});
  check_modes(open("grid25"), grid);
}

TEST_CASE("mixtures: a trial depends on its seed and its number alone", "[readers]") {
  const auto many = vgan::make_mixture(vgan::ring8(), 7, 1000);
  const auto few = vgan::make_mixture(vgan::ring8(), 7, 10);
  CHECK(std::vector(floats(many).begin(), floats(many).begin() + 20) == floats(few));
  CHECK(many.low == few.low);
  CHECK(vgan::make_mixture(vgan::ring8(), 8, 10).fingerprint() != few.fingerprint());
  CHECK(open("ring8", 7).fingerprint() == open("ring8", 7).fingerprint());
  CHECK(open("ring8", 7).source == "built-in ring8");
  CHECK(open("ring8", 7, "none").labels.empty());
  // What this code made at its first commit: the same bits on every machine.
  CHECK(open("ring8", 1).fingerprint() == "2d3e2a4e299a7e86");
  CHECK(open("grid25", 1).fingerprint() == "3ae5dbdb80a9487f");
}

TEST_CASE("stacked digits: each channel is one of the digits, drawn by itself", "[readers]") {
  const vgan::Trials digits = eight();
  const vgan::Trials stacked = vgan::stack_digits(digits, 3, 20000);
  stacked.require_consistent();
  CHECK(stacked.shape.channels == 3);
  CHECK(stacked.shape.width == 2);
  CHECK(stacked.source == "stacked:eight");
  std::map<std::int32_t, int> seen;
  for (std::size_t i = 0; i < 20000; ++i) {
    const std::uint8_t* image = bytes(stacked).data() + 6 * i;
    const int a = image[0] / 10, b = image[1] / 10, c = image[2] / 10;
    REQUIRE(stacked.labels[i] == 100 * a + 10 * b + c);
    REQUIRE((image[3] == image[0] + 1 && image[4] == image[1] + 1 && image[5] == image[2] + 1));
    ++seen[stacked.labels[i]];
  }
  CHECK(seen.size() == 512);  // 39 expected of each: none missing by e^-39
  // Pearson's test over the 512 stacks: mean 511, deviation sqrt(2 * 511) = 32; five of them.
  double chi = 0;
  for (const auto& [label, count] : seen)
    chi += std::pow(count - 20000.0 / 512, 2) / (20000.0 / 512);
  CHECK(std::abs(chi - 511) < 5 * 32);
  const vgan::Trials few = vgan::stack_digits(digits, 3, 5);
  CHECK(std::equal(bytes(few).begin(), bytes(few).end(), bytes(stacked).begin()));
  CHECK(vgan::stack_digits(digits, 4, 5).fingerprint() != few.fingerprint());
}

TEST_CASE("stacked digits: what cannot be stacked is refused", "[readers]") {
  const auto error = [](auto&& damage) {
    vgan::Trials digits = eight();
    damage(digits);
    return error_of([&] { vgan::stack_digits(digits, 1, 5); });
  };
  using Images = vgan::Trials&;
  check_error(error([](Images i) { i.labels.clear(); }), 65,
              {"cannot stack digits", "eight", "no labels"});
  check_error(error([](Images i) { i.labels[3] = 10; }), 65, {"labels from 0 to 10", "0 to 9"});
  check_error(error([](Images i) { i.labels[3] = -1; }), 65, {"labels from -1 to 7"});
  check_error(error([](Images i) { i.values = std::vector<float>(16); }), 65, {"floats"});
  check_error(error([](Images i) { i.shape.channels = 2, i.count = 4, i.labels.resize(4); }), 65,
              {"2 channels"});
  check_error(error_of([] { open("stacked:ring8"); }), 65, {"cannot stack digits", "floats"});
  check_error(error_of([] { open("stacked:stacked:digits"); }), 65, {"3 channels"});
  check_error(error_of([] { open("stacked:absent"); }), 74, {"absent", "No such file"});
  check_error(error_of([] { open("stacked-digits", 1, "labels"); }), 78, {"labels", "--data"});
  check_error(error_of([] { open("ring8", 1, "labels"); }), 78, {"labels", "--data"});
}

TEST_CASE("stacked digits: of a file, of MNIST, of the built-in digits", "[readers]") {
  const TempDir folder;
  const auto images =
      write_file(folder.path() / "images", idx_header({3, 2, 2}) + counting_bytes(12));
  check_error(error_of([&] { open("stacked:" + images.string()); }), 65, {"found no labels"});
  const auto labels =
      write_file(folder.path() / "other", idx_header({3}) + std::string("\x04\x05\x06", 3));
  const auto named = open("stacked:" + images.string(), 1, labels.string());
  write_file(folder.path() / "labels", idx_header({3}) + std::string("\x04\x05\x06", 3));
  const auto stacked = open("stacked:" + images.string());
  CHECK(stacked.fingerprint() == named.fingerprint());
  CHECK(stacked.count == 60000);
  CHECK((stacked.shape.height == 2 && stacked.shape.width == 2 && stacked.shape.channels == 3));
  CHECK(std::set(stacked.labels.begin(), stacked.labels.end()).size() == 27);
  CHECK(open("stacked:" + images.string(), 1, "none").labels.empty());

  const auto built_in = open("stacked-digits", 5);
  CHECK(built_in.source == "stacked:digits");
  CHECK(built_in.fingerprint() == open("stacked:digits", 5).fingerprint());
  CHECK((built_in.shape.height == 28 && built_in.shape.channels == 3));
  CHECK(std::set(built_in.labels.begin(), built_in.labels.end()).size() == 1000);
  const auto shared = shared_data();
  if (!shared) VGAN_SKIP("no shared data");
  vgan::DataRequest request;
  request.data = "stacked-digits";
  request.seed = 5;
  request.mnist_folder = *shared / "mnist";
  const auto mnist = vgan::open_trials(request);
  CHECK(mnist.source == "stacked:" + (*shared / "mnist" / "train-images-idx3-ubyte.gz").string());
  CHECK(mnist.labels != built_in.labels);
  CHECK(open("stacked:" + (*shared / "mnist").string(), 5).fingerprint() == mnist.fingerprint());
}

TEST_CASE("data have a name that lasts", "[readers]") {
  const auto name = [](const std::string& data, const std::string& source) {
    vgan::Trials images;
    images.source = source;
    return vgan::lasting_data_name(data, images);
  };
  const std::string here = std::filesystem::current_path().string();
  CHECK(name("a/../b.npy", "a/../b.npy") == here + "/b.npy");
  CHECK(name("/x/b.npy", "/x/b.npy") == "/x/b.npy");
  CHECK(name("", "data/mnist/images") == here + "/data/mnist/images");
  CHECK(name("", "built-in digits") == "digits");
  CHECK(name("digits", "built-in digits") == "digits");
  CHECK(name("ring8", "built-in ring8") == "ring8");
  CHECK(name("grid25", "built-in grid25") == "grid25");
  CHECK(name("stacked-digits", "stacked:digits") == "stacked:digits");
  CHECK(name("stacked-digits", "stacked:data/mnist/images") ==
        "stacked:" + here + "/data/mnist/images");
  CHECK(name("stacked:digits", "stacked:digits") == "stacked:digits");
  CHECK(name("stacked:b.npy", "stacked:b.npy") == "stacked:" + here + "/b.npy");
}
