// vgan_cuda inspect: what a checkpoint holds.
#include <cstdio>

#include "apps/shared/command_line.hpp"
#include "apps/vgan_cuda/commands.hpp"
#include "apps/vgan_cuda/model_argument.hpp"
#include "engine/generate/generate.hpp"

namespace vgan::app {

int run_inspect(const Words& words) {
  CommandLine line("vgan_cuda inspect RUN_OR_FILE",
                   "Checks a checkpoint and prints what it holds: facts, settings, tensors.");
  add_model(line);
  if (!line.parse(words)) return 0;
  WhichCheckpoint which = WhichCheckpoint::best;
  line.read("which", which);
  std::fputs(describe_checkpoint(read_model_name(line, "inspect"), which).c_str(), stdout);
  return 0;
}

}  // namespace vgan::app
