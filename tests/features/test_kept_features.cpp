// A network of features in its file: what is read again, what is refused, and that the numbers are
// those of the network that the file holds.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/checkpoint/safetensors.hpp"
#include "engine/features/feature_space.hpp"
#include "tests/features/labelled_trials.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

FeatureOptions kept_in(const std::filesystem::path& file,
                       FeatureKind kind = FeatureKind::automatic) {
  FeatureOptions options;
  options.kind = kind;
  options.kept = file;
  options.seed = 5;
  options.device = "cpu";
  options.threads = 2;
  return options;
}

std::string bytes_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void put_bytes(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

/// A small file and what it holds, for tests that change it.
struct Kept {
  Kept() {
    space = make_feature_space(training, held_out, kept_in(file));
    values = space->features(TrialRows(held_out)).values;
    bytes = bytes_of(file);
  }
  std::unique_ptr<FeatureSpace> again(const FeatureOptions& options) const {
    return make_feature_space(training, held_out, options);
  }

  TempDir folder;
  std::filesystem::path file = folder.path() / "features.safetensors";
  Trials training = disc_images(600, 8, 1);
  Trials held_out = disc_images(60, 8, 2);
  std::unique_ptr<FeatureSpace> space;
  std::vector<float> values;
  std::string bytes;
};

/// The file's network on the host, in double: dense layers, with leaky ReLU behind those of
/// `bends`.
class SlowNetwork {
 public:
  explicit SlowNetwork(const std::filesystem::path& file)
      : reader_(SafetensorsReader::open(file)) {}

  double number(const std::string& key) const {
    return *read_number<double>(reader_.header().metadata.at("features." + key));
  }
  /// Pixels of one image as the network sees them.
  std::vector<double> input(const std::uint8_t* pixels, std::int64_t count) const {
    std::vector<double> x;
    for (std::int64_t i = 0; i < count; ++i) {
      x.push_back((pixels[i] / 255.0 - number("mean")) / number("deviation"));
    }
    return x;
  }
  std::vector<double> layer(int index, const std::vector<double>& x, bool bends) const {
    const std::string name = "net." + std::to_string(index);
    const std::vector<float> weight = reader_.read_f32(name + ".weight");
    const std::vector<float> bias = reader_.read_f32(name + ".bias");
    std::vector<double> y(bias.begin(), bias.end());
    for (std::size_t i = 0; i < x.size(); ++i) {
      for (std::size_t j = 0; j < y.size(); ++j) {
        y[j] += x[i] * double{weight[i * y.size() + j]};
      }
    }
    for (double& value : y) {
      if (bends && value < 0.0) value *= 0.2;
    }
    return y;
  }

 private:
  SafetensorsReader reader_;
};

const std::uint8_t* image(const Trials& trials, std::int64_t n) {
  return std::get<std::vector<std::uint8_t>>(trials.values).data() + n * trials.shape.size();
}

}  // namespace

TEST_CASE("kept features are read again, not trained again", "[features]") {
  const Kept kept;
  CHECK(kept.space->name() == "classifier");
  // Another seed would train another network.
  FeatureOptions options = kept_in(kept.file);
  options.seed = 99;
  const auto again = kept.again(options);
  CHECK((again->features(TrialRows(kept.held_out)).values == kept.values));
  CHECK(again->text() == kept.space->text());
  CHECK(again->labels_right() == kept.space->labels_right());
  CHECK(again->notes().empty());
  CHECK(bytes_of(kept.file) == kept.bytes);
  options.kept.clear();
  CHECK_FALSE((kept.again(options)->features(TrialRows(kept.held_out)).values == kept.values));
}

TEST_CASE("kept features are those of the network in the file", "[features]") {
  const Kept kept;
  const SlowNetwork network(kept.file);
  std::vector<double> want;
  std::vector<std::int32_t> labels;
  for (std::int64_t n = 0; n < kept.held_out.count; ++n) {
    const std::vector<double> hidden =
        network.layer(1, network.layer(0, network.input(image(kept.held_out, n), 64), true), true);
    for (const double value : hidden) want.push_back(value * network.number("unit"));
    const std::vector<double> logits = network.layer(2, hidden, false);
    labels.push_back(static_cast<std::int32_t>(
        10 * (std::max_element(logits.begin(), logits.end()) - logits.begin())));
  }
  // Sums of 64 and 256 products in f32.
  const Comparison close = compare(kept.values, want, {1e-4, 1e-4});
  INFO(close.text);
  CHECK(close.close);
  CHECK((*kept.space->labels_of(TrialRows(kept.held_out)) == labels));
}

TEST_CASE("an autoencoder's share is that of its reconstructions", "[features]") {
  const Kept kept;
  const std::filesystem::path file = kept.folder.path() / "codes.safetensors";
  const auto space = kept.again(kept_in(file, FeatureKind::autoencoder));
  const SlowNetwork network(file);
  const auto count = static_cast<double>(kept.held_out.count);
  std::vector<double> mean(64, 0.0);
  for (std::int64_t n = 0; n < kept.held_out.count; ++n) {
    const std::vector<double> x = network.input(image(kept.held_out, n), 64);
    for (std::size_t i = 0; i < 64; ++i) mean[i] += x[i] / count;
  }
  double error = 0.0;
  double variance = 0.0;
  for (std::int64_t n = 0; n < kept.held_out.count; ++n) {
    const std::vector<double> x = network.input(image(kept.held_out, n), 64);
    const std::vector<double> code = network.layer(1, network.layer(0, x, true), false);
    const std::vector<double> y = network.layer(3, network.layer(2, code, true), false);
    for (std::size_t i = 0; i < 64; ++i) {
      error += (y[i] - x[i]) * (y[i] - x[i]);
      variance += (x[i] - mean[i]) * (x[i] - mean[i]);
    }
  }
  const double share = 1.0 - error / variance;
  CHECK(share > 0.8);
  CHECK(network.number("share") == Approx(share).epsilon(1e-4));
  CHECK_THAT(space->text(), ContainsSubstring("gives back " + fixed_text(100.0 * share, 1) + " %"));
}

TEST_CASE("kept features of other trials are replaced without a word", "[features]") {
  const Kept kept;
  const Trials others = disc_images(600, 8, 7);
  const auto space = make_feature_space(others, kept.held_out, kept_in(kept.file));
  CHECK(space->notes().empty());
  CHECK_FALSE((space->features(TrialRows(kept.held_out)).values == kept.values));
  const std::string replaced = bytes_of(kept.file);
  CHECK_FALSE(replaced == kept.bytes);
  // Trials with other labels are other trials.
  Trials renamed = others;
  for (std::int32_t& label : renamed.labels) label += 1;
  Trials held_out = kept.held_out;
  for (std::int32_t& label : held_out.labels) label += 1;
  (void)make_feature_space(renamed, held_out, kept_in(kept.file));
  CHECK_FALSE(bytes_of(kept.file) == replaced);
}

TEST_CASE("kept features that are damaged are said, trained anew and replaced", "[features]") {
  const Kept kept;
  const auto change = [&](const std::string& from, const std::string& to) {
    std::string bytes = kept.bytes;
    const std::size_t at = bytes.find(from);
    REQUIRE(at != std::string::npos);
    return bytes.replace(at, from.size(), to);
  };
  std::string bit = kept.bytes;
  bit[bit.size() - 5] = static_cast<char>(bit[bit.size() - 5] ^ 1);
  const std::map<std::string, std::string> files = {
      {"another checksum", bit},
      {"features.safetensors", kept.bytes.substr(0, kept.bytes.size() / 2)},
      {"header", "not a network"},
      {"no features.unit", change("features.unit", "features.unix")},
      {"features.kind",
       change("\"features.kind\":\"classifier\"", "\"features.kind\":\"classified_\"")
           .substr(0, kept.bytes.size())},
      {"tensor net.1.bias", change("\"net.1.bias\"", "\"net.9.bias\"")},
  };
  for (const auto& [said, bytes] : files) {
    INFO(said);
    put_bytes(kept.file, bytes);
    const auto space = kept.again(kept_in(kept.file));
    REQUIRE(space->notes().size() == 1);
    CHECK_THAT(space->notes().front(),
               ContainsSubstring("features were trained anew") && ContainsSubstring(said));
    CHECK((space->features(TrialRows(kept.held_out)).values == kept.values));
    CHECK(bytes_of(kept.file) == kept.bytes);
  }
}

TEST_CASE("features that cannot be kept are used all the same", "[features]") {
  const Kept kept;
  const auto space = kept.again(kept_in(kept.folder.path() / "nowhere" / "features.safetensors"));
  REQUIRE(space->notes().size() == 1);
  CHECK_THAT(space->notes().front(),
             ContainsSubstring("features were not kept") && ContainsSubstring("nowhere"));
  CHECK((space->features(TrialRows(kept.held_out)).values == kept.values));
}

TEST_CASE("a classifier that is not trusted is not trained twice", "[features]") {
  const TempDir folder;
  const std::filesystem::path file = folder.path() / "features.safetensors";
  Trials training = disc_images(600, 8, 1);
  Dice dice(3);
  for (std::int32_t& label : training.labels) label = static_cast<std::int32_t>(dice.roll(4));
  const Trials held_out = disc_images(60, 8, 2);
  const auto first = make_feature_space(training, held_out, kept_in(file));
  CHECK(first->name() == "components");
  const std::string bytes = bytes_of(file);
  REQUIRE_FALSE(bytes.empty());
  FeatureOptions options = kept_in(file);
  options.seed = 77;
  const auto second = make_feature_space(training, held_out, options);
  CHECK(second->text() == first->text());
  CHECK(bytes_of(file) == bytes);
}
