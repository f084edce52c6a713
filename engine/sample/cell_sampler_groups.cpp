// Cells drawn by the shares of groups of rows: rows that show the same cells are seen once.
#include <algorithm>

#include "engine/sample/cell_sampler.hpp"

namespace vgan {

// A device that works by itself would wait for the host here, column by column.
bool CellSampler::groups(const CellRequest& request) const {
  return !backend_->info().asynchronous && !request.each_row;
}

void CellSampler::draw_by_groups(Queue& queue, DrawCellTask draw, std::int64_t column,
                                 float inverse_temperature, const Found& found) {
  const std::int64_t rows = draw.cell.rows, columns = layout_.columns();
  const auto cells = static_cast<std::size_t>(rows * columns);
  now_cells_.resize(cells);
  now_observed_.resize(cells);
  backend_->download(queue, cells_.data, cells * sizeof(std::int32_t), now_cells_.data());
  backend_->download(queue, observed_.data, cells, now_observed_.data());
  queue.synchronise();
  distinct_.find({now_cells_.data(), rows, columns, columns},
                 {now_observed_.data(), rows, columns, columns}, column);
  auto* const share_rows = share_rows_buffer_.as<std::int32_t>();
  backend_->upload(queue, distinct_.group_of().data(),
                   static_cast<std::size_t>(rows) * sizeof(std::int32_t), share_rows);
  draw.share_rows = {share_rows, rows};
  for (std::int64_t first = 0; first < distinct_.count(); first += block_rows_) {
    const std::int64_t count = std::min(block_rows_, distinct_.count() - first);
    find_shares(queue, show_groups(queue, first, count), column, inverse_temperature);
    draw.shares = shares_of(count, column);
    draw.first_share = static_cast<std::int32_t>(first);
    if (found) found(draw);
    backend_->run(queue, draw);
  }
}

CellSampler::Shown CellSampler::show_groups(Queue& queue, std::int64_t first, std::int64_t count) {
  constexpr std::int64_t slice = 256;
  const std::int64_t columns = layout_.columns();
  const std::int64_t rows = (count + slice - 1) / slice * slice;
  std::vector<std::int32_t> cells(static_cast<std::size_t>(rows * columns), 0);
  std::vector<std::uint8_t> observed(cells.size(), 0);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t row = distinct_.firsts()[static_cast<std::size_t>(first + i)];
    std::copy_n(now_cells_.begin() + row * columns, columns, cells.begin() + i * columns);
    std::copy_n(now_observed_.begin() + row * columns, columns, observed.begin() + i * columns);
  }
  auto* const cells_at = groups_buffer_.as<std::int32_t>();
  auto* const observed_at = reinterpret_cast<std::uint8_t*>(cells_at + block_rows_ * columns);
  backend_->upload(queue, cells.data(), cells.size() * sizeof(std::int32_t), cells_at);
  backend_->upload(queue, observed.data(), observed.size(), observed_at);
  queue.synchronise();  // before the host's copies go
  return {{cells_at, rows, columns, columns}, {observed_at, rows, columns, columns}};
}

}  // namespace vgan
