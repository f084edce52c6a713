#include "engine/experiment/cell_predictor.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace vgan {

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

void CellPredictor::predict_block(std::span<const std::int64_t> block, std::size_t column,
                                  const Show& show, std::span<float> shares) {
  const auto given = [&](HostCells cells, HostObserved observed) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      const auto at = static_cast<std::int64_t>(i);
      show(block[i], {cells.row(at), columns()}, {observed.row(at), columns()});
    }
  };
  const auto count = static_cast<std::int64_t>(block.size());
  const std::int64_t size = layout_->heads[column].size;
  sampler_->predict(*queue_, count, static_cast<std::int64_t>(column), given,
                    {shares.data(), count, size, size});
  if (keep_going_) keep_going_();
}

void CellPredictor::predict(std::span<const std::int64_t> rows, std::size_t column,
                            const Show& show, const Take& take) {
  const auto size = static_cast<std::size_t>(layout_->heads[column].size);
  while (!rows.empty()) {
    const auto block = rows.first(std::min(rows.size(), static_cast<std::size_t>(block_rows_)));
    shares_.resize(block.size() * size);
    predict_block(block, column, show, shares_);
    for (std::size_t i = 0; i < block.size(); ++i) {
      take(block[i], std::span<const float>(shares_).subspan(i * size, size));
    }
    rows = rows.subspan(block.size());
  }
}

void CellPredictor::predict_each(std::span<const std::int64_t> rows, std::size_t column,
                                 const Show& show, const TakeEach& take) {
  const auto size = static_cast<std::size_t>(layout_->heads[column].size);
  const std::size_t networks = sampler_->networks();
  std::vector<std::span<const float>> of_row(networks);
  while (!rows.empty()) {
    const auto block = rows.first(std::min(rows.size(), static_cast<std::size_t>(block_rows_)));
    const std::size_t part = block.size() * size;
    shares_.resize(networks * part);
    for (std::size_t k = 0; k < networks; ++k) {
      sampler_->use_only(k);
      predict_block(block, column, show, std::span(shares_).subspan(k * part, part));
    }
    sampler_->use_only(std::nullopt);
    for (std::size_t i = 0; i < block.size(); ++i) {
      for (std::size_t k = 0; k < networks; ++k) {
        of_row[k] = std::span<const float>(shares_).subspan(k * part + i * size, size);
      }
      take(block[i], of_row);
    }
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
  draw(request,
       [&](std::uint64_t, MatrixView<const std::int32_t> cells, MatrixView<const float> within) {
         for (std::int64_t i = 0; i < cells.rows; ++i) {
           rows.cells.insert(rows.cells.end(), cells.row(i), cells.row(i) + cells.cols);
           rows.places.insert(rows.places.end(), within.row(i), within.row(i) + within.cols);
         }
       });
  return rows;
}

void CellPredictor::draw(const CellRequest& request, const CellSampler::Take& take) {
  sampler_->sample(*queue_, request, take, keep_going_);
}

CellPredictor::Show showing(const GivenRows& given) {
  return [&given](std::int64_t row, std::span<std::int32_t> cells,
                  std::span<std::uint8_t> observed) { given.put(row, cells, observed); };
}

std::vector<std::int64_t> all_rows(const GivenRows& given) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(given.rows()));
  std::iota(rows.begin(), rows.end(), std::int64_t{0});
  return rows;
}

}  // namespace vgan
