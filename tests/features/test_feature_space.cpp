// Which space trials are measured in, what its features are, and how far it can be trusted.
#include "engine/features/feature_space.hpp"

#include <cmath>

#include "engine/base/error.hpp"
#include "engine/data/builtin/digits.hpp"
#include "engine/data/readers/open_trials.hpp"
#include "engine/metrics/frechet.hpp"
#include "engine/stats/principal_components.hpp"
#include "tests/features/labelled_trials.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/skip.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

FeatureOptions on_cpu(FeatureKind kind = FeatureKind::automatic, std::int64_t threads = 2) {
  FeatureOptions options;
  options.kind = kind;
  options.seed = 5;
  options.device = "cpu";
  options.threads = threads;
  return options;
}

std::string refusal(const Trials& training, const Trials& held_out, const FeatureOptions& options,
                    ErrorCode code) {
  try {
    make_feature_space(training, held_out, options);
  } catch (const Error& error) {
    CHECK(error.code() == code);
    return error.what();
  }
  return "nothing was thrown";
}

double total_variance(const Features& features) {
  const Gaussian gaussian = fit_gaussian(features);
  double sum = 0.0;
  for (std::int64_t i = 0; i < gaussian.size; ++i) {
    sum += gaussian.covariance[static_cast<std::size_t>(i * gaussian.size + i)];
  }
  return sum;
}

}  // namespace

TEST_CASE("features of components are their projections", "[features]") {
  const Trials training = disc_images(300, 8, 1);
  const Trials held_out = disc_images(100, 8, 2);
  const auto space = make_feature_space(training, held_out, on_cpu(FeatureKind::components));
  const Features want = PrincipalComponents(training).project(TrialRows(held_out));
  CHECK(space->name() == "components");
  CHECK(space->size() == want.columns);
  CHECK(space->features(TrialRows(held_out)).values == want.values);
  CHECK_THAT(space->text(), ContainsSubstring("principal components"));
  CHECK(space->notes().empty());
  REQUIRE(space->labels_right());
  CHECK(*space->labels_right() > 0.9);
  CHECK(space->labels_of(TrialRows(held_out))->size() == 100);
}

TEST_CASE("a classifier of small images: right, named, in its unit", "[features]") {
  const Trials training = disc_images(800, 10, 1);
  const Trials held_out = disc_images(200, 10, 2);
  const auto space = make_feature_space(training, held_out, on_cpu());
  CHECK(space->name() == "classifier");
  CHECK(space->size() == 64);
  REQUIRE(space->labels_right());
  CHECK(*space->labels_right() > 0.97);
  CHECK_THAT(space->text(),
             ContainsSubstring("64 hidden numbers of a classifier that is right on") &&
                 ContainsSubstring(" % of 200 held-out trials"));
  const auto labels = space->labels_of(TrialRows(held_out));
  REQUIRE(labels);
  std::int64_t right = 0;
  for (std::size_t n = 0; n < labels->size(); ++n) {
    right += (*labels)[n] == held_out.labels[n] ? 1 : 0;
  }
  CHECK(static_cast<double>(right) / 200.0 == *space->labels_right());
  // Over count - 1 here, over count there.
  CHECK(total_variance(space->features(TrialRows(training))) ==
        Approx(100.0 * 800.0 / 799.0).epsilon(1e-4));
}

TEST_CASE("a classifier of images with channels goes through convolutions", "[features]") {
  const Trials training = disc_images(600, 20, 1, 3);
  const Trials held_out = disc_images(200, 20, 2, 3);
  const auto space = make_feature_space(training, held_out, on_cpu());
  CHECK(space->name() == "classifier");
  REQUIRE(space->labels_right());
  CHECK(*space->labels_right() > 0.97);
}

TEST_CASE("a classifier of curves, whatever their unit", "[features]") {
  const Trials training = wave_curves(600, 300, 1);
  const Trials held_out = wave_curves(200, 300, 2);
  const auto space = make_feature_space(training, held_out, on_cpu());
  CHECK(space->name() == "classifier");
  REQUIRE(space->labels_right());
  CHECK(*space->labels_right() > 0.97);
  const auto scaled = [](Trials trials) {
    for (float& value : std::get<std::vector<float>>(trials.values)) value *= 0x1p-20F;
    trials.low *= 0x1p-20;
    trials.high *= 0x1p-20;
    return trials;
  };
  const Trials small = scaled(training);
  const auto other = make_feature_space(small, scaled(held_out), on_cpu());
  CHECK(*other->labels_right() == *space->labels_right());
}

TEST_CASE("features depend on the seed, not on the threads", "[features]") {
  const Trials training = disc_images(128, 18, 1);
  const Trials held_out = disc_images(64, 18, 2);
  for (const FeatureKind kind : {FeatureKind::classifier, FeatureKind::autoencoder}) {
    INFO(to_text(kind));
    const auto features = [&](std::int64_t threads, std::uint64_t seed) {
      FeatureOptions options = on_cpu(kind, threads);
      options.seed = seed;
      return make_feature_space(training, held_out, options)->features(TrialRows(held_out)).values;
    };
    const std::vector<float> one = features(1, 5);
    CHECK((features(2, 5) == one));
    CHECK_FALSE((features(2, 6) == one));
  }
}

TEST_CASE("without labels: an autoencoder where there are enough trials", "[features]") {
  const Trials training = without_labels(disc_images(2000, 16, 1));
  const Trials held_out = without_labels(disc_images(200, 16, 2));
  const auto space = make_feature_space(training, held_out, on_cpu());
  CHECK(space->name() == "autoencoder");
  CHECK(space->size() == 64);
  CHECK_FALSE(space->labels_right());
  CHECK_FALSE(space->labels_of(TrialRows(held_out)));
  CHECK_THAT(space->text(),
             ContainsSubstring("which gives back") && ContainsSubstring("no labels"));
}

TEST_CASE("components where there is too little to learn from, and the reason", "[features]") {
  const auto made = [](const Trials& training, const Trials& held_out) {
    const auto space = make_feature_space(training, held_out, on_cpu());
    CHECK(space->name() == "components");
    return space->text();
  };
  const Trials images = disc_images(900, 8, 1);
  const Trials few = images.part(0, 400);
  const Trials others = disc_images(100, 8, 2);
  CHECK_THAT(made(few, others), ContainsSubstring("400 training trials are fewer than the 500"));
  CHECK_THAT(
      made(without_labels(images), without_labels(others)),
      ContainsSubstring("trials have no labels, and 900 training trials are fewer than the 2,000"));
  CHECK_THAT(made(images, without_labels(others)),
             ContainsSubstring("held-out trials have no labels"));

  Trials rare = images;
  rare.labels.assign(rare.labels.size(), 0);
  for (std::size_t n = 0; n < 9; ++n) rare.labels[n] = 1;
  CHECK_THAT(made(rare, others),
             ContainsSubstring("a label has 9 training trials, fewer than the 10"));

  Trials rows = images;
  rows.shape = {1, 64, 1, TrialKind::row};
  Trials other_rows = others;
  other_rows.shape = rows.shape;
  CHECK_THAT(made(rows, other_rows), ContainsSubstring("rows of so few numbers need no network"));

  Trials meaningless = images;
  Dice dice(3);
  for (std::int32_t& label : meaningless.labels) label = static_cast<std::int32_t>(dice.roll(4));
  CHECK_THAT(made(meaningless, others), ContainsSubstring("too few to be trusted"));
}

TEST_CASE("features that data cannot have are refused", "[features]") {
  const Trials images = disc_images(100, 8, 1);
  const Trials bare = without_labels(images);
  CHECK_THAT(refusal(bare, images, on_cpu(FeatureKind::classifier), ErrorCode::bad_config),
             ContainsSubstring("features") && ContainsSubstring("trials have no labels"));
  Trials one_label = images;
  one_label.labels.assign(one_label.labels.size(), 7);
  CHECK_THAT(refusal(one_label, images, on_cpu(FeatureKind::classifier), ErrorCode::bad_config),
             ContainsSubstring("1 label"));
  CHECK_THAT(refusal(images, disc_images(10, 6, 1), on_cpu(), ErrorCode::bad_data),
             ContainsSubstring("6 x 6") && ContainsSubstring("8 x 8"));
  CHECK_THAT(refusal(images, images.part(0, 0), on_cpu(), ErrorCode::bad_data),
             ContainsSubstring("no held-out trial"));
  Trials blank = images;
  blank.values = std::vector<std::uint8_t>(6400, 9);
  CHECK_THAT(refusal(blank, images, on_cpu(FeatureKind::classifier), ErrorCode::bad_data),
             ContainsSubstring("all the same"));

  for (const FeatureKind kind :
       {FeatureKind::classifier, FeatureKind::autoencoder, FeatureKind::components}) {
    const auto space = make_feature_space(images, images, on_cpu(kind));
    const Trials wide = disc_images(4, 9, 1);
    CHECK_THROWS_AS(space->features(TrialRows(wide)), Error);
  }
}

TEST_CASE("features of no trial, and of numbers far outside", "[features]") {
  const Trials training = wave_curves(600, 40, 1);
  const auto space =
      make_feature_space(training, wave_curves(50, 40, 2), on_cpu(FeatureKind::autoencoder));
  CHECK(space->features(TrialRows(training, 0)).rows == 0);
  Trials far = wave_curves(3, 40, 3);
  for (float& value : std::get<std::vector<float>>(far.values)) value = 3e38F;
  for (const float value : space->features(TrialRows(far)).values) REQUIRE(std::isfinite(value));
}

// The order in which a measure must see samples of known quality.
TEST_CASE("distances in a classifier's features rank samples as they are", "[features]") {
  const Trials digits = make_digits(3, 6000, 2);
  const Trials training = digits.part(0, 4000);
  const Trials held_out = digits.part(4000, 1000);
  const auto space = make_feature_space(training, held_out, on_cpu());
  CHECK(space->name() == "classifier");
  const Gaussian real = fit_gaussian(space->features(TrialRows(held_out)));
  const auto distance = [&](const Trials& trials) {
    return frechet_distance(real, fit_gaussian(space->features(TrialRows(trials))));
  };
  const Trials others = digits.part(5000, 1000);
  const auto noisy = [&](double share) {
    Trials trials = others;
    Dice dice(4);
    for (std::uint8_t& pixel : std::get<std::vector<std::uint8_t>>(trials.values)) {
      if (uniform_of(dice) < share) pixel = static_cast<std::uint8_t>(dice.roll(256));
    }
    return trials;
  };
  const double floor = distance(others);
  const double little = distance(noisy(0.1));
  const double much = distance(noisy(0.3));
  const double all = distance(noisy(1.0));
  CHECK(2.0 * floor < little);
  CHECK(2.0 * little < much);
  CHECK(2.0 * much < all);
}

TEST_CASE("a classifier of MNIST can be trusted", "[features]") {
  const auto folder = shared_data();
  if (!folder) VGAN_SKIP("no real MNIST: set VGAN_SHARED_DATA to a folder that holds mnist/");
  DataRequest request;
  request.data = (*folder / "mnist" / "train-images-idx3-ubyte.gz").string();
  const Trials training = open_trials(request);
  request.data = (*folder / "mnist" / "t10k-images-idx3-ubyte.gz").string();
  const Trials held_out = open_trials(request);
  const auto space = make_feature_space(training, held_out, on_cpu());
  CHECK(space->name() == "classifier");
  REQUIRE(space->labels_right());
  CHECK(*space->labels_right() >= 0.98);
}
