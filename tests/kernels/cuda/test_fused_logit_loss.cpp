// A discriminator's last layer with its loss in one kernel, against plain loops in double.
#include "kernels/cuda/dense.hpp"
#include "kernels/cuda/fused/fused.hpp"
#include "kernels/cuda/operations.hpp"
#include "tests/kernels/cuda/fused_case.hpp"
#include "tests/kernels/cuda/launcher_test.hpp"
#include "tests/support/reference.hpp"
#include "tests/support/reference_loss.hpp"

using namespace vgan;
using namespace vgan::testing;
using math::Activation;

namespace {

constexpr float slope = 0.2F;
constexpr double learning_rate = 0.01;

struct LogitCase {
  std::int64_t real_rows, fake_rows, inputs;
  ElementType type = ElementType::f32;
  Place place;
  bool wants_dx = true;
  bool updates = true;
  Activation activation = Activation::leaky_relu;
  GanLoss kind = GanLoss::bce;
};

struct Losses {
  float real_loss, real_accuracy, fake_loss, fake_accuracy;
};

/// Everything of one call in device memory, and its reference.
class LogitLayer {
 public:
  explicit LogitLayer(const LogitCase& c)
      : case_(c),
        n_(c.real_rows + c.fake_rows),
        x_values_(random_values(n_ * c.inputs, 1, c.type)),
        w_values_(random_values(c.inputs, 2, c.type)),
        bias_values_{0.25},
        x_(n_, c.inputs, x_values_, c.type, c.place),
        w_(c.inputs, 1, w_values_, c.type, c.place),
        bias_(1, 1, bias_values_),
        logits_(n_, 1, ElementType::f32, c.place),
        gradient_(n_, 1, c.type, c.place),
        dx_(n_, c.inputs, c.type, c.place),
        losses_({-1.0F, -1.0F, -1.0F, -1.0F}),
        weight_step_(c.inputs, 5, {true, c.type == ElementType::bf16, c.place.offset}),
        bias_step_(1, 6, {true, false, c.place.offset}) {}

  LogitLossTask task() const {
    LogitLossTask task;
    task.x = x_.ref();
    task.w = w_.ref();
    task.bias = bias_.vector();
    task.logits = logits_.view();
    task.gradient = gradient_.ref();
    if (case_.wants_dx) task.dx = dx_.ref();
    task.activation = case_.activation;
    task.slope = slope;
    Losses* losses = losses_.data();
    task.sides[0] = {case_.real_rows,
                     {case_.kind, side(0), 0.9F, &losses->real_loss, &losses->real_accuracy}};
    task.sides[1] = {case_.fake_rows,
                     {case_.kind, side(1), 0.9F, &losses->fake_loss, &losses->fake_accuracy}};
    if (!case_.updates) return task;
    task.weight_step = weight_step_.view();
    task.bias_step = bias_step_.view();
    return task;
  }

  void require_right() const {
    const double sum = sum_tolerance(case_.inputs);
    const auto logits = logits_.get();
    require_close("logits", logits,
                  reference::product(x_values_, w_values_, n_, case_.inputs, 1, bias_values_),
                  {sum, 3e-7});
    const auto gradient = gradient_.get();
    // From the logits that are there: a few roundings of exp and log.
    require_close("gradient", gradient, wanted_gradient(logits),
                  stored_tolerance(1e-9, case_.type));
    const Losses got = losses_.get();
    const Losses want = wanted_losses(logits);
    // The roundings of one value, in proportion to it.
    const auto allowed = [](float loss) { return 1e-6F * std::fmax(1.0F, std::fabs(loss)); };
    CHECK(std::fabs(got.real_loss - want.real_loss) <= allowed(want.real_loss));
    CHECK(got.real_accuracy == want.real_accuracy);
    CHECK(std::fabs(got.fake_loss - want.fake_loss) <= allowed(want.fake_loss));
    CHECK(got.fake_accuracy == want.fake_accuracy);
    if (case_.wants_dx) require_dx(gradient);
    if (case_.updates) require_steps(gradient);
  }
  std::vector<double> gradient() const { return gradient_.get(); }
  std::vector<double> logits() const { return logits_.get(); }
  std::vector<double> dx() const { return dx_.get(); }
  Losses losses() const { return losses_.get(); }
  CudaMatrix& x() { return x_; }

 private:
  int side_of(std::size_t row) const {
    return static_cast<std::int64_t>(row) < case_.real_rows ? 0 : 1;
  }
  /// D's two sides, or G's one.
  GanSide side(int i) const {
    if (i == 1) return GanSide::fake;
    return case_.fake_rows > 0 ? GanSide::real : GanSide::fooled;
  }
  reference::Loss loss_of(std::size_t row, double logit) const {
    return reference::gan_loss(case_.kind, side(side_of(row)), logit, 0.9F);
  }

  std::vector<double> wanted_gradient(const std::vector<double>& logits) const {
    std::vector<double> gradient(logits.size());
    for (std::size_t i = 0; i < logits.size(); ++i) {
      const double rows = static_cast<double>(side_of(i) == 0 ? case_.real_rows : case_.fake_rows);
      gradient[i] = loss_of(i, logits[i]).gradient / rows;
    }
    return gradient;
  }

  Losses wanted_losses(const std::vector<double>& logits) const {
    double loss[2] = {};
    double right[2] = {};
    for (std::size_t i = 0; i < logits.size(); ++i) {
      const int of = side_of(i);
      loss[of] += loss_of(i, logits[i]).value;
      right[of] += reference::is_right(case_.kind, side(of), logits[i]) ? 1.0 : 0.0;
    }
    const auto share = [](std::int64_t rows) { return 1.0F / static_cast<float>(rows); };
    Losses losses{static_cast<float>(loss[0] / static_cast<double>(case_.real_rows)),
                  static_cast<float>(right[0]) * share(case_.real_rows), -1.0F, -1.0F};
    if (case_.fake_rows == 0) return losses;  // nothing is said of nobody
    losses.fake_loss = static_cast<float>(loss[1] / static_cast<double>(case_.fake_rows));
    losses.fake_accuracy = static_cast<float>(right[1]) * share(case_.fake_rows);
    return losses;
  }

  // dx has no sum: three roundings, and that of tanh's 1 - x^2, for gradients up to 1.
  void require_dx(const std::vector<double>& gradient) const {
    auto want = reference::product(gradient, w_values_, n_, 1, case_.inputs);
    for (std::size_t i = 0; i < want.size(); ++i)
      want[i] *= reference::derivative_from_output(case_.activation, x_values_[i], slope);
    require_close("dx", dx_.get(), want, stored_tolerance(0x1p-23, case_.type));
  }

  void require_steps(const std::vector<double>& gradient) const {
    const auto dw = reference::product(reference::transpose(x_values_, n_, case_.inputs), gradient,
                                       case_.inputs, n_, 1);
    const math::AdamStep step = test_step(learning_rate);
    weight_step_.require_step("weights", dw, sum_tolerance(n_), step, test_decay());
    bias_step_.require_step("bias", reference::column_sums(gradient, n_, 1), sum_tolerance(n_),
                            step, test_decay());
  }

  LogitCase case_;
  std::int64_t n_;
  std::vector<double> x_values_, w_values_, bias_values_;
  CudaMatrix x_, w_, bias_, logits_, gradient_, dx_;
  CudaValue<Losses> losses_;
  CudaArena weight_step_, bias_step_;
};

/// Returns whether the launch raised the flag.
bool run(const LogitLossTask& task, const cuda::FusedLaunch& launch = {}) {
  const CudaValue<std::uint64_t> step(steps_before);
  const CudaValue<AdamState> network({learning_rate, 0});
  REQUIRE(cuda::fused_logit_loss(nullptr, task, test_rates(), {step.data()}, network.data(),
                                 launch) == cudaSuccess);
  return network.get().nonfinite != 0;
}

}  // namespace

LAUNCHER_TEST_CASE("fused logit loss: every count of rows and columns around its strides",
                   "[cuda][kernels][fused]") {
  const LogitCase cases[] = {{1, 0, 1},    {1, 1, 3},       {7, 9, 31},      {32, 32, 128},
                             {33, 31, 33}, {100, 129, 127}, {128, 128, 129}, {5, 1100, 4},
                             {40, 0, 300}, {129, 1, 384}};
  std::size_t i = 0;
  for (const ElementType type : {ElementType::f32, ElementType::bf16}) {
    for (const Place& place : places()) {
      for (LogitCase c : cases) {
        INFO(c.real_rows << " + " << c.fake_rows << " rows, " << c.inputs << " inputs, padding "
                         << place.padding << ", offset " << place.offset << ", type "
                         << static_cast<int>(type));
        c.type = type;
        c.place = place;
        c.wants_dx = i % 3 != 0;
        c.updates = i % 4 != 1;
        c.activation = i % 2 == 0 ? Activation::leaky_relu : Activation::tanh;
        c.kind = reference::gan_losses[i / 4 % reference::gan_losses.size()];
        const LogitLayer layer(c);
        CHECK_FALSE(run(layer.task()));
        layer.require_right();
        ++i;
      }
    }
  }
}

LAUNCHER_TEST_CASE("fused logit loss: as many rows as it takes, and no more",
                   "[cuda][kernels][fused]") {
  const LogitLayer most({cuda::most_logit_rows - 1, 1, 5});
  CHECK_FALSE(run(most.task()));
  most.require_right();
  const LogitLayer more({cuda::most_logit_rows, 1, 5});
  CHECK_FALSE(cuda::fused_supports(more.task()));
}

LAUNCHER_TEST_CASE("fused logit loss: the same in any order of warps, and launched early",
                   "[cuda][kernels][fused]") {
  std::vector<double> first;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    simt::reset(seed);
    const LogitLayer layer({30, 35, 200, ElementType::bf16});
    run(layer.task(), {.programmatic = seed % 2 == 0, .prefetch_weights = seed % 4 == 0});
    std::vector<double> all = layer.dx();
    const Losses losses = layer.losses();
    all.insert(all.end(), {losses.real_loss, losses.fake_loss});
    if (first.empty()) first = all;
    CHECK(all == first);
  }
  simt::reset();
}

LAUNCHER_TEST_CASE("fused logit loss: agrees with product, loss and mask by kernels of their own",
                   "[cuda][kernels][fused]") {
  for (const ElementType type : {ElementType::f32, ElementType::bf16}) {
    const LogitLayer fused({33, 31, 100, type});
    CHECK_FALSE(run(fused.task()));
    // The loss from the same logits: sums in double, in another order.
    const CudaMatrix logits(64, 1, fused.logits());
    const CudaMatrix gradient(64, 1, type);
    const CudaMatrix loss(1, 4);
    for (const bool real : {true, false}) {
      const std::int64_t first = real ? 0 : 33;
      const std::int64_t rows = real ? 33 : 31;
      float* to = loss.vector().data + (real ? 0 : 2);
      const MatrixRef part = logits.ref().rows_from(first, rows);
      const GanSide side = real ? GanSide::real : GanSide::fake;
      const GanLossTask task{part.as<float>(),
                             gradient.ref().rows_from(first, rows),
                             {GanLoss::bce, side, 0.9F, to, to + 1}};
      cuda::NoScratch none;
      REQUIRE(cuda::run(nullptr, task, none) == cudaSuccess);
    }
    CHECK(gradient.get() == fused.gradient());
    const Losses got = fused.losses();
    const std::vector<double> want = loss.get();
    CHECK(std::fabs(got.real_loss - want[0]) <= 6e-8);
    CHECK(got.real_accuracy == static_cast<float>(want[1]));
    CHECK(std::fabs(got.fake_loss - want[2]) <= 6e-8);
    CHECK(got.fake_accuracy == static_cast<float>(want[3]));
  }
}

LAUNCHER_TEST_CASE("fused logit loss: a gradient of NaN raises the flag, and padding does not",
                   "[cuda][kernels][fused]") {
  LogitLayer layer({20, 20, 50, ElementType::f32, {3, 1}});
  CHECK_FALSE(run(layer.task()));
  auto x = random_values(40 * 50, 1);
  x[39 * 50 + 49] = std::nan("");
  layer.x().set(x);
  CHECK(run(layer.task()));
  const LogitCase frozen{20, 20, 50, ElementType::f32, {3, 1}, true, false};
  LogitLayer without_step(frozen);
  without_step.x().set(x);
  CHECK_FALSE(run(without_step.task()));
}

LAUNCHER_TEST_CASE("fused logit loss: says which calls it takes", "[cuda][kernels][fused]") {
  const LogitLayer layer({4, 5, 6});
  const LogitLossTask task = layer.task();
  CHECK(cuda::fused_supports(task));
  LogitLossTask other = task;
  other.sides[1].rows = 4;
  CHECK_FALSE(cuda::fused_supports(other));
  other = task;
  other.w.type = ElementType::bf16;
  CHECK_FALSE(cuda::fused_supports(other));
  other = task;
  other.weight_step = {};
  CHECK_FALSE(cuda::fused_supports(other));
  other.bias_step = {};
  CHECK(cuda::fused_supports(other));
  other = task;
  other.sides[1].term.loss = nullptr;
  CHECK_FALSE(cuda::fused_supports(other));
  CHECK(cuda::fused_logit_loss(nullptr, other, test_rates(), {}, nullptr, {}) ==
        cudaErrorInvalidValue);
}
