#include "kernels/cpu/convert_row.hpp"
#include "kernels/cpu/operations.hpp"
#include "kernels/cpu/team/chunks.hpp"
#include "kernels/cpu/team/clones.hpp"

namespace vgan::cpu {
namespace {

template <class Trial>
void map_row(const float* from, std::int64_t count, const math::OutputMap& map, Trial* to) {
  for (std::int64_t j = 0; j < count; ++j) {
    const float value = math::map_output(from[j], map);
    if constexpr (sizeof(Trial) == 1) {
      to[j] = math::round_pixel(value);
    } else {
      to[j] = value;
    }
  }
}

}  // namespace

void run(ThreadTeam& team, const MapTrialsTask& task) {
  const MatrixView<const float> y = task.y;
  const MatrixRef trials = task.trials;
  for_each_row(team, y.rows, y.cols, [&](std::int64_t i) {
    if (trials.type == ElementType::u8) {
      VGAN_WIDEST(map_row)(y.row(i), y.cols, task.map, trials.as<std::uint8_t>().row(i));
    } else {
      VGAN_WIDEST(map_row)(y.row(i), y.cols, task.map, trials.as<float>().row(i));
    }
  });
}

void run(ThreadTeam& team, const ConvertTask& task) {
  const ConstMatrixRef in = task.in;
  const MatrixRef out = task.out;
  with_float_type(in.type, [&](auto from_type) {
    with_float_type(out.type, [&](auto to_type) {
      const auto from = in.as<decltype(from_type)>();
      const auto to = out.as<decltype(to_type)>();
      for_each_row(team, in.rows, in.cols, [&](std::int64_t i) {
        VGAN_WIDEST(convert_row)(from.row(i), in.cols, to.row(i));
      });
    });
  });
}

void run(ThreadTeam& team, const FillTask& task) {
  const MatrixRef out = task.out;
  with_float_type(out.type, [&](auto type) {
    const auto to = out.as<decltype(type)>();
    const auto stored = math::from_float<decltype(type)>(task.value);
    for_each_row(team, out.rows, out.cols,
                 [&](std::int64_t i) { std::fill_n(to.row(i), out.cols, stored); });
  });
}

}  // namespace vgan::cpu
