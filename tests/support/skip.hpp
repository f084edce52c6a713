// A skipped check says why, and is counted apart from the passed ones.
#pragma once

#include <string>

namespace vgan::testing {

/// Records that the running test case was skipped and why. The runner prints all of them at the
/// end.
void record_skip(const std::string& reason, const char* file, int line);

}  // namespace vgan::testing

/// Leaves the test case, recorded as skipped with `reason`.
#define VGAN_SKIP(reason)                                       \
  do {                                                          \
    ::vgan::testing::record_skip((reason), __FILE__, __LINE__); \
    return;                                                     \
  } while (false)
