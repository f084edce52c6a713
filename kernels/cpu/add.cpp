#include "kernels/cpu/operations.hpp"
#include "kernels/cpu/team/chunks.hpp"
#include "kernels/cpu/team/clones.hpp"

namespace vgan::cpu {
namespace {

void add_row(const float* __restrict in, std::int64_t count, float* __restrict out) {
  for (std::int64_t j = 0; j < count; ++j) out[j] += in[j];
}

}  // namespace

void run(ThreadTeam& team, const AddTask& task) {
  for_each_row(team, task.out.rows, task.out.cols, [&](std::int64_t i) {
    VGAN_WIDEST(add_row)(task.in.row(i), task.out.cols, task.out.row(i));
  });
}

}  // namespace vgan::cpu
