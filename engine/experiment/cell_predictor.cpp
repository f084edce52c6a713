#include "engine/experiment/cell_predictor.hpp"

#include <algorithm>
#include <utility>

namespace vgan {

std::vector<CellPlace> cell_places(const TableCells& cells, const Schema& schema) {
  using Part = EncodedColumn::Part;
  const std::vector<EncodedColumn> encoded = encoded_columns(schema);
  std::vector<CellPlace> places;
  for (const CellColumn& column : cells.columns()) {
    const Head& head = column.head();
    const auto first = static_cast<std::size_t>(head.first);
    const std::size_t last = first + static_cast<std::size_t>(head.size) - 1;
    CellPlace& made = places.emplace_back();
    made.column = encoded[first].column;
    made.only_missing = encoded[first].part == Part::missing;
    if (made.only_missing) {
      made.missing = 1;
    } else if (column.may_be_missing() || encoded[last].part == Part::missing) {
      made.missing = static_cast<std::int32_t>(column.size()) - 1;
    }
  }
  return places;
}

double share_of_known(std::span<const float> shares, std::int32_t missing) {
  double known = 0.0;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (static_cast<std::int64_t>(i) != missing) known += static_cast<double>(shares[i]);
  }
  return known;
}

CellPredictor::CellPredictor(Backend& backend, Queue& queue, CellSampler& sampler,
                             const CellLayout& layout, std::int64_t block_rows,
                             std::function<void()> keep_going)
    : queue_(&queue),
      sampler_(&sampler),
      layout_(&layout),
      block_rows_(CellSampler::block_rows(backend)),
      keep_going_(std::move(keep_going)) {
  if (block_rows > 0) block_rows_ = std::min(block_rows_, block_rows);
}

void CellPredictor::predict(std::span<const std::int64_t> rows, std::size_t column,
                            const Show& show, const Take& take) {
  const auto size = static_cast<std::size_t>(layout_->heads[column].size);
  while (!rows.empty()) {
    const auto block = rows.first(std::min(rows.size(), static_cast<std::size_t>(block_rows_)));
    shares_.resize(block.size() * size);
    const auto given = [&](HostCells cells, HostObserved observed) {
      for (std::size_t i = 0; i < block.size(); ++i) {
        const auto at = static_cast<std::int64_t>(i);
        show(block[i], {cells.row(at), columns()}, {observed.row(at), columns()});
      }
    };
    const auto count = static_cast<std::int64_t>(block.size());
    const auto stride = static_cast<std::int64_t>(size);
    sampler_->predict(*queue_, count, static_cast<std::int64_t>(column), given,
                      {shares_.data(), count, stride, stride});
    for (std::size_t i = 0; i < block.size(); ++i) {
      take(block[i], std::span<const float>(shares_).subspan(i * size, size));
    }
    if (keep_going_) keep_going_();
    rows = rows.subspan(block.size());
  }
}

CellPredictor::DrawnRows CellPredictor::drawn(CellRequest request,
                                              const std::vector<CellPlace>& places) {
  if (request.allowed.empty()) {
    request.allowed.assign(static_cast<std::size_t>(layout_->cells), 1);
  }
  for (std::size_t j = 0; j < places.size(); ++j) {
    if (places[j].missing < 0) continue;
    request.allowed[static_cast<std::size_t>(layout_->heads[j].first + places[j].missing)] = 0;
  }
  DrawnRows rows;
  sampler_->sample(
      *queue_, request,
      [&](std::uint64_t, MatrixView<const std::int32_t> cells, MatrixView<const float> within) {
        for (std::int64_t i = 0; i < cells.rows; ++i) {
          rows.cells.insert(rows.cells.end(), cells.row(i), cells.row(i) + cells.cols);
          rows.places.insert(rows.places.end(), within.row(i), within.row(i) + within.cols);
        }
      },
      keep_going_);
  return rows;
}

}  // namespace vgan
