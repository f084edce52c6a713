// The shares of cells that a network over cells gives to rows that show some of their cells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "engine/encode/cell_places.hpp"
#include "engine/generate/given_rows.hpp"
#include "engine/sample/cell_sampler.hpp"

namespace vgan {

/// The sum of shares but that of cell `missing`; -1: of all.
double share_of_known(std::span<const float> shares, std::int32_t missing);

class CellPredictor {
 public:
  /// `block_rows` at once; 0: as many as the sampler takes. `keep_going` is asked with each block
  /// and throws to stop; it may be empty.
  CellPredictor(Backend& backend, Queue& queue, CellSampler& sampler, const CellLayout& layout,
                std::int64_t block_rows, std::function<void()> keep_going);

  /// Puts the cells that a row shows into `cells`, with 1 in `observed`; both come as zeros.
  using Show = std::function<void(std::int64_t row, std::span<std::int32_t> cells,
                                  std::span<std::uint8_t> observed)>;
  /// Takes the shares of a column's cells for a row, which are there until it returns.
  using Take = std::function<void(std::int64_t row, std::span<const float> shares)>;
  void predict(std::span<const std::int64_t> rows, std::size_t column, const Show& show,
               const Take& take);

  /// Predicts the shares as each network of the model has them by itself, in place of their mean.
  using TakeEach =
      std::function<void(std::int64_t row, const std::vector<std::span<const float>>& networks)>;
  void predict_each(std::span<const std::int64_t> rows, std::size_t column, const Show& show,
                    const TakeEach& take);

  /// Rows that the network draws as `request` says, none with a missing value: cells
  /// [count, columns], and for each where in it the number lies, from 0 to 1.
  struct DrawnRows {
    std::vector<std::int32_t> cells;
    std::vector<float> places;
  };
  DrawnRows drawn(CellRequest request, const std::vector<CellPlace>& places);

  /// Hands the rows out that the network draws as `request` says, as CellSampler::sample.
  void draw(const CellRequest& request, const CellSampler::Take& take);

  std::size_t columns() const { return layout_->heads.size(); }
  /// In which columns are drawn.
  const std::vector<std::int32_t>& order() const { return layout_->order; }

 private:
  /// The shares that one network says, or all together, of rows that are one block at most.
  void predict_block(std::span<const std::int64_t> block, std::size_t column, const Show& show,
                     std::span<float> shares);

  Queue* queue_;
  CellSampler* sampler_;
  const CellLayout* layout_;
  std::int64_t block_rows_;
  std::function<void()> keep_going_;
  std::vector<float> shares_;  // of a block's rows, of several networks one after the other
};

/// Shows the network what rows of `given`, which outlives it, give.
CellPredictor::Show showing(const GivenRows& given);
/// The numbers of all rows of `given`, from 0.
std::vector<std::int64_t> all_rows(const GivenRows& given);

}  // namespace vgan
