// Runs vgan_cuda, or vgan_bench, as a user does, and keeps what it said.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/paths.hpp"

extern char** environ;

namespace vgan::testing {

using Words = std::vector<std::string>;

inline std::string file_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct CommandResult {
  int exit_code = -1;  ///< -1 where a signal ended it
  int signal_number = 0;
  std::string out;
  std::string err;
};

/// One started program; its output goes to files in `folder`, its working directory.
class Command {
 public:
  /// `out`: where standard output goes instead, e.g. /dev/full. `in`: what standard input comes
  /// from.
  Command(const std::filesystem::path& folder, const Words& words, std::string out = "",
          const std::string& program = vgan_binary(), const std::string& in = "/dev/null")
      : out_(out.empty() ? (folder / "stdout.txt").string() : std::move(out)),
        err_((folder / "stderr.txt").string()) {
    Words all = words;
    all.insert(all.begin(), program);
    std::vector<char*> argv;
    for (std::string& word : all) argv.push_back(word.data());
    argv.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
    posix_spawn_file_actions_addopen(&actions, 0, in.c_str(), O_RDONLY, 0);
    const int flags = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_addopen(&actions, 1, out_.c_str(), flags, 0600);
    posix_spawn_file_actions_addopen(&actions, 2, err_.c_str(), flags, 0600);
    // A shell that started the tests in the background had signals ignored, which is inherited.
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    sigset_t defaults;
    sigemptyset(&defaults);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) sigaddset(&defaults, number);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    const int error =
        posix_spawn(&child_, program.c_str(), &actions, &attributes, argv.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::runtime_error("cannot start " + program);
  }

  ~Command() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  void send(int signal_number) const {
    if (child_ > 0) ::kill(child_, signal_number);  // -1 would be every process of this user
  }
  /// What it has said so far.
  std::string out() const { return file_text(out_); }

  bool is_running() const {
    siginfo_t info{};
    waitid(P_PID, static_cast<id_t>(child_), &info, WEXITED | WNOHANG | WNOWAIT);
    return info.si_pid == 0;
  }
  /// Whether it has a handler for the signal, as the kernel tells.
  bool catches(int signal_number) const {
    const std::string status = file_text("/proc/" + std::to_string(child_) + "/status");
    const std::size_t at = status.find("SigCgt:");
    if (at == std::string::npos) return false;
    const unsigned long long mask = std::stoull(status.substr(at + 7), nullptr, 16);
    return (mask >> (signal_number - 1) & 1U) != 0;
  }

  /// Waits until `condition` holds; false where the command ended or two minutes passed before.
  bool wait_until(const std::function<bool()>& condition) {
    const auto start = std::chrono::steady_clock::now();
    while (!condition()) {
      if (!is_running()) return false;
      if (std::chrono::steady_clock::now() - start > std::chrono::minutes(2)) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }

  CommandResult wait() {
    int status = 0;
    waitpid(child_, &status, 0);
    child_ = -1;
    CommandResult result;
    if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) result.signal_number = WTERMSIG(status);
    if (std::filesystem::is_regular_file(out_)) result.out = file_text(out_);
    result.err = file_text(err_);
    return result;
  }

 private:
  std::string out_;
  std::string err_;
  pid_t child_ = -1;
};

inline CommandResult run_vgan(const std::filesystem::path& folder, const Words& words) {
  return Command(folder, words).wait();
}

/// Whether `text` is one line, and begins as every complaint of the program does.
inline bool is_one_complaint(const std::string& text, const std::string& program = "vgan_cuda") {
  return text.starts_with(program + ": ") && text.find('\n') == text.size() - 1;
}

}  // namespace vgan::testing
