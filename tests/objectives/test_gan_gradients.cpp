// Gradients of the whole objective against central differences of a twin in double, R1's
// second-order term included.
#include "engine/objectives/gan.hpp"
#include "kernels/math/gaussian.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/model_twin.hpp"
#include "tests/support/reference.hpp"
#include "tests/support/reference_loss.hpp"

using namespace vgan;
using namespace vgan::testing;
using objectives::GanValue;
using reference::Values;

namespace {

constexpr std::int64_t batch = 6;
constexpr std::int64_t latent = 5;
constexpr std::int64_t trial = 9;

struct Fixture {
  explicit Fixture(const objectives::GanOptions& the_options, Activation output = Activation::tanh)
      : options(the_options),
        device(open_device("cpu")),
        g(*device.backend, nn::dense_stack({latent, 8, trial}, output), 0.2F, {}, "G"),
        d(*device.backend, nn::dense_stack({trial, 7, 6, 1}, Activation::identity), 0.2F, {}, "D"),
        state(device.backend->allocate(sizeof(StepState), "state")),
        gan(*device.backend, g, d, batch, state.as<StepState>(), options) {
    state.as<StepState>()->instance_noise = options.instance_noise;
    g.initialise(*device.queue, 5, 0);
    d.initialise(*device.queue, 5, 1);
    set(gan.real(), real);
    set(gan.latent(), z);
  }

  void set(MatrixRef to, const Values& values) {
    for (std::int64_t i = 0; i < to.rows; ++i) {
      for (std::int64_t j = 0; j < to.cols; ++j) {
        to.as<float>().row(i)[j] =
            static_cast<float>(values[static_cast<std::size_t>(i * to.cols + j)]);
      }
    }
  }

  Values noisy(Values values, Purpose purpose) const {
    for (std::size_t i = 0; i < values.size() && options.instance_noise > 0.0F; ++i) {
      values[i] += static_cast<double>(options.instance_noise) *
                   math::gaussian(options.seed, math::subsequence(purpose, 0), i);
    }
    return values;
  }

  Values seen_real() const { return noisy(real, Purpose::instance_noise_real); }
  Values seen_fake(const ModelTwin& twin_g) const {
    return noisy(twin_g.forward(z, batch).back(), Purpose::instance_noise_fake);
  }

  double squared_penalty(const ModelTwin& twin_d, const Values& trials, double gamma) const {
    double sum = 0.0;
    for (const double v : twin_d.input_gradient(trials, batch)) sum += v * v;
    return 0.5 * gamma * sum / static_cast<double>(batch);
  }
  double r1(const ModelTwin& twin_d) const {
    return squared_penalty(twin_d, seen_real(), options.r1);
  }
  double r2(const ModelTwin& twin_g, const ModelTwin& twin_d) const {
    return squared_penalty(twin_d, seen_fake(twin_g), double{options.r1} * options.r2);
  }

  double mean_loss(GanSide side, const Values& logits) const {
    double sum = 0.0;
    for (const double logit : logits) {
      sum += reference::gan_loss(options.loss, side, logit, options.real_target).value;
    }
    return sum / static_cast<double>(logits.size());
  }

  double d_loss(const ModelTwin& twin_g, const ModelTwin& twin_d, bool penalty) const {
    const double losses = mean_loss(GanSide::real, twin_d.forward(seen_real(), batch).back()) +
                          mean_loss(GanSide::fake, twin_d.forward(seen_fake(twin_g), batch).back());
    if (!penalty) return losses;
    return losses + static_cast<double>(options.r1_every) * (r1(twin_d) + r2(twin_g, twin_d));
  }

  double g_loss(const ModelTwin& twin_g, const ModelTwin& twin_d) const {
    return mean_loss(GanSide::fooled, twin_d.forward(seen_fake(twin_g), batch).back());
  }

  void check_d(bool penalty) {
    gan.discriminator_gradients(*device.queue, penalty);
    const ModelTwin twin_g(g);
    check_gradient(d, [&](const ModelTwin& twin) { return d_loss(twin_g, twin, penalty); });
    const StepRecord& record = state.as<StepState>()->current;
    CHECK(record[GanValue::d_loss_real] + record[GanValue::d_loss_fake] ==
          Approx(d_loss(twin_g, ModelTwin(d), false)).epsilon(1e-5));
    CHECK(record[GanValue::r1] == Approx(penalty ? r1(ModelTwin(d)) : 0.0).epsilon(1e-4));
    CHECK(record[GanValue::r2] == Approx(penalty ? r2(twin_g, ModelTwin(d)) : 0.0).epsilon(1e-4));
  }

  void check_g() {
    gan.discriminator_gradients(*device.queue, false);
    gan.generator_gradients(*device.queue);
    const ModelTwin twin_d(d);
    check_gradient(g, [&](const ModelTwin& twin) { return g_loss(twin, twin_d); });
    CHECK(state.as<StepState>()->current[GanValue::g_loss] ==
          Approx(g_loss(ModelTwin(g), twin_d)).epsilon(1e-5));
  }

  objectives::GanOptions options;
  Values real = random_values(batch * trial, 1);
  Values z = random_values(batch * latent, 2);
  Device device;
  nn::Network g, d;
  Buffer state;
  objectives::Gan gan;
};

}  // namespace

TEST_CASE("D's gradient is that of its loss", "[engine][gradient]") {
  Fixture({.real_target = 1.0F}).check_d(false);
  Fixture({.real_target = 0.9F}).check_d(false);
}

TEST_CASE("gradients are those of every loss", "[engine][gradient]") {
  for (const GanLoss loss : reference::gan_losses) {
    INFO("loss " << static_cast<int>(loss));
    Fixture({.loss = loss, .real_target = 0.9F}).check_d(false);
    Fixture({.loss = loss}).check_g();
    Fixture({.loss = loss, .r1 = 20.0F}).check_d(true);
  }
}

TEST_CASE("D's gradient with R1 includes the second-order term", "[engine][gradient]") {
  Fixture({.r1 = 20.0F}).check_d(true);
}

TEST_CASE("R2 is R1 on fakes, with a share of its gamma", "[engine][gradient]") {
  Fixture({.r1 = 20.0F, .r2 = 1.0F}).check_d(true);
  Fixture({.instance_noise = 0.3F, .r1 = 5.0F, .r2 = 0.5F, .r1_every = 4}).check_d(true);
  Fixture({.r1 = 20.0F, .r2 = 1.0F}).check_d(false);
}

TEST_CASE("lazy R1 pulls as many times harder as it is rarer", "[engine][gradient]") {
  Fixture({.r1 = 5.0F, .r1_every = 4}).check_d(true);
}

TEST_CASE("G's gradient is that of its loss, for each output", "[engine][gradient]") {
  for (const Activation output : {Activation::tanh, Activation::sigmoid, Activation::identity}) {
    Fixture({}, output).check_g();
  }
}

TEST_CASE("instance noise goes to D and not into G's own output", "[engine][gradient]") {
  Fixture({.instance_noise = 0.3F}).check_d(false);
  Fixture({.instance_noise = 0.3F}).check_g();
}

TEST_CASE("G's step leaves D's gradients alone", "[engine][gradient]") {
  Fixture fixture({});
  fixture.gan.discriminator_gradients(*fixture.device.queue, false);
  const VectorView<float> d = fixture.d.arena().gradients();
  const std::vector<float> before(d.data, d.data + d.size);
  fixture.gan.generator_gradients(*fixture.device.queue);
  CHECK(std::vector<float>(d.data, d.data + d.size) == before);
}
