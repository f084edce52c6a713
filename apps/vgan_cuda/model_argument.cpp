#include "apps/vgan_cuda/model_argument.hpp"

#include "engine/base/error.hpp"
#include "engine/checkpoint/which_checkpoint.hpp"
#include "engine/settings/setting_table.hpp"

namespace vgan::app {
namespace {

constexpr const char* word = "RUN_OR_FILE";

}  // namespace

void add_model(CommandLine& line) {
  line.add_word(SettingInfo{word, "Model", word, "run folder or checkpoint file"});
  line.add(SettingInfo{"model", "Model", word, "another way to name it"}, std::string("none"));
  line.add(SettingInfo{"which", "Model", "NAME",
                       "checkpoint of a run: " + words_help<WhichCheckpoint>()},
           WhichCheckpoint::best);
}

std::string read_model_name(const CommandLine& line, const std::string& command) {
  std::string named, flagged;
  const bool both = line.read(word, named) & line.read("model", flagged);
  const std::string name = named.empty() ? flagged : named;
  if (both || name.empty()) {
    throw Error(ErrorCode::usage,
                {"bad command line", command,
                 both ? "'" + named + "' and --model '" + flagged + "'" : "no model",
                 "one run folder or checkpoint file, e.g. " + command + " runs/0001", ""});
  }
  return name;
}

}  // namespace vgan::app
