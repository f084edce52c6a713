// Where the repository and the programs lie: as built, or as the environment says, for tests that
// run on another machine than they were built on.
#pragma once

#include <cstdlib>
#include <string>

namespace vgan::testing {

/// The repository's root: `VGAN_SOURCE_DIR` of the environment, else the one compiled in.
inline std::string source_dir() {
  const char* moved = std::getenv("VGAN_SOURCE_DIR");
  return moved != nullptr ? moved : VGAN_SOURCE_DIR;
}

#ifdef VGAN_BINARY
/// vgan_cuda: `VGAN_BINARY` of the environment, else the one compiled in.
inline const std::string& vgan_binary() {
  static const char* const moved = std::getenv("VGAN_BINARY");
  static const std::string path = moved != nullptr ? moved : VGAN_BINARY;
  return path;
}
#endif

#ifdef VGAN_BENCH_BINARY
/// vgan_bench: `VGAN_BENCH_BINARY` of the environment, else the one compiled in.
inline const std::string& bench_binary() {
  static const char* const moved = std::getenv("VGAN_BENCH_BINARY");
  static const std::string path = moved != nullptr ? moved : VGAN_BENCH_BINARY;
  return path;
}
#endif

}  // namespace vgan::testing
