// A setting that has a value it cannot have.
#pragma once

#include <string>

#include "engine/error.hpp"

namespace vgan {

/// Throws bad_config with setting, what was found, what is allowed, and what to do.
[[noreturn]] inline void refuse_setting(const std::string& name, const std::string& found,
                                        const std::string& allowed,
                                        const std::string& remedy = "") {
  throw Error(ErrorCode::bad_config, {"bad setting", name, found, allowed, remedy});
}

}  // namespace vgan
