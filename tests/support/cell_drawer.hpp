// A model over cells that is asked for rows and for shares of cells, as numbers of cells.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/device/devices.hpp"
#include "engine/encode/cell_layout.hpp"
#include "engine/models/cells_checkpoint.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/models/state_tensors.hpp"
#include "engine/sample/cell_sampler.hpp"
#include "tests/support/catch.hpp"

namespace vgan::testing {

/// A sampler with the averaged weights of a checkpoint. `order`: in which it draws the columns,
/// where not as the model does.
struct CellDrawer {
  GeneratorModel model;
  std::unique_ptr<Backend> backend = open_backend("cpu", 2);
  std::unique_ptr<Queue> queue = backend->make_queue("test");
  CellLayout layout;
  CellSampler sampler;

  explicit CellDrawer(const Checkpoint& checkpoint, const std::vector<std::int32_t>& order = {})
      : model(read_model(checkpoint, "the test")),
        layout(layout_of(model, order)),
        sampler(*backend, sampled_layers(model), layout) {
    load_weights(*backend, *queue, sampler.network(), "g_ema", checkpoint);
    sampler.weights_changed(*queue);
  }

  std::size_t cells_of(std::size_t column) const {
    return static_cast<std::size_t>(layout.heads[column].size);
  }

  std::vector<std::int32_t> draw(const CellRequest& request) {
    std::vector<std::int32_t> all;
    sampler.sample(
        *queue, request,
        [&](std::uint64_t, MatrixView<const std::int32_t> cells, MatrixView<const float> places) {
          REQUIRE(places.rows == cells.rows);
          all.insert(all.end(), cells.data, cells.data + cells.rows * cells.cols);
        });
    return all;
  }

  /// `count` rows with the cells that `given` has, -1 leaving a column free.
  std::vector<std::int32_t> draw(const std::vector<std::int32_t>& given, std::uint64_t count,
                                 std::uint64_t seed) {
    CellRequest request;
    request.seed = seed;
    request.count = count;
    request.given = [&](std::uint64_t, HostCells cells, HostObserved observed) {
      for (std::int64_t i = 0; i < cells.rows; ++i) put(given, cells, observed, i);
    };
    return draw(request);
  }

  /// The shares of a column's cells in a row that shows `given`.
  std::vector<float> shares(const std::vector<std::int32_t>& given, std::size_t column) {
    const auto cells = static_cast<std::int64_t>(cells_of(column));
    std::vector<float> made(cells_of(column));
    sampler.predict(*queue, 1, static_cast<std::int64_t>(column),
                    [&](HostCells row, HostObserved observed) { put(given, row, observed, 0); },
                    {made.data(), 1, cells, cells});
    return made;
  }

 private:
  static CellLayout layout_of(const GeneratorModel& model, const std::vector<std::int32_t>& order) {
    CellLayout made = CellLayout::of(*model.cells, *model.schema);
    if (!order.empty()) made.order = order;
    return made;
  }

  static void put(const std::vector<std::int32_t>& given, HostCells cells, HostObserved observed,
                  std::int64_t row) {
    for (std::size_t j = 0; j < given.size(); ++j) {
      if (given[j] < 0) continue;
      cells.row(row)[j] = given[j];
      observed.row(row)[j] = 1;
    }
  }
};

}  // namespace vgan::testing
