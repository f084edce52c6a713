// Data of classes or of vectors, and the rows that a ConditionModel makes of them.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/models/conditions.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/model_runs.hpp"

namespace vgan::testing {

inline TrainConfig of_classes() {
  TrainConfig config = plain_config();
  config.conditional = true;
  return config;
}

inline TrainConfig of_vectors() {
  TrainConfig config = plain_config();
  config.conditions = "given";
  return config;
}

/// Images with these labels.
inline Trials labelled(std::vector<std::int32_t> labels) {
  Trials trials = slopes(2, 2, 1, static_cast<std::int64_t>(labels.size()));
  trials.labels = std::move(labels);
  return trials;
}

inline std::vector<float> filled(const ConditionFill& fill, std::uint64_t first, std::int64_t rows,
                                 std::int64_t cols) {
  std::vector<float> values(static_cast<std::size_t>(rows * cols), std::nanf(""));
  fill(first, {values.data(), rows, cols, cols});
  return values;
}

/// The class of each row; fails unless each row is of one class.
inline std::vector<int> classes_of(const std::vector<float>& rows, std::int64_t size) {
  std::vector<int> classes;
  for (std::size_t i = 0; i < rows.size(); i += static_cast<std::size_t>(size)) {
    int found = -1;
    for (std::int64_t c = 0; c < size; ++c) {
      const float value = rows[i + static_cast<std::size_t>(c)];
      REQUIRE((value == 0.0F || value == 1.0F));
      if (value == 1.0F) found = found == -1 ? static_cast<int>(c) : -2;
    }
    REQUIRE(found >= 0);
    classes.push_back(found);
  }
  return classes;
}

inline CheckpointTensor tensor_of(std::vector<std::int64_t> shape,
                                  const std::vector<float>& values) {
  CheckpointTensor tensor{TensorType::f32, std::move(shape), {}};
  tensor.bytes.resize(values.size() * sizeof(float));
  if (!values.empty()) std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
  return tensor;
}

}  // namespace vgan::testing
