#include "kernels/cpu/operations.hpp"

namespace vgan::cpu {

void run(ThreadTeam&, const AdvanceTask& task) { finish_step(*task.state); }

}  // namespace vgan::cpu
