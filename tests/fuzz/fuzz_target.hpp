// What the fuzz targets share: an end that the fuzzer takes for a finding.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "engine/base/error.hpp"
#include "tests/support/memory_file.hpp"

namespace vgan::testing {

[[noreturn]] inline void fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

/// Whether `read` ends without an Error; one that it throws is one line.
template <class Read>
bool attempt(Read&& read) {
  try {
    read();
    return true;
  } catch (const Error& error) {
    if (std::string(error.what()).find('\n') != std::string::npos) fail("more than one line");
    return false;
  }
}

}  // namespace vgan::testing
