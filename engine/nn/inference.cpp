#include "engine/nn/inference.hpp"

#include <algorithm>

#include "engine/base/check.hpp"
#include "engine/nn/layout.hpp"

namespace vgan {
namespace {

using Layers = std::vector<nn::LayerSpec>;

nn::ArenaOptions arena_of(ElementType type) {
  return {.training = false, .average = false, .shadow = type == ElementType::bf16};
}

nn::TapeOptions tape_of(ElementType type) {
  return {.type = type, .last_type = ElementType::f32, .deltas = false, .inference = true};
}

nn::Packing packing_of(const Layers& layers) {
  return nn::wants_tight_rows(layers) ? nn::Packing::tight : nn::Packing::padded;
}

std::size_t input_bytes(const Layers& layers, ElementType type) {
  return nn::matrix_bytes(Inference::block_rows, layers.front().inputs, type, packing_of(layers));
}

std::size_t host_bytes(const Layers& layers) {
  const std::int64_t widest = std::max(layers.front().inputs, layers.back().outputs);
  return static_cast<std::size_t>(Inference::block_rows * widest) * sizeof(float);
}

MatrixRef tight(const Buffer& buffer, std::int64_t rows, std::int64_t cols) {
  return {buffer.data(), ElementType::f32, rows, cols, cols};
}

}  // namespace

std::size_t forward_scratch(const Backend& backend, const Layers& layers, ElementType type,
                            std::int64_t rows) {
  std::size_t most = 0;
  for (const nn::LayerSpec& layer : layers) {
    if (layer.convolves()) {
      most = std::max(most, backend.conv_scratch(layer.geometry, rows, type));
      continue;
    }
    for (const std::int64_t width : {layer.outputs, layer.hidden}) {
      most = std::max(most, backend.product_scratch(rows, width, type));
    }
  }
  return most;
}

Inference::Inference(Backend& backend, const Layers& layers, float slope, ElementType type,
                     const std::string& what)
    : backend_(&backend),
      network_(backend, layers, slope, arena_of(type), what),
      tape_(backend, layers, block_rows, tape_of(type), what + "'s activations"),
      scratch_(forward_scratch(backend, layers, type, block_rows)),
      input_buffer_(backend.allocate(input_bytes(layers, type), "a block of inputs")),
      input_(nn::Carver(input_buffer_.data(), packing_of(layers))
                 .take(block_rows, layers.front().inputs, type)),
      rows_buffer_(backend.allocate(host_bytes(layers), "a block of rows")) {}

std::size_t Inference::bytes(const Backend& backend, const Layers& layers, ElementType type) {
  return nn::Network::bytes(backend, layers, arena_of(type)) +
         nn::TapeStorage::bytes(layers, block_rows, tape_of(type)) +
         forward_scratch(backend, layers, type, block_rows) + input_bytes(layers, type) +
         host_bytes(layers);
}

void Inference::load(Queue& queue, VectorView<const float> weights) {
  network_.take_weights(queue, weights);
}

void Inference::forward(Queue& queue) {
  backend_->reserve_scratch(queue, scratch_);
  network_.forward(queue, input_, tape_.tape());
}

void Inference::put(Queue& queue, MatrixView<const float> rows) {
  require(rows.rows <= block_rows && rows.cols == input_.cols && rows.stride == rows.cols,
          "inference", std::to_string(rows.rows) + " rows of " + std::to_string(rows.cols),
          "up to " + std::to_string(block_rows) + " of " + std::to_string(input_.cols));
  const MatrixRef staged = tight(rows_buffer_, rows.rows, rows.cols);
  const auto bytes = static_cast<std::size_t>(staged.size()) * sizeof(float);
  backend_->upload(queue, rows.data, bytes, staged.data);
  backend_->convert(queue, staged, input_.rows_from(0, rows.rows));
  if (rows.rows == block_rows) return;
  backend_->fill(queue, 0.0F, input_.rows_from(rows.rows, block_rows - rows.rows));
}

std::vector<float> Inference::take(Queue& queue, std::int64_t rows) {
  const ConstMatrixRef y = output().rows_from(0, rows);
  const MatrixRef staged = tight(rows_buffer_, rows, y.cols);
  backend_->convert(queue, y, staged);
  std::vector<float> host(static_cast<std::size_t>(staged.size()));
  backend_->download(queue, staged.data, host.size() * sizeof(float), host.data());
  queue.synchronise();
  return host;
}

}  // namespace vgan
