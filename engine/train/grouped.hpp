// Numbers for people.
#pragma once

#include <cstdint>
#include <string>

namespace vgan {

/// "54,000".
inline std::string grouped(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}
/// `value` is not negative.
inline std::string grouped(std::int64_t value) {
  return grouped(static_cast<std::uint64_t>(value));
}

}  // namespace vgan
