// Independent pieces of work on several threads.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "engine/base/stop_request.hpp"

namespace vgan {

/// Does all of them, on up to `threads` threads; 0: one for each that the process may use. What a
/// piece throws is thrown here when all have ended, of several the first one's in their order.
/// `stop` is asked before each piece: where it says so, no other piece begins and interrupted is
/// thrown.
void do_in_parallel(const std::vector<std::function<void()>>& pieces, std::int64_t threads,
                    const StopRequest& stop = {});

}  // namespace vgan
