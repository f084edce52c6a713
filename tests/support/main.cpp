// The test runner: Catch2's own, plus the list of what was skipped and why.
#define CATCH_CONFIG_RUNNER
#include "tests/support/catch.hpp"

#include <cstdio>
#include <mutex>
#include <set>
#include <string>

namespace {

std::mutex skip_mutex;
std::set<std::string> skip_lines;

}  // namespace

void vgan::testing::record_skip(const std::string& reason, const char* file, int line) {
  const std::string text = std::string(file) + ":" + std::to_string(line) + ": " + reason;
  const std::lock_guard lock(skip_mutex);
  skip_lines.insert(text);
}

int main(int argc, char** argv) {
  const int status = Catch::Session().run(argc, argv);
  for (const std::string& line : skip_lines) std::printf("SKIPPED %s\n", line.c_str());
  if (!skip_lines.empty()) std::printf("%zu skipped\n", skip_lines.size());
  return status;
}
