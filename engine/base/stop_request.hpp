// Long work that a user may stop.
#pragma once

#include <functional>

#include "engine/base/error.hpp"

namespace vgan {

/// Whether a stop was asked for; may be empty. It is asked by several threads at once where work is
/// done on several.
using StopRequest = std::function<bool()>;

/// Throws interrupted where a stop was asked for.
inline void refuse_if_stopped(const StopRequest& stop) {
  if (stop && stop()) throw Error(ErrorCode::interrupted, {"stopped on request", "", "", "", ""});
}

}  // namespace vgan
