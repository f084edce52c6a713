// Several bytes of a text at once, as one word whose lowest byte is the first.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace vgan {

static_assert(std::endian::native == std::endian::little);

inline std::uint64_t load_eight(const char* text) {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, text, sizeof(bytes));
  return bytes;
}
inline std::uint32_t load_four(const char* text) {
  std::uint32_t bytes = 0;
  std::memcpy(&bytes, text, sizeof(bytes));
  return bytes;
}

/// A byte as often as a word has room for it.
template <class Word>
constexpr Word filled_with(char c) {
  return static_cast<Word>(-1) / 0xFF * static_cast<unsigned char>(c);
}

/// The highest bit of each byte of a word that is `c`, and no other.
template <class Word>
Word bytes_that_are(Word bytes, char c) {
  constexpr Word low_bits = filled_with<Word>(0x7F);
  const Word differ = bytes ^ filled_with<Word>(c);
  return ~(((differ & low_bits) + low_bits) | differ | low_bits);
}

/// The highest bit of each byte of a word that is below `limit`, an ASCII character, and no other.
template <char limit, class Word>
Word bytes_below(Word bytes) {
  static_assert(limit > 0);
  constexpr Word low_bits = filled_with<Word>(0x7F);
  constexpr Word to_top = filled_with<Word>(static_cast<char>(0x80 - limit));
  return ~(((bytes & low_bits) + to_top) | bytes | low_bits);
}

/// Whether all bytes are from 0 to 9, not '0' to '9'.
template <class Word>
bool are_digit_values(Word bytes) {
  return (((bytes + filled_with<Word>(0x76)) | bytes) & filled_with<Word>('\x80')) == 0;
}

/// The number of eight decimal digits from 0 to 9, the first of which is the greatest. Neighbours
/// are joined, ten times the one plus the other, then pairs, then fours.
inline std::uint32_t number_of_digits(std::uint64_t digits) {
  digits = (digits * (1 + (std::uint64_t{10} << 8))) >> 8 & 0x00FF00FF00FF00FF;
  digits = (digits * (1 + (std::uint64_t{100} << 16))) >> 16 & 0x0000FFFF0000FFFF;
  return static_cast<std::uint32_t>((digits * (1 + (std::uint64_t{10000} << 32))) >> 32);
}

}  // namespace vgan
