#include "kernels/cpu/operations.hpp"
#include "kernels/cpu/team/chunks.hpp"
#include "kernels/cpu/team/clones.hpp"
#include "kernels/math/permutation.hpp"
#include "kernels/math/pixel.hpp"

namespace vgan::cpu {
namespace {

template <class Out>
void normalise_row(const std::uint8_t* from, std::int64_t cols, float scale, float offset,
                   Out* to) {
  for (std::int64_t j = 0; j < cols; ++j) {
    to[j] = math::from_float<Out>(math::normalise_pixel(from[j], scale, offset));
  }
}

template <class Out>
void normalise_row(const float* from, std::int64_t cols, float scale, float offset, Out* to) {
  for (std::int64_t j = 0; j < cols; ++j) {
    to[j] = math::from_float<Out>(from[j] * scale + offset);
  }
}

template <class In, class Out>
void gather_rows(ThreadTeam& team, const GatherTask& task, MatrixView<Out> out) {
  const auto trials = task.trials.as<In>();
  const auto count = static_cast<std::uint64_t>(trials.rows);
  const std::uint64_t first = task.counter.value() * static_cast<std::uint64_t>(out.rows);
  for_each_row(team, out.rows, out.cols, [&](std::int64_t i) {
    const std::uint64_t position = first + static_cast<std::uint64_t>(i);
    const std::uint64_t trial = math::permute(position % count, count, task.seed, position / count);
    VGAN_WIDEST(normalise_row)
    (trials.row(static_cast<std::int64_t>(trial)), out.cols, task.scale, task.offset, out.row(i));
  });
}

}  // namespace

void run(ThreadTeam& team, const GatherTask& task) {
  with_float_type(task.out.type, [&](auto type) {
    using Out = decltype(type);
    if (task.trials.type == ElementType::u8) {
      gather_rows<std::uint8_t>(team, task, task.out.as<Out>());
    } else {
      gather_rows<float>(team, task, task.out.as<Out>());
    }
  });
}

}  // namespace vgan::cpu
