// Our Philox words against cuRAND's own, on the CPU: its device header compiled as plain C++, and
// its host generator. Neither needs a driver.
#include "tests/support/catch.hpp"

#if !defined(VGAN_HAVE_CURAND)

TEST_CASE("Philox agrees with cuRAND word for word", "[math][philox][curand]") {
  VGAN_SKIP("cuRAND's headers and library were not found when this was built");
}

#else

#include <cuda_runtime_api.h>
#include <vector_functions.h>

// The header's functions are `static __device__ __forceinline__` unless this says otherwise.
#define QUALIFIERS static inline
#include <curand_kernel.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/math/gaussian.hpp"
#include "kernels/math/philox.hpp"
#include "kernels/math/uniform.hpp"

namespace {

using vgan::math::philox_block;
using vgan::math::Words4;

const std::uint64_t seeds[] = {
    0, 1, 42, 0xFFFFFFFFu, 0x100000000u, 0x0123456789ABCDEFu, 0xFFFFFFFFFFFFFFFFu};

bool same(const Words4& ours, const uint4& theirs) {
  return ours.x == theirs.x && ours.y == theirs.y && ours.z == theirs.z && ours.w == theirs.w;
}

uint4 device_block(std::uint64_t seed, std::uint64_t subsequence, std::uint64_t block) {
  curandStatePhilox4_32_10_t state;
  curand_init(seed, subsequence, 4 * block, &state);
  return curand4(&state);
}

// cuRAND's host generator, with the ordering that NVIDIA promises never to change.
class HostGenerator {
 public:
  explicit HostGenerator(std::uint64_t seed) {
    REQUIRE(curandCreateGeneratorHost(&generator_, CURAND_RNG_PSEUDO_PHILOX4_32_10) ==
            CURAND_STATUS_SUCCESS);
    REQUIRE(curandSetGeneratorOrdering(generator_, CURAND_ORDERING_PSEUDO_LEGACY) ==
            CURAND_STATUS_SUCCESS);
    REQUIRE(curandSetPseudoRandomGeneratorSeed(generator_, seed) == CURAND_STATUS_SUCCESS);
  }
  ~HostGenerator() { curandDestroyGenerator(generator_); }
  HostGenerator(const HostGenerator&) = delete;
  HostGenerator& operator=(const HostGenerator&) = delete;

  std::vector<std::uint32_t> words(std::uint64_t offset, std::size_t count) {
    REQUIRE(curandSetGeneratorOffset(generator_, offset) == CURAND_STATUS_SUCCESS);
    std::vector<std::uint32_t> values(count);
    REQUIRE(curandGenerate(generator_, values.data(), count) == CURAND_STATUS_SUCCESS);
    return values;
  }

 private:
  curandGenerator_t generator_ = nullptr;
};

// Legacy order (cuRAND manual, "Host API overview", order; seen in 10.4): 65,536 subsequences take
// turns, four words each, so word 4 q + lane of the output is lane `lane` of block q / 65536 of
// subsequence q % 65536. An offset counts words of that output.
constexpr std::uint64_t interleaved = 65536;

// How many of `count` quads from quad `first` on differ between host generator, ours and device.
int quads_that_differ(std::uint64_t seed, std::uint64_t first, std::size_t count) {
  HostGenerator host(seed);
  const std::vector<std::uint32_t> words = host.words(4 * first, 4 * count);
  int different = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t subsequence = (first + i) % interleaved;
    const std::uint64_t block = (first + i) / interleaved;
    const uint4 from_host = {words[4 * i], words[4 * i + 1], words[4 * i + 2], words[4 * i + 3]};
    const Words4 ours = philox_block(seed, subsequence, block);
    different += !same(ours, from_host) || !same(ours, device_block(seed, subsequence, block));
  }
  return different;
}

}  // namespace

TEST_CASE("Philox agrees with cuRAND's device header word for word", "[math][philox][curand]") {
  // Offsets are in words and have 64 bits, so a block has 62.
  const std::uint64_t subsequences[] = {0, 1, 7, 0xFFFFFFFFu, 0x100000000u, 0xFEDCBA9876543210u};
  const std::uint64_t blocks[] = {0, 1, 2, 0xFFFFFFFFu, 0x100000000u, 0x3FFFFFFFFFFFFFFEu};
  for (const std::uint64_t seed : seeds) {
    for (const std::uint64_t subsequence : subsequences) {
      for (const std::uint64_t block : blocks) {
        CAPTURE(seed, subsequence, block);
        CHECK(same(philox_block(seed, subsequence, block), device_block(seed, subsequence, block)));
      }
    }
  }
}

TEST_CASE("a long walk of cuRAND's device state stays on our blocks", "[math][philox][curand]") {
  // Across the carry from the counter's low word into its high one.
  const std::uint64_t first = 0xFFFFFFFFu - 500;
  curandStatePhilox4_32_10_t state;
  curand_init(99, 12345, 4 * first, &state);
  int different = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    different += !same(philox_block(99, 12345, first + i), curand4(&state));
  }
  CHECK(different == 0);
}

TEST_CASE("Philox agrees with cuRAND's host generator word for word", "[math][philox][curand]") {
  for (const std::uint64_t seed : seeds) {
    CAPTURE(seed);
    CHECK(quads_that_differ(seed, 0, 3000) == 0);
    CHECK(quads_that_differ(seed, interleaved - 100, 300) == 0);
    CHECK(quads_that_differ(seed, 3 * interleaved + 17, 300) == 0);
    // Words past 2^32 and blocks past 2^32.
    CHECK(quads_that_differ(seed, 0x100000000u + 5, 300) == 0);
    CHECK(quads_that_differ(seed, 0x1000000000000u + interleaved - 9, 300) == 0);
  }
}

TEST_CASE("cuRAND's default host order is the legacy order", "[math][philox][curand]") {
  curandGenerator_t generator = nullptr;
  REQUIRE(curandCreateGeneratorHost(&generator, CURAND_RNG_PSEUDO_PHILOX4_32_10) ==
          CURAND_STATUS_SUCCESS);
  REQUIRE(curandSetPseudoRandomGeneratorSeed(generator, 5) == CURAND_STATUS_SUCCESS);
  std::vector<std::uint32_t> words(4096);
  const curandStatus_t status = curandGenerate(generator, words.data(), words.size());
  curandDestroyGenerator(generator);
  REQUIRE(status == CURAND_STATUS_SUCCESS);
  HostGenerator legacy(5);
  CHECK(words == legacy.words(0, words.size()));
}

TEST_CASE("uniforms are cuRAND's bit for bit, normals within rounding", "[math][philox][curand]") {
  int uniform_differs = 0;
  double worst = 0;
  for (std::uint64_t block = 0; block < 100'000; ++block) {
    const Words4 words = philox_block(7, 3, block);
    uniform_differs += vgan::math::uniform(words.x) != _curand_uniform(words.x);
    curandStatePhilox4_32_10_t state;
    curand_init(7, 3, 4 * block, &state);
    const float4 theirs = curand_normal4(&state);
    float ours[4];
    vgan::math::gaussian4(7, 3, block, ours);
    const float pairs[4][2] = {
        {ours[0], theirs.x}, {ours[1], theirs.y}, {ours[2], theirs.z}, {ours[3], theirs.w}};
    for (const auto& pair : pairs) {
      const double error = std::fabs(double{pair[0]} - pair[1]);
      worst = error <= worst ? worst : error;  // a NaN is kept
    }
  }
  CHECK(uniform_differs == 0);
  // cuRAND rounds the angle 2 pi v to float, off by up to 5e-7, times a radius of up to 6.8.
  CHECK(worst <= 5e-6);
}

#endif
