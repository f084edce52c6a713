// Heads of a table's row in plain loops and in double (kernels/math/heads.hpp).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/math/gaussian.hpp"
#include "kernels/math/heads.hpp"
#include "kernels/math/uniform.hpp"

namespace vgan::testing::reference {

inline double sigmoid(double x) { return 1.0 / (1.0 + std::exp(-x)); }

/// Where the noise of heads comes from: output j of row i takes number first + i * width + j, a
/// normal deviate that of 2^61 on.
struct HeadNoise {
  std::uint64_t seed = 0, stream = 0, first = 0;
  bool on = true;

  double of(math::HeadKind kind, std::int64_t element) const {
    if (!on) return 0.0;
    const std::uint64_t number = first + static_cast<std::uint64_t>(element);
    if (kind == math::HeadKind::number) {
      return math::gaussian(seed, stream, (std::uint64_t{1} << 61) + number);
    }
    const double u = math::uniform(seed, stream, number);
    return kind == math::HeadKind::choice ? -std::log(std::max(-std::log(u), 0x1p-33))
                                          : std::log(u) - std::log(std::max(1.0 - u, 0x1p-25));
  }
};

struct HeadRows {
  std::vector<double> out, soft;
  std::vector<double> moving;  ///< what stands for `out` in a gradient
};

/// What heads make of logits [rows, width], and what they are for a gradient.
inline HeadRows heads_of(const std::vector<double>& logits, std::int64_t rows,
                         const std::vector<math::Head>& heads, const HeadNoise& noise,
                         double temperature, const std::vector<double>& variance) {
  const std::int64_t cols = static_cast<std::int64_t>(logits.size()) / rows;
  HeadRows made{logits, logits, logits};
  for (std::int64_t i = 0; i < rows; ++i) {
    for (const math::Head& head : heads) {
      const auto at = [&](std::int64_t j) { return static_cast<std::size_t>(i * cols + j); };
      const auto raised = [&](std::int64_t j) {
        return logits[at(j)] + noise.of(head.kind, i * cols + j);
      };
      const std::int64_t first = head.first;
      if (head.kind == math::HeadKind::number) {
        const double deviation =
            variance.empty() ? 0.0 : std::sqrt(variance[static_cast<std::size_t>(first)]);
        made.soft[at(first)] = 1.0;
        if (head.missing >= 0 &&
            logits[at(head.missing)] + noise.of(math::HeadKind::flag, i * cols + head.missing) >
                0.0) {
          made.out[at(first)] = made.soft[at(first)] = made.moving[at(first)] = 0.0;
          continue;
        }
        made.out[at(first)] = logits[at(first)] + deviation * noise.of(head.kind, i * cols + first);
      } else if (head.kind == math::HeadKind::flag) {
        made.soft[at(first)] = sigmoid(raised(first) / temperature);
        made.moving[at(first)] = made.soft[at(first)];
        made.out[at(first)] = raised(first) > 0.0 ? 1.0 : 0.0;
      } else {
        std::int64_t best = first;
        double sum = 0.0;
        for (std::int64_t j = first; j < first + head.size; ++j) {
          if (raised(j) > raised(best)) best = j;
          sum += std::exp(raised(j) / temperature);
        }
        for (std::int64_t j = first; j < first + head.size; ++j) {
          made.out[at(j)] = j == best ? 1.0 : 0.0;
          made.soft[at(j)] = made.moving[at(j)] = std::exp(raised(j) / temperature) / sum;
        }
      }
    }
  }
  return made;
}

/// The mean over rows of the heads' negative log-likelihoods of x given y.
inline double heads_loss(const std::vector<double>& y, const std::vector<double>& x,
                         std::int64_t rows, const std::vector<math::Head>& heads,
                         const std::vector<double>& variance) {
  const std::int64_t cols = static_cast<std::int64_t>(y.size()) / rows;
  double total = 0.0;
  for (std::int64_t i = 0; i < rows; ++i) {
    for (const math::Head& head : heads) {
      const auto at = static_cast<std::size_t>(i * cols + head.first);
      if (head.missing >= 0 && x[static_cast<std::size_t>(i * cols + head.missing)] == 1.0)
        continue;
      if (head.kind == math::HeadKind::number) {
        const double v = variance[static_cast<std::size_t>(head.first)];
        total += 0.5 * ((y[at] - x[at]) * (y[at] - x[at]) / v + std::log(v));
      } else if (head.kind == math::HeadKind::flag) {
        total += std::log1p(std::exp(y[at])) - x[at] * y[at];
      } else {
        double sum = 0.0, right = 0.0;
        for (std::size_t j = at; j < at + static_cast<std::size_t>(head.size); ++j) {
          sum += std::exp(y[j]);
          right += x[j] * y[j];
        }
        total += std::log(sum) - right;
      }
    }
  }
  return total / static_cast<double>(rows);
}

}  // namespace vgan::testing::reference
