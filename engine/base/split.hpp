// A text in parts.
#pragma once

#include <string>
#include <vector>

namespace vgan {

/// What stands between the signs `at`, one part more than there are signs; of an empty text one
/// empty part.
std::vector<std::string> split(const std::string& text, char at);

}  // namespace vgan
