#include "engine/base/words.hpp"

#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"

namespace vgan {

void refuse_word(const char* setting, const std::string& found,
                 const std::vector<std::string>& allowed) {
  refuse_setting(setting, "'" + found + "'", joined(allowed));
}

std::string alternatives(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 < words.size() ? ", " : " or ";
    text += words[i];
  }
  return text;
}

}  // namespace vgan
