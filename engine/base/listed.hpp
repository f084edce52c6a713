// Names in a message.
#pragma once

#include <string>
#include <vector>

namespace vgan {

/// "a, b, c": up to 20 names, each as `shortened` has it, and how many more there are.
std::string listed(const std::vector<std::string>& names);

}  // namespace vgan
