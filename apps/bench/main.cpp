// vgan_bench: measures the training step, generation and single operations of this build.
#include <cstdio>

#include "apps/bench/commands.hpp"
#include "engine/base/error.hpp"
#include "engine/base/text.hpp"
#include "engine/settings/config.hpp"

namespace {

using vgan::Error;
using vgan::ErrorCode;
using vgan::app::Words;

constexpr const char* overview =
    "vgan_bench measures this build of libvgan on this machine.\n"
    "\n"
    "  vgan_bench step [flags]      an epoch: its time, its rate, and its floor\n"
    "  vgan_bench generate [flags]  samples a second: computed, delivered, written\n"
    "  vgan_bench op [flags]        single operations of a step, or one at a shape\n"
    "  vgan_bench read FILE         how fast a table is read\n"
    "  vgan_bench COMMAND --help    more about each\n"
    "  vgan_bench --version         what this build is made of\n";

int run(const std::string&, Words words) {
  const std::string command = words.empty() ? "--help" : words.front();
  if (command == "--help" || command == "-h") return std::fputs(overview, stdout), 0;
  if (command == "--version") {
    std::fputs(vgan::app::version_text("vgan_bench").c_str(), stdout);
    return 0;
  }
  words.erase(words.begin());
  if (command == "step") return vgan::bench::run_step(words);
  if (command == "generate") return vgan::bench::run_generate(words);
  if (command == "op") return vgan::bench::run_op(words);
  if (command == "read") return vgan::bench::run_read(words);
  throw Error(ErrorCode::usage,
              {"bad command line", "no command '" + command + "'", "", "step, generate, op, read",
               vgan::suggestion(command, {"step", "generate", "op", "read"})});
}

}  // namespace

int main(int argc, char** argv) { return vgan::app::run_program("vgan_bench", argc, argv, run); }
