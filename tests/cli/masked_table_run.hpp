// A masked model of a small table, trained by the command line, for the verbs that ask it.
#pragma once

#include <fstream>
#include <string>

#include "tests/cli/tiny_run.hpp"
#include "tests/support/catch.hpp"

namespace vgan::testing {

/// `rows` rows of a speed from 0 to 39, a force of three times that and 0.5 to 2.5 more, and the
/// kind of speed, by `is_slow(row, speed)`.
template <class IsSlow>
std::string speed_table(int rows, IsSlow is_slow) {
  std::string text = "speed,kind,force\n";
  for (int row = 0; row < rows; ++row) {
    const int speed = row * 7 % 40;
    text += std::to_string(speed) + "," + (is_slow(row, speed) ? "slow" : "fast") + "," +
            std::to_string(3 * speed + row % 3) + ".5\n";
  }
  return text;
}

/// The run "m" of a table t.csv.
struct MaskedTableRun {
  TinyRuns runs;

  explicit MaskedTableRun(const std::string& table) {
    write("t.csv", table);
    const CommandResult result = vgan({"--preset", "masked", "--data", "t.csv", "--g-layers", "32",
                                       "--batch", "64", "--epochs", "200", "--device", "cpu",
                                       "--threads", "1", "--out", "m", "--report", "off"});
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
  }

  void write(const std::string& file, const std::string& text) const {
    std::ofstream(runs.path() / file, std::ios::binary) << text;
  }
  CommandResult vgan(const Words& words) const { return run_vgan(runs.path(), words); }
  std::string text(const std::string& file) const { return file_text(runs.path() / file); }
};

}  // namespace vgan::testing
