#include "engine/stats/code_mixture.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/stats/code_blocks.hpp"
#include "engine/stats/code_clusters.hpp"

namespace vgan {
namespace {

using Values = std::vector<double>;

constexpr std::int64_t most_em_steps = 100;
// Products of a fit's expectations, some seconds: fewer steps where there are more.
constexpr std::int64_t most_products = std::int64_t{1} << 33;
constexpr double least_gain = 1e-4;        // nats a number of a code, of one step
constexpr double least_log_share = -14.0;  // below the largest of a trial: 1e-6 of it
constexpr double floor_share = 1e-6;
constexpr double infinity = std::numeric_limits<double>::infinity();
// Trials that a covariance is summed over at a time, the distance of two of their numbers in memory
// (no power of two, which would crowd a few lines of the cache), and sums side by side.
constexpr std::int64_t chunk = 128, chunk_stride = chunk + 8, sums = 8;

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

/// y -= sum of times[c] * rows[c] over c < count; rows [count, code_lanes] and y [code_lanes] lie
/// apart. Four at a time, as y is read and written each time.
void subtract(const double* times, std::int64_t count, const double* rows, double* __restrict y) {
  std::int64_t c = 0;
  for (; c + 4 <= count; c += 4) {
    const double* x = rows + c * code_lanes;
    const double a0 = times[c], a1 = times[c + 1], a2 = times[c + 2], a3 = times[c + 3];
    for (std::int64_t i = 0; i < code_lanes; ++i) {
      y[i] -= (a0 * x[i] + a1 * x[code_lanes + i]) +
              (a2 * x[2 * code_lanes + i] + a3 * x[3 * code_lanes + i]);
    }
  }
  for (; c < count; ++c) {
    const double* x = rows + c * code_lanes;
    const double a = times[c];
    for (std::int64_t i = 0; i < code_lanes; ++i) y[i] -= a * x[i];
  }
}

class Fit {
 public:
  Fit(MatrixView<const float> codes, std::int64_t components)
      : codes_(codes),
        size_(codes.cols),
        count_(components),
        off_(at(codes.cols * chunk_stride), 0.0),
        scaled_(at(codes.cols * chunk_stride), 0.0) {
    mixture_.weight.assign(at(count_), 0.0);
    mixture_.mean.assign(at(count_ * size_), 0.0);
    mixture_.factor.assign(at(count_ * size_ * size_), 0.0);
    shares_.assign(at(codes.rows * count_), 0.0);
    const double variance = mean_variance();
    floor_ = floor_share * (variance > 0.0 ? variance : 1.0);
  }

  CodeMixture run(std::uint64_t seed) {
    const std::vector<std::int64_t> clusters = code_clusters(codes_, count_, seed);
    for (std::int64_t i = 0; i < codes_.rows; ++i) shares_of(clusters[at(i)])[i] = 1.0;
    maximise();
    double before = -infinity;
    const std::int64_t most = most_mixture_steps(codes_.rows, count_, size_);
    for (; mixture_.steps < most; ++mixture_.steps) {
      const double now = expect();
      if (!(now - before > least_gain * static_cast<double>(size_))) break;
      before = now;
      maximise();
    }
    return std::move(mixture_);
  }

 private:
  double* mean(std::int64_t k) { return mixture_.mean.data() + k * size_; }
  double* factor(std::int64_t k) { return mixture_.factor.data() + k * size_ * size_; }
  double* shares_of(std::int64_t k) { return shares_.data() + k * codes_.rows; }

  double mean_variance() const {
    double sum = 0.0;
    for (std::int64_t j = 0; j < size_; ++j) {
      double total = 0.0;
      for (std::int64_t i = 0; i < codes_.rows; ++i) total += double{codes_.row(i)[j]};
      const double middle = total / static_cast<double>(codes_.rows);
      for (std::int64_t i = 0; i < codes_.rows; ++i) {
        const double off = double{codes_.row(i)[j]} - middle;
        sum += off * off;
      }
    }
    return sum / static_cast<double>(codes_.rows * size_);
  }

  /// Weights, means and factors from the shares. A component without trials is given up: weight 0,
  /// and a factor that is the floor alone.
  void maximise() {
    double all = 0.0;
    for (std::int64_t k = 0; k < count_; ++k) {
      const double total = move_mean(k);
      mixture_.weight[at(k)] = total;
      all += total;
      set_factor(k, total);
    }
    for (double& weight : mixture_.weight) weight /= all;
  }

  /// The trials of component k, in sum of shares; its mean stays where that is less than a
  /// thousandth.
  double move_mean(std::int64_t k) {
    double total = 0.0;
    Values sum(at(size_), 0.0);
    for (std::int64_t i = 0; i < codes_.rows; ++i) {
      const double part = shares_of(k)[i];
      if (part == 0.0) continue;
      total += part;
      for (std::int64_t j = 0; j < size_; ++j) sum[at(j)] += part * double{codes_.row(i)[j]};
    }
    if (total < 1e-3) return 0.0;
    for (std::int64_t j = 0; j < size_; ++j) mean(k)[j] = sum[at(j)] / total;
    return total;
  }

  void set_factor(std::int64_t k, double total) {
    double* l = factor(k);
    std::fill(l, l + size_ * size_, 0.0);
    for (std::int64_t next = 0; total > 0.0 && next < codes_.rows;) {
      add_products(l, take_chunk(k, total, next));
    }
    for (std::int64_t r = 0; r < size_; ++r) l[r * size_ + r] += floor_;
    factorise(l);
  }

  /// Puts trials of component k, from trial `next` on, into `off_` and, times their shares of
  /// `total`, into `scaled_`; the rest of the last `sums` is zeros. Returns how many, those
  /// included.
  std::int64_t take_chunk(std::int64_t k, double total, std::int64_t& next) {
    std::int64_t taken = 0;
    const double* middle = mean(k);
    for (; next < codes_.rows && taken < chunk; ++next) {
      const double part = shares_of(k)[next] / total;
      if (part == 0.0) continue;
      for (std::int64_t j = 0; j < size_; ++j) {
        const double off = double{codes_.row(next)[j]} - middle[j];
        off_[at(j * chunk_stride + taken)] = off;
        scaled_[at(j * chunk_stride + taken)] = part * off;
      }
      ++taken;
    }
    const std::int64_t whole = (taken + sums - 1) / sums * sums;
    for (std::int64_t j = 0; j < size_; ++j) {
      std::fill(&off_[at(j * chunk_stride)] + taken, &off_[at(j * chunk_stride)] + whole, 0.0);
      std::fill(&scaled_[at(j * chunk_stride)] + taken, &scaled_[at(j * chunk_stride)] + whole,
                0.0);
    }
    return whole;
  }

  /// The lower triangle of scaled off^T of the chunk, onto `l`.
  void add_products(double* l, std::int64_t trials) const {
    for (std::int64_t r = 0; r < size_; ++r) {
      const double* x = scaled_.data() + r * chunk_stride;
      for (std::int64_t c = 0; c <= r; ++c) {
        const double* y = off_.data() + c * chunk_stride;
        double sum[sums] = {};
        for (std::int64_t i = 0; i < trials; i += sums) {
          for (std::int64_t s = 0; s < sums; ++s) sum[s] += x[i + s] * y[i + s];
        }
        for (const double one : sum) l[r * size_ + c] += one;
      }
    }
  }

  // Cholesky in place. The floor keeps pivots positive; rounding may not take them below it.
  void factorise(double* l) const {
    for (std::int64_t r = 0; r < size_; ++r) {
      double* line = l + r * size_;
      for (std::int64_t c = 0; c <= r; ++c) {
        const double* above = l + c * size_;
        double value = line[c];
        for (std::int64_t j = 0; j < c; ++j) value -= line[j] * above[j];
        line[c] = c < r ? value / above[c] : std::sqrt(std::max(value, 0.5 * floor_));
      }
    }
  }

  /// log of weight over the root of the covariance's determinant.
  double log_height(std::int64_t k) {
    double height = std::log(mixture_.weight[at(k)]);
    for (std::int64_t r = 0; r < size_; ++r) height -= std::log(factor(k)[r * size_ + r]);
    return height;
  }

  /// |L^-1 (x - mean)|^2 of component k for the codes of a block. `solved` [size, code_lanes] is
  /// room.
  void squares(std::int64_t k, const CodeBlock& block, Values& solved,
               double (&square)[code_lanes]) {
    for (double& one : square) one = 0.0;
    for (std::int64_t r = 0; r < size_; ++r) {
      const double* line = factor(k) + r * size_;
      const double* x = block.number(r);
      double* y = solved.data() + r * code_lanes;
      const double middle = mean(k)[r];
      for (std::int64_t i = 0; i < code_lanes; ++i) y[i] = x[i] - middle;
      subtract(line, r, solved.data(), y);
      const double inverse = 1.0 / line[r];
      for (std::int64_t i = 0; i < code_lanes; ++i) {
        y[i] *= inverse;
        square[i] += y[i] * y[i];
      }
    }
  }

  /// Shares of the components in each trial; the mean log likelihood without its constant.
  double expect() {
    Values height(at(count_)), solved(at(size_ * code_lanes)), logs(at(count_ * code_lanes));
    for (std::int64_t k = 0; k < count_; ++k) height[at(k)] = log_height(k);
    CodeBlock block(size_);
    double total = 0.0;
    for (std::int64_t first = 0; first < codes_.rows; first += code_lanes) {
      block.load(codes_, first);
      for (std::int64_t k = 0; k < count_; ++k) {
        double* log = &logs[at(k * code_lanes)];
        double square[code_lanes] = {};
        if (mixture_.weight[at(k)] > 0.0) squares(k, block, solved, square);
        for (std::int64_t i = 0; i < code_lanes; ++i) log[i] = height[at(k)] - 0.5 * square[i];
      }
      for (std::int64_t i = 0; i < block.count(); ++i) total += share_out(logs, i, first + i);
    }
    return total / static_cast<double>(codes_.rows);
  }

  /// The shares of one trial, lane `lane` of `logs` [K, code_lanes]; the log of its density.
  double share_out(Values& logs, std::int64_t lane, std::int64_t trial) {
    double most = -infinity;
    for (std::int64_t k = 0; k < count_; ++k)
      most = std::max(most, logs[at(k * code_lanes + lane)]);
    double sum = 0.0;
    for (std::int64_t k = 0; k < count_; ++k) {
      double& one = logs[at(k * code_lanes + lane)];
      one = one - most > least_log_share ? std::exp(one - most) : 0.0;
      sum += one;
    }
    for (std::int64_t k = 0; k < count_; ++k) {
      shares_of(k)[trial] = logs[at(k * code_lanes + lane)] / sum;
    }
    return most + std::log(sum);
  }

  MatrixView<const float> codes_;
  std::int64_t size_, count_;
  double floor_ = 0.0;
  CodeMixture mixture_;
  Values shares_;        // [K, n]
  Values off_, scaled_;  // [size, chunk_stride]
};

}  // namespace

std::int64_t most_mixture_steps(std::int64_t codes, std::int64_t components, std::int64_t size) {
  if (components == 1) return 0;
  const std::int64_t products = codes * components * (size * (size + 1) / 2);
  return std::clamp(most_products / products, std::int64_t{1}, most_em_steps);
}

CodeMixture fit_mixture(MatrixView<const float> codes, std::int64_t components,
                        std::uint64_t seed) {
  return Fit(codes, components).run(seed);
}

}  // namespace vgan
