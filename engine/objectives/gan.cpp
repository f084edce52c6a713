#include "engine/objectives/gan.hpp"

#include "engine/base/check.hpp"
#include "engine/nn/layout.hpp"

namespace vgan::objectives {

/// What a Gan keeps beside its tapes, in the order of memory.
struct Gan::Plan {
  Plan(const std::vector<nn::LayerSpec>& g, const std::vector<nn::LayerSpec>& d,
       std::int64_t batch_size, ElementType compute_type, const GanOptions& o)
      : batch(batch_size), latent(g.front().inputs), trial(g.back().outputs), type(compute_type) {
    const bool projected = d.back().conditions > 0;
    seen = trial + (projected ? 0 : o.conditions);
    projected_conditions = projected ? o.conditions : 0;
    const bool images = nn::wants_tight_rows(g) || nn::wants_tight_rows(d) || o.pack > 1;
    packing = images ? nn::Packing::tight : nn::Packing::padded;
    augments = o.augments();
    heads = !o.heads.empty();
    between = o.gradient_penalty > 0.0F;
    penalty = between || o.r1 > 0.0F;
  }

  template <class Take>
  void each(Take take) const {
    for (int i = 0; i < 2; ++i) take(batch, latent, type);
    take(2 * batch, seen, type);
    take(batch, seen, type);
    take(augments ? batch : 0, trial, type);
    take(heads ? batch : 0, trial, ElementType::f32);
    take(projected_conditions > 0 ? 2 * batch : 0, projected_conditions, type);
    take(penalty ? batch : 0, seen, ElementType::f32);
    take(between ? batch : 0, seen, ElementType::f32);
    take(penalty && projected_conditions > 0 ? batch : 0, projected_conditions, ElementType::f32);
  }

  std::size_t bytes() const {
    std::size_t total = 0;
    each([&](std::int64_t rows, std::int64_t cols, ElementType element) {
      total += rows == 0 ? 0 : nn::matrix_bytes(rows, cols, element, packing);
    });
    return total;
  }

  std::int64_t batch, latent, trial, seen = 0, projected_conditions = 0;
  ElementType type;
  nn::Packing packing = nn::Packing::padded;
  bool augments = false, heads = false, between = false, penalty = false;
};

std::size_t Gan::bytes(const std::vector<nn::LayerSpec>& generator,
                       const std::vector<nn::LayerSpec>& discriminator, std::int64_t batch,
                       ElementType type, const GanOptions& options) {
  using nn::TapeStorage;
  const Plan plan(generator, discriminator, batch, type, options);
  const std::int64_t judged = batch / options.pack;
  return TapeStorage::bytes(generator, batch, {type, type}) +
         TapeStorage::bytes(discriminator, 2 * judged, {type, ElementType::f32}) +
         (plan.penalty ? TapeStorage::bytes(discriminator, judged, {}) : 0) +
         (plan.between ? TapeStorage::bytes(discriminator, judged, {.deltas = false}) : 0) +
         plan.bytes();
}

bool Gan::can_fuse(const std::vector<nn::LayerSpec>& generator,
                   const std::vector<nn::LayerSpec>& discriminator, const GanOptions& options) {
  return nn::all_plain_dense(generator) && nn::all_plain_dense(discriminator) &&
         discriminator.size() > 1 && !options.augments() && options.pack == 1;
}

Gan::Gan(Backend& backend, nn::Network& generator, nn::Network& discriminator, std::int64_t batch,
         StepState* state, const GanOptions& options)
    : backend_(&backend),
      g_(&generator),
      d_(&discriminator),
      batch_(batch),
      trial_(generator.outputs()),
      state_(state),
      options_(options),
      g_storage_(backend, generator.layers(), batch,
                 {generator.compute_type(), generator.compute_type()}, "G's activations"),
      d_storage_(backend, discriminator.layers(), 2 * batch / options.pack,
                 {discriminator.compute_type(), ElementType::f32}, "D's activations"),
      g_tape_(g_storage_.tape()),
      d_tape_(d_storage_.tape()) {
  const Plan plan(generator.layers(), discriminator.layers(), batch, generator.compute_type(),
                  options);
  require(options.pack * plan.seen == discriminator.inputs() && discriminator.outputs() == 1 &&
              batch % options.pack == 0 && generator.compute_type() == discriminator.compute_type(),
          "gan", "G and D that do not fit", "D takes G's output, of G's type, to one logit");
  require(options.heads.empty() || (!options.augments() && generator.layers().back().heads), "gan",
          "heads of images", "heads for what a network makes for them, without augmentation");
  heads_ = nn::Heads(backend, options.heads);
  inputs_ = backend.allocate(plan.bytes(), "the batch");
  nn::Carver carver(inputs_.data(), plan.packing);
  MatrixRef* places[] = {
      &latents_[0], &latents_[1],        &d_input_,          &d_gradient_, &real_raw_,
      &soft_,       &d_tape_.conditions, &penalty_gradient_, &between_,    &penalty_conditions_};
  MatrixRef** place = places;
  plan.each([&](std::int64_t rows, std::int64_t cols, ElementType type) {
    **place++ = rows == 0 ? MatrixRef{} : carver.take(rows, cols, type);
  });
  latent_ = latents_[0];
  real_ = trial_columns(d_input_.rows_from(0, batch));
  fake_ = trial_columns(d_input_.rows_from(batch, batch));
  apart_ = generator.layers().back().kind != nn::LayerKind::dense && fake_.stride != trial_;
  // G writes its fakes straight into D's input, unless something has to come between; and D its
  // gradient in them straight into G's last delta.
  const bool straight = !options.augments() && !apart_;
  if (options.instance_noise == 0.0F && straight && heads_.empty()) g_tape_.outputs.back() = fake_;
  if (straight) g_tape_.deltas.back() = trial_columns(d_gradient_);
  d_real_ = d_tape_.rows_from(0, judged());
  d_fake_ = d_tape_.rows_from(judged(), judged());
  if (plan.penalty) {
    scratch_storage_.emplace(backend, discriminator.layers(), judged(), nn::TapeOptions{},
                             "the gradient penalty");
    scratch_ = scratch_storage_->tape();
    scratch_.conditions = penalty_conditions_;
  }
  if (plan.between) {
    between_storage_.emplace(backend, discriminator.layers(), judged(),
                             nn::TapeOptions{.deltas = false}, "the points of the penalty");
    between_tape_ = between_storage_->tape();
    between_tape_.conditions = penalty_conditions_;
  }
}

MatrixRef Gan::latent(std::size_t slot) const {
  return latents_[slot].block(0, batch_, 0, latents_[slot].cols - options_.conditions);
}

MatrixRef Gan::conditions(std::size_t slot) const {
  if (options_.conditions == 0) return {};
  const std::int64_t first = latents_[slot].cols - options_.conditions;
  return latents_[slot].block(0, batch_, first, options_.conditions);
}

MatrixRef Gan::packed(MatrixRef rows) const {
  const std::int64_t m = options_.pack;
  return {rows.data, rows.type, rows.rows / m, rows.cols * m, rows.stride * m};
}

RandomStream Gan::stream(Purpose purpose, std::int64_t critic) const {
  RandomStream made;
  made.seed = options_.seed;
  made.purpose = purpose;
  made.counter = StepCounter::of(state_, static_cast<std::uint64_t>(critic),
                                 static_cast<std::uint64_t>(options_.critic_updates));
  return made;
}

void Gan::augment(Queue& queue, ConstMatrixRef in, MatrixRef out, Purpose purpose,
                  std::int64_t critic, bool adjoint) {
  AugmentTask task;
  task.in = in;
  task.out = out;
  task.height = options_.height;
  task.width = options_.width;
  task.channels = options_.channels;
  task.colour = options_.augment_colour;
  task.translation = options_.augment_translation;
  task.cutout = options_.augment_cutout;
  task.adjoint = adjoint;
  task.stream = stream(purpose, critic);
  backend_->run(queue, task);
}

// G's conditions are the batch's own; D gets them beside real and fake trials alike.
void Gan::share_conditions(Queue& queue) {
  const std::int64_t size = options_.conditions;
  if (size == 0) return;
  const ConstMatrixRef given = latent_.block(0, batch_, latent_.cols - size, size);
  for (const std::int64_t half : {std::int64_t{0}, batch_}) {
    const MatrixRef to = d_tape_.conditions.empty() ? d_input_.block(half, batch_, trial_, size)
                                                    : d_tape_.conditions.rows_from(half, batch_);
    backend_->convert(queue, given, to);
  }
  if (!penalty_conditions_.empty()) backend_->convert(queue, given, penalty_conditions_);
}

void Gan::apply_heads(Queue& queue, std::int64_t critic) {
  HeadsTask task;
  task.logits = g_tape_.outputs.back();
  task.heads = heads_.view();
  task.stream = stream(Purpose::latent, critic);
  task.stream.first = nn::head_numbers;
  task.temperature = options_.temperature;
  task.out = fake_;
  task.soft = soft_.as<float>();
  backend_->run(queue, task);
}

void Gan::backward_heads(Queue& queue) {
  backend_->run(queue, HeadsBackwardTask{soft_.as<float>(), heads_.view(), options_.temperature,
                                         g_tape_.deltas.back()});
}

void Gan::make_fakes(Queue& queue, std::int64_t critic) {
  g_->forward(queue, latent_, g_tape_);
  share_conditions(queue);
  MatrixRef made = g_tape_.outputs.back();
  if (!heads_.empty()) {
    apply_heads(queue, critic);
    made = fake_;
  }
  if (options_.augments()) {
    augment(queue, real_raw_, real_, Purpose::augment_real, critic, false);
    augment(queue, made, fake_, Purpose::augment_fake, critic, false);
    made = fake_;
  }
  if (options_.instance_noise == 0.0F) {
    if (apart_ && !options_.augments() && heads_.empty()) backend_->convert(queue, made, fake_);
    return;
  }
  const float* sigma = &state_->instance_noise;
  backend_->run(queue,
                AddNormalTask{real_, stream(Purpose::instance_noise_real, critic), sigma, real_});
  backend_->run(queue,
                AddNormalTask{made, stream(Purpose::instance_noise_fake, critic), sigma, fake_});
}

LogitLossSide Gan::real_side() const {
  StepRecord& record = state_->current;
  return {judged(),
          {options_.loss, math::GanSide::real, options_.real_target, &record[GanValue::d_loss_real],
           &record[GanValue::real_accuracy]}};
}

LogitLossSide Gan::fake_side() const {
  StepRecord& record = state_->current;
  return {judged(),
          {options_.loss, math::GanSide::fake, options_.real_target, &record[GanValue::d_loss_fake],
           &record[GanValue::fake_accuracy]}};
}

LogitLossSide Gan::fooled_side() const {
  return {judged(),
          {options_.loss, math::GanSide::fooled, options_.real_target,
           &state_->current[GanValue::g_loss]}};
}

void Gan::loss(Queue& queue, const nn::Tape& tape, const LogitLossSide& side) {
  backend_->run(queue, GanLossTask{tape.outputs.back().as<float>(), tape.deltas.back(), side.term});
}

void Gan::discriminator_gradients(Queue& queue, bool with_r1, std::int64_t critic) {
  make_fakes(queue, critic);
  d_->forward(queue, packed(d_input_), d_tape_);
  loss(queue, d_real_, real_side());
  loss(queue, d_fake_, fake_side());
  d_->backward(queue, packed(d_input_), d_tape_, {});
  penalty_gradients(queue, with_r1, critic, true);
  d_->finish_gradients(queue);
}

void Gan::discriminator_update(Queue& queue, bool with_r1, const AdamOptions& adam,
                               std::int64_t critic) {
  make_fakes(queue, critic);
  d_->forward_hidden(queue, d_input_, d_tape_);
  // The penalties need all of D as it was.
  const bool penalised = with_r1 || options_.gradient_penalty > 0.0F;
  const nn::UpdateOptions update{.adam = adam,
                                 .state = state_,
                                 .accumulate = penalised,
                                 .after_logit_loss = true,
                                 .top_is_done = !penalised};
  d_->logit_loss(queue, d_tape_, real_side(), fake_side(), penalised ? nullptr : &update);
  penalty_gradients(queue, with_r1, critic, false);
  d_->backward_and_update(queue, d_input_, d_tape_, update);
}

void Gan::generator_gradients(Queue& queue) {
  const MatrixRef seen = packed(d_input_.rows_from(batch_, batch_));
  d_->forward(queue, seen, d_fake_);
  loss(queue, d_fake_, fooled_side());
  d_->backward(queue, seen, d_fake_, {.weights = false, .input_gradient = packed(d_gradient_)});
  const MatrixRef delta = g_tape_.deltas.back();
  if (options_.augments()) {
    augment(queue, trial_columns(d_gradient_), delta, Purpose::augment_fake,
            options_.critic_updates - 1, true);
  } else if (apart_) {
    backend_->convert(queue, trial_columns(d_gradient_), delta);
  }
  if (heads_.empty()) {
    const ActivationOptions last = g_->activation(g_->layers().size() - 1);
    backend_->run(
        queue, ActivationBackwardTask{g_tape_.outputs.back(), delta, last.activation, last.slope});
  } else {
    backward_heads(queue);
  }
  g_->backward(queue, latent_, g_tape_, {});
  g_->finish_gradients(queue);
}

void Gan::generator_update(Queue& queue, const AdamOptions& adam) {
  d_->forward_hidden(queue, d_input_.rows_from(batch_, batch_), d_fake_);
  d_->logit_loss(queue, d_fake_, fooled_side(), {}, nullptr);
  const ActivationOptions last = g_->activation(g_->layers().size() - 1);
  const MatrixRef delta = g_tape_.deltas.back();
  if (options_.conditions == 0) {
    d_->backward_to_input(queue, d_fake_, g_tape_.outputs.back(), last, delta);
  } else {
    // The gradient in all that D saw; G's last delta is its trial columns.
    d_->backward_to_input(queue, d_fake_, d_input_.rows_from(batch_, batch_), {}, d_gradient_);
    if (heads_.empty()) {
      backend_->run(queue, ActivationBackwardTask{g_tape_.outputs.back(), delta, last.activation,
                                                  last.slope});
    }
  }
  if (!heads_.empty()) backward_heads(queue);
  g_->backward_and_update(queue, latent_, g_tape_, {.adam = adam, .state = state_});
}

}  // namespace vgan::objectives
