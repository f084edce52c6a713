// What a trainer of a model over cells does beside training: it draws rows.
#include "engine/encode/cell_rows.hpp"
#include "engine/train/trainer_state.hpp"

namespace vgan {

CellSampler& Trainer::Implementation::cell_sampler_with_weights_of_now() {
  if (!cell_sampler) {
    cell_sampler.emplace(*backend, sampled_layers, cell_layout,
                         CellSampler::Options{precision == Precision::tf32, network_count(config)});
  }
  finish_steps();
  cell_sampler->load(*queue, best(*generator));
  for (std::size_t i = 0; i < further.size(); ++i) {
    cell_sampler->load(*queue, best(*further[i]), i + 1);
  }
  return *cell_sampler;
}

const LeftOut& Trainer::Implementation::left_out_of_now(const std::function<bool()>& stop) {
  if (!left_out_rows) return left_out;
  // What was not judged is judged when it is asked for again.
  if (left_out.rows() == 0 || left_out_step != step->reported()) {
    left_out = step->reported() == 0
                   ? left_out_rows->unjudged()
                   : left_out_rows->judge(*queue, cell_sampler_with_weights_of_now(), stop);
    left_out_step = step->reported();
  }
  return left_out;
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
