// The gradient penalties of D: R1 and R2 on what D sees, WGAN-GP's between real and fake.
#include "engine/objectives/gan.hpp"

namespace vgan::objectives {

void Gan::penalty_gradients(Queue& queue, bool with_r1, std::int64_t critic, bool accumulate) {
  StepRecord& record = state_->current;
  if (with_r1) {
    penalise(queue, d_real_, accumulate, squared_penalty(1.0F, &record[GanValue::r1]));
    accumulate = true;
    if (options_.r2 > 0.0F) {
      penalise(queue, d_fake_, accumulate, squared_penalty(options_.r2, &record[GanValue::r2]));
    }
  }
  if (options_.gradient_penalty == 0.0F) return;
  // One share for all trials of a packed row: what D judges there lies between real and fake.
  backend_->run(queue, InterpolateTask{packed(d_input_.rows_from(0, batch_)),
                                       packed(d_input_.rows_from(batch_, batch_)),
                                       stream(Purpose::interpolate, critic), packed(between_)});
  d_->forward_exact(queue, packed(between_), between_tape_);
  const float lambda = options_.gradient_penalty / static_cast<float>(judged());
  penalise(queue, between_tape_, accumulate,
           {{},
            math::GradientPenalty::one_centred,
            lambda,
            2.0F * lambda,
            &record[GanValue::gradient_penalty]});
}

GradientPenaltyTask Gan::squared_penalty(float share, float* value) const {
  const float gamma = share * options_.r1 / static_cast<float>(judged());
  return {{},
          math::GradientPenalty::squared,
          0.5F * gamma,
          gamma * static_cast<float>(options_.r1_every),
          value};
}

// d/dW of mean_i f(|v_i|), v = grad_x D, is sum_i <t_i, dv_i/dW> with t_i = f'(|v_i|) / B * v_i /
// |v_i| held fixed: the tangent pass. For R1 and R2, f = gamma/2 |v|^2 and t = gamma/B v,
// `r1_every` times as long where the penalty is lazy; for WGAN-GP f = lambda (|v| - 1)^2.
// Conditions are no part of x: their columns of v do not count.
void Gan::penalise(Queue& queue, const nn::Tape& outputs, bool accumulate,
                   GradientPenaltyTask how) {
  d_->input_gradient_of_sum(queue, outputs, scratch_, packed(penalty_gradient_));
  if (penalty_gradient_.cols > trial_) {
    backend_->fill(queue, 0.0F,
                   penalty_gradient_.block(0, batch_, trial_, penalty_gradient_.cols - trial_));
  }
  how.x = packed(penalty_gradient_).as<float>();
  backend_->run(queue, how);
  d_->tangent_gradient(queue, outputs, scratch_, packed(penalty_gradient_), accumulate);
}

}  // namespace vgan::objectives
