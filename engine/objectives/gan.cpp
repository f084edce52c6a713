#include "engine/objectives/gan.hpp"

#include "engine/check.hpp"
#include "engine/nn/layout.hpp"

namespace vgan::objectives {
namespace {

std::size_t input_bytes(std::int64_t latent, std::int64_t trial, std::int64_t batch,
                        ElementType type, const GanOptions& options) {
  return 2 * nn::matrix_bytes(batch, latent, type) + nn::matrix_bytes(2 * batch, trial, type) +
         (options.r1 > 0.0F ? nn::matrix_bytes(batch, trial, ElementType::f32) : 0);
}

}  // namespace

std::size_t Gan::bytes(const std::vector<nn::DenseSpec>& generator,
                       const std::vector<nn::DenseSpec>& discriminator, std::int64_t batch,
                       ElementType type, const GanOptions& options) {
  using nn::TapeStorage;
  const ElementType logits = ElementType::f32;
  return TapeStorage::bytes(generator, batch, type, type, true) +
         TapeStorage::bytes(discriminator, 2 * batch, type, logits, true) +
         (options.r1 > 0.0F
              ? TapeStorage::bytes(discriminator, batch, ElementType::f32, logits, true)
              : 0) +
         input_bytes(generator.front().inputs, generator.back().outputs, batch, type, options);
}

Gan::Gan(Backend& backend, nn::Network& generator, nn::Network& discriminator, std::int64_t batch,
         StepState* state, const GanOptions& options)
    : backend_(&backend),
      g_(&generator),
      d_(&discriminator),
      batch_(batch),
      state_(state),
      options_(options),
      g_storage_(backend, generator.layers(), batch, generator.compute_type(),
                 generator.compute_type(), true, "G's activations"),
      d_storage_(backend, discriminator.layers(), 2 * batch, discriminator.compute_type(),
                 ElementType::f32, true, "D's activations"),
      inputs_(backend.allocate(input_bytes(generator.inputs(), generator.outputs(), batch,
                                           generator.compute_type(), options),
                               "the batch")),
      g_tape_(g_storage_.tape()),
      d_tape_(d_storage_.tape()),
      d_real_(d_tape_.rows_from(0, batch)),
      d_fake_(d_tape_.rows_from(batch, batch)) {
  require(generator.outputs() == discriminator.inputs() && discriminator.outputs() == 1 &&
              generator.compute_type() == discriminator.compute_type(),
          "gan", "G and D that do not fit", "D takes G's output, of G's type, to one logit");
  const ElementType type = generator.compute_type();
  nn::Carver carver(inputs_.data());
  for (MatrixRef& latent : latents_) latent = carver.take(batch, generator.inputs(), type);
  latent_ = latents_[0];
  d_input_ = carver.take(2 * batch, generator.outputs(), type);
  real_ = d_input_.rows_from(0, batch);
  d_fake_input_ = d_input_.rows_from(batch, batch);
  // G writes its fakes straight into D's input, unless noise has to come between.
  if (options.instance_noise == 0.0F) g_tape_.outputs.back() = d_fake_input_;
  if (has_penalty()) {
    penalty_gradient_ = carver.take(batch, generator.outputs(), ElementType::f32);
    penalty_storage_.emplace(backend, discriminator.layers(), batch, ElementType::f32,
                             ElementType::f32, true, "the gradient penalty");
  }
}

void Gan::add_instance_noise(Queue& queue) {
  if (options_.instance_noise == 0.0F) return;
  const float* sigma = &state_->instance_noise;
  backend_->add_normal(queue, real_, state_, {options_.seed, Purpose::instance_noise_real, 0},
                       sigma, real_);
  backend_->add_normal(queue, g_tape_.outputs.back(), state_,
                       {options_.seed, Purpose::instance_noise_fake, 0}, sigma, d_fake_input_);
}

LogitLossSide Gan::real_side() const {
  StepReport& report = state_->current;
  return {batch_,        options_.real_target, options_.loss,
          GanSide::real, &report.d_loss_real,  &report.real_accuracy};
}

LogitLossSide Gan::fake_side() const {
  StepReport& report = state_->current;
  return {batch_, 0.0F, options_.loss, GanSide::fake, &report.d_loss_fake, &report.fake_accuracy};
}

LogitLossSide Gan::fooled_side() const {
  return {batch_, 1.0F, options_.loss, GanSide::fooled, &state_->current.g_loss, nullptr};
}

void Gan::loss(Queue& queue, const nn::Tape& tape, const LogitLossSide& side) {
  backend_->gan_loss(queue, tape.outputs.back().as<float>(), tape.deltas.back(),
                     {side.kind, side.side, side.target, side.loss, side.accuracy});
}

void Gan::discriminator_gradients(Queue& queue, bool with_penalty) {
  g_->forward(queue, latent_, g_tape_);
  add_instance_noise(queue);
  d_->forward(queue, d_input_, d_tape_);
  loss(queue, d_real_, real_side());
  loss(queue, d_fake_, fake_side());
  d_->backward(queue, d_input_, d_tape_, {});
  if (with_penalty) penalty_gradient(queue, true);
}

void Gan::discriminator_update(Queue& queue, bool with_penalty, const AdamOptions& adam) {
  g_->forward(queue, latent_, g_tape_);
  add_instance_noise(queue);
  d_->forward_hidden(queue, d_input_, d_tape_);
  // The penalty needs all of D as it was.
  const nn::UpdateOptions update{.adam = adam,
                                 .state = state_,
                                 .accumulate = with_penalty,
                                 .after_logit_loss = true,
                                 .top_is_done = !with_penalty};
  d_->logit_loss(queue, d_tape_, real_side(), fake_side(), with_penalty ? nullptr : &update);
  if (with_penalty) penalty_gradient(queue, false);
  d_->backward_and_update(queue, d_input_, d_tape_, update);
}

// d/dW of gamma/2B sum_i |v_i|^2, v = grad_x D, is gamma/B sum_i <v_i, dv_i/dW>: the tangent pass
// with t = gamma/B * v held fixed, and `r1_every` times as long where the penalty is lazy.
void Gan::penalty_gradient(Queue& queue, bool accumulate) {
  const float share = options_.r1 / static_cast<float>(batch_);
  const float lazy_share = share * static_cast<float>(options_.r1_every);
  const nn::Tape& scratch = penalty_storage_->tape();
  d_->input_gradient_of_sum(queue, d_real_, scratch, penalty_gradient_);
  backend_->gradient_penalty(
      queue, penalty_gradient_.as<float>(),
      {GradientPenalty::squared, 0.5F * share, lazy_share, &state_->current.r1});
  d_->tangent_gradient(queue, d_real_, scratch, penalty_gradient_, accumulate);
}

void Gan::generator_gradients(Queue& queue) {
  d_->forward(queue, d_fake_input_, d_fake_);
  loss(queue, d_fake_, fooled_side());
  const MatrixRef gradient = g_tape_.deltas.back();
  d_->backward(queue, d_fake_input_, d_fake_, {.weights = false, .input_gradient = gradient});
  backend_->activation_backward(queue, g_tape_.outputs.back(), gradient,
                                g_->activation(g_->layers().size() - 1));
  g_->backward(queue, latent_, g_tape_, {});
}

void Gan::generator_update(Queue& queue, const AdamOptions& adam) {
  d_->forward_hidden(queue, d_fake_input_, d_fake_);
  d_->logit_loss(queue, d_fake_, fooled_side(), {}, nullptr);
  d_->backward_to_input(queue, d_fake_, g_tape_.outputs.back(),
                        g_->activation(g_->layers().size() - 1), g_tape_.deltas.back());
  g_->backward_and_update(queue, latent_, g_tape_, {.adam = adam, .state = state_});
}

}  // namespace vgan::objectives
