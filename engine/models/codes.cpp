#include "engine/models/codes.hpp"

#include <algorithm>
#include <cmath>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/checkpoint/checkpoint_tensors.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/stats/code_mixture.hpp"
#include "kernels/math/gaussian.hpp"

namespace vgan {
namespace {

constexpr const char* weight_name = "codes.weight";
constexpr const char* mean_name = "codes.mean";
constexpr const char* factor_name = "codes.factor";
constexpr const char* trials_name = "codes.trials";

}  // namespace

struct CodeModel::Parts {
  std::int64_t components, latent;
  std::vector<float> weight, mean, factor;

  std::int64_t component_at(double u) const;
  void put_code(std::int64_t k, const std::vector<double>& noise, float* code) const;
};

std::int64_t CodeModel::components_for(std::int64_t trials, std::int64_t latent) {
  const std::int64_t codes = std::min(trials, most_trials);
  return std::clamp(codes / (10 * latent), std::int64_t{1}, most_components);
}

CodeModel CodeModel::fit(MatrixView<const float> codes, std::int64_t components,
                         std::uint64_t seed) {
  require_code_gaussians(components, codes.cols);
  for (std::int64_t i = 0; i < codes.rows; ++i) {
    for (std::int64_t j = 0; j < codes.cols; ++j) {
      if (std::isfinite(codes.row(i)[j])) continue;
      throw Error(ErrorCode::diverged, {"training diverged", "the codes of the data", "NaN or Inf",
                                        "finite numbers", "use a lower --lr"});
    }
  }
  const CodeMixture mixture = fit_mixture(codes, components, seed);
  const auto rounded = [](const std::vector<double>& values) {
    return std::vector<float>(values.begin(), values.end());
  };
  CodeModel model;
  model.parts_ =
      std::make_shared<const Parts>(Parts{components, codes.cols, rounded(mixture.weight),
                                          rounded(mixture.mean), rounded(mixture.factor)});
  model.trials_ = codes.rows;
  return model;
}

void CodeModel::save(Checkpoint& checkpoint) const {
  if (empty()) return;
  const Parts& p = *parts_;
  checkpoint.tensors[weight_name] = tensor_of({p.components}, p.weight);
  checkpoint.tensors[mean_name] = tensor_of({p.components, p.latent}, p.mean);
  checkpoint.tensors[factor_name] = tensor_of({p.components, p.latent, p.latent}, p.factor);
  checkpoint.metadata[trials_name] = std::to_string(trials_);
}

CodeModel CodeModel::load(const Checkpoint& checkpoint, std::int64_t components,
                          std::int64_t latent, const std::string& origin) {
  Parts p{components, latent, {}, {}, {}};
  p.weight = load_floats(checkpoint, weight_name, {components}, origin);
  p.mean = load_floats(checkpoint, mean_name, {components, latent}, origin);
  p.factor = load_floats(checkpoint, factor_name, {components, latent, latent}, origin);
  double sum = 0.0;
  for (const float weight : p.weight) {
    if (weight < 0.0F) refuse_tensor(origin, weight_name, "a weight below 0", "0 to 1");
    sum += double{weight};
  }
  // Each was rounded to float once.
  if (!(std::fabs(sum - 1.0) < 1e-4)) {
    refuse_tensor(origin, weight_name, "a sum of " + general_text(sum), "1");
  }
  for (std::int64_t row = 0; row < components * latent; ++row) {
    const float* line = p.factor.data() + row * latent;
    const std::int64_t diagonal = row % latent;
    const bool lower =
        std::all_of(line + diagonal + 1, line + latent, [](float value) { return value == 0.0F; });
    if (!lower || !(line[diagonal] >= 0.0F)) {
      refuse_tensor(origin, factor_name, "something else",
                    "lower triangles with diagonals of 0 or more");
    }
  }
  CodeModel model;
  const std::uint64_t trials = metadata_number(checkpoint, trials_name);
  if (trials < 1 || trials > static_cast<std::uint64_t>(most_trials)) {
    throw Error(ErrorCode::bad_data,
                {"cannot use a checkpoint", origin + ", metadata '" + trials_name + "'",
                 std::to_string(trials), "1 to " + std::to_string(most_trials),
                 "use a checkpoint that vgan wrote"});
  }
  model.trials_ = static_cast<std::int64_t>(trials);
  model.parts_ = std::make_shared<const Parts>(std::move(p));
  return model;
}

std::int64_t CodeModel::components() const { return empty() ? 0 : parts_->components; }
std::int64_t CodeModel::latent() const { return empty() ? 0 : parts_->latent; }

std::vector<double> CodeModel::weights() const {
  return {parts_->weight.begin(), parts_->weight.end()};
}

std::vector<double> CodeModel::mean(std::int64_t component) const {
  const auto first = parts_->mean.begin() + component * parts_->latent;
  return {first, first + parts_->latent};
}

std::vector<double> CodeModel::covariance(std::int64_t component) const {
  const std::int64_t n = parts_->latent;
  const float* l = parts_->factor.data() + component * n * n;
  std::vector<double> covariance(static_cast<std::size_t>(n * n));
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j < n; ++j) {
      double sum = 0.0;
      for (std::int64_t m = 0; m <= std::min(i, j); ++m) {
        sum += double{l[i * n + m]} * double{l[j * n + m]};
      }
      covariance[static_cast<std::size_t>(i * n + j)] = sum;
    }
  }
  return covariance;
}

std::string CodeModel::text() const {
  const std::string kind = components() == 1
                               ? "a Gaussian"
                               : "a mixture of " + std::to_string(components()) + " Gaussians";
  return kind + " fitted to " + grouped(trials_) + (trials_ == 1 ? " code" : " codes");
}

/// The component of a uniform u in [0, 1); the last that there is, where rounded weights end below.
std::int64_t CodeModel::Parts::component_at(double u) const {
  double sum = 0.0;
  std::int64_t chosen = 0;
  for (std::int64_t k = 0; k < components; ++k) {
    const auto share = static_cast<double>(weight[static_cast<std::size_t>(k)]);
    if (share > 0.0 && u >= sum) chosen = k;
    sum += share;
  }
  return chosen;
}

void CodeModel::Parts::put_code(std::int64_t k, const std::vector<double>& noise,
                                float* code) const {
  const float* middle = mean.data() + k * latent;
  const float* triangle = factor.data() + k * latent * latent;
  for (std::int64_t r = 0; r < latent; ++r) {
    double z = double{middle[r]};
    for (std::int64_t c = 0; c <= r; ++c) {
      z += double{triangle[r * latent + c]} * noise[static_cast<std::size_t>(c)];
    }
    code[r] = static_cast<float>(z);
  }
}

std::function<void(std::uint64_t, MatrixView<float>)> CodeModel::drawn(
    std::uint64_t seed, math::Purpose purpose) const {
  const std::uint64_t stream = math::subsequence(purpose, 0);
  const std::uint64_t choice =
      math::subsequence(math::Purpose::component, static_cast<std::uint64_t>(purpose));
  return [parts = parts_, seed, stream, choice](std::uint64_t first, MatrixView<float> rows) {
    std::vector<double> noise(static_cast<std::size_t>(parts->latent));
    for (std::int64_t i = 0; i < rows.rows; ++i) {
      const std::uint64_t n = first + static_cast<std::uint64_t>(i);
      for (std::size_t j = 0; j < noise.size(); ++j) {
        noise[j] = static_cast<double>(math::gaussian(seed, stream, n * noise.size() + j));
      }
      const std::uint32_t word = math::philox_block(seed, choice, n).x;
      parts->put_code(parts->component_at(static_cast<double>(word) * 0x1p-32), noise, rows.row(i));
    }
  };
}

}  // namespace vgan
