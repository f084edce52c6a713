#include "engine/generate/generate_rows.hpp"

#include <span>
#include <vector>

#include "engine/base/clock.hpp"

namespace vgan {

StageSeconds generate_rows(Queue& queue, CellSampler& sampler, const GenerateRequest& request,
                           const GeneratorModel& model, const RowWishes& wishes, SampleSink& sink,
                           const std::function<void()>& keep_going) {
  CellRequest rows;
  rows.seed = request.seed;
  rows.first = request.first;
  rows.count = request.count;
  wishes.put(rows);
  if (request.privacy) rows.temperatures = model.left_out.temperatures();
  StageSeconds stages;
  const TableCells& table = *model.cells;
  const std::size_t size = table.numbers();
  std::vector<double> values;
  std::vector<float> places(table.columns().size());
  const auto start = Clock::now();
  sampler.sample(
      queue, rows,
      [&](std::uint64_t first, MatrixView<const std::int32_t> cells,
          MatrixView<const float> drawn) {
        const auto taken = Clock::now();
        values.assign(static_cast<std::size_t>(cells.rows) * size, 0.0);
        for (std::int64_t i = 0; i < cells.rows; ++i) {
          for (std::size_t j = 0; j < places.size(); ++j) {
            places[j] = static_cast<float>(
                wishes.place(j, cells.row(i)[j], static_cast<double>(drawn.row(i)[j])));
          }
          const auto row = std::span(values).subspan(static_cast<std::size_t>(i) * size, size);
          table.decode({cells.row(i), places.size()}, places, row);
          wishes.settle(first + static_cast<std::uint64_t>(i), row);
        }
        sink.take(std::span<const double>(values));
        stages.taking += seconds_since(taken);
      },
      keep_going);
  stages.computing = seconds_since(start) - stages.taking;
  return stages;
}

}  // namespace vgan
