// What an autoencoder samples from: mixtures of Gaussians found again, kept, and refused.
#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>

#include "engine/base/error.hpp"
#include "engine/models/codes.hpp"
#include "engine/settings/config.hpp"
#include "engine/stats/code_mixture.hpp"
#include "kernels/math/gaussian.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/same_tensors.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

using Values = std::vector<double>;

/// Codes [n, size] of a known origin.
struct Codes {
  std::int64_t size;
  std::vector<float> values;

  std::int64_t rows() const { return static_cast<std::int64_t>(values.size()) / size; }
  MatrixView<const float> view() const { return {values.data(), rows(), size, size}; }
};

struct Component {
  double weight;
  Values mean;
  Values factor;  // lower triangle, [size, size]

  std::size_t size() const { return mean.size(); }
  Values covariance() const {
    Values all(factor.size(), 0.0);
    for (std::size_t i = 0; i < size(); ++i) {
      for (std::size_t j = 0; j < size(); ++j) {
        for (std::size_t m = 0; m < size(); ++m) {
          all[i * size() + j] += factor[i * size() + m] * factor[j * size() + m];
        }
      }
    }
    return all;
  }
};

const std::vector<Component> three = {{0.5, {-4.0, 0.0}, {1.0, 0.0, 0.6, 0.5}},
                                      {0.3, {4.0, 1.0}, {0.7, 0.0, -0.5, 1.2}},
                                      {0.2, {0.0, 7.0}, {1.5, 0.0, 0.2, 0.4}}};

// Trials of each component in proportion, one component after the other.
Codes draw(const std::vector<Component>& mixture, std::int64_t count, std::uint64_t seed) {
  Codes codes{static_cast<std::int64_t>(mixture[0].size()), {}};
  std::uint64_t number = 0;
  for (const Component& component : mixture) {
    const auto rows = static_cast<std::int64_t>(component.weight * static_cast<double>(count));
    for (std::int64_t i = 0; i < rows; ++i) {
      Values e(component.size());
      for (double& one : e) one = math::gaussian(seed, 0, number++);
      for (std::size_t r = 0; r < e.size(); ++r) {
        double value = component.mean[r];
        for (std::size_t c = 0; c <= r; ++c) value += component.factor[r * e.size() + c] * e[c];
        codes.values.push_back(static_cast<float>(value));
      }
    }
  }
  return codes;
}

// Mean log likelihood of plane codes under a mixture, written out.
double log_likelihood(const Codes& codes, const Values& weights, const std::vector<Values>& means,
                      const std::vector<Values>& covariances) {
  double total = 0.0;
  for (std::int64_t i = 0; i < codes.rows(); ++i) {
    double density = 0.0;
    for (std::size_t k = 0; k < weights.size(); ++k) {
      const Values& s = covariances[k];
      const double determinant = s[0] * s[3] - s[1] * s[2];
      const double x = codes.view().row(i)[0] - means[k][0];
      const double y = codes.view().row(i)[1] - means[k][1];
      const double square = (s[3] * x * x - (s[1] + s[2]) * x * y + s[0] * y * y) / determinant;
      density += weights[k] * std::exp(-0.5 * square) / (2.0 * M_PI * std::sqrt(determinant));
    }
    total += std::log(density);
  }
  return total / static_cast<double>(codes.rows());
}

double log_likelihood(const Codes& codes, const CodeModel& model) {
  std::vector<Values> means, covariances;
  for (std::int64_t k = 0; k < model.components(); ++k) {
    means.push_back(model.mean(k));
    covariances.push_back(model.covariance(k));
  }
  return log_likelihood(codes, model.weights(), means, covariances);
}

double log_likelihood(const Codes& codes, const std::vector<Component>& mixture) {
  Values weights;
  std::vector<Values> means, covariances;
  for (const Component& component : mixture) {
    weights.push_back(component.weight);
    means.push_back(component.mean);
    covariances.push_back(component.covariance());
  }
  return log_likelihood(codes, weights, means, covariances);
}

Codes drawn(const CodeModel& model, std::int64_t count, std::uint64_t seed,
            std::uint64_t first = 0) {
  Codes codes{model.latent(), std::vector<float>(static_cast<std::size_t>(count * model.latent()))};
  model.drawn(seed, math::Purpose::sample)(
      first, {codes.values.data(), count, model.latent(), model.latent()});
  return codes;
}

Values sample_mean(const Codes& codes) {
  Values mean(static_cast<std::size_t>(codes.size), 0.0);
  for (std::size_t i = 0; i < codes.values.size(); ++i) {
    mean[i % mean.size()] += codes.values[i] / static_cast<double>(codes.rows());
  }
  return mean;
}

Values sample_covariance(const Codes& codes) {
  const Values mean = sample_mean(codes);
  Values all(mean.size() * mean.size(), 0.0);
  for (std::int64_t n = 0; n < codes.rows(); ++n) {
    const float* row = codes.view().row(n);
    for (std::size_t i = 0; i < mean.size(); ++i) {
      for (std::size_t j = 0; j < mean.size(); ++j) {
        all[i * mean.size() + j] +=
            (row[i] - mean[i]) * (row[j] - mean[j]) / static_cast<double>(codes.rows());
      }
    }
  }
  return all;
}

void put(Checkpoint& checkpoint, const std::string& name, std::vector<std::int64_t> shape,
         const std::vector<float>& values) {
  CheckpointTensor tensor{TensorType::f32, std::move(shape), {}};
  tensor.bytes.resize(values.size() * sizeof(float));
  std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
  checkpoint.tensors[name] = tensor;
}

// Two components over codes of two numbers.
Checkpoint good_checkpoint() {
  Checkpoint made;
  put(made, "codes.weight", {2}, {0.25F, 0.75F});
  put(made, "codes.mean", {2, 2}, {10.0F, 20.0F, -10.0F, -20.0F});
  put(made, "codes.factor", {2, 2, 2}, {1.0F, 0.0F, 0.0F, 1.0F, 2.0F, 0.0F, 1.0F, 3.0F});
  made.metadata["codes.trials"] = "1234";
  return made;
}

// Three components that overlap a little, their axes turned from the numbers'.
std::vector<Component> apart(std::int64_t size) {
  std::vector<Component> made;
  const auto n = static_cast<std::size_t>(size);
  for (std::size_t k = 0; k < 3; ++k) {
    Component one{k == 0 ? 0.4 : 0.3, Values(n, 0.0), Values(n * n, 0.0)};
    one.mean[k % n] = 3.0 * static_cast<double>(k);
    for (std::size_t r = 0; r < n; ++r) {
      one.factor[r * n + r] = 0.8 + 0.1 * static_cast<double>((r + k) % 4);
      for (std::size_t c = 0; c < r; ++c) {
        one.factor[r * n + c] = 0.5 * (static_cast<double>((r * 7 + c * 3 + k) % 5) - 2.0);
      }
    }
    made.push_back(one);
  }
  return made;
}

// x of L x = b.
Values solved(const double* l, Values b) {
  const std::size_t n = b.size();
  for (std::size_t r = 0; r < n; ++r) {
    for (std::size_t c = 0; c < r; ++c) b[r] -= l[r * n + c] * b[c];
    b[r] /= l[r * n + r];
  }
  return b;
}

double log_density(const CodeMixture& m, std::size_t k, const Values& x) {
  const std::size_t n = x.size();
  Values off(x);
  for (std::size_t j = 0; j < n; ++j) off[j] -= m.mean[k * n + j];
  const double* l = m.factor.data() + k * n * n;
  double log = std::log(m.weight[k]);
  for (std::size_t j = 0; j < n; ++j) log -= std::log(l[j * n + j]);
  for (const double one : solved(l, off)) log -= 0.5 * one * one;
  return log;
}

// Covariances from factors, in place.
void square(double* l, std::size_t n) {
  const Values was(l, l + n * n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      l[i * n + j] = 0.0;
      for (std::size_t m = 0; m <= std::min(i, j); ++m) {
        l[i * n + j] += was[i * n + m] * was[j * n + m];
      }
    }
  }
}

// One step of expectation maximisation; `factor` of the result, and then of `from`, are
// covariances.
CodeMixture plain_step(const Codes& codes, CodeMixture& from) {
  const auto n = static_cast<std::size_t>(codes.size);
  const std::size_t count = from.weight.size();
  CodeMixture next{Values(count, 0.0), Values(count * n, 0.0), Values(count * n * n, 0.0)};
  for (std::int64_t i = 0; i < codes.rows(); ++i) {
    const Values x(codes.view().row(i), codes.view().row(i) + n);
    Values share(count);
    double sum = 0.0;
    for (std::size_t k = 0; k < count; ++k) sum += share[k] = std::exp(log_density(from, k, x));
    for (std::size_t k = 0; k < count; ++k) {
      share[k] /= sum;
      next.weight[k] += share[k];
      for (std::size_t r = 0; r < n; ++r) {
        next.mean[k * n + r] += share[k] * x[r];
        for (std::size_t c = 0; c < n; ++c) {
          next.factor[(k * n + r) * n + c] += share[k] * x[r] * x[c];
        }
      }
    }
  }
  for (std::size_t k = 0; k < count; ++k) {
    for (std::size_t r = 0; r < n; ++r) next.mean[k * n + r] /= next.weight[k];
    for (std::size_t r = 0; r < n; ++r) {
      for (std::size_t c = 0; c < n; ++c) {
        double& one = next.factor[(k * n + r) * n + c];
        one = one / next.weight[k] - next.mean[k * n + r] * next.mean[k * n + c];
      }
    }
    next.weight[k] /= static_cast<double>(codes.rows());
    square(from.factor.data() + k * n * n, n);
  }
  return next;
}

template <class Body>
ErrorCode code_of(Body body) {
  try {
    body();
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::internal;
}

}  // namespace

TEST_CASE("one Gaussian has the mean and covariance of its codes", "[engine][codes]") {
  const std::vector<Component> one = {
      {1.0, {3.0, -2.0, 0.5}, {2.0, 0.0, 0.0, -1.0, 1.5, 0.0, 0.3, 0.4, 0.2}}};
  const Codes codes = draw(one, 10000, 5);
  const CodeModel model = CodeModel::fit(codes.view(), 1, 1);
  CHECK(model.weights() == Values{1.0});
  CHECK(model.trials() == 10000);
  CHECK(model.text() == "a Gaussian fitted to 10,000 codes");
  // Kept in float; 1e-6 of the mean variance, 2.5, is on the diagonal.
  require_close("mean", model.mean(0), sample_mean(codes), {1e-6, 1e-6});
  require_close("covariance", model.covariance(0), sample_covariance(codes), {5e-6, 1e-6});
  // Five standard errors at 10,000 codes.
  require_close("true mean", model.mean(0), one[0].mean, {5 * 2.0 / 100, 0.0});
  require_close("true covariance", model.covariance(0), one[0].covariance(), {0.06, 0.08});
}

TEST_CASE("a mixture of three Gaussians is found again", "[engine][codes]") {
  const Codes codes = draw(three, 9000, 7);
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    INFO("seed " << seed);
    const CodeModel model = CodeModel::fit(codes.view(), 3, seed);
    CHECK(model.text() == "a mixture of 3 Gaussians fitted to 9,000 codes");
    for (const Component& component : three) {
      std::int64_t nearest = 0;
      double least = std::numeric_limits<double>::infinity();
      for (std::int64_t k = 0; k < 3; ++k) {
        const Values mean = model.mean(k);
        const double off = std::hypot(mean[0] - component.mean[0], mean[1] - component.mean[1]);
        if (off < least) {
          least = off;
          nearest = k;
        }
      }
      // Five standard errors of 1,800 codes or more, and what the overlap takes.
      CHECK(std::fabs(model.weights()[static_cast<std::size_t>(nearest)] - component.weight) <
            0.01);
      require_close("mean", model.mean(nearest), component.mean, {0.18, 0.0});
      require_close("covariance", model.covariance(nearest), component.covariance(), {0.1, 0.18});
    }
    // The most likely mixture is more likely than the true one.
    CHECK(log_likelihood(codes, model) > log_likelihood(codes, three));
  }
  CHECK(log_likelihood(codes, CodeModel::fit(codes.view(), 3, 1)) >
        log_likelihood(codes, CodeModel::fit(codes.view(), 1, 1)) + 0.5);
}

TEST_CASE("expectation maximisation goes past k-means where components overlap",
          "[engine][codes]") {
  const std::vector<Component> crossed = {{0.8, {0.0, 0.0}, {3.0, 0.0, 0.0, 0.3}},
                                          {0.2, {0.5, 0.0}, {0.3, 0.0, 0.0, 3.0}}};
  const Codes codes = draw(crossed, 8000, 3);
  const CodeModel model = CodeModel::fit(codes.view(), 2, 1);
  // 0.01 nats: it may stop short of the very top.
  CHECK(log_likelihood(codes, model) > log_likelihood(codes, crossed) - 0.01);
  // Five standard errors, for trials where they cross count in part.
  const Values weights = model.weights();
  CHECK(*std::max_element(weights.begin(), weights.end()) == Approx(0.8).margin(0.025));
}

TEST_CASE("a mixture stays where it is under a step of plain loops", "[engine][codes]") {
  for (const std::int64_t size : {1, 4, 9}) {
    const Codes codes = draw(apart(size), 1001, 11);
    CodeMixture fitted = fit_mixture(codes.view(), 3, 1);
    INFO("codes of " << size << " numbers, " << fitted.steps << " steps");
    CHECK(fitted.steps < 100);
    const CodeMixture next = plain_step(codes, fitted);
    // What one more step would have moved, where a step that gains 1e-4 nats a number is the last.
    require_close("weights", fitted.weight, next.weight, {2e-3, 0.0});
    require_close("means", fitted.mean, next.mean, {0.02, 0.0});
    require_close("covariances", fitted.factor, next.factor, {0.02, 0.0});
  }
}

TEST_CASE("a fit takes a bounded number of products", "[engine][codes]") {
  // 10,000 codes, 512 components, 16 * 17 / 2 products: 12 steps are below 2^33.
  CHECK(most_mixture_steps(10000, 512, 16) == 12);
  CHECK(most_mixture_steps(10000, 32, 16) == 100);
  CHECK(most_mixture_steps(10000, 1024, 64) == 1);
  CHECK(most_mixture_steps(10000, 1, 16) == 0);
  const Codes codes = draw(apart(9), 1001, 11);
  CHECK(fit_mixture(codes.view(), 1, 1).steps == 0);
}

TEST_CASE("as many Gaussians are fitted as there are codes for", "[engine][codes]") {
  CHECK(CodeModel::components_for(1, 16) == 1);
  CHECK(CodeModel::components_for(319, 16) == 1);
  CHECK(CodeModel::components_for(320, 16) == 2);
  CHECK(CodeModel::components_for(1000, 2) == 32);
  CHECK(CodeModel::components_for(60000, 100) == 10);  // of up to 10,000 codes
  CHECK(CodeModel::components_for(60000, 2048) == 1);
}

TEST_CASE("a fit depends on codes and seed alone", "[engine][codes]") {
  const Codes codes = draw(three, 600, 7);
  Checkpoint one, again;
  CodeModel::fit(codes.view(), 4, 9).save(one);
  CodeModel::fit(codes.view(), 4, 9).save(again);
  CHECK(same_tensors(one, again));
}

TEST_CASE("codes that span no volume, or are few, have a mixture too", "[engine][codes]") {
  const Codes same{3, std::vector<float>(60, 2.5F)};
  const Codes single{2, {1.0F, -1.0F}};
  Codes two_places{2, {}};
  for (int i = 0; i < 40; ++i) {
    const float at = i % 2 == 0 ? 5.0F : -5.0F;
    two_places.values.insert(two_places.values.end(), {at, at});
  }
  for (const Codes& codes : {same, single, two_places}) {
    for (const std::int64_t components : {1, 2, 5}) {
      INFO(codes.rows() << " codes, " << components << " components");
      const CodeModel model = CodeModel::fit(codes.view(), components, 1);
      double sum = 0.0;
      for (const double weight : model.weights()) {
        CHECK(weight >= 0.0);
        sum += weight;
      }
      CHECK(sum == Approx(1.0));
      Checkpoint kept;
      model.save(kept);
      CHECK_NOTHROW(CodeModel::load(kept, components, codes.size, "here"));
      for (const float value : drawn(model, 500, 1).values) {
        REQUIRE(std::fabs(value) < 40.0F);
      }
    }
  }
  // The floor for codes without variance is 1e-6 itself.
  require_close("floor", CodeModel::fit(same.view(), 1, 1).covariance(0),
                Values{1e-6, 0, 0, 0, 1e-6, 0, 0, 0, 1e-6}, {1e-12, 0.0});
  // Each place has a component, and is all that is drawn: 1e-6 of a variance of 25 is left.
  const CodeModel model = CodeModel::fit(two_places.view(), 2, 1);
  for (const float value : drawn(model, 500, 1).values) {
    REQUIRE(std::fabs(std::fabs(value) - 5.0F) < 0.05F);
  }
}

TEST_CASE("codes are drawn from the mixture, each by its number", "[engine][codes]") {
  const CodeModel model = CodeModel::load(good_checkpoint(), 2, 2, "here");
  CHECK(model.trials() == 1234);
  CHECK(model.text() == "a mixture of 2 Gaussians fitted to 1,234 codes");
  const Codes many = drawn(model, 40000, 6);
  Codes first{2, {}}, second{2, {}};
  for (std::int64_t i = 0; i < many.rows(); ++i) {
    const float* row = many.view().row(i);
    auto& values = (row[0] + row[1] > 0.0F ? first : second).values;
    values.insert(values.end(), row, row + 2);
  }
  // Five standard errors of 10,000 or of 30,000 codes.
  CHECK(static_cast<double>(first.rows()) == Approx(10000).margin(5 * 87));
  require_close("means", sample_mean(first), Values{10.0, 20.0}, {0.05, 0.0});
  require_close("means", sample_mean(second), Values{-10.0, -20.0}, {0.1, 0.0});
  require_close("covariances", sample_covariance(first), Values{1.0, 0.0, 0.0, 1.0}, {0.08, 0.0});
  require_close("covariances", sample_covariance(second), Values{4.0, 2.0, 2.0, 10.0},
                {0.2, 0.045});

  const Codes later = drawn(model, 10, 6, 1000);
  CHECK(std::equal(later.values.begin(), later.values.end(), many.values.begin() + 2000));
  CHECK(drawn(model, 10, 7).values != drawn(model, 10, 6).values);

  // Where the mixture is N(0, I), codes are the noise itself.
  Checkpoint plain;
  put(plain, "codes.weight", {1}, {1.0F});
  put(plain, "codes.mean", {1, 2}, {0.0F, 0.0F});
  put(plain, "codes.factor", {1, 2, 2}, {1.0F, 0.0F, 0.0F, 1.0F});
  plain.metadata["codes.trials"] = "1";
  const Codes noise = drawn(CodeModel::load(plain, 1, 2, "here"), 50, 6);
  for (std::size_t i = 0; i < noise.values.size(); ++i) {
    CHECK(noise.values[i] == math::gaussian(6, math::subsequence(math::Purpose::sample, 0), i));
  }
}

TEST_CASE("a mixture is saved and loaded as it is", "[engine][codes]") {
  const Codes codes = draw(three, 900, 2);
  const CodeModel model = CodeModel::fit(codes.view(), 3, 1);
  Checkpoint saved, again;
  model.save(saved);
  const CodeModel loaded = CodeModel::load(saved, 3, 2, "here");
  loaded.save(again);
  CHECK(same_tensors(saved, again));
  CHECK(saved.metadata == again.metadata);
  CHECK(drawn(loaded, 20, 1).values == drawn(model, 20, 1).values);
}

TEST_CASE("a checkpoint without a right mixture is refused", "[engine][codes]") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  using Change = std::function<void(Checkpoint&)>;
  const std::vector<Change> changes = {
      [](Checkpoint& c) { c.tensors.erase("codes.weight"); },
      [](Checkpoint& c) { c.tensors.erase("codes.mean"); },
      [](Checkpoint& c) { c.tensors.erase("codes.factor"); },
      [](Checkpoint& c) { c.metadata.erase("codes.trials"); },
      [](Checkpoint& c) { c.metadata["codes.trials"] = "0"; },
      [](Checkpoint& c) { c.metadata["codes.trials"] = "10001"; },
      [](Checkpoint& c) { c.metadata["codes.trials"] = "-5"; },
      [](Checkpoint& c) {
        put(c, "codes.weight", {3}, {0.2F, 0.3F, 0.5F});
      },
      [](Checkpoint& c) {
        put(c, "codes.weight", {2}, {-0.5F, 1.5F});
      },
      [](Checkpoint& c) {
        put(c, "codes.weight", {2}, {0.0F, 0.0F});
      },
      [](Checkpoint& c) {
        put(c, "codes.weight", {2}, {0.5F, 0.6F});
      },
      [](Checkpoint& c) {
        put(c, "codes.mean", {4}, {1.0F, 1.0F, 1.0F, 1.0F});
      },
      [nan](Checkpoint& c) {
        put(c, "codes.mean", {2, 2}, {1.0F, nan, 1.0F, 1.0F});
      },
      [](Checkpoint& c) {
        put(c, "codes.factor", {2, 2, 2}, {1, 0.5F, 0, 1, 1, 0, 0, 1});
      },
      [](Checkpoint& c) {
        put(c, "codes.factor", {2, 2, 2}, {1, 0, 0, 1, 1, 0, 0, -1});
      },
      [nan](Checkpoint& c) {
        put(c, "codes.factor", {2, 2, 2}, {1, 0, 0, nan, 1, 0, 0, 1});
      },
      [](Checkpoint& c) { c.tensors["codes.factor"].type = TensorType::bf16; }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    INFO("change " << i);
    Checkpoint checkpoint = good_checkpoint();
    changes[i](checkpoint);
    CHECK(code_of([&] { CodeModel::load(checkpoint, 2, 2, "here"); }) == ErrorCode::bad_data);
  }
}

TEST_CASE("codes that are not finite, or a mixture too large, are refused", "[engine][codes]") {
  Codes codes = draw(three, 90, 2);
  codes.values[17] = std::numeric_limits<float>::infinity();
  CHECK(code_of([&] { CodeModel::fit(codes.view(), 1, 1); }) == ErrorCode::diverged);
  CHECK_NOTHROW(require_code_gaussians(1, 2048));
  CHECK(code_of([] { require_code_gaussians(1, 2049); }) == ErrorCode::bad_config);
  CHECK(code_of([] { require_code_gaussians(1024, 65); }) == ErrorCode::bad_config);
  CHECK(code_of([] { require_code_gaussians(1, 1 << 20); }) == ErrorCode::bad_config);
}
