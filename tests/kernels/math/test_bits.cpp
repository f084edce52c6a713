// What docs/numerics.md promises bit for bit, held to one list of digests on every processor: each
// is FNV-1a of the results' bits. Made on x86-64 by this test itself (a wrong digest prints the
// right one); tests/arm.sh runs it on aarch64.
#include <cmath>
#include <cstdint>
#include <functional>

#include "kernels/math/activation.hpp"
#include "kernels/math/adam.hpp"
#include "kernels/math/bce.hpp"
#include "kernels/math/bfloat16.hpp"
#include "kernels/math/elementary.hpp"
#include "kernels/math/gaussian.hpp"
#include "kernels/math/latent.hpp"
#include "kernels/math/permutation.hpp"
#include "kernels/math/philox.hpp"
#include "kernels/math/pixel.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;

namespace {

class Digest {
 public:
  void add(std::uint32_t bits) {
    for (int byte = 0; byte < 4; ++byte) {
      hash_ = (hash_ ^ (bits >> 8 * byte & 0xFF)) * 0x100000001B3ULL;
    }
  }
  // A NaN's payload is the processor's own.
  void add(float value) { add(std::isnan(value) ? 0x7FC00000U : math::bits_of(value)); }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xCBF29CE484222325ULL;
};

/// The digest of `function(x, digest)` over 2^18 floats of every sign and exponent but denormals.
std::uint64_t over_floats(const std::function<void(float, Digest&)>& function) {
  Digest digest;
  for (std::uint32_t i = 0; i < 1U << 18; ++i) {
    const float x = math::float_from_bits(i << 14 | (i * 2654435761U >> 18));
    if (std::isnormal(x)) function(x, digest);
  }
  return digest.value();
}

std::uint64_t of_function(float (*function)(float)) {
  return over_floats([&](float x, Digest& digest) { digest.add(function(x)); });
}

}  // namespace

TEST_CASE("elementary functions have the same bits on every processor", "[math][bits]") {
  CHECK(of_function(math::exp) == 0xB069FCAB646D5EB3U);
  CHECK(of_function(math::log) == 0x07FE7FC3C71F30A2U);
  CHECK(of_function(math::tanh) == 0xC7998E6463B71866U);
  CHECK(of_function(math::sigmoid) == 0x3231261BB2A00831U);
  CHECK(of_function(math::softplus) == 0xA71209C36BEDD55CU);
  CHECK(over_floats([](float x, Digest& digest) {
          digest.add(std::uint32_t{math::to_bfloat16(x).bits});
        }) == 0xB5A981D74A626D95U);
}

TEST_CASE("losses and Adam have the same bits on every processor", "[math][bits]") {
  CHECK(over_floats([](float x, Digest& digest) {
          const math::LossAndGradient one = math::bce_with_logits(x, 0.9F);
          digest.add(one.loss);
          digest.add(one.gradient);
        }) == 0x6421EA94E69C12D0U);
  CHECK(over_floats([](float x, Digest& digest) {
          digest.add(math::reparameterise(0.25F, x, -1.5F));
        }) == 0x6E2E151DF256BD87U);
  const math::AdamStep step = math::make_adam_step(4e-4, 0.5, 0.999, 1e-8, 7);
  CHECK(over_floats([&](float x, Digest& digest) {
          float weight = 0.125F, m = 0.5F, v = 0.25F;
          math::adam_update(weight, m, v, x, step);
          for (const float value : {weight, m, v}) digest.add(value);
        }) == 0x5E0CE69BDE9E44FFU);
}

TEST_CASE("random numbers have the same bits on every processor", "[math][bits]") {
  Digest words, normals, positions;
  for (std::uint64_t i = 0; i < 20000; ++i) {
    const math::Words4 block = math::philox_block(1234567890123ULL, 7, i);
    for (int lane = 0; lane < 4; ++lane) words.add(math::word_of(block, lane));
    const math::Pair pair = math::box_muller(math::word_of(block, 0), math::word_of(block, 1));
    normals.add(pair.first);
    normals.add(pair.second);
    positions.add(static_cast<std::uint32_t>(math::permute(i, 20000, 5, 3)));
  }
  CHECK(words.value() == 0x4330F34B2A1F22BCU);
  CHECK(normals.value() == 0x1DD4B83037F2B49EU);
  CHECK(positions.value() == 0x45B70B973B5B52A5U);
}

TEST_CASE("pixels have the same bits on every processor", "[math][bits]") {
  Digest digest;
  for (int value = 0; value < 256; ++value) {
    const float x = math::normalise_pixel(static_cast<std::uint8_t>(value), 2.0F / 255.0F, -1.0F);
    digest.add(x);
    digest.add(math::map_output(x, {-1.0F, 127.5F, 0.0F}));
    digest.add(std::uint32_t{math::round_pixel(math::map_output(x, {-1.0F, 127.5F, 0.0F}))});
  }
  CHECK(digest.value() == 0x84A1FD969105E3ABU);
}
