// The operations that are no product, on a thread team (kernels/ops has what each is asked to do),
// over the shared element math. Chunks are fixed and sums have one order, so results do not depend
// on the thread count.
#pragma once

#include "kernels/cpu/team/thread_team.hpp"
#include "kernels/ops/operations.hpp"

namespace vgan::cpu {

/// Does the task, at once.
#define VGAN_DECLARE(Task) void run(ThreadTeam& team, const Task& task);
VGAN_OPERATIONS(VGAN_DECLARE)
#undef VGAN_DECLARE

}  // namespace vgan::cpu
