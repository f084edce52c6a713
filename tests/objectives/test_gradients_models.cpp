// Gradients of penalties and stabilisers together, against central differences of a twin in double.
#include "engine/models/architecture.hpp"
#include "engine/nn/adam.hpp"
#include "engine/objectives/gan.hpp"
#include "engine/train/objective_options.hpp"
#include "kernels/math/uniform.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/model_runs.hpp"
#include "tests/support/model_twin.hpp"
#include "tests/support/reference_loss.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

using objectives::GanValue;
using Values = reference::Values;

constexpr std::int64_t batch = 4;
constexpr double slope = 0.2;

/// A GAN of `config`'s networks on trials of `shape` with random numbers in it.
class Case {
 public:
  Case(const TrainConfig& config, const TrialShape& shape, std::int64_t conditions)
      : config_(config),
        conditions_size_(conditions),
        trial_(shape.size()),
        options_(gan_options(config, shape, conditions)),
        device_(open_device("cpu")),
        g_(*device_.backend, generator_layers(config, shape, conditions), 0.2F, {}, "G"),
        d_(*device_.backend, discriminator_layers(config, shape, conditions), 0.2F, {}, "D"),
        state_(device_.backend->allocate(sizeof(StepState), "state")),
        gan_(*device_.backend, g_, d_, batch, state_.as<StepState>(), options_) {
    g_.initialise(*device_.queue, 5, 0);
    d_.initialise(*device_.queue, 5, 1);
    real_ = put(gan_.real(), 1);
    z_ = put(gan_.latent(), 2);
    if (conditions > 0) c_ = put(gan_.conditions(), 3);
  }

  void check_d() {
    gan_.discriminator_gradients(*device_.queue, options_.r1 > 0.0F);
    const Values fake = fakes(ModelTwin(g_, slope));
    check(d_, [&](const ModelTwin& twin) {
      return d_loss(twin, fake) +
             (r1(twin) + r2(twin, fake)) * static_cast<double>(options_.r1_every) +
             penalty(twin, fake);
    });
    const ModelTwin twin(d_, slope);
    const StepRecord& record = state_.as<StepState>()->current;
    CHECK(record[GanValue::d_loss_real] + record[GanValue::d_loss_fake] ==
          Approx(d_loss(twin, fake)).epsilon(1e-4));
    CHECK(record[GanValue::r1] == Approx(r1(twin)).epsilon(1e-4));
    CHECK(record[GanValue::r2] == Approx(r2(twin, fake)).epsilon(1e-4));
    CHECK(record[GanValue::gradient_penalty] == Approx(penalty(twin, fake)).epsilon(1e-4));
  }

  void check_g() {
    gan_.discriminator_gradients(*device_.queue, false);
    gan_.generator_gradients(*device_.queue);
    const ModelTwin twin_d(d_, slope);
    check(g_, [&](const ModelTwin& twin) {
      return mean_loss(GanSide::fooled, twin_d.forward(seen(fakes(twin)), judged(), c_).back());
    });
  }

  /// Both updates from a D whose weights are 0: the norm of its gradient is then, too.
  void check_zero() {
    const VectorView<float> weights = d_.arena().weights();
    std::fill_n(weights.data, weights.size, 0.0F);
    d_.weights_changed(*device_.queue, true);
    auto* state = state_.as<StepState>();
    state->discriminator.learning_rate = 1e-3;
    gan_.discriminator_gradients(*device_.queue, options_.r1 > 0.0F);
    AdamOptions adam;
    adam.network = &StepState::discriminator;
    optim::Adam(*device_.backend, adam).step(*device_.queue, d_, state);
    CHECK(std::isfinite(state->current[GanValue::gradient_penalty]));
    CHECK(state->discriminator.nonfinite == 0);
    for (const auto& section : {d_.arena().gradients(), weights, d_.arena().v()}) {
      for (std::int64_t i = 0; i < section.size; ++i) REQUIRE(std::isfinite(section.data[i]));
    }
  }

 private:
  Values put(MatrixRef to, std::uint64_t seed) const {
    const Values values = random_values(to.size(), seed);
    for (std::int64_t i = 0; i < to.size(); ++i) {
      to.as<float>().row(i / to.cols)[i % to.cols] =
          static_cast<float>(values[static_cast<std::size_t>(i)]);
    }
    return values;
  }

  std::int64_t judged() const { return batch / config_.pack; }
  bool projects() const { return d_.layers().back().conditions > 0; }

  // [rows, a | b], row by row.
  static Values joined(const Values& a, const Values& b) {
    Values both;
    const auto cols_a = static_cast<std::int64_t>(a.size()) / batch;
    const auto cols_b = static_cast<std::int64_t>(b.size()) / batch;
    for (std::int64_t i = 0; i < batch; ++i) {
      both.insert(both.end(), a.begin() + i * cols_a, a.begin() + (i + 1) * cols_a);
      both.insert(both.end(), b.begin() + i * cols_b, b.begin() + (i + 1) * cols_b);
    }
    return both;
  }
  // Trials as D gets them: packed rows need no change, rows lie one after the other.
  Values seen(const Values& trials) const {
    return conditions_size_ > 0 && !projects() ? joined(trials, c_) : trials;
  }
  Values fakes(const ModelTwin& g) const {
    return g.forward(conditions_size_ > 0 ? joined(z_, c_) : z_, batch).back();
  }

  double mean_loss(GanSide side, const Values& logits) const {
    double sum = 0.0;
    for (const double logit : logits) {
      sum += reference::gan_loss(options_.loss, side, logit, 1.0).value;
    }
    return sum / static_cast<double>(logits.size());
  }
  double d_loss(const ModelTwin& d, const Values& fake) const {
    return mean_loss(GanSide::real, d.forward(seen(real_), judged(), c_).back()) +
           mean_loss(GanSide::fake, d.forward(seen(fake), judged(), c_).back());
  }

  // |grad_x D|^2 of each judged row, conditions left out.
  Values squares(const ModelTwin& d, const Values& trials) const {
    const Values v = d.input_gradient(seen(trials), judged(), c_);
    const auto cols = v.size() / static_cast<std::size_t>(batch);
    Values sums(static_cast<std::size_t>(judged()), 0.0);
    for (std::size_t i = 0; i < v.size(); ++i) {
      const bool counts = i % cols < static_cast<std::size_t>(trial_);
      if (counts) sums[i / cols / static_cast<std::size_t>(config_.pack)] += v[i] * v[i];
    }
    return sums;
  }
  double squared_penalty(const ModelTwin& d, const Values& trials, double gamma) const {
    double sum = 0.0;
    for (const double square : squares(d, trials)) sum += square;
    return 0.5 * gamma * sum / static_cast<double>(judged());
  }
  double r1(const ModelTwin& d) const { return squared_penalty(d, real_, options_.r1); }
  double r2(const ModelTwin& d, const Values& fake) const {
    return squared_penalty(d, fake, double{options_.r1} * options_.r2);
  }
  double penalty(const ModelTwin& d, const Values& fake) const {
    if (options_.gradient_penalty == 0.0F) return 0.0;
    Values between = real_;
    // One share for all trials that are judged together: a point between two inputs of D.
    const auto input = static_cast<std::size_t>(trial_ * config_.pack);
    for (std::size_t i = 0; i < between.size(); ++i) {
      const double share = math::uniform(options_.seed, math::subsequence(Purpose::interpolate, 0),
                                         static_cast<std::uint64_t>(i / input));
      between[i] = share * real_[i] + (1.0 - share) * fake[i];
    }
    double sum = 0.0;
    for (const double square : squares(d, between)) {
      sum += (std::sqrt(square) - 1.0) * (std::sqrt(square) - 1.0);
    }
    return options_.gradient_penalty * sum / static_cast<double>(judged());
  }

  template <class Loss>
  void check(const nn::Network& network, Loss loss) {
    ModelTwin twin(network, slope);
    constexpr double step = 1e-6;
    Values claimed, slopes;
    double largest = 0.0;
    twin.for_each_trained([&](std::size_t i) {
      const double here = twin.values[i];
      twin.values[i] = here + step;
      const double above = loss(twin);
      twin.values[i] = here - step;
      slopes.push_back((above - loss(twin)) / (2.0 * step));
      twin.values[i] = here;
      claimed.push_back(network.arena().gradients().data[i]);
      largest = std::fmax(largest, std::fabs(slopes.back()));
    });
    // Some ten f32 roundings of sums of up to a hundred numbers as large as the largest slope.
    require_close("gradient", claimed, slopes, {1e-6 * largest + 2e-7, 2e-4});
    CHECK(largest > 0.002);
  }

  TrainConfig config_;
  std::int64_t conditions_size_, trial_;
  objectives::GanOptions options_;
  Device device_;
  nn::Network g_, d_;
  Buffer state_;
  objectives::Gan gan_;
  Values real_, z_, c_;
};

TrainConfig dense() {
  TrainConfig config = plain_config();
  config.batch = batch;
  config.g_layers = {6};
  config.d_layers = {7, 5};
  return config;
}

TrainConfig convolving() {
  TrainConfig config = dense();
  config.net = vgan::NetKind::conv;
  config.norm = vgan::NormKind::none;
  config.g_layers = {4, 3};
  config.d_layers = {3, 4};
  return config;
}

void check_all(TrainConfig config, const TrialShape& shape, std::int64_t conditions) {
  for (const char* penalty : {"none", "R1 and R2", "wgan-gp"}) {
    for (const bool spectral : {false, true}) {
      INFO(penalty << (spectral ? ", spectral norm" : ""));
      config.loss = std::string(penalty) == "wgan-gp" ? LossKind::wgan_gp : LossKind::bce;
      config.r1 = std::string(penalty) == "R1 and R2" ? 20.0 : 0.0;
      config.r2 = config.r1 > 0.0 ? 0.6 : 0.0;
      config.r1_every = 2;
      config.spectral_norm = spectral;
      Case(config, shape, conditions).check_d();
      if (std::string(penalty) == "none") Case(config, shape, conditions).check_g();
    }
  }
}

}  // namespace

TEST_CASE("penalties of packed trials and of trials with conditions", "[engine][gradient]") {
  for (const std::int64_t pack : {1, 2}) {
    for (const std::int64_t conditions : {0, 3}) {
      for (const std::int64_t group : {0, 2}) {
        INFO(pack << " trials, " << conditions << " conditions, groups of " << group);
        TrainConfig config = dense();
        config.pack = pack;
        config.minibatch_stddev = group;
        check_all(config, {3, 3, 1}, conditions);
      }
    }
  }
}

TEST_CASE("penalties of convolutions, projections and a statistic", "[engine][gradient][long]") {
  for (const std::int64_t conditions : {0, 3}) {
    for (const std::int64_t group : {0, 2}) {
      INFO(conditions << " conditions, groups of " << group);
      TrainConfig config = convolving();
      config.minibatch_stddev = group;
      check_all(config, {8, 4, 1}, conditions);
    }
  }
}

TEST_CASE("penalties of packed images and of curves", "[engine][gradient][long]") {
  TrainConfig config = convolving();
  config.pack = 2;
  config.minibatch_stddev = 2;
  check_all(config, {8, 4, 2}, 0);
  config.net = vgan::NetKind::conv1d;
  check_all(config, {1, 13, 1}, 0);
  config.pack = 1;
  check_all(config, {11, 2, 1}, 2);
}

TEST_CASE("penalties of images of odd sides and of curves of many channels",
          "[engine][gradient][long]") {
  check_all(convolving(), {5, 3, 2}, 2);
  TrainConfig config = convolving();
  config.pack = 2;
  config.minibatch_stddev = 2;
  check_all(config, {3, 5, 1}, 0);
  config.net = vgan::NetKind::conv1d;
  check_all(config, {1, 5, 5}, 0);
}

TEST_CASE("a convolutional G beside a dense D that sees conditions", "[engine][gradient]") {
  TrainConfig config = convolving();
  config.d_net = "dense:6";
  check_all(config, {4, 4, 1}, 2);
}

TEST_CASE("a gradient of norm 0 leaves everything finite", "[engine][gradient]") {
  for (const bool spectral : {false, true}) {
    for (const bool conv : {false, true}) {
      INFO((spectral ? "spectral, " : "") << (conv ? "conv" : "dense"));
      TrainConfig config = conv ? convolving() : dense();
      config.spectral_norm = spectral;
      config.loss = vgan::LossKind::wgan_gp;
      config.r1 = 1.0;
      Case(config, {4, 4, 1}, 2).check_zero();
    }
  }
}
