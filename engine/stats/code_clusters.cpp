#include "engine/stats/code_clusters.hpp"

#include <limits>

#include "engine/stats/code_blocks.hpp"
#include "kernels/math/philox.hpp"

namespace vgan {
namespace {

using Values = std::vector<double>;

constexpr int most_lloyd_steps = 20;
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

class Clusters {
 public:
  Clusters(MatrixView<const float> codes, std::int64_t count)
      : codes_(codes),
        size_(codes.cols),
        count_(count),
        centres_(at(count * codes.cols), 0.0),
        owner_(at(codes.rows), -1),
        block_(codes.cols) {}

  std::vector<std::int64_t> run(std::uint64_t seed) {
    place_centres(seed);
    for (int step = 0; step < most_lloyd_steps && assign(); ++step) move_centres();
    return std::move(owner_);
  }

 private:
  double* centre(std::int64_t k) { return centres_.data() + k * size_; }

  void place(std::int64_t k, std::int64_t row) {
    for (std::int64_t j = 0; j < size_; ++j) centre(k)[j] = double{codes_.row(row)[j]};
  }

  /// Squared distances of the block's codes to centre k.
  void distances(std::int64_t k, double (&d)[code_lanes]) {
    for (double& one : d) one = 0.0;
    for (std::int64_t j = 0; j < size_; ++j) {
      const double* x = block_.number(j);
      const double middle = centre(k)[j];
      for (std::int64_t lane = 0; lane < code_lanes; ++lane) {
        d[lane] += (x[lane] - middle) * (x[lane] - middle);
      }
    }
  }

  // Each next centre is a code, drawn by its squared distance to the nearest centre so far.
  void place_centres(std::uint64_t seed) {
    Draws draws(seed);
    place(0, static_cast<std::int64_t>(draws.next() * static_cast<double>(codes_.rows)));
    Values nearest(at(codes_.rows), infinity);
    for (std::int64_t k = 1; k < count_; ++k) {
      double total = 0.0;
      for (std::int64_t first = 0; first < codes_.rows; first += code_lanes) {
        double d[code_lanes];
        block_.load(codes_, first);
        distances(k - 1, d);
        for (std::int64_t lane = 0; lane < block_.count(); ++lane) {
          double& least = nearest[at(first + lane)];
          least = std::min(least, d[lane]);
          total += least;
        }
      }
      const double wanted = draws.next() * total;
      std::int64_t chosen = 0;
      double sum = nearest[0];
      while (chosen + 1 < codes_.rows && sum <= wanted) sum += nearest[at(++chosen)];
      place(k, chosen);
    }
  }

  /// Each code to the nearest centre, the first of equals. False: none moved.
  bool assign() {
    bool moved = false;
    for (std::int64_t first = 0; first < codes_.rows; first += code_lanes) {
      block_.load(codes_, first);
      double least[code_lanes], d[code_lanes];
      std::int64_t best[code_lanes] = {};
      for (double& one : least) one = infinity;
      for (std::int64_t k = 0; k < count_; ++k) {
        distances(k, d);
        for (std::int64_t lane = 0; lane < code_lanes; ++lane) {
          best[lane] = d[lane] < least[lane] ? k : best[lane];
          least[lane] = d[lane] < least[lane] ? d[lane] : least[lane];
        }
      }
      for (std::int64_t lane = 0; lane < block_.count(); ++lane) {
        moved = moved || owner_[at(first + lane)] != best[lane];
        owner_[at(first + lane)] = best[lane];
      }
    }
    return moved;
  }

  // A centre that no code is nearest to stays where it is.
  void move_centres() {
    Values sum(centres_.size(), 0.0);
    std::vector<std::int64_t> members(at(count_), 0);
    for (std::int64_t i = 0; i < codes_.rows; ++i) {
      const std::int64_t k = owner_[at(i)];
      ++members[at(k)];
      for (std::int64_t j = 0; j < size_; ++j) sum[at(k * size_ + j)] += double{codes_.row(i)[j]};
    }
    for (std::int64_t k = 0; k < count_; ++k) {
      if (members[at(k)] == 0) continue;
      const auto total = static_cast<double>(members[at(k)]);
      for (std::int64_t j = 0; j < size_; ++j) centre(k)[j] = sum[at(k * size_ + j)] / total;
    }
  }

  MatrixView<const float> codes_;
  std::int64_t size_, count_;
  Values centres_;  // [clusters, size]
  std::vector<std::int64_t> owner_;
  CodeBlock block_;
};

}  // namespace

std::vector<std::int64_t> code_clusters(MatrixView<const float> codes, std::int64_t clusters,
                                        std::uint64_t seed) {
  return Clusters(codes, clusters).run(seed);
}

}  // namespace vgan
