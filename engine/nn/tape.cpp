#include "engine/nn/tape.hpp"

#include "engine/nn/layout.hpp"

namespace vgan::nn {
namespace {

// Calls `take(place, rows, cols, type)` for each matrix of the tape, in the order of memory.
template <class TapeType, class Take>
void lay_out(const std::vector<LayerSpec>& layers, std::int64_t rows, const TapeOptions& options,
             TapeType& tape, Take take) {
  for (const LayerSpec& layer : layers) {
    const bool last = &layer == &layers.back();
    take(tape.outputs, rows, layer.width(), last ? options.last_type : options.type);
    if (options.deltas) take(tape.deltas, rows, layer.width(), options.type);
    const bool normalised = layer.normalised > 0;
    take(tape.raws, normalised ? rows : 0, layer.outputs, options.type);
    take(tape.statistics, normalised && !options.inference ? 2 : 0, layer.normalised,
         ElementType::f32);
    const bool block = layer.kind == LayerKind::residual;
    const bool row_norm = block || layer.kind == LayerKind::layer_norm;
    take(tape.row_statistics, row_norm && options.deltas ? rows : 0, 2, ElementType::f32);
    take(tape.normalised, block ? rows : 0, layer.inputs, ElementType::f32);
    take(tape.hidden, block ? rows : 0, layer.hidden, ElementType::f32);
    take(tape.activated, block ? rows : 0, layer.hidden, ElementType::f32);
    take(tape.hidden_deltas, block && options.deltas ? rows : 0, layer.hidden, ElementType::f32);
  }
}

}  // namespace

Tape Tape::rows_from(std::int64_t first, std::int64_t count) const {
  const auto part = [&](const MatrixRef& matrix) {
    return matrix.empty() ? matrix : matrix.rows_from(first, count);
  };
  Tape some;
  for (const MatrixRef& output : outputs) some.outputs.push_back(part(output));
  for (const MatrixRef& delta : deltas) some.deltas.push_back(part(delta));
  for (const MatrixRef& raw : raws) some.raws.push_back(part(raw));
  for (auto list : {&Tape::row_statistics, &Tape::normalised, &Tape::hidden, &Tape::activated,
                    &Tape::hidden_deltas}) {
    for (const MatrixRef& matrix : this->*list) (some.*list).push_back(part(matrix));
  }
  some.dropout = dropout;
  some.statistics = statistics;
  some.conditions = part(conditions);
  some.embedded = part(embedded);
  return some;
}

std::size_t TapeStorage::bytes(const std::vector<LayerSpec>& layers, std::int64_t rows,
                               const TapeOptions& options) {
  std::size_t total = 0;
  const Packing packing = wants_tight_rows(layers) ? Packing::tight : Packing::padded;
  Tape tape;
  lay_out(layers, rows, options, tape,
          [&](auto&, std::int64_t height, std::int64_t width, ElementType type) {
            total += height == 0 ? 0 : matrix_bytes(height, width, type, packing);
          });
  if (!layers.empty() && layers.back().conditions > 0) {
    total += matrix_bytes(rows, layers.back().inputs, options.type, packing);
  }
  return total;
}

TapeStorage::TapeStorage(Backend& backend, const std::vector<LayerSpec>& layers, std::int64_t rows,
                         const TapeOptions& options, const std::string& what)
    : buffer_(backend.allocate(bytes(layers, rows, options), what)) {
  const Packing packing = wants_tight_rows(layers) ? Packing::tight : Packing::padded;
  Carver carver(buffer_.data(), packing);
  lay_out(
      layers, rows, options, tape_,
      [&](std::vector<MatrixRef>& list, std::int64_t height, std::int64_t width, ElementType type) {
        list.push_back(height == 0 ? MatrixRef{} : carver.take(height, width, type));
      });
  if (!layers.empty() && layers.back().conditions > 0) {
    tape_.embedded = carver.take(rows, layers.back().inputs, options.type);
  }
}

}  // namespace vgan::nn
