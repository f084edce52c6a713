// A setting that has a value it cannot have.
#pragma once

#include <cstdio>
#include <string>

#include "engine/error.hpp"

namespace vgan {

/// A number as messages give it, to six digits.
inline std::string setting_text(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof(buffer), "%g", value);
  return buffer;
}

/// Throws bad_config with setting, what was found, what is allowed, and what to do.
[[noreturn]] inline void refuse_setting(const std::string& name, const std::string& found,
                                        const std::string& allowed,
                                        const std::string& remedy = "") {
  throw Error(ErrorCode::bad_config, {"bad setting", name, found, allowed, remedy});
}

}  // namespace vgan
