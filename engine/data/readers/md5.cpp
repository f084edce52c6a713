#include "engine/data/readers/md5.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

#include "engine/data/readers/byte_source.hpp"

namespace vgan {
namespace {

constexpr std::size_t block_bytes = 64;
using State = std::array<std::uint32_t, 4>;

// RFC 1321, section 3.4: T[i] = floor(2^32 |sin(i + 1)|), i + 1 in radians.
std::array<std::uint32_t, 64> sine_table() {
  std::array<std::uint32_t, 64> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = static_cast<std::uint32_t>(
        std::floor(4294967296.0 * std::fabs(std::sin(static_cast<double>(i + 1)))));
  }
  return table;
}

// The round's function of the three words that are not replaced.
std::uint32_t mix(std::size_t round, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  switch (round) {
    case 0: return (b & c) | (~b & d);
    case 1: return (b & d) | (c & ~d);
    case 2: return b ^ c ^ d;
    default: return c ^ (b | ~d);
  }
}

void add_block(State& state, const unsigned char* block) {
  static const std::array<std::uint32_t, 64> sines = sine_table();
  constexpr int shifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
  constexpr std::size_t steps[4] = {1, 5, 3, 7};  // word order: (start + step * i) mod 16
  constexpr std::size_t starts[4] = {0, 1, 5, 0};
  std::uint32_t words[16];
  std::memcpy(words, block, sizeof(words));
  auto [a, b, c, d] = state;
  for (std::size_t i = 0; i < 64; ++i) {
    const std::size_t round = i / 16;
    const std::uint32_t word = words[(starts[round] + steps[round] * i) % 16];
    const std::uint32_t sum = a + mix(round, b, c, d) + word + sines[i];
    a = d;
    d = c;
    c = b;
    b += std::rotl(sum, shifts[round][i % 4]);
  }
  state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d};
}

}  // namespace

std::string md5_of_file(const std::filesystem::path& path, const std::string& what) {
  ByteSource source(path, what, Unpack::never);
  State state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  std::vector<unsigned char> buffer(block_bytes * 1024);
  std::size_t tail = 0;
  do {
    const std::size_t got = source.read_some(buffer.data(), buffer.size());
    for (tail = 0; tail + block_bytes <= got; tail += block_bytes) {
      add_block(state, buffer.data() + tail);
    }
    std::memmove(buffer.data(), buffer.data() + tail, got - tail);
    tail = got - tail;
    if (got < buffer.size()) break;
  } while (true);
  buffer[tail++] = 0x80;
  const std::size_t end = tail + 8 <= block_bytes ? block_bytes : 2 * block_bytes;
  std::memset(buffer.data() + tail, 0, end - tail);
  const std::uint64_t bits = source.offset() * 8;
  std::memcpy(buffer.data() + end - 8, &bits, 8);
  for (std::size_t at = 0; at < end; at += block_bytes) add_block(state, buffer.data() + at);
  std::array<unsigned char, 16> digest{};
  std::memcpy(digest.data(), state.data(), digest.size());
  std::string text;
  for (const unsigned char byte : digest) {
    char hex[3];
    std::snprintf(hex, sizeof(hex), "%02x", byte);
    text += hex;
  }
  return text;
}

}  // namespace vgan
