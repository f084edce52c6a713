#include "engine/train/sampler.hpp"

#include <algorithm>

#include "engine/check.hpp"
#include "engine/nn/layout.hpp"

namespace vgan {

Sampler::Sampler(Backend& backend, const std::vector<nn::DenseSpec>& layers, float slope,
                 ElementType type, const OutputRange& range)
    : backend_(&backend),
      range_(range),
      network_(backend, layers, slope,
               {.training = false, .average = false, .shadow = type == ElementType::bf16},
               "the generator for sampling"),
      tape_(backend, layers, block_rows, type, ElementType::f32, false, "a block of samples"),
      latent_buffer_(backend.allocate(nn::matrix_bytes(block_rows, layers.front().inputs, type),
                                      "a block of noise")),
      u8_buffer_(backend.allocate(static_cast<std::size_t>(block_rows * layers.back().outputs),
                                  "a block of pixels")),
      latent_(nn::Carver(latent_buffer_.data()).take(block_rows, layers.front().inputs, type)) {}

std::size_t Sampler::bytes(const Backend& backend, const std::vector<nn::DenseSpec>& layers,
                           ElementType type) {
  std::size_t scratch = 0;
  for (const nn::DenseSpec& layer : layers) {
    scratch = std::max(scratch, backend.product_scratch(block_rows, layer.outputs, type));
  }
  const nn::ArenaOptions arena{
      .training = false, .average = false, .shadow = type == ElementType::bf16};
  return nn::Network::bytes(layers, arena) + scratch +
         nn::TapeStorage::bytes(layers, block_rows, type, ElementType::f32, false) +
         nn::matrix_bytes(block_rows, layers.front().inputs, type) +
         static_cast<std::size_t>(block_rows * layers.back().outputs);
}

void Sampler::load(Queue& queue, VectorView<const float> weights) {
  const VectorView<float> own = network_.arena().weights();
  require(weights.size == own.size, "sampler", std::to_string(weights.size) + " weights",
          std::to_string(own.size));
  backend_->convert(queue, {weights.data, ElementType::f32, 1, weights.size, weights.size},
                    {own.data, ElementType::f32, 1, own.size, own.size});
  network_.weights_changed(queue, false);
}

void Sampler::run_block(Queue& queue, std::uint64_t seed, Purpose purpose, std::uint64_t block) {
  const auto numbers = static_cast<std::uint64_t>(block_rows * latent());
  backend_->normal(queue, nullptr, {seed, purpose, block * numbers}, latent_);
  network_.forward(queue, latent_, tape_.tape());
}

namespace {

// Calls `body(block, first_row, row_count)` for the parts of blocks that [first, first + count)
// covers.
template <class Body>
void for_each_block(std::uint64_t first, std::uint64_t count, Body body) {
  constexpr auto rows = static_cast<std::uint64_t>(Sampler::block_rows);
  while (count > 0) {
    const std::uint64_t row = first % rows;
    const std::uint64_t taken = std::min(count, rows - row);
    body(first / rows, static_cast<std::int64_t>(row), static_cast<std::int64_t>(taken));
    first += taken;
    count -= taken;
  }
}

}  // namespace

void Sampler::sample(Queue& queue, std::uint64_t seed, Purpose purpose, std::uint64_t first,
                     std::uint64_t count, const std::function<void(std::span<const float>)>& sink) {
  const MatrixRef out = tape_.tape().outputs.back();
  std::vector<float> host(static_cast<std::size_t>(out.rows * out.stride));
  std::vector<float> dense(static_cast<std::size_t>(out.rows * out.cols));
  const float low = range_.from_u8 ? 0.0F : range_.low;
  const float high = range_.from_u8 ? 1.0F : range_.high;
  const float gain = (high - low) / (range_.output_high() - range_.output_low());
  for_each_block(first, count, [&](std::uint64_t block, std::int64_t row, std::int64_t taken) {
    run_block(queue, seed, purpose, block);
    backend_->download(queue, out.data, host.size() * sizeof(float), host.data());
    queue.synchronise();
    for (std::int64_t i = 0; i < taken; ++i) {
      const float* from = host.data() + (row + i) * out.stride;
      float* to = dense.data() + i * out.cols;
      for (std::int64_t j = 0; j < out.cols; ++j) {
        to[j] = low + (from[j] - range_.output_low()) * gain;
      }
    }
    sink({dense.data(), static_cast<std::size_t>(taken * out.cols)});
  });
}

void Sampler::sample_u8(Queue& queue, std::uint64_t seed, Purpose purpose, std::uint64_t first,
                        std::uint64_t count,
                        const std::function<void(std::span<const std::uint8_t>)>& sink) {
  const MatrixRef out = tape_.tape().outputs.back();
  const MatrixView<std::uint8_t> pixels{u8_buffer_.as<std::uint8_t>(), out.rows, out.cols,
                                        out.cols};
  std::vector<std::uint8_t> host(static_cast<std::size_t>(out.rows * out.cols));
  const float scale = (range_.output_high() - range_.output_low()) / 255.0F;
  for_each_block(first, count, [&](std::uint64_t block, std::int64_t row, std::int64_t taken) {
    run_block(queue, seed, purpose, block);
    backend_->quantise(queue, out, scale, range_.output_low(), pixels);
    backend_->download(queue, pixels.data, host.size(), host.data());
    queue.synchronise();
    sink({host.data() + row * out.cols, static_cast<std::size_t>(taken * out.cols)});
  });
}

}  // namespace vgan
