#include "engine/train/code_mixture.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/math/philox.hpp"

namespace vgan {
namespace {

using Values = std::vector<double>;

constexpr int most_lloyd_steps = 20;
constexpr int most_em_steps = 100;
constexpr double least_gain = 1e-5;  // nats a trial, of one step
constexpr double floor_share = 1e-6;
constexpr double infinity = std::numeric_limits<double>::infinity();

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

/// Uniforms in [0, 1) one after the other, from step 0 of the stream `component`.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : seed_(seed) {}
  double next() {
    const math::Words4 words =
        math::philox_block(seed_, math::subsequence(math::Purpose::component, 0), block_++);
    const std::uint64_t bits = std::uint64_t{words.x} << 32 | words.y;
    return static_cast<double>(bits >> 11) * 0x1p-53;
  }

 private:
  std::uint64_t seed_;
  std::uint64_t block_ = 0;
};

class Fit {
 public:
  Fit(MatrixView<const float> codes, std::int64_t components)
      : codes_(codes), size_(codes.cols), count_(components) {
    mixture_.weight.assign(at(count_), 0.0);
    mixture_.mean.assign(at(count_ * size_), 0.0);
    mixture_.factor.assign(at(count_ * size_ * size_), 0.0);
    shares_.assign(at(codes.rows * count_), 0.0);
    const double variance = mean_variance();
    floor_ = floor_share * (variance > 0.0 ? variance : 1.0);
  }

  CodeMixture run(std::uint64_t seed) {
    if (count_ == 1) {
      std::fill(shares_.begin(), shares_.end(), 1.0);
      maximise();
      return std::move(mixture_);
    }
    start(seed);
    maximise();
    double before = -infinity;
    for (int step = 0; step < most_em_steps; ++step) {
      const double now = expect();
      if (!(now - before > least_gain)) break;
      before = now;
      maximise();
    }
    return std::move(mixture_);
  }

 private:
  double* mean(std::int64_t k) { return mixture_.mean.data() + k * size_; }
  double* factor(std::int64_t k) { return mixture_.factor.data() + k * size_ * size_; }
  double& share(std::int64_t row, std::int64_t k) { return shares_[at(row * count_ + k)]; }

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

  double distance(std::int64_t row, const double* centre) const {
    double sum = 0.0;
    for (std::int64_t j = 0; j < size_; ++j) {
      const double off = double{codes_.row(row)[j]} - centre[j];
      sum += off * off;
    }
    return sum;
  }

  void place(std::int64_t k, std::int64_t row) {
    for (std::int64_t j = 0; j < size_; ++j) mean(k)[j] = double{codes_.row(row)[j]};
  }

  // Each next centre is a trial, drawn by its squared distance to the nearest centre so far.
  void place_centres(std::uint64_t seed) {
    Draws draws(seed);
    const auto rows = static_cast<double>(codes_.rows);
    place(0, static_cast<std::int64_t>(draws.next() * rows));
    Values nearest(at(codes_.rows), infinity);
    for (std::int64_t k = 1; k < count_; ++k) {
      double total = 0.0;
      for (std::int64_t i = 0; i < codes_.rows; ++i) {
        nearest[at(i)] = std::min(nearest[at(i)], distance(i, mean(k - 1)));
        total += nearest[at(i)];
      }
      const double wanted = draws.next() * total;
      std::int64_t chosen = 0;
      double sum = nearest[0];
      while (chosen + 1 < codes_.rows && sum <= wanted) sum += nearest[at(++chosen)];
      place(k, chosen);
    }
  }

  // k-means: shares of 0 and 1. A centre that no trial is nearest to stays where it is.
  void start(std::uint64_t seed) {
    place_centres(seed);
    std::vector<std::int64_t> owner(at(codes_.rows), -1);
    for (int step = 0; step < most_lloyd_steps; ++step) {
      bool moved = false;
      for (std::int64_t i = 0; i < codes_.rows; ++i) {
        std::int64_t best = 0;
        double least = infinity;
        for (std::int64_t k = 0; k < count_; ++k) {
          const double d = distance(i, mean(k));
          if (d < least) {
            least = d;
            best = k;
          }
        }
        moved = moved || owner[at(i)] != best;
        owner[at(i)] = best;
      }
      if (!moved) break;
      std::fill(shares_.begin(), shares_.end(), 0.0);
      for (std::int64_t i = 0; i < codes_.rows; ++i) share(i, owner[at(i)]) = 1.0;
      for (std::int64_t k = 0; k < count_; ++k) (void)move_mean(k);
    }
  }

  /// The trials of component k, in sum of shares; its mean stays where that is less than a
  /// thousandth.
  double move_mean(std::int64_t k) {
    double total = 0.0;
    Values sum(at(size_), 0.0);
    for (std::int64_t i = 0; i < codes_.rows; ++i) {
      const double part = share(i, k);
      if (part == 0.0) continue;
      total += part;
      for (std::int64_t j = 0; j < size_; ++j) sum[at(j)] += part * double{codes_.row(i)[j]};
    }
    if (total < 1e-3) return 0.0;
    for (std::int64_t j = 0; j < size_; ++j) mean(k)[j] = sum[at(j)] / total;
    return total;
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

  void set_factor(std::int64_t k, double total) {
    double* l = factor(k);
    std::fill(l, l + size_ * size_, 0.0);
    Values off(at(size_));
    for (std::int64_t i = 0; total > 0.0 && i < codes_.rows; ++i) {
      const double part = share(i, k) / total;
      if (part == 0.0) continue;
      for (std::int64_t j = 0; j < size_; ++j) off[at(j)] = double{codes_.row(i)[j]} - mean(k)[j];
      for (std::int64_t r = 0; r < size_; ++r) {
        const double scaled = part * off[at(r)];
        double* line = l + r * size_;
        for (std::int64_t c = 0; c <= r; ++c) line[c] += scaled * off[at(c)];
      }
    }
    for (std::int64_t r = 0; r < size_; ++r) l[r * size_ + r] += floor_;
    factorise(l);
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

  /// log of a component's density at each trial plus log weight, into the shares.
  void log_densities(std::int64_t k) {
    const double weight = mixture_.weight[at(k)];
    if (weight == 0.0) {
      for (std::int64_t i = 0; i < codes_.rows; ++i) share(i, k) = -infinity;
      return;
    }
    // Columns of L in turn, so that the solution runs along memory.
    Values columns(at(size_ * size_), 0.0);
    double constant = std::log(weight);
    for (std::int64_t r = 0; r < size_; ++r) {
      const double* line = factor(k) + r * size_;
      for (std::int64_t c = 0; c <= r; ++c) columns[at(c * size_ + r)] = line[c];
      constant -= std::log(line[r]);
    }
    Values off(at(size_));
    for (std::int64_t i = 0; i < codes_.rows; ++i) {
      for (std::int64_t j = 0; j < size_; ++j) off[at(j)] = double{codes_.row(i)[j]} - mean(k)[j];
      double square = 0.0;
      for (std::int64_t c = 0; c < size_; ++c) {
        const double* column = columns.data() + c * size_;
        const double solved = off[at(c)] / column[c];
        square += solved * solved;
        for (std::int64_t r = c + 1; r < size_; ++r) off[at(r)] -= column[r] * solved;
      }
      share(i, k) = constant - 0.5 * square;
    }
  }

  /// Shares of the components in each trial; the mean log likelihood without its constant.
  double expect() {
    for (std::int64_t k = 0; k < count_; ++k) log_densities(k);
    double total = 0.0;
    for (std::int64_t i = 0; i < codes_.rows; ++i) {
      double* row = &share(i, 0);
      const double most = *std::max_element(row, row + count_);
      double sum = 0.0;
      for (std::int64_t k = 0; k < count_; ++k) {
        row[k] = std::exp(row[k] - most);
        sum += row[k];
      }
      for (std::int64_t k = 0; k < count_; ++k) row[k] /= sum;
      total += most + std::log(sum);
    }
    return total / static_cast<double>(codes_.rows);
  }

  MatrixView<const float> codes_;
  std::int64_t size_, count_;
  double floor_ = 0.0;
  CodeMixture mixture_;
  Values shares_;  // [n, K]
};

}  // namespace

CodeMixture fit_mixture(MatrixView<const float> codes, std::int64_t components,
                        std::uint64_t seed) {
  return Fit(codes, components).run(seed);
}

}  // namespace vgan
