#include "kernels/math/gan_loss.hpp"

#include "kernels/cpu/operations.hpp"
#include "kernels/cpu/team/chunks.hpp"

namespace vgan::cpu {

// A batch is a few hundred to some ten thousand logits: one thread, in order, is quick and exact.
void run(ThreadTeam& team, const GanLossTask& task) {
  const GanLossTerm& term = task.term;
  team.for_each(1, [&](std::int64_t, int) {
    const std::int64_t count = task.logits.rows;
    const float share = 1.0F / static_cast<float>(count);
    double loss = 0.0;
    std::int64_t right = 0;
    with_float_type(task.gradient.type, [&](auto type) {
      const auto gradient = task.gradient.as<decltype(type)>();
      for (std::int64_t i = 0; i < count; ++i) {
        const float logit = *task.logits.row(i);
        const math::LossAndGradient one = math::gan_loss(term.kind, term.side, logit, term.target);
        loss += one.loss;
        right += math::is_right(term.kind, term.side, logit);
        *gradient.row(i) = math::from_float<decltype(type)>(one.gradient * share);
      }
    });
    *term.loss = static_cast<float>(loss / static_cast<double>(count));
    if (term.accuracy != nullptr) *term.accuracy = static_cast<float>(right) * share;
  });
}

}  // namespace vgan::cpu
