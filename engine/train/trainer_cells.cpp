// What a trainer of a model over cells does beside training: it draws rows.
#include "engine/encode/cell_rows.hpp"
#include "engine/train/trainer_state.hpp"

namespace vgan {

CellSampler& Trainer::Implementation::cell_sampler_with_weights_of_now() {
  if (!cell_sampler) {
    cell_sampler.emplace(*backend, sampled_layers, cell_layout, precision == Precision::tf32);
  }
  finish_steps();
  cell_sampler->load(*queue, best(*generator));
  return *cell_sampler;
}

std::vector<double> Trainer::Implementation::sampled_rows(std::uint64_t rows, std::uint64_t seed,
                                                          Purpose purpose) {
  std::vector<double> all, block;
  all.reserve(rows * cells->numbers());
  CellRequest request;
  request.seed = seed;
  request.purpose = purpose;
  request.count = rows;
  cell_sampler_with_weights_of_now().sample(
      *queue, request,
      [&](std::uint64_t, MatrixView<const std::int32_t> drawn, MatrixView<const float> places) {
        decode_cells(*cells, drawn, places, block);
        all.insert(all.end(), block.begin(), block.end());
      });
  return all;
}

}  // namespace vgan
