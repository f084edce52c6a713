// What is said where too few trials were held out to measure beside.
#pragma once

#include <cstdint>
#include <string>

namespace vgan {

/// Why samples stand beside trials that the model was trained on, a half of which plays those that
/// were held out, and what to do: "The run held out only 4 rows of 40 ...". `held_out` of `all` is
/// fewer than fewest_measured; `kind` is their plural, as "rows".
std::string without_held_out_text(std::int64_t held_out, std::int64_t all, const std::string& kind);

}  // namespace vgan
