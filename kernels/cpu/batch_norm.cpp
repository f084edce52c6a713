// Sums over the rows and positions of images, and the normalisations made of them. Chunks are fixed
// by the shape and added in order, in double.
#include "kernels/cpu/operations.hpp"

#include <algorithm>
#include <vector>

#include "kernels/cpu/channels.hpp"
#include "kernels/cpu/team/chunks.hpp"
#include "kernels/cpu/team/clones.hpp"
#include "kernels/dispatch.hpp"
#include "kernels/math/batch_norm.hpp"

namespace vgan::cpu {
namespace {

using math::Activation;

// Sums of a whole batch come in at most so many parts.
constexpr std::int64_t most_parts = 64;

/// Rows of a tight matrix's numbers (channels.hpp), some to a work item.
struct Items {
  ChannelRows rows;
  std::int64_t step;  ///< numbers

  Items(std::int64_t channels, std::int64_t size, std::int64_t most) : rows(channels, size) {
    const std::int64_t fit = std::max<std::int64_t>(1, chunk_elements / rows.length);
    step = std::max(fit, (rows.rows() + most - 1) / most) * rows.length;
  }
  std::int64_t count() const { return (rows.size + step - 1) / step; }

  /// Calls `body(first, numbers)` for each row of an item.
  template <class Body>
  void for_each_row(std::int64_t item, Body body) const {
    const std::int64_t end = std::min(rows.size, (item + 1) * step);
    for (std::int64_t at = item * step; at < end; at += rows.length) {
      body(at, std::min(rows.length, end - at));
    }
  }
};

template <class T>
void add_values(const T* from, std::int64_t count, double* __restrict sums) {
  for (std::int64_t i = 0; i < count; ++i) sums[i] += math::to_float(from[i]);
}

template <class T>
void add_moments(const T* from, std::int64_t count, double* __restrict sums,
                 double* __restrict squares) {
  for (std::int64_t i = 0; i < count; ++i) {
    const double value = math::to_float(from[i]);
    sums[i] += value;
    squares[i] += value * value;
  }
}

template <class T>
void add_gradients(const T* x, const T* dy, std::int64_t count, const float* mean,
                   const float* inverse_deviation, double* __restrict beta,
                   double* __restrict gamma) {
  for (std::int64_t i = 0; i < count; ++i) {
    const double gradient = math::to_float(dy[i]);
    beta[i] += gradient;
    gamma[i] += gradient * ((math::to_float(x[i]) - mean[i]) * inverse_deviation[i]);
  }
}

template <Activation A, class T>
void normalise_row(const T* x, std::int64_t count, const float* mean, const float* scale,
                   const float* beta, float slope, T* y) {
  for (std::int64_t i = 0; i < count; ++i) {
    const float value = math::normalise(math::to_float(x[i]), mean[i], scale[i], beta[i]);
    y[i] = math::from_float<T>(math::activate<A>(value, slope));
  }
}

template <class T>
void backward_row(const T* x, std::int64_t count, const float* mean, const float* inverse_deviation,
                  const float* scale, const float* beta, const float* gamma, T* dy) {
  for (std::int64_t i = 0; i < count; ++i) {
    const float xhat = (math::to_float(x[i]) - mean[i]) * inverse_deviation[i];
    dy[i] = math::from_float<T>(
        math::normalise_backward(math::to_float(dy[i]), xhat, scale[i], beta[i], gamma[i]));
  }
}

/// Sums of `kinds` kinds for each channel: `add(first, numbers, sums)` adds a row's numbers to
/// kinds x length places, which come down to [kinds * channels].
template <class Add>
std::vector<double> sums_by_channel(ThreadTeam& team, const Items& items, std::int64_t kinds,
                                    Add add) {
  const std::int64_t length = items.rows.length, channels = items.rows.channels;
  const auto size = static_cast<std::size_t>(kinds * length);
  std::vector<double> parts(size * static_cast<std::size_t>(items.count()));
  team.for_each(items.count(), [&](std::int64_t item, int) {
    double* part = parts.data() + static_cast<std::size_t>(item) * size;
    items.for_each_row(item, [&](std::int64_t at, std::int64_t count) { add(at, count, part); });
  });
  std::vector<double> sums(static_cast<std::size_t>(kinds * channels));
  for (std::size_t at = 0; at < parts.size(); ++at) {
    const auto place = static_cast<std::int64_t>(at % size);
    sums[static_cast<std::size_t>(place / length * channels + place % channels)] += parts[at];
  }
  return sums;
}

std::int64_t numbers_of(ConstMatrixRef matrix) { return matrix.rows * matrix.cols; }

void normalise(ThreadTeam& team, const BatchNormTask& task, const float* mean,
               const std::vector<float>& inverse_deviation) {
  const Items items(task.gamma.size, numbers_of(task.x), 1 << 30);
  const auto means = items.rows.spread([&](std::int64_t c) { return mean[c]; });
  const auto scales = items.rows.spread([&](std::int64_t c) {
    return task.gamma.data[c] * inverse_deviation[static_cast<std::size_t>(c)];
  });
  const auto betas = items.rows.spread([&](std::int64_t c) { return task.beta.data[c]; });
  with_activation(task.activation, [&](auto a) {
    with_float_type(task.x.type, [&](auto type) {
      using T = decltype(type);
      const T* x = task.x.as<T>().data;
      T* y = task.y.as<T>().data;
      team.for_each(items.count(), [&](std::int64_t item, int) {
        items.for_each_row(item, [&](std::int64_t at, std::int64_t count) {
          VGAN_WIDEST(normalise_row<decltype(a)::value>)
          (x + at, count, means.data(), scales.data(), betas.data(), task.slope, y + at);
        });
      });
    });
  });
}

// By the batch's own statistics; those are kept and the running ones move. x has numbers.
void normalise_batch(ThreadTeam& team, const BatchNormTask& task) {
  const std::int64_t channels = task.gamma.size;
  const std::int64_t count = numbers_of(task.x) / channels;
  const Items items(channels, numbers_of(task.x), most_parts);
  std::vector<double> sums;
  with_float_type(task.x.type, [&](auto type) {
    const auto* x = task.x.as<decltype(type)>().data;
    sums =
        sums_by_channel(team, items, 2, [&](std::int64_t at, std::int64_t numbers, double* part) {
          VGAN_WIDEST(add_moments)(x + at, numbers, part, part + items.rows.length);
        });
  });
  std::vector<float> inverse_deviation(static_cast<std::size_t>(channels));
  for (std::int64_t c = 0; c < channels; ++c) {
    const auto i = static_cast<std::size_t>(c);
    const math::Statistics now =
        math::statistics({sums[i], sums[static_cast<std::size_t>(channels + c)]}, count);
    inverse_deviation[i] = math::inverse_deviation(now.variance, task.epsilon);
    task.mean.data[c] = now.mean;
    task.inverse_deviation.data[c] = inverse_deviation[i];
    float& mean = task.running_mean.data[c];
    float& variance = task.running_variance.data[c];
    mean = math::moved(mean, now.mean, task.momentum);
    variance = math::moved(variance, math::unbiased(now.variance, count), task.momentum);
  }
  normalise(team, task, task.mean.data, inverse_deviation);
}

// By the running statistics.
void normalise_running(ThreadTeam& team, const BatchNormTask& task) {
  std::vector<float> inverse_deviation;
  for (std::int64_t c = 0; c < task.gamma.size; ++c) {
    inverse_deviation.push_back(
        math::inverse_deviation(task.running_variance.data[c], task.epsilon));
  }
  normalise(team, task, task.running_mean.data, inverse_deviation);
}

}  // namespace

void run(ThreadTeam& team, const ChannelSumsTask& task) {
  const ConstMatrixRef dy = task.dy;
  const VectorView<float> sums = task.sums;
  const Items items(sums.size, numbers_of(dy), most_parts);
  with_float_type(dy.type, [&](auto type) {
    const auto* from = dy.as<decltype(type)>().data;
    const auto found =
        sums_by_channel(team, items, 1, [&](std::int64_t at, std::int64_t count, double* part) {
          VGAN_WIDEST(add_values)(from + at, count, part);
        });
    for (std::int64_t c = 0; c < sums.size; ++c) {
      const double before = task.accumulate ? sums.data[c] : 0.0;
      sums.data[c] = static_cast<float>(before + found[static_cast<std::size_t>(c)]);
    }
  });
}

void run(ThreadTeam& team, const BatchNormTask& task) {
  task.inference ? normalise_running(team, task) : normalise_batch(team, task);
}

void run(ThreadTeam& team, const BatchNormBackwardTask& task) {
  const std::int64_t channels = task.gamma.size;
  const Items items(channels, numbers_of(task.x), most_parts);
  const auto mean = items.rows.spread([&](std::int64_t c) { return task.mean.data[c]; });
  const auto inverse_deviation =
      items.rows.spread([&](std::int64_t c) { return task.inverse_deviation.data[c]; });
  with_float_type(task.x.type, [&](auto type) {
    using T = decltype(type);
    const T* x = task.x.as<T>().data;
    T* dy = task.dy.as<T>().data;
    const auto sums =
        sums_by_channel(team, items, 2, [&](std::int64_t at, std::int64_t numbers, double* part) {
          VGAN_WIDEST(add_gradients)
          (x + at, dy + at, numbers, mean.data(), inverse_deviation.data(), part,
           part + items.rows.length);
        });
    for (std::int64_t c = 0; c < channels; ++c) {
      task.dbeta.data[c] = static_cast<float>(sums[static_cast<std::size_t>(c)]);
      task.dgamma.data[c] = static_cast<float>(sums[static_cast<std::size_t>(channels + c)]);
    }
    if (numbers_of(task.x) == 0) return;
    const float share = 1.0F / static_cast<float>(numbers_of(task.x) / channels);
    const auto scale = items.rows.spread(
        [&](std::int64_t c) { return task.gamma.data[c] * task.inverse_deviation.data[c]; });
    const auto beta = items.rows.spread([&](std::int64_t c) { return task.dbeta.data[c] * share; });
    const auto gamma =
        items.rows.spread([&](std::int64_t c) { return task.dgamma.data[c] * share; });
    const Items pieces(channels, numbers_of(task.x), 1 << 30);
    team.for_each(pieces.count(), [&](std::int64_t item, int) {
      pieces.for_each_row(item, [&](std::int64_t at, std::int64_t count) {
        VGAN_WIDEST(backward_row)
        (x + at, count, mean.data(), inverse_deviation.data(), scale.data(), beta.data(),
         gamma.data(), dy + at);
      });
    });
  });
}

}  // namespace vgan::cpu
