#include "kernels/math/gan_loss.hpp"

#include "kernels/cpu/pointwise.hpp"
#include "kernels/cpu/team/chunks.hpp"

namespace vgan::cpu {

// A batch is a few hundred to some ten thousand logits: one thread, in order, is quick and exact.
void gan_loss(ThreadTeam& team, const GanLossRows& rows) {
  team.for_each(1, [&](std::int64_t, int) {
    const std::int64_t count = rows.logits.rows;
    const float share = 1.0F / static_cast<float>(count);
    double loss = 0.0;
    std::int64_t right = 0;
    with_float_type(rows.gradient.type, [&](auto type) {
      const auto gradient = rows.gradient.as<decltype(type)>();
      for (std::int64_t i = 0; i < count; ++i) {
        const float logit = *rows.logits.row(i);
        const math::LossAndGradient one = math::gan_loss(rows.kind, rows.side, logit, rows.target);
        loss += one.loss;
        right += math::is_right(rows.kind, rows.side, logit);
        *gradient.row(i) = math::from_float<decltype(type)>(one.gradient * share);
      }
    });
    *rows.mean_loss = static_cast<float>(loss / static_cast<double>(count));
    if (rows.accuracy != nullptr) *rows.accuracy = static_cast<float>(right) * share;
  });
}

}  // namespace vgan::cpu
