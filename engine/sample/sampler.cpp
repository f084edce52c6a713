#include "engine/sample/sampler.hpp"

#include <algorithm>
#include <string>

#include "engine/base/check.hpp"
#include "engine/nn/inference.hpp"
#include "engine/nn/layout.hpp"
#include "engine/sample/latents.hpp"
#include "engine/sample/writer_thread.hpp"

namespace vgan {
namespace {

using Layers = std::vector<nn::LayerSpec>;

// A dense last layer is mapped to trials as it is multiplied; a convolution's output is kept, and
// what heads are made of.
bool keeps_last(const Layers& layers) {
  return layers.back().kind != nn::LayerKind::dense || layers.back().heads;
}

Layers kept(const Layers& layers) {
  return {layers.begin(), layers.end() - (keeps_last(layers) ? 0 : 1)};
}

nn::ArenaOptions arena_of(ElementType type) {
  return {.training = false, .average = false, .shadow = type == ElementType::bf16};
}

nn::TapeOptions tape_of(const Layers& layers, ElementType type) {
  return {.type = type,
          .last_type = keeps_last(layers) ? ElementType::f32 : type,
          .deltas = false,
          .inference = true};
}

std::size_t slot_bytes(const Layers& layers, std::int64_t rows) {
  return static_cast<std::size_t>(rows * layers.back().outputs) * sizeof(float);
}

// Inputs that the host puts together.
std::size_t row_bytes(const Layers& layers, std::int64_t rows) {
  return static_cast<std::size_t>(rows * layers.front().inputs) * sizeof(float);
}

std::size_t scratch_bytes(const Backend& backend, const Layers& layers, ElementType type,
                          std::int64_t rows) {
  return std::max(backend.product_scratch(rows, layers.back().outputs, ElementType::u8),
                  forward_scratch(backend, kept(layers), type, rows));
}

}  // namespace

/// One block on its way. Where the device's memory is the host's, `device` is both and there is
/// nothing to copy.
struct Sampler::Slot {
  Buffer device, host;
  std::unique_ptr<Queue> copies;  ///< destroyed, and so emptied, before the buffers
  std::unique_ptr<Stopwatch> computing, copying;
  MatrixRef trials;        ///< on the device: whole units
  ConstMatrixRef samples;  ///< on the host: those that were asked for
};

/// The part of a request that one block covers.
struct Sampler::Part {
  std::uint64_t start;  ///< number of the block's first row
  std::int64_t rows;    ///< to compute: whole units
  std::int64_t skipped, taken;

  Part(std::uint64_t next, std::uint64_t end, std::int64_t unit, std::int64_t most_rows) {
    const auto u = static_cast<std::uint64_t>(unit);
    start = next / u * u;
    const std::uint64_t last = std::min(end, start + static_cast<std::uint64_t>(most_rows));
    rows = static_cast<std::int64_t>((last - start + u - 1) / u * u);
    skipped = static_cast<std::int64_t>(next - start);
    taken = static_cast<std::int64_t>(last - next);
  }
};

Sampler::Room Sampler::bulk(const Backend& backend, const Layers& layers, ElementType type) {
  constexpr std::size_t most_bytes = std::size_t{512} << 20;
  Room room = backend.info().asynchronous ? Room{16384, 3} : Room{512, 3};
  while (room.block_rows > small.block_rows && bytes(backend, layers, type, room) > most_bytes) {
    room.block_rows /= 2;
  }
  return room;
}

std::size_t Sampler::bytes(const Backend& backend, const Layers& layers, ElementType type,
                           const Room& room) {
  const std::int64_t rows = room.block_rows;
  return nn::Network::bytes(backend, layers, arena_of(type)) +
         scratch_bytes(backend, layers, type, rows) +
         nn::TapeStorage::bytes(kept(layers), rows, tape_of(layers, type)) +
         nn::matrix_bytes(rows, layers.front().inputs, type) + row_bytes(layers, rows) +
         static_cast<std::size_t>(room.slots) * slot_bytes(layers, rows);
}

Sampler::Sampler(Backend& backend, const Layers& layers, float slope, ElementType type,
                 const OutputRange& range, const Room& room, std::int64_t conditions,
                 const std::vector<math::Head>& heads)
    : backend_(&backend),
      range_(range),
      room_(room),
      conditions_(conditions),
      // The CPU cuts products into slices of 256 rows; elsewhere a product's shape is the block's.
      unit_rows_(backend.info().asynchronous ? room.block_rows : 256),
      scratch_(scratch_bytes(backend, layers, type, room.block_rows)),
      network_(backend, layers, slope, arena_of(type), "the generator for sampling"),
      tape_(backend, kept(layers), room.block_rows, tape_of(layers, type),
            "a block of activations"),
      heads_(backend, heads),
      latent_buffer_(backend.allocate(
          nn::matrix_bytes(room.block_rows, layers.front().inputs, type), "a block of noise")),
      latent_(nn::Carver(latent_buffer_.data()).take(room.block_rows, layers.front().inputs, type)),
      rows_buffer_(backend.allocate(row_bytes(layers, room.block_rows), "a block of inputs")) {
  require(room.slots >= 1 && room.block_rows >= 256 && room.block_rows % 256 == 0, "sampler",
          std::to_string(room.slots) + " slots of " + std::to_string(room.block_rows) + " rows",
          "at least one of a multiple of 256");
  require(layers.back().heads == !heads.empty(), "sampler", "heads that the layers do not have",
          "those of the layers");
  for (int i = 0; i < room.slots; ++i) {
    auto slot = std::make_unique<Slot>();
    slot->device = backend.allocate(slot_bytes(layers, room.block_rows), "a block of samples");
    slot->computing = backend.make_stopwatch();
    if (!backend.info().host_memory) {
      slot->host = backend.allocate_host(slot_bytes(layers, room.block_rows), "a block of samples");
      slot->copies = backend.make_queue("copies");
      slot->copying = backend.make_stopwatch();
    }
    slots_.push_back(std::move(slot));
  }
}

Sampler::Sampler(Sampler&&) noexcept = default;
Sampler::~Sampler() = default;

void Sampler::load(Queue& queue, VectorView<const float> weights) {
  network_.take_weights(queue, weights);
}

void Sampler::compute(Queue& queue, const SampleRequest& request, const Part& part, Slot& slot) {
  const std::int64_t cols = trial_size();
  slot.trials = {slot.device.data(), request.type, part.rows, cols, cols};
  const void* host = slot.copies ? slot.host.data() : slot.device.data();
  slot.samples =
      ConstMatrixRef{host, request.type, part.rows, cols, cols}.rows_from(part.skipped, part.taken);
  const MatrixRef inputs = latent_.rows_from(0, part.rows);
  slot.computing->start(queue);
  put_inputs(queue, request, part);
  if (heads_.empty()) {
    network_.forward_trials(queue, inputs, tape_.tape().rows_from(0, part.rows), slot.trials,
                            range_.map_to(request.type));
  } else {
    network_.forward(queue, inputs, tape_.tape().rows_from(0, part.rows));
    apply_heads(queue, request, part, slot);
  }
  slot.computing->stop(queue);
}

void Sampler::apply_heads(Queue& queue, const SampleRequest& request, const Part& part,
                          Slot& slot) {
  require(request.type == ElementType::f32, "sampler", "rows of a table as bytes", "f32");
  HeadsTask task;
  task.logits = tape_.tape().outputs.back().rows_from(0, part.rows);
  task.heads = heads_.view();
  task.stream = {request.seed, request.purpose,
                 nn::head_numbers + part.start * static_cast<std::uint64_t>(trial_size())};
  task.variance = network_.tensor(network_.layers().size() - 1, "error_variance").data;
  task.out = slot.trials;
  backend_->run(queue, task);
}

void Sampler::put_inputs(Queue& queue, const SampleRequest& request, const Part& part) {
  const MatrixRef latent = latent_.block(0, part.rows, 0, this->latent());
  if (request.latents) {
    put_rows(queue, request.latents, part.start, latent);
  } else {
    const std::uint64_t number = part.start * static_cast<std::uint64_t>(this->latent());
    draw_latents(*backend_, queue, {request.seed, request.purpose, number}, request.mixture,
                 latent);
  }
  if (conditions_ == 0) return;
  require(static_cast<bool>(request.conditions), "sampler", "no conditions", "those of the model");
  put_rows(queue, request.conditions, part.start,
           latent_.block(0, part.rows, this->latent(), conditions_));
}

// The host's rows may be overwritten once the upload has returned; the device's, in queue order.
void Sampler::put_rows(Queue& queue,
                       const std::function<void(std::uint64_t, MatrixView<float>)>& fill,
                       std::uint64_t first, MatrixRef to) {
  host_rows_.resize(static_cast<std::size_t>(to.size()));
  fill(first, {host_rows_.data(), to.rows, to.cols, to.cols});
  backend_->upload(queue, host_rows_.data(), host_rows_.size() * sizeof(float),
                   rows_buffer_.data());
  backend_->convert(queue, {rows_buffer_.data(), ElementType::f32, to.rows, to.cols, to.cols}, to);
}

// Copies wait for one another, so that their times can be added.
void Sampler::copy(Queue& queue, Slot& slot, Slot& before) {
  slot.copies->wait_for(queue);
  slot.copies->wait_for(*before.copies);
  slot.copying->start(*slot.copies);
  const auto bytes = static_cast<std::size_t>(slot.trials.size()) * element_size(slot.trials.type);
  backend_->download(*slot.copies, slot.trials.data, bytes, slot.host.data());
  slot.copying->stop(*slot.copies);
}

StageSeconds Sampler::sample(Queue& queue, const SampleRequest& request, const Take& take,
                             const std::function<void()>& between) {
  require(request.type != ElementType::bf16, "sampler", "samples of bf16", "f32 or u8");
  backend_->reserve_scratch(queue, scratch_);
  const auto slots = static_cast<std::uint64_t>(room_.slots);
  const auto slot_of = [&](std::uint64_t block) -> Slot& { return *slots_[block % slots]; };
  for (const auto& slot : slots_) {
    if (slot->copies) slot->copies->synchronise();  // left over from a call that threw
  }
  StageSeconds seconds;
  WriterThread writer([&](std::uint64_t block) { take(slot_of(block).samples); });
  std::uint64_t given = 0;
  const auto give_up_to = [&](std::uint64_t blocks) {
    for (; given < blocks; ++given) {
      Slot& slot = slot_of(given);
      if (slot.copies) {
        slot.copies->synchronise();
        seconds.copying += slot.copying->seconds();
      }
      seconds.computing += slot.computing->seconds();
      writer.give();
      if (between) between();
    }
  };
  // The host waits for a copy when the next block is on the queue, if there is a slot for it.
  const std::uint64_t behind = backend_->info().asynchronous && slots > 1 ? 1 : 0;
  const std::uint64_t end = request.first + request.count;
  std::uint64_t blocks = 0;
  for (std::uint64_t next = request.first; next < end; ++blocks) {
    const Part part(next, end, unit_rows_, room_.block_rows);
    if (blocks >= slots) writer.wait_for(blocks - slots + 1);
    Slot& slot = slot_of(blocks);
    compute(queue, request, part, slot);
    if (slot.copies) copy(queue, slot, slot_of(blocks + slots - 1));
    give_up_to(blocks + 1 - std::min(blocks + 1, behind));
    next += static_cast<std::uint64_t>(part.taken);
  }
  give_up_to(blocks);
  writer.wait_for(blocks);
  if (between) between();
  seconds.taking = writer.busy_seconds();
  return seconds;
}

}  // namespace vgan
