// What the checks of single flags share: runs of a few epochs, and what their checkpoints say.
#pragma once

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/cli/tiny_run.hpp"
#include "tests/support/catch.hpp"

namespace vgan::testing {

using Check = std::function<void(const TinyRuns&)>;
using Checks = std::map<std::string, Check>;

/// One check for each setting of a group.
Checks network_checks();
Checks objective_checks();
Checks optimiser_checks();

inline Checkpoint trained(const TinyRuns& runs, const std::string& out, const Words& more) {
  const CommandResult result = runs.run(out, more);
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  return runs.newest(out).checkpoint;
}

inline std::vector<std::int64_t> shape(const Checkpoint& checkpoint, const std::string& tensor) {
  return checkpoint.tensors.at(tensor).shape;
}

/// What a masked model of a table of 40 rows is after three epochs.
inline Checkpoint trained_masked(const TinyRuns& runs, const std::string& out, const Words& more) {
  std::string table = "a,b,c\n";
  for (int i = 0; i < 40; ++i) {
    table +=
        std::to_string(i % 3) + (i % 2 == 0 ? ",x," : ",y,") + std::to_string(i * i % 17) + "\n";
  }
  std::ofstream(runs.path() / "masked.csv", std::ios::binary) << table;
  Words words = {"--data",  "masked.csv", "--preset",   "masked", "--epochs",  "3",
                 "--batch", "8",          "--g-layers", "16",     "--threads", "1",
                 "--out",   out,          "--warmup",   "0"};
  words.insert(words.end(), more.begin(), more.end());
  const CommandResult result = run_vgan(runs.path(), words);
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  return runs.newest(out).checkpoint;
}

// Largest difference of two checkpoints in one tensor.
inline double distance(const Checkpoint& a, const Checkpoint& b, const std::string& tensor) {
  const std::vector<float> x = values_of(a, tensor);
  const std::vector<float> y = values_of(b, tensor);
  REQUIRE(x.size() == y.size());
  double largest = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    REQUIRE(std::isfinite(x[i]));
    REQUIRE(std::isfinite(y[i]));
    largest = std::max(largest, std::fabs(static_cast<double>(x[i]) - static_cast<double>(y[i])));
  }
  return largest;
}

// y / x over the elements of a tensor, the largest |x| of them.
inline double ratio(const Checkpoint& a, const Checkpoint& b, const std::string& tensor) {
  const std::vector<float> x = values_of(a, tensor);
  const std::vector<float> y = values_of(b, tensor);
  const auto at = static_cast<std::size_t>(
      std::max_element(x.begin(), x.end(),
                       [](float p, float q) { return std::fabs(p) < std::fabs(q); }) -
      x.begin());
  REQUIRE(x[at] != 0.0F);
  return static_cast<double>(y[at]) / static_cast<double>(x[at]);
}

// Adam's first step moves a weight by the rate itself.
inline void check_rates(const TinyRuns& runs, const Words& changed, double g_rate, double d_rate) {
  const Words one_epoch = {"--epochs", "1", "--lr-g", "0", "--lr-d", "0", "--ttur", "1"};
  Words still = one_epoch;
  still.insert(still.end(), {"--lr", "1e-12"});
  Words moved = one_epoch;
  moved.insert(moved.end(), {"--lr", "0.0002"});
  moved.insert(moved.end(), changed.begin(), changed.end());
  const Checkpoint before = trained(runs, "before", still);
  const Checkpoint after = trained(runs, "after", moved);
  CHECK(distance(before, after, "g.0.weight") == Approx(g_rate).epsilon(0.01));
  CHECK(distance(before, after, "d.0.weight") == Approx(d_rate).epsilon(0.01));
}

/// Three classes in turn, as labels of the tiny images.
inline void write_tiny_labels(const TinyRuns& runs, const std::string& name, int classes = 3) {
  NpyWriter writer(runs.path() / name, ValueType::u8, {24});
  std::vector<std::uint8_t> labels;
  for (int i = 0; i < 24; ++i) labels.push_back(static_cast<std::uint8_t>(i % classes));
  writer.append(std::span<const std::uint8_t>(labels));
  writer.finish();
}

/// Two numbers for each of the tiny images; the second ones in another order for another `step`.
inline void write_tiny_vectors(const TinyRuns& runs, const std::string& name, float scale = 1.0F,
                               std::int64_t count = 24, std::int64_t step = 1) {
  NpyWriter writer(runs.path() / name, ValueType::f32, {count, 2});
  std::vector<float> rows;
  for (std::int64_t i = 0; i < count; ++i) {
    rows.push_back(scale * static_cast<float>(i % 2));
    rows.push_back(scale * static_cast<float>(i * step % 24) / 24.0F);
  }
  writer.append(std::span<const float>(rows));
  writer.finish();
}

}  // namespace vgan::testing
