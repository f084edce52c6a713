// Philox words against published answers, and the layout of streams.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>

#include "kernels/math/philox.hpp"
#include "kernels/math/uniform.hpp"
#include "tests/support/catch.hpp"

namespace {

using vgan::math::philox4x32_10;
using vgan::math::philox_block;
using vgan::math::Purpose;
using vgan::math::subsequence;
using vgan::math::Words4;

bool same(const Words4& a, const Words4& b) {
  return a.x == b.x && a.y == b.y && a.z == b.z && a.w == b.w;
}

}  // namespace

// Recipe: the three "philox4x32 10" lines of tests/kat_vectors in Random123 1.14.0 (D. E. Shaw
// Research): counter, key, result; zeros, ones, and the digits of pi.
TEST_CASE("Philox4x32-10 gives Random123's known answers", "[math][philox]") {
  const std::uint32_t ones = 0xFFFFFFFFu;
  CHECK(same(philox4x32_10({0, 0, 0, 0}, 0, 0),
             {0x6627E8D5u, 0xE169C58Du, 0xBC57AC4Cu, 0x9B00DBD8u}));
  CHECK(same(philox4x32_10({ones, ones, ones, ones}, ones, ones),
             {0x408F276Du, 0x41C83B0Eu, 0xA20BC7C6u, 0x6D5451FDu}));
  CHECK(same(
      philox4x32_10({0x243F6A88u, 0x85A308D3u, 0x13198A2Eu, 0x03707344u}, 0xA4093822u, 0x299F31D0u),
      {0xD16CFE09u, 0x94FDCCEBu, 0x5001E420u, 0x24126EA1u}));
}

TEST_CASE("philox_block places block, subsequence and seed in the counter and key",
          "[math][philox]") {
  // The pi vector again, word by word: counter.xy is the block, counter.zw the subsequence.
  CHECK(same(philox_block(0x299F31D0A4093822u, 0x0370734413198A2Eu, 0x85A308D3243F6A88u),
             {0xD16CFE09u, 0x94FDCCEBu, 0x5001E420u, 0x24126EA1u}));
}

TEST_CASE("each purpose and step has a stream of its own", "[math][philox]") {
  std::set<std::uint64_t> streams;
  for (std::uint64_t step = 0; step < 1000; ++step) {
    for (const Purpose purpose :
         {Purpose::initialise, Purpose::latent, Purpose::shuffle, Purpose::instance_noise_real,
          Purpose::instance_noise_fake, Purpose::sample, Purpose::preview}) {
      streams.insert(subsequence(purpose, step));
    }
  }
  CHECK(streams.size() == 7000);
  CHECK(subsequence(Purpose::latent, 3) == 49);
  CHECK(subsequence(Purpose::preview, std::uint64_t{1} << 40) == (std::uint64_t{1} << 44) + 6);
}

TEST_CASE("uniform covers (0, 1] and fills it evenly", "[math][uniform]") {
  using vgan::math::uniform;
  using vgan::math::uniform_between;
  CHECK(uniform(0) == 0x1p-33f);
  CHECK(uniform(0xFFFFFFFFu) == 1.0f);
  CHECK(uniform(0x80000000u) == 0.5f);
  CHECK(uniform_between(0xFFFFFFFFu, -0.3f, 0.7f) == 0.7f);
  CHECK(uniform_between(0, -0.3f, 0.7f) >= -0.3f);
  CHECK(uniform_between(0x80000000u, -2.0f, 4.0f) == 1.0f);

  const int bins = 256;
  const int blocks = 64'000;
  std::uint64_t counts[bins] = {};
  double sum = 0;
  for (int block = 0; block < blocks; ++block) {
    const Words4 words = philox_block(11, 5, static_cast<std::uint64_t>(block));
    for (const std::uint32_t word : {words.x, words.y, words.z, words.w}) {
      const float value = uniform(word);
      sum += value;
      ++counts[std::min(bins - 1, static_cast<int>(value * bins))];
    }
  }
  const double draws = 4.0 * blocks;
  CHECK(std::abs(sum / draws - 0.5) <= 5 * 0.288675 / std::sqrt(draws));  // 5 standard errors
  double chi_square = 0;
  for (const std::uint64_t count : counts) {
    const double excess = static_cast<double>(count) - draws / bins;
    chi_square += excess * excess / (draws / bins);
  }
  CHECK(std::abs(chi_square - 255) <= 5 * 22.6);  // 255 degrees of freedom, sd sqrt(510)
}
