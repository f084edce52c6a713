// A table whose truth is known, and a model over its cells that is small enough to train in a test.
#pragma once

#include <cmath>
#include <string>

#include "engine/data/readers/table_reader.hpp"
#include "engine/data/schema.hpp"
#include "engine/data/table_trials.hpp"
#include "engine/settings/config.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/temp_dir.hpp"

namespace vgan::testing {

/// A standard normal deviate by the sum of twelve uniforms, and as many as are wanted.
inline double normal_roll(Dice& dice) {
  double sum = -6.0;
  for (int i = 0; i < 12; ++i) sum += static_cast<double>(dice.word() >> 11) * 0x1p-53;
  return sum;
}

/// `rows` rows: a setting `dose` of 1, 2, 3 or 4, alike; a word `kind`, "red" with a probability of
/// dose / 5, else "blue"; a measurement `x`, normal about 2 dose with a deviation of 1; `y`, normal
/// about x, and 4 more where it is red, with a deviation of 0.5.
inline std::string known_table(std::int64_t rows, std::uint64_t seed = 1) {
  Dice dice(seed);
  std::string text = "dose,kind,x,y\n";
  char line[96];
  for (std::int64_t i = 0; i < rows; ++i) {
    const auto dose = static_cast<int>(1 + dice.roll(4));
    const bool red = dice.roll(5) < static_cast<std::size_t>(dose);
    const double x = 2.0 * dose + normal_roll(dice);
    const double y = x + (red ? 4.0 : 0.0) + 0.5 * normal_roll(dice);
    std::snprintf(line, sizeof(line), "%d,%s,%.4f,%.4f\n", dose, red ? "red" : "blue", x, y);
    text += line;
  }
  return text;
}

inline Trials table_of(const std::string& text) {
  const TempDir folder;
  const Table table = read_table(write_file(folder.path() / "t.csv", text));
  return table_trials(table, infer_schema(table));
}

inline TrainConfig small_masked_config() {
  TrainConfig config = preset("masked");
  config.epochs = 20;
  config.batch = 64;
  config.warmup = 5;
  config.g_layers = {32, 32};
  config.device = "cpu";
  config.threads = 2;
  return config;
}

}  // namespace vgan::testing
