// A setting that has a value it cannot have.
#pragma once

#include <cmath>
#include <string>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"

namespace vgan {

/// A number as messages give it, to six digits.
inline std::string setting_text(double value) {
  return std::isnan(value) ? "NaN" : general_text(value);
}

/// Throws bad_config with setting, what was found, what is allowed, and what to do.
[[noreturn]] inline void refuse_setting(const std::string& name, const std::string& found,
                                        const std::string& allowed,
                                        const std::string& remedy = "") {
  throw Error(ErrorCode::bad_config, {"bad setting", name, found, allowed, remedy});
}

}  // namespace vgan
