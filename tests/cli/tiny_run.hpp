// Runs so small that each takes a fraction of a second: 24 images of 8 x 8, networks of 16.
#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/settings/config.hpp"
#include "tests/cli/run_command.hpp"
#include "tests/support/same_tensors.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/tiny_images.hpp"

namespace vgan::testing {

/// A folder with the tiny images in it, for runs.
class TinyRuns {
 public:
  TinyRuns() { write_tiny_images(path() / "tiny.npy"); }

  const std::filesystem::path& path() const { return folder_.path(); }

  /// The words for a run into `out`; later flags win over earlier ones.
  static Words words(const std::string& out, const Words& more = {}) {
    Words all = {"--data",   "tiny.npy", "--g-layers",  "16",       "--d-layers",
                 "16",       "--batch",  "8",           "--epochs", "3",
                 "--device", "cpu",      "--precision", "fp32",     "--threads",
                 "1",        "--out",    out,           "--report", "off"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  CommandResult run(const std::string& out, const Words& more = {}) const {
    return run_vgan(path(), words(out, more));
  }

  TrainConfig config(const std::string& out) const {
    return read_config(path() / out / "config.toml");
  }

  LoadedCheckpoint newest(const std::string& out) const {
    return load_newest(path() / out / "checkpoints");
  }

  /// The epochs in metrics.jsonl, without the last line, which tells that the run is done.
  std::vector<nlohmann::json> metrics(const std::string& out) const {
    std::vector<nlohmann::json> epochs;
    std::istringstream lines(file_text(path() / out / "metrics.jsonl"));
    for (std::string line; std::getline(lines, line);) {
      nlohmann::json entry = nlohmann::json::parse(line);
      if (!entry.contains("event")) epochs.push_back(std::move(entry));
    }
    return epochs;
  }

  std::size_t files(const std::string& folder) const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(path() / folder)) {
      count += entry.is_regular_file() ? 1 : 0;
    }
    return count;
  }

 private:
  TempDir folder_;
};

/// A float tensor of a checkpoint.
inline std::vector<float> values_of(const Checkpoint& checkpoint, const std::string& tensor) {
  const std::vector<std::byte>& bytes = checkpoint.tensors.at(tensor).bytes;
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

}  // namespace vgan::testing
