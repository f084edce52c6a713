#include "kernels/cpu/operations.hpp"
#include "kernels/cpu/team/chunks.hpp"
#include "kernels/cpu/team/clones.hpp"

namespace vgan::cpu {
namespace {

using math::Activation;

template <Activation A, class Out, class Gradient>
void multiply_row(const Out* y, std::int64_t count, float slope, Gradient* dy) {
  for (std::int64_t i = 0; i < count; ++i) {
    const float derivative = math::derivative_from_output<A>(math::to_float(y[i]), slope);
    dy[i] = math::from_float<Gradient>(math::to_float(dy[i]) * derivative);
  }
}

template <class Out, class Gradient>
void multiply_row(Activation activation, const Out* y, std::int64_t count, float slope,
                  Gradient* dy) {
  switch (activation) {
    case Activation::identity: return;
    case Activation::leaky_relu:
      return VGAN_WIDEST(multiply_row<Activation::leaky_relu>)(y, count, slope, dy);
    case Activation::tanh: return VGAN_WIDEST(multiply_row<Activation::tanh>)(y, count, slope, dy);
    case Activation::sigmoid:
      return VGAN_WIDEST(multiply_row<Activation::sigmoid>)(y, count, slope, dy);
  }
}

}  // namespace

void run(ThreadTeam& team, const ActivationBackwardTask& task) {
  const ConstMatrixRef y = task.y;
  const MatrixRef dy = task.dy;
  with_float_type(y.type, [&](auto out) {
    with_float_type(dy.type, [&](auto gradient) {
      const auto from = y.as<decltype(out)>();
      const auto to = dy.as<decltype(gradient)>();
      for_each_row(team, y.rows, y.cols, [&](std::int64_t i) {
        multiply_row(task.activation, from.row(i), y.cols, task.slope, to.row(i));
      });
    });
  });
}

}  // namespace vgan::cpu
