#include "apps/shared/program.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <string_view>

#include "engine/base/error.hpp"
#include "engine/base/printable.hpp"
#include "engine/version.hpp"

namespace vgan::app {
namespace {

bool output_is_closed = false;

// A pipe that is closed at the other end and a file-size limit are errors of the write, not the
// end of the process. A standard stream that is closed becomes /dev/null, so that no file of ours
// takes its number and with it what is printed. Standard output can then only be read from: what is
// written to it fails, as it would have on the closed stream.
void prepare_streams() {
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  output_is_closed = fcntl(STDOUT_FILENO, F_GETFD) < 0;
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
    if (fcntl(stream, F_GETFD) >= 0) continue;
    // The lowest free number is the closed one.
    if (open("/dev/null", stream == STDERR_FILENO ? O_WRONLY : O_RDONLY) < 0) return;
  }
}

void finish_output() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return;
  const int error = errno;
  require_output();
  throw Error(ErrorCode::io, {"cannot write to standard output", "", "", "",
                              error == 0 ? "" : std::strerror(error)});
}

int complain(const std::string& name, std::string line, ErrorCode code) {
  std::replace(line.begin(), line.end(), '\n', ' ');
  std::fflush(stdout);
  std::fprintf(stderr, "%s: %s\n", name.c_str(), printable(line).c_str());
  return static_cast<int>(code);
}

std::string text_of(std::string_view value) { return std::string(value); }

}  // namespace

void require_output() {
  if (!output_is_closed) return;
  throw Error(ErrorCode::io, {"cannot write to standard output", "", "", "",
                              "it is closed; send it to a file or to /dev/null"});
}

int run_program(const std::string& name, int argc, char** argv,
                int (*run)(const std::string& program, Words words)) {
  prepare_streams();
  try {
    const int status = run(argc > 0 ? argv[0] : name, Words(argv + std::min(argc, 1), argv + argc));
    finish_output();
    return status;
  } catch (const Error& error) {
    return complain(name, error.what(), error.code());
  } catch (const std::bad_alloc&) {
    return complain(name, "not enough memory; use a smaller --batch or narrower layers",
                    ErrorCode::no_device);
  } catch (const std::exception& error) {
    return complain(name, error.what(), ErrorCode::internal);
  }
}

std::string fact_line(const std::string& name, const std::string& value) {
  std::string line = "  " + name;
  if (line.size() < 14) line.resize(14, ' ');
  return line + " " + value + "\n";
}

std::string version_text(const std::string& name) {
  using namespace build;
  std::string text = name + " " + text_of(version) + "\n";
  text += fact_line("commit", text_of(git_commit));
  text += fact_line("compiler", text_of(compiler));
  text += fact_line("build", text_of(build_type) +
                                 (sanitizers.empty() ? "" : ", sanitizers " + text_of(sanitizers)));
  text += fact_line("oneDNN", text_of(onednn_version));
  return text + fact_line("CUDA", text_of(cuda));
}

}  // namespace vgan::app
