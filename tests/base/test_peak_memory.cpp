// The most memory that was held, apart from what was held before.
#include "engine/base/memory.hpp"

#include <cstring>
#include <memory>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/skip.hpp"

using namespace vgan;

#if defined(__SANITIZE_ADDRESS__) || !defined(__GLIBC__)
TEST_CASE("the peak of memory has nothing of what was freed before", "[engine][run]") {
  VGAN_SKIP("freed memory is kept");
}
#else
namespace {

constexpr std::size_t piece = 4096;
constexpr std::size_t pieces = 16384;  // 64 MiB

using Pieces = std::vector<std::unique_ptr<char[]>>;

Pieces touched() {
  Pieces all(pieces);
  for (auto& one : all) {
    one = std::make_unique<char[]>(piece);
    std::memset(one.get(), 1, piece);
  }
  return all;
}

}  // namespace

TEST_CASE("the peak of memory has nothing of what was freed before", "[engine][run]") {
  if (!reset_peak_memory()) VGAN_SKIP("the system does not count");
  // The last piece stays, so that the heap cannot shrink by itself.
  Pieces all = touched();
  const std::uint64_t full = peak_memory();
  const std::unique_ptr<char[]> last = std::move(all.back());
  all.clear();
  REQUIRE(reset_peak_memory());
  CHECK(peak_memory() + pieces * piece * 3 / 4 < full);
  // And has what is held since.
  const Pieces again = touched();
  CHECK(peak_memory() + pieces * piece / 4 > full);
}
#endif
