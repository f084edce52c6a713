#include "engine/run/run_files.hpp"

#include <system_error>

#include "engine/base/error.hpp"
#include "engine/data/readers/data_files.hpp"
#include "engine/files/output_path.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

// Whether `file` lies directly in `folder`, by their names with links followed.
bool lies_in(const fs::path& file, const fs::path& folder) {
  std::error_code error;
  const fs::path absolute = fs::absolute(file, error);
  return !error && same_file(absolute.parent_path(), folder);
}

bool is_of_run(const fs::path& written, const fs::path& checkpoint, const TrainConfig& config) {
  std::error_code error;
  const fs::path folder = fs::absolute(checkpoint, error).parent_path();
  const bool in_run = folder.filename() == "checkpoints";
  const fs::path run = in_run ? folder.parent_path() : folder;
  if (in_run && lies_in(written, folder)) return true;
  if (!in_run && lies_in(written, folder) && written.extension() == checkpoint.extension()) {
    return true;
  }
  for (const char* name : {"config.toml", "metrics.jsonl"}) {
    if (same_file(written, run / name)) return true;
  }
  std::vector<std::string> files = split_data_names(config.data);
  files.insert(files.end(), {config.labels, config.conditions});
  for (const std::string& read : files) {
    if (read.empty()) continue;
    if (fs::is_regular_file(read, error) && same_file(written, read)) return true;
    if (fs::is_directory(read, error) && lies_in(written, read) && fs::exists(written, error)) {
      return true;
    }
  }
  return false;
}

}  // namespace

void require_not_of_run(const std::string& flag, const std::string& written,
                        const fs::path& checkpoint, const TrainConfig& config) {
  if (written.empty() || !is_of_run(written, checkpoint, config)) return;
  throw Error(ErrorCode::usage,
              {"bad command line", flag, "'" + written + "', a file of the run's own",
               "a file that no run is made of", "name another"});
}

}  // namespace vgan
