#include "engine/objectives/autoencoder.hpp"

#include "engine/base/check.hpp"
#include "engine/nn/layout.hpp"

namespace vgan::objectives {

/// What an autoencoder keeps beside its tapes, in the order of memory.
struct Autoencoder::Plan {
  Plan(const std::vector<nn::LayerSpec>& encoder, const std::vector<nn::LayerSpec>& decoder,
       std::int64_t batch_size, ElementType compute_type)
      : batch(batch_size),
        trial(encoder.front().inputs),
        latent(decoder.front().inputs),
        type(compute_type),
        packing(nn::wants_tight_rows(encoder) || nn::wants_tight_rows(decoder)
                    ? nn::Packing::tight
                    : nn::Packing::padded) {}

  template <class Take>
  void each(Take take) const {
    for (int i = 0; i < 2; ++i) take(batch, trial, type);
    for (int i = 0; i < 2; ++i) take(batch, latent, type);
    take(batch, latent, ElementType::f32);
  }

  std::size_t bytes() const {
    std::size_t total = 0;
    each([&](std::int64_t rows, std::int64_t cols, ElementType element) {
      total += nn::matrix_bytes(rows, cols, element, packing);
    });
    return total;
  }

  std::int64_t batch, trial, latent;
  ElementType type;
  nn::Packing packing;
};

std::size_t Autoencoder::bytes(const std::vector<nn::LayerSpec>& encoder,
                               const std::vector<nn::LayerSpec>& decoder, std::int64_t batch,
                               ElementType type) {
  return nn::TapeStorage::bytes(encoder, batch, {type, type}) +
         nn::TapeStorage::bytes(decoder, batch, {type, ElementType::f32}) +
         Plan(encoder, decoder, batch, type).bytes();
}

Autoencoder::Autoencoder(Backend& backend, nn::Network& encoder, nn::Network& decoder,
                         std::int64_t batch, StepState* state, const AutoencoderOptions& options)
    : backend_(&backend),
      e_(&encoder),
      g_(&decoder),
      state_(state),
      options_(options),
      heads_(backend, options.heads),
      e_storage_(backend, encoder.layers(), batch, {encoder.compute_type(), encoder.compute_type()},
                 "the encoder's activations"),
      g_storage_(backend, decoder.layers(), batch, {decoder.compute_type(), ElementType::f32},
                 "the decoder's activations") {
  const std::int64_t latent = decoder.inputs();
  require(encoder.outputs() == (options.variational ? 2 * latent : latent) &&
              encoder.inputs() == decoder.outputs() &&
              encoder.compute_type() == decoder.compute_type() &&
              decoder.layers().back().activation == Activation::identity,
          "autoencoder", "an encoder and a decoder that do not fit",
          "one takes the other's output, of its type, and the decoder ends without activation");
  require(heads_.empty() || decoder.layers().back().keeps_variance, "autoencoder",
          "heads without variances", "a decoder that keeps them");
  const Plan plan(encoder.layers(), decoder.layers(), batch, encoder.compute_type());
  inputs_ = backend.allocate(plan.bytes(), "the batch");
  nn::Carver carver(inputs_.data(), plan.packing);
  MatrixRef* places[] = {&trials_[0], &trials_[1], &z_, &dz_, &noise_};
  MatrixRef** place = places;
  plan.each([&](std::int64_t rows, std::int64_t cols, ElementType type) {
    **place++ = carver.take(rows, cols, type);
  });
  x_ = trials_[0];
}

void Autoencoder::loss(Queue& queue, const nn::Tape& g) {
  StepRecord& record = state_->current;
  const MatrixRef y = g.outputs.back();
  if (heads_.empty()) {
    return backend_->run(queue, ReconstructionTask{y, x_, g.deltas.back(), options_.likelihood,
                                                   &record[AutoencoderValue::reconstruction],
                                                   &record[AutoencoderValue::squared_error]});
  }
  HeadsLossTask task;
  task.y = y;
  task.x = x_;
  task.heads = heads_.view();
  task.variance = g_->tensor(g_->layers().size() - 1, "error_variance").data;
  task.gradient = g.deltas.back();
  task.loss = &record[AutoencoderValue::reconstruction];
  task.squared = &record[AutoencoderValue::squared_error];
  backend_->run(queue, task);
}

void Autoencoder::gradients(Queue& queue) {
  const nn::Tape& e = e_storage_.tape();
  const nn::Tape& g = g_storage_.tape();
  StepRecord& record = state_->current;
  e_->forward(queue, x_, e);
  const MatrixRef code = e.outputs.back();
  if (options_.variational) {
    backend_->run(
        queue,
        ReparameteriseTask{
            code, noise_, z_, {options_.seed, Purpose::posterior, 0, StepCounter::of(state_)}});
  }
  const ConstMatrixRef z = options_.variational ? z_ : code;
  g_->forward(queue, z, g);
  loss(queue, g);
  const MatrixRef dz = options_.variational ? dz_ : e.deltas.back();
  g_->backward(queue, z, g, {.input_gradient = dz});
  if (options_.variational) {
    backend_->run(queue, LatentLossTask{code, noise_, dz_, e.deltas.back(), options_.beta,
                                        &state_->kl_weight, &record[AutoencoderValue::kl]});
  }
  e_->backward(queue, x_, e, {});
}

}  // namespace vgan::objectives
