// The inputs of tests/golden/make_quality_measures.py, and what other people's code says of them.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/base/json_text.hpp"
#include "engine/data/trials.hpp"
#include "engine/stats/principal_components.hpp"
#include "tests/support/paths.hpp"

namespace vgan::testing {

inline nlohmann::json golden_quality() {
  std::ifstream file(
      std::filesystem::path(source_dir()) / "tests" / "golden" / "quality_measures.json",
      std::ios::binary);
  return read_json({std::istreambuf_iterator<char>(file), {}});
}

/// A list of rows as features.
inline Features features_of(const nlohmann::json& rows) {
  Features made{std::ssize(rows), std::ssize(rows.at(0)), {}};
  for (const nlohmann::json& row : rows) {
    for (const nlohmann::json& value : row) made.values.push_back(value.get<float>());
  }
  return made;
}

/// The first rows of features.
inline Features first_rows(Features features, std::int64_t rows) {
  features.rows = rows;
  features.values.resize(static_cast<std::size_t>(rows * features.columns));
  return features;
}

/// Curves of `times` times and `channels` channels.
inline Trials curves_of(const std::vector<float>& values, std::int64_t times,
                        std::int64_t channels) {
  Trials made;
  made.shape = {1, times, channels, TrialKind::curve};
  made.count = std::ssize(values) / (times * channels);
  made.values = values;
  return made;
}

}  // namespace vgan::testing
