// How many cases a property is tried on.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <ranges>

namespace vgan::testing {

#ifdef __SANITIZE_ADDRESS__
inline constexpr std::uint64_t usual_cases = 3000;
#else
inline constexpr std::uint64_t usual_cases = 100000;
#endif

/// The seeds of the cases: as many as the environment's VGAN_CASES says, or 100,000, under the
/// sanitizers 3,000; from its VGAN_FIRST_CASE on, or 0.
inline auto cases() {
  const auto number = [](const char* name, std::uint64_t otherwise) {
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
  };
  const std::uint64_t first = number("VGAN_FIRST_CASE", 0);
  return std::views::iota(first, first + number("VGAN_CASES", usual_cases));
}

}  // namespace vgan::testing
