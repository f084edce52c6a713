// Rows of which some columns are held to some of their cells.
#include <algorithm>

#include "engine/sample/cell_sampler.hpp"
#include "kernels/math/uniform.hpp"

namespace vgan {
namespace {

// Where several columns are held: how many candidates there are for each row.
constexpr std::uint64_t candidates = 16;

}  // namespace

std::vector<std::int32_t> CellSampler::restricted_by(const CellRequest& request) const {
  std::vector<std::int32_t> made;
  if (request.allowed.empty()) return made;
  for (const std::int32_t column : layout_.order) {
    const math::CellHead& head = layout_.heads[static_cast<std::size_t>(column)];
    const auto first = request.allowed.begin() + head.first;
    if (std::find(first, first + head.size, std::uint8_t{0}) != first + head.size) {
      made.push_back(column);
    }
  }
  return made;
}

void CellSampler::add_restricted(Queue& queue, const DrawCellTask& draw, std::int64_t column,
                                 const std::vector<std::uint8_t>& allowed) {
  const MatrixView<const float> shares = draw.shares;
  host_shares_.resize(static_cast<std::size_t>(shares.rows * shares.stride));
  backend_->download(queue, shares.data, host_shares_.size() * sizeof(float), host_shares_.data());
  queue.synchronise();
  const std::size_t first =
      static_cast<std::size_t>(layout_.heads[static_cast<std::size_t>(column)].first);
  std::vector<double> parts;
  for (std::int64_t i = 0; i < shares.rows; ++i) {
    double met = 0.0, all = 0.0;
    for (std::int64_t t = 0; t < shares.cols; ++t) {
      const auto share =
          static_cast<double>(host_shares_[static_cast<std::size_t>(i * shares.stride + t)]);
      all += share;
      if (allowed[first + static_cast<std::size_t>(t)] != 0) met += share;
    }
    parts.push_back(all > 0.0 ? met / all : 0.0);
  }
  DrawCellTask on_host = draw;
  if (!draw.share_rows.empty()) on_host.share_rows.data = distinct_.group_of().data();
  for (std::int64_t i = 0; i < draw.cell.rows; ++i) {
    const std::int64_t row = on_host.share_row(i);
    const auto given = static_cast<std::size_t>(i * layout_.columns() + column);
    if (row < 0 || host_observed_[given] != 0) continue;
    weights_[static_cast<std::size_t>(i)] *= parts[static_cast<std::size_t>(row)];
  }
}

void CellSampler::draw_restricted(Queue& queue, const CellRequest& request, std::uint64_t start,
                                  std::int64_t rows, const std::vector<std::int32_t>& restricted) {
  if (restricted.size() < 2) {
    for (const std::int32_t column : restricted) draw_column(queue, request, start, rows, column);
    return;
  }
  const std::int64_t columns = layout_.columns();
  const auto cells = static_cast<std::size_t>(rows * columns);
  std::vector<std::int32_t> drawn(cells), chosen(cells);
  std::vector<double> totals(static_cast<std::size_t>(rows), 0.0);
  const std::uint64_t subsequence = math::subsequence(request.purpose, 0);
  for (std::uint64_t candidate = 1; candidate <= candidates; ++candidate) {
    upload_given(queue, rows);
    weights_.assign(static_cast<std::size_t>(rows), 1.0);
    for (const std::int32_t column : restricted) {
      draw_column(queue, request, start, rows, column, candidate, [&](const DrawCellTask& draw) {
        add_restricted(queue, draw, column, request.allowed);
      });
    }
    backend_->download(queue, cells_.data, cells * sizeof(std::int32_t), drawn.data());
    queue.synchronise();
    for (std::int64_t i = 0; i < rows; ++i) {
      const auto row = static_cast<std::size_t>(i);
      totals[row] += weights_[row];
      // Candidates draw cells alone: the numbers that would say where in a cell are free.
      const std::uint64_t number =
          candidate * candidate_numbers +
          2 * (start + static_cast<std::uint64_t>(i)) * static_cast<std::uint64_t>(columns) + 1;
      const auto u = static_cast<double>(math::uniform(request.seed, subsequence, number));
      if (candidate > 1 && !(u * totals[row] <= weights_[row])) continue;
      const auto from = drawn.begin() + i * columns;
      std::copy(from, from + columns, chosen.begin() + i * columns);
    }
  }
  std::vector<std::uint8_t> observed(host_observed_.begin(),
                                     host_observed_.begin() + static_cast<std::ptrdiff_t>(cells));
  for (std::int64_t i = 0; i < rows; ++i) {
    for (const std::int32_t column : restricted) {
      observed[static_cast<std::size_t>(i * columns + column)] = 1;
    }
  }
  backend_->upload(queue, chosen.data(), cells * sizeof(std::int32_t), cells_.data);
  backend_->upload(queue, observed.data(), cells, observed_.data);
  queue.synchronise();  // before the host's copies go
}

}  // namespace vgan
