#include "engine/train/alternating_step.hpp"

#include <algorithm>
#include <numeric>

#include "engine/base/check.hpp"
#include "engine/sample/latents.hpp"

namespace vgan {
namespace {

std::uint64_t number(std::int64_t n) { return static_cast<std::uint64_t>(n); }

}  // namespace

AlternatingStep::AlternatingStep(Backend& backend, nn::Network& generator,
                                 nn::Network& discriminator, const DeviceTrials& data,
                                 const StepOptions& options)
    : TrainingStep(backend, options.schedules, "g"),
      g_(&generator),
      d_(&discriminator),
      data_(data),
      options_(options),
      critics_(number(options.gan.critic_updates)),
      data_queue_(backend.make_queue("data")),
      noise_queue_(backend.make_queue("noise")),
      d_queue_(backend.make_queue("d")),
      gan_(backend, generator, discriminator, options.batch, state(), options.gan),
      g_adam_(adam_of(options.adam, &StepState::generator, true)) {
  require(!options.fused ||
              objectives::Gan::can_fuse(generator.layers(), discriminator.layers(), options.gan),
          "step", "a fused step of these networks", "plain dense layers");
  const std::size_t scratch =
      scratch_bytes(backend, generator.layers(), discriminator.layers(), options.batch,
                    options.gan.pack, generator.compute_type());
  for (Queue* at : {d_queue_.get(), &queue()}) backend.reserve_scratch(*at, scratch);
  record_programs({&generator, &discriminator});
}

// Bit 0: the latent that the step's first D update reads; bit 1: R1 and R2.
std::size_t AlternatingStep::variant_at(std::uint64_t step) const {
  const bool with_r1 = gan_.has_r1() && step % number(options_.gan.r1_every) == 0;
  return static_cast<std::size_t>(step * critics_ % 2) + (with_r1 ? 2 : 0);
}

std::uint64_t AlternatingStep::period() const {
  return std::lcm(std::uint64_t{2}, gan_.has_r1() ? number(options_.gan.r1_every) : 1);
}

void AlternatingStep::prepare(Queue& data, Queue& noise, std::size_t slot, std::uint64_t ahead) {
  const std::uint64_t seed = options_.gan.seed;
  const StepCounter counter = StepCounter::of(state(), ahead, critics_);
  mark("gather", data);
  backend().run(data,
                GatherTask{data_.trials, gan_.real(), data_.scale, data_.offset, seed, counter});
  if (!data_.conditions.empty()) {
    backend().run(data,
                  GatherTask{data_.conditions, gan_.conditions(slot), 1.0F, 0.0F, seed, counter});
  }
  mark("noise", noise);
  draw_latents(backend(), noise, {seed, Purpose::latent, 0, counter}, options_.mixture,
               gan_.latent(slot));
}

void AlternatingStep::prepare_first(Queue& queue, std::uint64_t step) {
  prepare(queue, queue, static_cast<std::size_t>(step * critics_ % 2), 0);
}

// Work begins and ends on `g`, which is also where the last step ended. A D update is the last to
// read its real trials, and the first after which the other latent is free.
void AlternatingStep::put_step(std::size_t variant) {
  Queue& data = *data_queue_;
  Queue& noise = *noise_queue_;
  Queue& d = *d_queue_;
  Queue& g = queue();
  std::size_t latent = variant & 1;
  d.wait_for(g);
  for (std::uint64_t critic = 0; critic < critics_; ++critic) {
    if (critic > 0) {
      d.wait_for(data);
      d.wait_for(noise);
      latent = 1 - latent;
    }
    gan_.use_latent(latent);
    update_discriminator(d, (variant & 2) != 0, static_cast<std::int64_t>(critic));
    data.wait_for(d);
    noise.wait_for(d);
    prepare(data, noise, 1 - latent, critic + 1);
  }
  g.wait_for(d);
  update_generator(g);
  mark("", g);
  g.wait_for(data);
  g.wait_for(noise);
  backend().advance(g, state());
}

void AlternatingStep::update_discriminator(Queue& d, bool with_r1, std::int64_t critic) {
  AdamOptions adam = adam_of(options_.adam, &StepState::discriminator, false);
  adam.per_step = critics_;
  adam.ahead = number(critic);
  if (options_.fused) {
    mark("d update", d);
    return gan_.discriminator_update(d, with_r1, adam, critic);
  }
  mark("d gradients", d);
  gan_.discriminator_gradients(d, with_r1, critic);
  mark("d adam", d);
  optim::Adam(backend(), adam).step(d, *d_, state());
}

void AlternatingStep::update_generator(Queue& g) {
  if (options_.fused) {
    mark("g update", g);
    return gan_.generator_update(g, g_adam_);
  }
  mark("g gradients", g);
  gan_.generator_gradients(g);
  mark("g adam", g);
  optim::Adam(backend(), g_adam_).step(g, *g_, state());
}

std::size_t AlternatingStep::scratch_bytes(const Backend& backend,
                                           const std::vector<nn::LayerSpec>& g,
                                           const std::vector<nn::LayerSpec>& d, std::int64_t batch,
                                           std::int64_t pack, ElementType type) {
  const std::int64_t judged = batch / pack;
  return std::max({scratch_of(backend, g, batch, type), scratch_of(backend, d, 2 * judged, type),
                   scratch_of(backend, d, judged, type),                // of G's update
                   scratch_of(backend, d, judged, ElementType::f32)});  // of penalties
}

}  // namespace vgan
