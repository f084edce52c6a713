// vgan_cuda: parse, dispatch, print. What it does is in libvgan.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>

#include "apps/vgan_cuda/commands.hpp"
#include "apps/vgan_cuda/signals.hpp"
#include "engine/error.hpp"
#include "engine/train/config.hpp"

namespace {

using vgan::Error;
using vgan::ErrorCode;
using vgan::app::Words;

const Words command_names = {"train", "generate", "inspect", "doctor"};

constexpr const char* overview =
    "vgan_cuda learns the distribution of real data and draws virtual trials from it.\n"
    "\n"
    "  vgan_cuda [train] [flags]              train a model; 'train' may be left out\n"
    "  vgan_cuda generate --model RUN         draw samples from a trained model\n"
    "  vgan_cuda inspect RUN_OR_FILE          say what a checkpoint holds\n"
    "  vgan_cuda doctor                       say what this machine offers and lacks\n"
    "  vgan_cuda COMMAND --help               more about each\n"
    "  vgan_cuda --version                    what this build is made of\n"
    "\n";

int run(const std::string& program, Words words) {
  const std::string first = words.empty() ? "" : words.front();
  if (first == "--version") {
    std::fputs(vgan::app::version_text().c_str(), stdout);
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
  if (command == "inspect") return vgan::app::run_inspect(words);
  if (command == "doctor") return vgan::app::run_doctor(words);
  throw Error(ErrorCode::usage,
              {"bad command line", "no command '" + command + "'", "",
               "train, generate, inspect, doctor", vgan::suggestion(command, command_names)});
}

void finish_output() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return;
  throw Error(ErrorCode::io, {"cannot write to standard output", "", "", "",
                              errno == 0 ? "" : std::strerror(errno)});
}

int complain(std::string line, ErrorCode code) {
  std::replace(line.begin(), line.end(), '\n', ' ');
  std::fflush(stdout);
  std::fprintf(stderr, "vgan_cuda: %s\n", line.c_str());
  return static_cast<int>(code);
}

}  // namespace

int main(int argc, char** argv) {
  vgan::app::prepare_streams();
  try {
    const int status =
        run(argc > 0 ? argv[0] : "vgan_cuda", Words(argv + std::min(argc, 1), argv + argc));
    finish_output();
    return status;
  } catch (const Error& error) {
    return complain(error.what(), error.code());
  } catch (const std::bad_alloc&) {
    return complain("not enough memory; use a smaller --batch or narrower layers",
                    ErrorCode::no_device);
  } catch (const std::exception& error) {
    return complain(error.what(), ErrorCode::internal);
  }
}
