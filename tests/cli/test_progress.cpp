// The bar, as a terminal gets it.
#ifdef VGAN_BINARY

#include <sys/ioctl.h>
#include <termios.h>

#include <cerrno>
#include <cstdlib>

#include "tests/cli/tiny_run.hpp"
#include "tests/support/catch.hpp"

using namespace vgan::testing;

namespace {

/// What a run writes to a terminal of `columns`, and how it ended.
struct Screen {
  std::string text;
  int exit_code = -1;
};

Screen run_on_terminal(const std::filesystem::path& folder, unsigned short columns,
                       const std::string& locale, const Words& words) {
  const int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  REQUIRE(terminal >= 0);
  REQUIRE(grantpt(terminal) == 0);
  REQUIRE(unlockpt(terminal) == 0);
  const winsize size{24, columns, 0, 0};
  REQUIRE(ioctl(terminal, TIOCSWINSZ, &size) == 0);
  const std::string name = ptsname(terminal);

  Words all = {"/usr/bin/env", "LC_ALL=" + locale, "TERM=xterm", vgan_binary()};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> argv;
  for (std::string& word : all) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  for (const int fd : {0, 1, 2}) {
    posix_spawn_file_actions_addopen(&actions, fd, name.c_str(), O_RDWR | O_NOCTTY, 0);
  }
  pid_t child = -1;
  REQUIRE(posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ) == 0);
  posix_spawn_file_actions_destroy(&actions);

  Screen screen;
  char buffer[4096];
  for (;;) {  // ends with EIO once nobody holds the other side
    const ssize_t got = read(terminal, buffer, sizeof(buffer));
    if (got > 0) screen.text.append(buffer, static_cast<std::size_t>(got));
    if (got == 0 || (got < 0 && errno != EINTR)) break;
  }
  close(terminal);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status)) screen.exit_code = WEXITSTATUS(status);
  return screen;
}

std::size_t columns_of(const std::string& text) {
  std::size_t columns = 0;
  for (const char c : text) columns += (static_cast<unsigned char>(c) & 0xc0U) != 0x80U ? 1 : 0;
  return columns;
}

// Each state of the bar: what stands between a carriage return and the erasing of the rest.
std::vector<std::string> bars(const std::string& text) {
  std::vector<std::string> found;
  for (std::size_t at = text.find("\x1b[K"); at != std::string::npos;
       at = text.find("\x1b[K", at + 1)) {
    const std::size_t begin = text.rfind('\r', at) + 1;
    found.push_back(text.substr(begin, at - begin));
  }
  return found;
}

}  // namespace

TEST_CASE("cli: on a terminal one bar redraws itself within its width") {
  const TinyRuns runs;
  const unsigned short columns = GENERATE(as<unsigned short>(), 120, 80, 40, 20, 3, 1);
  const std::string locale = GENERATE("C", "C.UTF-8");
  const Screen screen =
      run_on_terminal(runs.path(), columns, locale, TinyRuns::words("a", {"--epochs", "600"}));
  INFO(screen.text);
  REQUIRE(screen.exit_code == 0);
  const auto states = bars(screen.text);
  REQUIRE(states.size() >= 2);
  for (const std::string& bar : states) CHECK(columns_of(bar) < std::max<std::size_t>(columns, 2));
  CHECK(screen.text.find("epoch 100/") == std::string::npos);

  const std::string& last = states.back();
  if (columns >= 20) CHECK_THAT(last, ContainsSubstring("100% "));
  if (columns >= 40)
    CHECK_THAT(last, ContainsSubstring("0:00 left D ") || ContainsSubstring("left  D "));
  if (columns >= 80) {
    CHECK_THAT(last, ContainsSubstring("600/600"));
    CHECK_THAT(last, ContainsSubstring("/s "));
    CHECK_THAT(last, ContainsSubstring("real "));
    CHECK_THAT(last, ContainsSubstring("fake "));
    CHECK_THAT(last, ContainsSubstring(locale == "C" ? "[####" : "█████"));
  }
  const bool ascii =
      std::all_of(last.begin(), last.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (locale == "C") CHECK(ascii);
}

TEST_CASE("cli: the bar of an autoencoder shows its reconstruction") {
  const TinyRuns runs;
  for (const std::string model : {"vae", "ae"}) {
    const unsigned short columns = GENERATE(as<unsigned short>(), 120, 80, 40);
    const Screen screen =
        run_on_terminal(runs.path(), columns, "C.UTF-8",
                        TinyRuns::words(model + std::to_string(columns),
                                        {"--preset", model, "--latent", "4", "--epochs", "200"}));
    INFO(screen.text);
    REQUIRE(screen.exit_code == 0);
    const std::string last = bars(screen.text).back();
    CHECK(columns_of(last) < columns);
    CHECK_THAT(last, ContainsSubstring("100%"));
    CHECK_THAT(last, ContainsSubstring("reconstruction "));
    if (columns < 80) continue;
    CHECK_THAT(last, ContainsSubstring(model == "vae" ? "KL " : "squared error "));
  }
}

TEST_CASE("cli: the bar is drawn no more than ten times a second") {
  const TinyRuns runs;
  const auto start = std::chrono::steady_clock::now();
  const Screen screen =
      run_on_terminal(runs.path(), 80, "C", TinyRuns::words("a", {"--epochs", "2000"}));
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  CHECK(screen.exit_code == 0);
  CHECK(static_cast<double>(bars(screen.text).size()) <= seconds * 10.0 + 2.0);
}

TEST_CASE("cli: --quiet is quiet on a terminal too") {
  const TinyRuns runs;
  const Screen screen = run_on_terminal(runs.path(), 80, "C", TinyRuns::words("a", {"--quiet"}));
  CHECK(screen.exit_code == 0);
  CHECK(screen.text.empty());
}

#endif
