// vgan_cuda: parse, dispatch, print. What it does is in libvgan.
#include <cstdio>

#include "apps/vgan_cuda/commands.hpp"
#include "engine/base/error.hpp"
#include "engine/base/text.hpp"
#include "engine/settings/config.hpp"

namespace {

using vgan::Error;
using vgan::ErrorCode;
using vgan::app::Words;

const Words command_names = {"train",       "generate", "predict",  "profile", "search",
                             "reconstruct", "compare",  "evaluate", "report",  "inspect",
                             "schema",      "export",   "doctor"};

constexpr const char* overview =
    "vgan_cuda learns the distribution of real data and draws virtual trials from it.\n"
    "\n"
    "  vgan_cuda [train] [flags]              train a model; 'train' may be left out\n"
    "  vgan_cuda generate RUN                 draw samples from a trained model\n"
    "  vgan_cuda predict RUN --given FILE     predict what a table's rows leave free\n"
    "  vgan_cuda profile RUN --of A --over B  draw how an outcome goes with a setting\n"
    "  vgan_cuda search RUN --maximise GOAL   find settings at which goals are best\n"
    "  vgan_cuda reconstruct RUN --data FILE  encode and decode trials by a vae or ae\n"
    "  vgan_cuda compare --models gan,vae     train several models, compare them\n"
    "  vgan_cuda evaluate --model RUN         say how good a model's samples are, or\n"
    "                                         any tool's: --samples FILE --real FILE\n"
    "  vgan_cuda report RUN...                write a page about a run, or several\n"
    "  vgan_cuda inspect RUN_OR_FILE          say what a checkpoint holds\n"
    "  vgan_cuda schema FILE                  say what the columns of a table are\n"
    "  vgan_cuda export NAME                  write built-in data to a file\n"
    "  vgan_cuda doctor                       say what this machine offers and lacks\n"
    "  vgan_cuda COMMAND --help               more about each\n"
    "  vgan_cuda --version                    what this build is made of\n"
    "\n";

int run(const std::string& program, Words words) {
  const std::string first = words.empty() ? "" : words.front();
  if (first == "--version") {
    std::fputs(vgan::app::version_text("vgan_cuda").c_str(), stdout);
    return 0;
  }
  if (first == "--help" || first == "-h") {
    std::fputs(overview, stdout);
    return vgan::app::run_train(program, {"--help"});
  }
  std::string command = "train";
  if (!first.empty() && first[0] != '-') {
    command = first;
    words.erase(words.begin());
  }
  if (command == "train") return vgan::app::run_train(program, words);
  if (command == "generate") return vgan::app::run_generate(words);
  if (command == "predict") return vgan::app::run_predict(words);
  if (command == "profile") return vgan::app::run_profile(words);
  if (command == "search") return vgan::app::run_search(words);
  if (command == "reconstruct") return vgan::app::run_reconstruct(words);
  if (command == "compare") return vgan::app::run_compare(words);
  if (command == "evaluate") return vgan::app::run_evaluate(words);
  if (command == "report") return vgan::app::run_report(words);
  if (command == "inspect") return vgan::app::run_inspect(words);
  if (command == "schema") return vgan::app::run_schema(words);
  if (command == "export") return vgan::app::run_export(words);
  if (command == "doctor") return vgan::app::run_doctor(words);
  throw Error(ErrorCode::usage,
              {"bad command line", "no command '" + command + "'", "", vgan::joined(command_names),
               vgan::suggestion(command, command_names)});
}

}  // namespace

int main(int argc, char** argv) { return vgan::app::run_program("vgan_cuda", argc, argv, run); }
