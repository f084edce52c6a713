// vgan_cuda inspect: what a checkpoint holds.
#include <cstdio>

#include "apps/shared/command_line.hpp"
#include "apps/vgan_cuda/commands.hpp"
#include "engine/error.hpp"
#include "engine/train/generate.hpp"

namespace vgan::app {

int run_inspect(const Words& words) {
  CommandLine line("vgan_cuda inspect RUN_OR_FILE",
                   "Checks a checkpoint and prints what it holds: facts, settings, tensors.");
  line.add_word(SettingInfo{"model", "Model", "RUN_OR_FILE", "run folder or checkpoint file"});
  if (!line.parse(words)) return 0;
  std::string model;
  if (!line.read("model", model)) {
    throw Error(ErrorCode::usage, {"bad command line", "inspect", "no name",
                                   "the name of a run folder or checkpoint file", ""});
  }
  std::fputs(describe_checkpoint(model).c_str(), stdout);
  return 0;
}

}  // namespace vgan::app
