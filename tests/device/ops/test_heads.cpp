// The heads of rows of a table against their equations in plain loops in double, on every backend.
#include <cmath>
#include <limits>

#include "kernels/math/gaussian.hpp"
#include "kernels/math/heads.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/heads_reference.hpp"

using namespace vgan;
using namespace vgan::testing;
using math::Head;
using math::HeadKind;
using reference::HeadNoise;
using reference::HeadRows;

namespace {

constexpr std::uint64_t seed = 42;
constexpr std::uint64_t first_number = (std::uint64_t{1} << 62) + 3;

/// Heads in device memory.
class DeviceHeads {
 public:
  DeviceHeads(Device& device, const std::vector<Head>& heads)
      : buffer_(device.backend->allocate(heads.size() * sizeof(Head), "heads")),
        size_(static_cast<std::int64_t>(heads.size())) {
    device.backend->upload(*device.queue, heads.data(), heads.size() * sizeof(Head),
                           buffer_.data());
    device.queue->synchronise();
  }
  VectorView<const Head> view() const { return {buffer_.as<Head>(), size_}; }

 private:
  Buffer buffer_;
  std::int64_t size_;
};

const std::vector<Head> all_kinds = {{0, 1, HeadKind::number},     {1, 3, HeadKind::choice},
                                     {4, 1, HeadKind::flag},       {5, 1, HeadKind::choice},
                                     {6, 1, HeadKind::number, 40}, {7, 33, HeadKind::choice},
                                     {40, 1, HeadKind::flag}};
constexpr std::int64_t width = 41;
const reference::HeadNoise noise{seed, math::subsequence(Purpose::sample, 0), first_number};

std::vector<double> logits_of(std::int64_t rows, std::int64_t cols, ElementType type,
                              std::uint64_t which = 5) {
  std::vector<double> values = random_values(rows * cols, which, type);
  for (double& value : values) value *= 4.0;
  return values;
}

HeadsTask task_for(const DeviceMatrix& logits, const DeviceHeads& heads, const DeviceMatrix& out,
                   const DeviceMatrix& soft) {
  HeadsTask task;
  task.logits = logits.ref();
  task.heads = heads.view();
  task.stream = {seed, Purpose::sample, first_number};
  task.out = out.ref();
  task.soft = soft.view();
  return task;
}

}  // namespace

TEST_CASE("heads make numbers, choices and flags of logits", "[kernels][heads]") {
  const auto check = [](Device& device, std::int64_t rows, ElementType in, ElementType to,
                        bool noisy) {
    INFO(rows << " rows, noisy " << noisy);
    const std::vector<double> values = logits_of(rows, width, in);
    const std::vector<double> variance(width, 0.25);
    const DeviceMatrix logits(device, rows, width, values, in);
    const DeviceMatrix deviations(device, 1, width, variance);
    const DeviceMatrix out(device, rows, width, to), soft(device, rows, width);
    const DeviceHeads heads(device, all_kinds);
    HeadsTask task = task_for(logits, heads, out, soft);
    task.noisy = noisy;
    task.temperature = 0.7F;
    task.variance = deviations.vector().data;
    device.backend->run(*device.queue, task);
    HeadNoise stream = noise;
    stream.on = noisy;
    const HeadRows want = reference::heads_of(values, rows, all_kinds, stream, 0.7F, variance);
    require_close("out", out.get(), want.out, {2e-6, 2.0 * rounding_of(to)});
    require_close("soft", soft.get(), want.soft, {4e-6, 1e-6});
    // The soft values are for the gradient alone: without them the outputs are the same.
    const DeviceMatrix again(device, rows, width, to);
    task.out = again.ref();
    task.soft = {};
    device.backend->run(*device.queue, task);
    REQUIRE(again.get() == out.get());
  };
  on_every_device([&](Device& device) {
    for (const std::int64_t rows : {1, 3, 130}) {
      for (const ElementType in : float_types) {
        for (const ElementType to : float_types) {
          for (const bool noisy : {true, false}) check(device, rows, in, to, noisy);
        }
      }
    }
  });
}

// A share p of n rows lies within five of its standard deviations, sqrt(p (1 - p) / n).
TEST_CASE("choices and flags come as often as their probabilities say", "[kernels][heads]") {
  constexpr std::int64_t rows = 40000;
  const std::vector<double> one_row = {-1.0, 0.5, 2.0, 0.0, 1.25, -3.0};
  const std::vector<Head> heads = {
      {0, 4, HeadKind::choice}, {4, 1, HeadKind::flag}, {5, 1, HeadKind::flag}};
  double sum = 0.0;
  for (int j = 0; j < 4; ++j) sum += std::exp(one_row[static_cast<std::size_t>(j)]);
  std::vector<double> shares;
  for (int j = 0; j < 4; ++j)
    shares.push_back(std::exp(one_row[static_cast<std::size_t>(j)]) / sum);
  for (int j = 4; j < 6; ++j)
    shares.push_back(reference::sigmoid(one_row[static_cast<std::size_t>(j)]));
  std::vector<double> values;
  for (std::int64_t i = 0; i < rows; ++i)
    values.insert(values.end(), one_row.begin(), one_row.end());
  on_every_device([&](Device& device) {
    const DeviceMatrix logits(device, rows, 6, values);
    const DeviceMatrix out(device, rows, 6);
    const DeviceHeads list(device, heads);
    HeadsTask task = task_for(logits, list, out, out);
    task.soft = {};
    device.backend->run(*device.queue, task);
    const std::vector<double> made = out.get();
    for (std::size_t j = 0; j < 6; ++j) {
      double share = 0.0;
      for (std::size_t i = 0; i < rows; ++i) share += made[i * 6 + j] / rows;
      INFO("column " << j);
      CHECK(std::fabs(share - shares[j]) <= 5.0 * std::sqrt(shares[j] * (1.0 - shares[j]) / rows));
    }
  });
}

// Numbers, flags and choices of one row take random words apart: what is drawn for one says nothing
// of another. A correlation of n rows of independent columns lies within five of 1 / sqrt(n).
TEST_CASE("the noise of a row's heads is independent", "[kernels][heads]") {
  constexpr std::int64_t rows = 20000;
  const std::vector<std::vector<Head>> layouts = {
      {{0, 1, HeadKind::number}, {1, 1, HeadKind::flag}},
      {{0, 1, HeadKind::flag}, {1, 1, HeadKind::number}, {2, 1, HeadKind::number}},
      {{0, 1, HeadKind::number}, {1, 2, HeadKind::choice}, {3, 1, HeadKind::number}},
      {{0, 1, HeadKind::number}, {1, 2, HeadKind::choice}, {3, 1, HeadKind::flag}}};
  // What is drawn for a head in one row, with mean 0 and variance 1.
  const auto centred = [](const std::vector<double>& made, std::int64_t first, const Head& head) {
    const double value = made[static_cast<std::size_t>(first + head.first)];
    return head.kind == HeadKind::number ? value : 2.0 * value - 1.0;
  };
  const auto correlation = [&](const std::vector<double>& made, std::int64_t cols, const Head& one,
                               const Head& other) {
    double sum = 0.0;
    for (std::int64_t i = 0; i < rows; ++i) {
      sum += centred(made, i * cols, one) * centred(made, i * cols, other);
    }
    return sum / rows;
  };
  on_every_device([&](Device& device) {
    for (const std::vector<Head>& heads : layouts) {
      const std::int64_t cols = heads.back().first + heads.back().size;
      const DeviceMatrix logits(device, rows, cols), out(device, rows, cols);
      const std::vector<double> ones(static_cast<std::size_t>(cols), 1.0);
      const DeviceMatrix variance(device, 1, cols, ones);
      const DeviceHeads list(device, heads);
      HeadsTask task = task_for(logits, list, out, out);
      task.soft = {};
      task.variance = variance.vector().data;
      device.backend->run(*device.queue, task);
      const std::vector<double> made = out.get();
      for (std::size_t i = 0; i < heads.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
          INFO("outputs " << heads[j].first << " and " << heads[i].first << " of " << cols);
          CHECK(std::fabs(correlation(made, cols, heads[i], heads[j])) <= 5.0 / std::sqrt(rows));
        }
      }
    }
  });
}

TEST_CASE("a row's heads do not depend on the rows beside it", "[kernels][heads]") {
  on_every_device([](Device& device) {
    const std::vector<double> values = logits_of(9, width, ElementType::f32);
    const DeviceMatrix logits(device, 9, width, values);
    const DeviceMatrix whole(device, 9, width), part(device, 4, width), soft(device, 9, width);
    const DeviceHeads heads(device, all_kinds);
    device.backend->run(*device.queue, task_for(logits, heads, whole, soft));
    HeadsTask task = task_for(logits, heads, part, soft);
    task.soft = {};
    task.logits = task.logits.rows_from(5, 4);
    task.stream.first += 5 * width;
    device.backend->run(*device.queue, task);
    const std::vector<double> all = whole.get();
    REQUIRE(part.get() == std::vector<double>(all.begin() + 5 * width, all.end()));
  });
}

TEST_CASE("logits that are not finite are seen in what heads make of them", "[kernels][heads]") {
  on_every_device([](Device& device) {
    for (const double bad : {std::nan(""), HUGE_VAL}) {
      for (const std::size_t column : {0, 2, 4, 5, 39}) {
        std::vector<double> values(width, 0.0);
        values[column] = bad;
        const DeviceMatrix logits(device, 1, width, values);
        const DeviceMatrix out(device, 1, width), soft(device, 1, width);
        const DeviceHeads heads(device, all_kinds);
        device.backend->run(*device.queue, task_for(logits, heads, out, soft));
        bool finite = true;
        for (const double value : out.get()) finite = finite && std::isfinite(value);
        INFO("column " << column << ", " << bad);
        CHECK_FALSE(finite);
      }
    }
  });
}

// The gradient of sum_j c_j soft_j in the logits, by central differences of the reference.
TEST_CASE("heads_backward is the gradient of numbers and soft values", "[kernels][heads]") {
  constexpr std::int64_t rows = 3;
  constexpr double step = 1e-5;
  on_every_device([](Device& device) {
    for (const ElementType type : float_types) {
      const std::vector<double> values = logits_of(rows, width, ElementType::f32);
      const std::vector<double> c = random_values(rows * width, 9, type);
      const DeviceMatrix logits(device, rows, width, values);
      const DeviceMatrix out(device, rows, width), soft(device, rows, width);
      const DeviceMatrix gradient(device, rows, width, c, type);
      const DeviceHeads heads(device, all_kinds);
      HeadsTask task = task_for(logits, heads, out, soft);
      task.temperature = 0.5F;
      device.backend->run(*device.queue, task);
      device.backend->run(*device.queue,
                          HeadsBackwardTask{soft.view(), heads.view(), 0.5F, gradient.ref()});
      std::vector<double> want;
      for (std::size_t k = 0; k < values.size(); ++k) {
        double difference = 0.0;
        for (const double side : {step, -step}) {
          std::vector<double> moved = values;
          moved[k] += side;
          const HeadRows made = reference::heads_of(moved, rows, all_kinds, noise, 0.5, {});
          for (std::size_t j = 0; j < c.size(); ++j) {
            difference += c[j] * made.moving[j] * (side > 0.0 ? 1.0 : -1.0);
          }
        }
        want.push_back(difference / (2.0 * step));
      }
      require_close("gradient", gradient.get(), want, {5e-6, 2.0 * rounding_of(type)});
    }
  });
}

namespace {

/// Rows of numbers, one-hot choices and flags.
std::vector<double> targets_of(std::int64_t rows, ElementType type) {
  std::vector<double> values = random_values(rows * width, 17, type);
  for (std::int64_t i = 0; i < rows; ++i) {
    for (const Head& head : all_kinds) {
      if (head.kind == HeadKind::number) continue;
      const auto at = static_cast<std::size_t>(i * width + head.first);
      const bool positive = values[at] > 0.0;
      for (std::int32_t j = 0; j < head.size; ++j) values[at + static_cast<std::size_t>(j)] = 0.0;
      if (head.kind == HeadKind::flag) values[at] = positive ? 1.0 : 0.0;
      if (head.kind == HeadKind::choice)
        values[at + static_cast<std::size_t>((i * 7) % head.size)] = 1.0;
    }
  }
  return values;
}

}  // namespace

TEST_CASE("heads_loss is the likelihood of a row, and variances follow the errors",
          "[kernels][heads]") {
  constexpr double step = 1e-5;
  on_every_device([](Device& device) {
    for (const std::int64_t rows : {1, 5, 300}) {
      for (const ElementType type : float_types) {
        INFO(rows << " rows");
        const std::vector<double> y = logits_of(rows, width, ElementType::f32, 23);
        const std::vector<double> x = targets_of(rows, type);
        std::vector<double> variance(width, 7.0);
        variance[0] = 0.5;
        variance[6] = math::least_variance;
        const DeviceMatrix outputs(device, rows, width, y), targets(device, rows, width, x, type);
        const DeviceMatrix gradient(device, rows, width, type), figures(device, 1, 2);
        const DeviceMatrix variances(device, 1, width, variance);
        const DeviceHeads heads(device, all_kinds);
        float* const loss = figures.vector().data;
        device.backend->run(*device.queue, HeadsLossTask{outputs.ref(), targets.ref(), heads.view(),
                                                         variances.vector().data, 0.75F,
                                                         gradient.ref(), loss, loss + 1});
        std::vector<double> want;
        for (std::size_t k = 0; k < (rows > 5 ? width : y.size()); ++k) {
          std::vector<double> up = y, down = y;
          up[k] += step;
          down[k] -= step;
          want.push_back((reference::heads_loss(up, x, rows, all_kinds, variance) -
                          reference::heads_loss(down, x, rows, all_kinds, variance)) /
                         (2.0 * step));
        }
        std::vector<double> got = gradient.get();
        got.resize(want.size());
        require_close("gradient", got, want, {1e-5, 2.0 * rounding_of(type) + 2e-6});
        require_close("loss", std::vector<double>{figures.get()[0]},
                      std::vector<double>{reference::heads_loss(y, x, rows, all_kinds, variance)},
                      {1e-5, 2e-6});
        std::vector<double> moved = variance;
        for (const std::size_t number : {0, 6}) {
          double error = 0.0, there = 0.0;
          for (std::int64_t i = 0; i < rows; ++i) {
            const auto first = static_cast<std::size_t>(i * width);
            if (number == 6 && x[first + 40] == 1.0) continue;  // missing
            const std::size_t at = first + number;
            error += (y[at] - x[at]) * (y[at] - x[at]);
            there += 1.0;
          }
          if (there == 0.0) continue;
          moved[number] = std::max<double>(0.75 * variance[number] + 0.25 * error / there,
                                           math::least_variance);
        }
        require_close("variances", variances.get(), moved, {0.0, 1e-5});
      }
    }
  });
}

// python tests/golden/heads.py
TEST_CASE("heads give NumPy's numbers", "[kernels][heads]") {
  const std::vector<Head> heads = {
      {0, 1, HeadKind::number}, {1, 3, HeadKind::choice}, {4, 1, HeadKind::flag}};
  std::vector<double> values;
  for (int k = 0; k < 10; ++k) values.push_back(std::sin(1.7 * k));
  on_every_device([&](Device& device) {
    const DeviceMatrix logits(device, 2, 5, values), out(device, 2, 5), soft(device, 2, 5);
    const DeviceMatrix targets(device, 2, 5, {0.5, 0, 0, 1, 1, -1, 1, 0, 0, 0});
    const DeviceMatrix variance(device, 1, 5, {0.09, 1, 1, 1, 1}), figures(device, 1, 2);
    const DeviceMatrix gradient(device, 2, 5);
    const DeviceHeads list(device, heads);
    HeadsTask task = task_for(logits, list, out, soft);
    task.stream.first = std::uint64_t{1} << 62;
    task.temperature = 0.5F;
    task.variance = variance.vector().data;
    device.backend->run(*device.queue, task);
    require_close("out", out.get(),
                  std::vector<double>{-0.15164757, 1, 0, 0, 1, 0.68819996, 0, 0, 1, 1},
                  {1e-6, 1e-6});
    require_close("soft", soft.get(),
                  std::vector<double>{1, 0.98651243, 0.01148042, 0.00200715, 0.86405204, 1,
                                      0.01756358, 0.00352102, 0.9789154, 0.96849323},
                  {1e-6, 2e-6});
    device.backend->run(*device.queue, HeadsLossTask{logits.ref(), targets.ref(), list.view(),
                                                     variance.vector().data, 0.9F, gradient.ref(),
                                                     figures.vector().data, nullptr});
    require_close("gradient", gradient.get(),
                  std::vector<double>{-2.77777778, 0.34860614, 0.10015679, -0.44876293, -0.18946252,
                                      9.99159507, -0.42689427, 0.07933222, 0.34756206, 0.29895215},
                  {1e-6, 2e-6});
    require_close("loss", std::vector<double>{figures.get()[0]}, std::vector<double>{11.26945656},
                  {0.0, 2e-6});
    require_close("variance", std::vector<double>{variance.get()[0]},
                  std::vector<double>{0.25522779}, {0.0, 2e-6});
  });
}

TEST_CASE("heads give the same bits for any number of threads", "[kernels][heads]") {
  require_same_for_any_threads([](Device& device) {
    constexpr std::int64_t rows = 700;
    const DeviceMatrix logits(device, rows, width, logits_of(rows, width, ElementType::f32));
    const DeviceMatrix targets(device, rows, width, targets_of(rows, ElementType::f32));
    const DeviceMatrix out(device, rows, width), soft(device, rows, width);
    const DeviceMatrix gradient(device, rows, width), figures(device, 1, 2);
    const DeviceMatrix variances(device, 1, width, std::vector<double>(width, 1.0));
    const DeviceHeads heads(device, all_kinds);
    device.backend->run(*device.queue, task_for(logits, heads, out, soft));
    float* const loss = figures.vector().data;
    device.backend->run(*device.queue, HeadsLossTask{logits.ref(), targets.ref(), heads.view(),
                                                     variances.vector().data, 0.9F, gradient.ref(),
                                                     loss, loss + 1});
    std::vector<double> all = out.get();
    for (const DeviceMatrix* one : {&soft, &gradient, &figures, &variances}) {
      const std::vector<double> values = one->get();
      all.insert(all.end(), values.begin(), values.end());
    }
    return all;
  });
}
