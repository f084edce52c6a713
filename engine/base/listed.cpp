#include "engine/base/listed.hpp"

#include "engine/base/text.hpp"

namespace vgan {

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t most = 20;
  std::vector<std::string> shown;
  for (const std::string& name : names) {
    if (shown.size() == most) break;
    shown.push_back(shortened(name));
  }
  std::string text = joined(shown);
  if (names.size() > most) text += " and " + std::to_string(names.size() - most) + " more";
  return text;
}

}  // namespace vgan
