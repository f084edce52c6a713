// The fused operations of the seam against plain loops in double, on every backend.
#include <array>
#include <optional>

#include "kernels/math/adam.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/reference.hpp"
#include "tests/support/reference_loss.hpp"

using namespace vgan;
using namespace vgan::testing;
using reference::Values;

namespace {

constexpr float slope = 0.2F;
constexpr double rate = 1e-3;

/// One layer's numbers on a device: weights, moments, average and shadow, with what Adam makes of
/// them in double.
class Layer {
 public:
  Layer(Device& device, std::int64_t inputs, std::int64_t outputs, ElementType type, bool average,
        std::uint64_t seed)
      : device_(&device), type_(type), inputs_(inputs), outputs_(outputs) {
    for (std::size_t part = 0; part < parts_.size(); ++part) {
      const std::int64_t size = part == 0 ? inputs * outputs : outputs;
      Part& p = parts_[part];
      p.size = size;
      p.w = random_values(size, seed + 10 * part + 1, type);
      p.g = random_values(size, seed + 10 * part + 2);
      p.m = random_values(size, seed + 10 * part + 3);
      p.v = random_values(size, seed + 10 * part + 4);
      for (double& v : p.v) v = v * v;
      p.average = p.w;
      for (double& a : p.average) a = static_cast<float>(a + 0.5);
      for (auto [values, matrix] : {std::pair{&p.w, &p.dw}, std::pair{&p.g, &p.dg},
                                    std::pair{&p.m, &p.dm}, std::pair{&p.v, &p.dv}}) {
        matrix->emplace(device, 1, size, *values);
      }
      if (average) p.da.emplace(device, 1, size, p.average);
    }
    if (type == ElementType::bf16) copy_ = make_copy();
  }

  ConstMatrixRef compute_weight() const {
    if (copy_) return copy_ref(*copy_);
    return {parts_[0].dw->ref().data, type_, inputs_, outputs_, outputs_};
  }
  VectorView<float> bias() const { return parts_[1].dw->vector(); }
  const Values& weights() const { return parts_[0].w; }
  const Values& biases() const { return parts_[1].w; }
  const Values& gradient_there() const { return parts_[0].g; }

  AdamArena arena(std::size_t part) const {
    const Part& p = parts_[part];
    AdamArena arena{p.dw->vector(), p.dg->vector(), p.dm->vector(), p.dv->vector(), {}, {}};
    if (p.da) arena.average = p.da->vector();
    if (part == 0 && copy_) {
      arena.shadow = {static_cast<math::BFloat16*>(copy_->data()), copy_form().elements};
      arena.packed_shadow = copy_form().packed;
    }
    return arena;
  }

  /// After step 1 with the gradients `dw` and `db`. A gradient within `error` of its true value
  /// moves m by at most error (1 - beta1), v by 2 error (1 - beta2), and the weight in proportion.
  void require_updated(const Values& dw, const Values& db, const AdamRates& rates,
                       double error) const {
    check(0, dw, rates, error);
    check(1, db, rates, error);
    if (copy_) CHECK(bytes_of(*copy_) == bytes_of(make_copy()));
  }

 private:
  struct Part {
    std::int64_t size = 0;
    Values w, g, m, v, average;
    std::optional<DeviceMatrix> dw, dg, dm, dv, da;
  };

  WeightCopy copy_form() const { return device_->backend->weight_copy(inputs_, outputs_); }
  MatrixRef copy_ref(const Buffer& copy) const {
    return {copy.data(), ElementType::bf16, inputs_, outputs_, outputs_, copy_form().packed};
  }
  /// What products read of the weights as they are.
  Buffer make_copy() const {
    Buffer copy = device_->backend->allocate(copy_bytes(), "a copy");
    device_->backend->pack_weights(
        *device_->queue, {parts_[0].dw->view().data, inputs_, outputs_, outputs_}, copy_ref(copy));
    return copy;
  }
  std::size_t copy_bytes() const { return static_cast<std::size_t>(copy_form().elements) * 2; }
  std::vector<std::byte> bytes_of(const Buffer& copy) const {
    std::vector<std::byte> host(copy_bytes());
    device_->backend->download(*device_->queue, copy.data(), host.size(), host.data());
    device_->queue->synchronise();
    return host;
  }

  void check(std::size_t part, const Values& gradient, const AdamRates& rates, double error) const {
    const Part& p = parts_[part];
    Values w = p.w, m = p.m, v = p.v, average = p.average;
    const double decay = math::ema_decay(rates.average_decay, 1);
    for (std::size_t i = 0; i < w.size(); ++i) {
      m[i] = rates.beta1 * m[i] + (1 - rates.beta1) * gradient[i];
      v[i] = rates.beta2 * v[i] + (1 - rates.beta2) * gradient[i] * gradient[i];
      const double m_hat = m[i] / (1 - rates.beta1), v_hat = v[i] / (1 - rates.beta2);
      w[i] -= rate * m_hat / (std::sqrt(v_hat) + rates.epsilon);
      average[i] += (1 - decay) * (w[i] - average[i]);
    }
    INFO((part == 0 ? "weights" : "bias"));
    require_close("m", p.dm->get(), m, {error, 1e-6});
    require_close("v", p.dv->get(), v, {error * 1e-2, 1e-5});
    // Where v is small, m / sqrt(v) turns by more: steps are of the size of the rate.
    require_close("w", p.dw->get(), w, {2e-7 + rate * error * 100, 1e-6});
    if (p.da) require_close("average", p.da->get(), average, {2e-7 + rate * error * 100, 1e-6});
  }

  Device* device_;
  ElementType type_;
  std::int64_t inputs_, outputs_;
  std::array<Part, 2> parts_;
  std::optional<Buffer> copy_;  ///< of the weight, in bf16
};

/// At step 0 with G's learning rate.
StepState first_step() {
  StepState start{};
  start.generator.learning_rate = rate;
  return start;
}

FusedOptions fused_options(bool average) {
  AdamOptions adam;
  adam.average_decay = average ? 0.9F : 0.0F;
  adam.network = &StepState::generator;
  return {adam, false};
}

Values masked(Values sums, const Values& at, Activation activation) {
  for (std::size_t i = 0; i < sums.size(); ++i) {
    sums[i] *= reference::derivative_from_output(activation, at[i], slope);
  }
  return sums;
}

struct Case {
  std::int64_t rows, below, inputs, outputs;
};
constexpr Case cases[] = {{1, 1, 1, 1},     {5, 7, 9, 3},      {32, 16, 32, 32},
                          {33, 31, 65, 17}, {64, 40, 33, 129}, {100, 8, 70, 1}};
// Past the slices of a weight gradient on the CPU, in rows and in columns.
constexpr Case wide[] = {{130, 150, 40, 1060}, {31, 16, 300, 257}};

template <class Body>
void for_each_case(Body body) {
  on_every_device([&](Device& device) {
    for (const ElementType type : float_types) {
      std::vector<Case> of_device(std::begin(cases), std::end(cases));
      if (device.backend->info().kind == "cpu") {
        of_device.insert(of_device.end(), std::begin(wide), std::end(wide));
      }
      for (const Case& c : of_device) {
        INFO((type == ElementType::bf16 ? "bf16" : "f32")
             << ", rows " << c.rows << ", " << c.below << "-" << c.inputs << "-" << c.outputs);
        body(device, type, c);
      }
    }
  });
}

// Sums of n products of numbers in [-1, 1] in f32, each rounded.
double sum_error(std::int64_t n) { return 1e-7 * static_cast<double>(n + 4); }

}  // namespace

TEST_CASE("dense_backward gives an input gradient and moves two layers", "[kernels][fused]") {
  for_each_case([](Device& device, ElementType type, const Case& c) {
    const bool average = c.rows % 2 == 1;
    // Layer a takes below -> inputs and is updated with what was there; layer b takes inputs ->
    // outputs; the input gradient goes through a third layer of b's shape.
    Layer a(device, c.below, c.inputs, type, average, 100);
    Layer b(device, c.inputs, c.outputs, type, average, 200);
    const Layer through(device, c.inputs, c.outputs, type, false, 300);
    const Values xa = random_values(c.rows * c.below, 1, type);
    const Values dya = random_values(c.rows * c.inputs, 2, type);
    const Values xb = random_values(c.rows * c.inputs, 3, type);
    const Values dyb = random_values(c.rows * c.outputs, 4, type);
    const DeviceMatrix device_xa(device, c.rows, c.below, xa, type);
    const DeviceMatrix device_dya(device, c.rows, c.inputs, dya, type);
    const DeviceMatrix device_xb(device, c.rows, c.inputs, xb, type);
    const DeviceMatrix device_dyb(device, c.rows, c.outputs, dyb, type);
    DeviceMatrix dx(device, c.rows, c.inputs, type);
    const DeviceState state(device, first_step());
    const InputGradientTask gradient{device_dyb.ref(), through.compute_weight(), device_xb.ref(),
                                     dx.ref(),         Activation::leaky_relu,   slope};
    const std::array updates{
        DenseUpdateTask{device_xa.ref(), device_dya.ref(), a.arena(0), a.arena(1), true},
        DenseUpdateTask{device_xb.ref(), device_dyb.ref(), b.arena(0), b.arena(1), false}};
    const FusedOptions options = fused_options(average);
    device.backend->dense_backward(*device.queue, gradient, updates, state.get(), options);

    const auto wt = reference::transpose(through.weights(), c.inputs, c.outputs);
    const auto sums = reference::product(dyb, wt, c.rows, c.outputs, c.inputs);
    const double rounding = type == ElementType::bf16 ? 1.0 / 256.0 : 1e-6;
    require_close("dx", dx.get(), masked(sums, xb, Activation::leaky_relu),
                  {sum_error(c.outputs), rounding});
    auto dwa = reference::product(reference::transpose(xa, c.rows, c.below), dya, c.below, c.rows,
                                  c.inputs);
    for (std::size_t i = 0; i < dwa.size(); ++i) dwa[i] += a.gradient_there()[i];
    a.require_updated(dwa, reference::column_sums(dya, c.rows, c.inputs), options.adam,
                      sum_error(c.rows));
    b.require_updated(reference::product(reference::transpose(xb, c.rows, c.inputs), dyb, c.inputs,
                                         c.rows, c.outputs),
                      reference::column_sums(dyb, c.rows, c.outputs), options.adam,
                      sum_error(c.rows));
    CHECK(state.read().generator.nonfinite == 0);
  });
}

TEST_CASE("dense_backward sees a gradient that is not finite", "[kernels][fused]") {
  for (const std::string& name : usable_devices()) {
    for (const ElementType type : {ElementType::f32, ElementType::bf16}) {
      for (const double bad : {std::nan(""), HUGE_VAL}) {
        INFO(name << ", " << bad);
        Device device = open_device(name);
        Layer layer(device, 33, 40, type, false, 1);
        Values x = random_values(20 * 33, 2, type);
        x[20 * 33 - 1] = bad;
        const DeviceMatrix dx(device, 20, 33, x, type);
        const DeviceMatrix dy(device, 20, 40, random_values(20 * 40, 3, type), type);
        const DeviceState state(device, first_step());
        const DenseUpdateTask update{dx.ref(), dy.ref(), layer.arena(0), layer.arena(1)};
        device.backend->dense_backward(*device.queue, {}, {&update, 1}, state.get(),
                                       fused_options(false));
        CHECK(state.read().generator.nonfinite == 1);
        CHECK(state.read().discriminator.nonfinite == 0);
      }
    }
  }
}

TEST_CASE("logit_loss is the last layer, its loss and its step", "[kernels][fused]") {
  std::size_t turn = 0;
  for_each_case([&](Device& device, ElementType type, const Case& c) {
    for (const bool with_step : {false, true}) {
      for (const bool two_sides : {false, true}) {
        // Every loss in turn, in all four forms; of one side: G's.
        const GanLoss kind = reference::gan_losses[turn++ / 4 % reference::gan_losses.size()];
        const GanSide kinds[] = {two_sides ? GanSide::real : GanSide::fooled, GanSide::fake};
        INFO("step " << with_step << ", two sides " << two_sides << ", loss "
                     << static_cast<int>(kind));
        const std::int64_t first_rows = two_sides ? (c.rows + 1) / 2 : c.rows;
        const std::int64_t sides[] = {first_rows, c.rows - first_rows};
        Layer layer(device, c.inputs, 1, type, with_step, 7);
        const Values x = random_values(c.rows * c.inputs, 8, type);
        const DeviceMatrix device_x(device, c.rows, c.inputs, x, type);
        DeviceMatrix logits(device, c.rows, 1), gradient(device, c.rows, 1, type),
            dx(device, c.rows, c.inputs, type);
        const DeviceState state(device, first_step());
        StepRecord& record = state.get()->current;
        LogitLossTask task;
        task.x = device_x.ref();
        task.w = layer.compute_weight();
        task.bias = layer.bias();
        task.logits = logits.view();
        task.gradient = gradient.ref();
        task.dx = dx.ref();
        task.activation = Activation::leaky_relu;
        task.slope = slope;
        task.sides[0] = {sides[0], {kind, kinds[0], 0.9F, &record.values[0], &record.values[6]}};
        task.sides[1] = {sides[1], {kind, kinds[1], 0.9F, &record.values[1]}};
        if (with_step) task.weight_step = layer.arena(0), task.bias_step = layer.arena(1);
        device.backend->logit_loss(*device.queue, task, state.get(), fused_options(with_step));

        const Values want =
            reference::product(x, layer.weights(), c.rows, c.inputs, 1, layer.biases());
        require_close("logits", logits.get(), want, {sum_error(c.inputs), 1e-6});
        Values want_gradient;
        double losses[2] = {}, right = 0.0;
        for (std::int64_t i = 0; i < c.rows; ++i) {
          const int side = i < sides[0] ? 0 : 1;
          const double logit = want[static_cast<std::size_t>(i)];
          const reference::Loss one = reference::gan_loss(kind, kinds[side], logit, 0.9F);
          losses[side] += one.value / static_cast<double>(sides[side]);
          if (side == 0) right += reference::is_right(kind, kinds[0], logit) ? 1.0 : 0.0;
          want_gradient.push_back(one.gradient / static_cast<double>(sides[side]));
        }
        const StepRecord got = state.read().current;
        CHECK(got.values[0] == Approx(losses[0]).epsilon(1e-5).margin(sum_error(c.inputs)));
        if (sides[1] > 0)
          CHECK(got.values[1] == Approx(losses[1]).epsilon(1e-5).margin(sum_error(c.inputs)));
        CHECK(got.values[6] == Approx(right / static_cast<double>(sides[0])));
        const double rounding = type == ElementType::bf16 ? 1.0 / 256.0 : 1e-5;
        require_close("gradient", gradient.get(), want_gradient, {1e-6, rounding});
        // From the gradient as it is stored, which in bf16 is rounded.
        const Values stored = gradient.get();
        const Values sums = reference::product(
            stored, reference::transpose(layer.weights(), c.inputs, 1), c.rows, 1, c.inputs);
        require_close("dx", dx.get(), masked(sums, x, Activation::leaky_relu), {1e-7, rounding});
        if (!with_step) continue;
        layer.require_updated(reference::product(reference::transpose(x, c.rows, c.inputs), stored,
                                                 c.inputs, c.rows, 1),
                              reference::column_sums(stored, c.rows, 1), fused_options(true).adam,
                              sum_error(c.rows));
      }
    }
  });
}
