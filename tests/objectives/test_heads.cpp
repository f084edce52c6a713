// Objectives of rows of a table: gradients through heads against central differences of twins in
// double.
#include <cmath>

#include "engine/nn/adam.hpp"
#include "engine/objectives/autoencoder.hpp"
#include "engine/objectives/gan.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/heads_reference.hpp"
#include "tests/support/model_twin.hpp"
#include "tests/support/reference.hpp"
#include "tests/support/reference_loss.hpp"

using namespace vgan;
using namespace vgan::testing;
using math::Head;
using math::HeadKind;
using objectives::AutoencoderValue;
using objectives::GanValue;
using reference::HeadRows;
using reference::Values;

namespace {

constexpr std::int64_t batch = 6;
constexpr std::int64_t latent = 5;
constexpr std::int64_t trial = 9;
const std::vector<Head> heads = {{0, 1, HeadKind::number, 5},
                                 {1, 4, HeadKind::choice},
                                 {5, 1, HeadKind::flag},
                                 {6, 1, HeadKind::number},
                                 {7, 2, HeadKind::choice}};

std::vector<nn::LayerSpec> ending_in_heads(std::vector<nn::LayerSpec> layers, bool variance) {
  layers.back().heads = true;
  layers.back().keeps_variance = variance;
  return layers;
}

void put(MatrixRef to, const Values& values) {
  for (std::int64_t i = 0; i < to.rows; ++i) {
    for (std::int64_t j = 0; j < to.cols; ++j) {
      to.as<float>().row(i)[j] =
          static_cast<float>(values[static_cast<std::size_t>(i * to.cols + j)]);
    }
  }
}

/// Rows as tables have them: numbers, and ones and zeros for choices and flags.
Values real_rows() {
  return reference::heads_of(random_values(batch * trial, 1), batch, heads, {.on = false}, 1.0, {})
      .out;
}

struct GanFixture {
  GanFixture()
      : options{.r1 = 0.5F, .heads = heads, .seed = 7},
        device(open_device("cpu")),
        g(*device.backend,
          ending_in_heads(nn::dense_stack({latent, 8, trial}, Activation::identity), false), 0.2F,
          {}, "G"),
        d(*device.backend, nn::dense_stack({trial, 7, 6, 1}, Activation::identity), 0.2F, {}, "D"),
        state(device.backend->allocate(sizeof(StepState), "state")),
        gan(*device.backend, g, d, batch, state.as<StepState>(), options) {
    g.initialise(*device.queue, 5, 0);
    d.initialise(*device.queue, 5, 1);
    put(gan.real(), real_rows());
    put(gan.latent(), z);
  }

  HeadRows rows_of(const Values& logits) const {
    const reference::HeadNoise noise{options.seed, math::subsequence(Purpose::latent, 0),
                                     nn::head_numbers};
    return reference::heads_of(logits, batch, heads, noise, options.temperature, {});
  }

  // Straight through: what D sees are the hard rows, and they move as the soft ones do.
  Values seen(const ModelTwin& now, const ModelTwin& moved) const {
    const HeadRows start = rows_of(now.forward(z, batch).back());
    const HeadRows there = rows_of(moved.forward(z, batch).back());
    Values made = start.out;
    for (std::size_t i = 0; i < made.size(); ++i) made[i] += there.moving[i] - start.moving[i];
    return made;
  }

  double mean_loss(GanSide side, const Values& logits) const {
    double sum = 0.0;
    for (const double logit : logits) {
      sum += reference::gan_loss(options.loss, side, logit, options.real_target).value;
    }
    return sum / static_cast<double>(logits.size());
  }

  objectives::GanOptions options;
  Values z = random_values(batch * latent, 2);
  Device device;
  nn::Network g, d;
  Buffer state;
  objectives::Gan gan;
};

struct AutoencoderFixture {
  AutoencoderFixture()
      : device(open_device("cpu")),
        e(*device.backend, nn::dense_stack({trial, 8, latent}, Activation::identity), 0.2F, {},
          "encoder"),
        g(*device.backend,
          ending_in_heads(nn::dense_stack({latent, 7, trial}, Activation::identity), true), 0.2F,
          {}, "decoder"),
        state(device, {}),
        objective(*device.backend, e, g, batch, state.get(), {.heads = heads, .seed = 4}) {
    e.initialise(*device.queue, 5, 0);
    g.initialise(*device.queue, 5, 1);
    put(objective.real(0), x);
  }

  double loss(const ModelTwin& encoder, const ModelTwin& decoder, const Values& variance) const {
    const Values y = decoder.forward(encoder.forward(x, batch).back(), batch).back();
    return reference::heads_loss(y, x, batch, heads, variance);
  }

  Values variances() const {
    const VectorView<float> found = g.tensor(1, "error_variance");
    return {found.data, found.data + found.size};
  }

  Values x = real_rows();
  Device device;
  nn::Network e, g;
  DeviceState state;
  objectives::Autoencoder objective;
};

}  // namespace

TEST_CASE("a GAN of a table's rows has the gradients of what D sees", "[engine][gradient][heads]") {
  GanFixture fixture;
  Queue& queue = *fixture.device.queue;
  fixture.gan.discriminator_gradients(queue, false);
  const ModelTwin twin_g(fixture.g);
  const ModelTwin twin_d(fixture.d);
  const Values fakes = fixture.seen(twin_g, twin_g);
  check_gradient(fixture.d, [&](const ModelTwin& twin) {
    return fixture.mean_loss(GanSide::real, twin.forward(real_rows(), batch).back()) +
           fixture.mean_loss(GanSide::fake, twin.forward(fakes, batch).back());
  });
  fixture.gan.generator_gradients(queue);
  check_gradient(fixture.g, [&](const ModelTwin& twin) {
    return fixture.mean_loss(GanSide::fooled,
                             twin_d.forward(fixture.seen(twin_g, twin), batch).back());
  });
  const StepRecord& record = fixture.state.as<StepState>()->current;
  CHECK(record[GanValue::g_loss] ==
        Approx(fixture.mean_loss(GanSide::fooled, twin_d.forward(fakes, batch).back()))
            .epsilon(1e-5));
}

TEST_CASE("a fused update of heads moves weights as the plain one", "[engine][gradient][heads]") {
  const AdamOptions adam;
  std::vector<Values> moved;
  for (const bool fused : {false, true}) {
    GanFixture fixture;
    StepState& state = *fixture.state.as<StepState>();
    state.generator.learning_rate = 1e-2;
    Queue& queue = *fixture.device.queue;
    fixture.gan.discriminator_gradients(queue, true);
    if (fused) {
      REQUIRE(objectives::Gan::can_fuse(fixture.g.layers(), fixture.d.layers(), fixture.options));
      AdamOptions own = adam;
      own.network = &StepState::generator;
      fixture.gan.generator_update(queue, own);
    } else {
      fixture.gan.generator_gradients(queue);
      AdamOptions own = adam;
      own.network = &StepState::generator;
      optim::Adam(*fixture.device.backend, own).step(queue, fixture.g, &state);
    }
    const VectorView<const float> weights = fixture.g.arena().weights();
    moved.emplace_back(weights.data, weights.data + weights.size);
  }
  require_close("weights", moved[1], moved[0], {1e-6, 1e-5});
}

TEST_CASE("an autoencoder of a table's rows has the gradients of their likelihood",
          "[engine][gradient][heads]") {
  AutoencoderFixture fixture;
  const ModelTwin twin_e(fixture.e);
  const ModelTwin twin_g(fixture.g);
  const Values variance = fixture.variances();
  REQUIRE(variance == Values(trial, 1.0));
  fixture.objective.gradients(*fixture.device.queue);
  check_gradient(fixture.e,
                 [&](const ModelTwin& twin) { return fixture.loss(twin, twin_g, variance); });
  const StepRecord record = fixture.state.read().current;
  CHECK(record[AutoencoderValue::reconstruction] ==
        Approx(fixture.loss(twin_e, twin_g, variance)).epsilon(1e-5));
  const Values after = fixture.variances();
  const Values y = twin_g.forward(twin_e.forward(fixture.x, batch).back(), batch).back();
  for (const std::size_t number : {0, 6}) {
    double error = 0.0, rows = 0.0;
    for (std::size_t row = 0; row < batch; ++row) {
      const std::size_t at = row * trial + number;
      if (number == 0 && fixture.x[row * trial + 5] == 1.0) continue;  // missing
      error += (y[at] - fixture.x[at]) * (y[at] - fixture.x[at]);
      rows += 1.0;
    }
    REQUIRE(rows > 0.0);
    CHECK(after[number] == Approx(0.99 + 0.01 * error / rows).epsilon(1e-6));
  }
  for (const std::size_t flag : {1, 4, 5, 8}) CHECK(after[flag] == 1.0);
}
