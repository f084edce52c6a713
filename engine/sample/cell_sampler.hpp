// Virtual rows of a table, drawn cell by cell by a network that predicts each column from others.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "engine/device/backend.hpp"
#include "engine/encode/cell_layout.hpp"
#include "engine/nn/device_cells.hpp"
#include "engine/nn/network.hpp"

namespace vgan {

/// The cells of rows in host memory, [rows, columns].
using HostCells = MatrixView<std::int32_t>;
using HostObserved = MatrixView<std::uint8_t>;

/// Which rows: [first, first + count) of the stream (seed, purpose).
struct CellRequest {
  std::uint64_t seed = 1;
  Purpose purpose = Purpose::sample;
  std::uint64_t first = 0;
  std::uint64_t count = 0;
  /// What shares are made of: softmax(logits / temperature). Above 0.
  double temperature = 1.0;
  /// Puts the cells that rows first, first + 1, ... have, with a 1 in `observed` for each, which is
  /// 0 otherwise; may be empty.
  std::function<void(std::uint64_t first, HostCells cells, HostObserved observed)> given;
  /// For each of all cells whether it may be drawn (1), one or more of each column; empty: any may.
  /// Columns that are held to some of their cells are drawn first, so that the others follow them.
  /// Where there are several, 16 candidates are drawn, each column among its own cells given those
  /// before it, and one is chosen by how probable these cells were (sampling, importance
  /// resampling: D. B. Rubin, 1988), so that rows come near those of the model that meet them all.
  std::vector<std::uint8_t> allowed;
};

/// A network over cells without gradients, and room for a block of rows.
///
/// Row n of seed s is the same whatever it is asked for with: its cell of column j is drawn by
/// number 2 (n * columns + j) of the stream (s, purpose), where in that cell by the number behind
/// it, and products run over whole blocks.
class CellSampler {
 public:
  /// Rows of a block.
  static std::int64_t block_rows(const Backend& backend);
  /// Bytes of device memory that a sampler takes, its queue's room for products included.
  static std::size_t bytes(const Backend& backend, const std::vector<nn::LayerSpec>& layers,
                           const CellLayout& layout);

  /// `layers` are masked_layers of `layout`; `tf32`: products may be computed in it.
  CellSampler(Backend& backend, const std::vector<nn::LayerSpec>& layers, const CellLayout& layout,
              bool tf32 = false);

  /// Takes weights laid out as a ParameterArena section of the same layers, from device memory.
  void load(Queue& queue, VectorView<const float> weights);
  /// The network, for loading weights tensor by tensor, after which `weights_changed` is called.
  nn::Network& network() { return network_; }
  void weights_changed(Queue& queue);

  /// Takes rows [n, columns] of cells, from row `first` of the stream on, and for each cell where
  /// in it the number lies, from 0 to 1. Both are there until it returns.
  using Take = std::function<void(std::uint64_t first, MatrixView<const std::int32_t> cells,
                                  MatrixView<const float> places)>;

  /// Hands the rows out in order, a block at a time. `between` is called after each.
  void sample(Queue& queue, const CellRequest& request, const Take& take,
              const std::function<void()>& between = {});

  /// Puts the shares of the cells of `column` [rows, its cells] into `shares`, in host memory, for
  /// rows that show what `given` puts (CellRequest).
  void predict(Queue& queue, std::int64_t rows, std::int64_t column,
               const std::function<void(HostCells cells, HostObserved observed)>& given,
               MatrixView<float> shares);

 private:
  void put_given(Queue& queue, const CellRequest& request, std::uint64_t start, std::int64_t rows);
  void draw_column(Queue& queue, const CellRequest& request, std::uint64_t start, std::int64_t rows,
                   std::int64_t column, std::uint64_t candidate = 0);
  void draw_restricted(Queue& queue, const CellRequest& request, std::uint64_t start,
                       std::int64_t rows, const std::vector<std::int32_t>& restricted);
  /// Multiplies each row's weight by the share of the column's cells that may be drawn.
  void add_restricted(Queue& queue, std::int64_t rows, std::int64_t column,
                      const std::vector<std::uint8_t>& allowed);
  void upload_given(Queue& queue, std::int64_t rows);
  /// The columns that are held to some of their cells, in the order of drawing.
  std::vector<std::int32_t> restricted_by(const CellRequest& request) const;
  void find_shares(Queue& queue, std::int64_t rows, std::int64_t column, float inverse_temperature);
  bool all_given(std::int64_t rows, std::int64_t column) const;
  MatrixView<float> shares_of(std::int64_t rows, std::int64_t column) const;

  Backend* backend_;
  CellLayout layout_;
  std::int64_t block_rows_;
  std::size_t scratch_;
  ForwardOptions products_;
  nn::Network network_;
  nn::TapeStorage tape_;
  nn::DeviceCells cells_lists_;
  Buffer first_rows_buffer_, tables_buffer_, rows_buffer_, observed_buffer_, logits_buffer_,
      shares_buffer_, allowed_buffer_;
  MatrixView<std::int32_t> cells_;     ///< [block, columns], in device memory
  MatrixView<std::uint8_t> observed_;  ///< the same
  MatrixRef tables_;                   ///< [cells, width]: what each cell adds to the first layer
  std::vector<std::int32_t> host_cells_;
  std::vector<std::uint8_t> host_observed_;  ///< what is given
  std::vector<float> host_shares_;
  std::vector<double> weights_;  ///< of the candidates for a row: how probable its ranges are
  std::vector<float> places_;
};

}  // namespace vgan
