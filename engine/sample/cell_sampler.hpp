// Virtual rows of a table, drawn cell by cell by a network that predicts each column from others.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "engine/device/backend.hpp"
#include "engine/encode/cell_layout.hpp"
#include "engine/nn/device_cells.hpp"
#include "engine/nn/network.hpp"
#include "engine/sample/distinct_rows.hpp"

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
  /// What the shares of each column are made of, softmax(logits / temperature), above 0; empty: 1.
  std::vector<double> temperatures;
  /// Puts the cells that rows first, first + 1, ... have, with a 1 in `observed` for each, which is
  /// 0 otherwise; may be empty.
  std::function<void(std::uint64_t first, HostCells cells, HostObserved observed)> given;
  /// For each of all cells whether it may be drawn (1), one or more of each column; empty: any may.
  /// Columns that are held to some of their cells are drawn first, so that the others follow them.
  /// Where there are several, 16 candidates are drawn, each column among its own cells given those
  /// before it, and one is chosen by how probable these cells were (sampling, importance
  /// resampling: D. B. Rubin, 1988), so that rows come near those of the model that meet them all.
  std::vector<std::uint8_t> allowed;
  /// Lets the network see each row by itself, also where several show the same cells, which it
  /// otherwise sees once on the CPU. Rows are the same: this is the slow twin.
  bool each_row = false;
};

/// Networks over cells without gradients, and room for a block of rows. Of several networks the
/// shares of a cell are averaged.
///
/// Row n of seed s is the same whatever it is asked for with: its cell of column j is drawn by
/// number 2 (n * columns + j) of the stream (s, purpose), where in that cell by the number behind
/// it, and products run over whole blocks. On the CPU rows that show the same cells so far share
/// what the network says of the next: it sees them once (DistinctRows), and no product's row
/// depends on where in a slice it lies. Columns of few values come first in the order, so that is
/// many rows in the first columns.
class CellSampler {
 public:
  /// Rows that the network sees at once.
  static std::int64_t block_rows(const Backend& backend);
  /// Rows of a table of so many columns that are drawn at once.
  static std::int64_t drawn_rows(const Backend& backend, std::int64_t columns);
  /// Bytes of device memory that a sampler takes, its queue's room for products included.
  static std::size_t bytes(const Backend& backend, const std::vector<nn::LayerSpec>& layers,
                           const CellLayout& layout, std::size_t networks = 1);

  struct Options {
    bool tf32 = false;         ///< products may be computed in it
    std::size_t networks = 1;  ///< 1 or more
  };
  /// `layers` are masked_layers of `layout`, the same for all networks.
  CellSampler(Backend& backend, const std::vector<nn::LayerSpec>& layers, const CellLayout& layout,
              const Options& options);
  CellSampler(Backend& backend, const std::vector<nn::LayerSpec>& layers, const CellLayout& layout)
      : CellSampler(backend, layers, layout, Options()) {}

  std::size_t networks() const { return members_.size(); }
  /// Takes weights laid out as a ParameterArena section of the same layers, from device memory.
  void load(Queue& queue, VectorView<const float> weights, std::size_t network = 0);
  /// A network, for loading weights tensor by tensor, after which `weights_changed` is called.
  nn::Network& network(std::size_t network = 0) { return members_[network].network; }
  void weights_changed(Queue& queue, std::size_t network = 0);
  /// From now on this network alone says the shares; nothing: all do.
  void use_only(std::optional<std::size_t> network) { only_ = network; }

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
  /// Rows as the network sees them, in device memory.
  struct Shown {
    MatrixView<const std::int32_t> cells;
    MatrixView<const std::uint8_t> observed;
  };
  /// Where several columns are held to some of their cells: how far apart the random numbers of two
  /// candidates for a row lie, beyond those of any number of rows.
  static constexpr std::uint64_t candidate_numbers = std::uint64_t{1} << 57;
  /// Is called before cells are drawn, with the shares that they are drawn by.
  using Found = std::function<void(const DrawCellTask& draw)>;

  void put_given(Queue& queue, const CellRequest& request, std::uint64_t start, std::int64_t rows);
  void draw_column(Queue& queue, const CellRequest& request, std::uint64_t start, std::int64_t rows,
                   std::int64_t column, std::uint64_t candidate = 0, const Found& found = {});
  /// draw_column where rows that show the same cells are seen once; `draw` lacks its shares.
  void draw_by_groups(Queue& queue, DrawCellTask draw, std::int64_t column,
                      float inverse_temperature, const Found& found);
  /// Groups [first, first + count), and rows that show nothing up to whole slices.
  Shown show_groups(Queue& queue, std::int64_t first, std::int64_t count);
  void draw_restricted(Queue& queue, const CellRequest& request, std::uint64_t start,
                       std::int64_t rows, const std::vector<std::int32_t>& restricted);
  /// Multiplies each drawn row's weight by the share of the column's cells that may be drawn.
  void add_restricted(Queue& queue, const DrawCellTask& draw, std::int64_t column,
                      const std::vector<std::uint8_t>& allowed);
  void upload_given(Queue& queue, std::int64_t rows);
  /// The columns that are held to some of their cells, in the order of drawing.
  std::vector<std::int32_t> restricted_by(const CellRequest& request) const;
  void find_shares(Queue& queue, const Shown& shown, std::int64_t column,
                   float inverse_temperature);
  void add_shares(Queue& queue, const Shown& shown, std::int64_t column, float inverse_temperature,
                  std::size_t network, float weight_of_all, bool first);
  Shown shown_rows(std::int64_t rows) const;
  bool groups(const CellRequest& request) const;
  bool all_given(std::int64_t rows, std::int64_t column) const;
  MatrixView<float> shares_of(std::int64_t rows, std::int64_t column) const;

  Backend* backend_;
  CellLayout layout_;
  std::int64_t block_rows_, drawn_rows_;
  std::size_t scratch_;
  ForwardOptions products_;
  struct Member {
    nn::Network network;
    Buffer tables_buffer;
    MatrixRef tables;  // [cells, width]: what each cell adds to the first layer
  };
  std::vector<Member> members_;
  std::optional<std::size_t> only_;
  nn::TapeStorage tape_;
  nn::DeviceCells cells_lists_;
  Buffer first_rows_buffer_, rows_buffer_, observed_buffer_, logits_buffer_, shares_buffer_,
      allowed_buffer_, share_rows_buffer_, groups_buffer_;
  MatrixView<std::int32_t> cells_;     ///< [drawn rows, columns], in device memory
  MatrixView<std::uint8_t> observed_;  ///< the same

  std::vector<std::int32_t> host_cells_;
  std::vector<std::uint8_t> host_observed_;  ///< what is given
  std::vector<float> host_shares_;
  DistinctRows distinct_;
  std::vector<std::int32_t> now_cells_;  ///< what the rows of `distinct_` show
  std::vector<std::uint8_t> now_observed_;
  std::vector<double> weights_;  ///< of the candidates for a row: how probable its ranges are
  std::vector<float> places_;
};

}  // namespace vgan
