// What an autoencoder's samples are drawn from: Gaussians fitted to the codes of its data.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/checkpoint/checkpoint.hpp"
#include "kernels/math/philox.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// A mixture of K Gaussians with full covariances over codes of `latent` numbers.
class CodeModel {
 public:
  /// Codes of so many trials are enough; of larger data, so many drawn at random.
  static constexpr std::int64_t most_trials = 10000;

  /// Gaussians at most where their number is left open. Twice as many come a fifth nearer to MNIST
  /// (docs/models.md), in twice the time of a fit.
  static constexpr std::int64_t most_components = 32;

  CodeModel() = default;
  /// Fits `components` Gaussians to codes [n, latent], n at least 1. One: mean and covariance.
  /// More: expectation maximisation (Dempster, Laird and Rubin 1977) from k-means, from k-means++
  /// (Arthur and Vassilvitskii 2007) seeded with `seed`, in double; a function of its arguments
  /// alone. Throws diverged for NaN or Inf, bad_config for too large a model.
  static CodeModel fit(MatrixView<const float> codes, std::int64_t components, std::uint64_t seed);
  /// Gaussians to fit where none are named: `most_components`, or as many as leave each of them in
  /// the mean 10 * latent of the codes, which a covariance can be told from, and at least one.
  static std::int64_t components_for(std::int64_t trials, std::int64_t latent);

  /// `codes.weight` [K], `codes.mean` [K, latent] and `codes.factor` [K, latent, latent], the lower
  /// triangles L of covariance = L L^T, f32; how many codes there were, as metadata `codes.trials`.
  void save(Checkpoint& checkpoint) const;
  /// Throws bad_data unless they are there, of these shapes, and describe a mixture.
  static CodeModel load(const Checkpoint& checkpoint, std::int64_t components, std::int64_t latent,
                        const std::string& origin);

  bool empty() const { return parts_ == nullptr; }
  std::int64_t components() const;
  std::int64_t latent() const;
  std::int64_t trials() const { return trials_; }  ///< it was fitted to
  std::vector<double> weights() const;
  std::vector<double> mean(std::int64_t component) const;
  /// [latent, latent].
  std::vector<double> covariance(std::int64_t component) const;

  /// "a Gaussian fitted to 10,000 codes", "a mixture of 5 Gaussians fitted to 10,000 codes".
  std::string text() const;

  /// Puts the codes of samples first, first + 1, ... into [rows, latent]: mean_k + L_k e, e being
  /// the numbers that would be the sample's noise (number n * latent + j of the stream (seed,
  /// purpose)) and k by its own number of the stream `component`.
  std::function<void(std::uint64_t first, MatrixView<float> rows)> drawn(
      std::uint64_t seed, math::Purpose purpose) const;

 private:
  struct Parts;

  std::shared_ptr<const Parts> parts_;
  std::int64_t trials_ = 0;
};

}  // namespace vgan
