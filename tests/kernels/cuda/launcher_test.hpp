// Tests of the launchers alone, written once: for the host executor, and for a device in a build
// with nvcc.
#pragma once

#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/device.hpp"

#if defined(VGAN_SIMT)
#include "tests/simt/simt.hpp"
#else
namespace simt {
/// The executor runs blocks, and work that is ready, in an order that a seed chooses. A device has
/// an order of its own.
inline void reset(std::uint64_t = 1) {}
}  // namespace simt
#endif

namespace vgan::testing {

/// Why there is no CUDA device to run on; "" where there is one. An error where
/// $VGAN_REQUIRE_DEVICE asks for one that is not there.
inline std::string lacks_cuda() {
  return usable_devices().size() > 1 ? "" : "no usable CUDA device: " + cuda_status().detail;
}

}  // namespace vgan::testing

/// A TEST_CASE that is skipped, with the reason, where no kernel can run.
#define LAUNCHER_TEST_CASE(name, tags) \
  VGAN_LAUNCHER_TEST_CASE(INTERNAL_CATCH_UNIQUE_NAME(launcher_test_), name, tags)
#define VGAN_LAUNCHER_TEST_CASE(body, name, tags)             \
  static void body();                                         \
  TEST_CASE(name, tags) {                                     \
    const std::string reason = ::vgan::testing::lacks_cuda(); \
    if (!reason.empty()) VGAN_SKIP(reason);                   \
    body();                                                   \
  }                                                           \
  static void body()
