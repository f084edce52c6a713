#include "engine/sample/cell_sampler.hpp"

#include <algorithm>

#include "engine/base/check.hpp"
#include "engine/nn/inference.hpp"
#include "engine/nn/layout.hpp"
#include "kernels/math/uniform.hpp"

namespace vgan {
namespace {

using Layers = std::vector<nn::LayerSpec>;

constexpr nn::ArenaOptions arena_options{.training = false, .average = false, .shadow = false};
constexpr nn::TapeOptions tape_options{
    .type = ElementType::f32, .last_type = ElementType::f32, .deltas = false, .inference = true};

// Where several columns are held to some of their cells: how many candidates there are for each
// row, and how far apart the random numbers of two of them lie, beyond those of any number of rows.
constexpr std::uint64_t candidates = 16;
constexpr std::uint64_t candidate_numbers = std::uint64_t{1} << 57;

// The last layer's output is never there as a whole: each column's part is computed by itself.
Layers kept(const Layers& layers) { return {layers.begin(), layers.end() - 1}; }

std::int64_t most_cells(const CellLayout& layout) {
  std::int64_t most = 1;
  for (const math::CellHead& head : layout.heads) most = std::max<std::int64_t>(most, head.size);
  return most;
}

nn::CellLists lists_of(const CellLayout& layout) {
  return {layout.inputs, layout.tables,       layout.heads,
          layout.bell,   layout.inverse_sums, layout.order};
}

std::size_t scratch_bytes(const Backend& backend, const Layers& layers, std::int64_t rows,
                          const CellLayout& layout) {
  return std::max(
      {forward_scratch(backend, kept(layers), ElementType::f32, rows),
       backend.product_scratch(rows, most_cells(layout), ElementType::f32),
       backend.product_scratch(most_cells(layout), layers.front().outputs, ElementType::f32)});
}

}  // namespace

std::int64_t CellSampler::block_rows(const Backend& backend) {
  return backend.info().asynchronous ? 16384 : 1024;
}

std::size_t CellSampler::bytes(const Backend& backend, const Layers& layers,
                               const CellLayout& layout) {
  const std::int64_t rows = block_rows(backend);
  const auto cells = static_cast<std::size_t>(rows * layout.columns());
  return nn::Network::bytes(backend, layers, arena_options) +
         scratch_bytes(backend, layers, rows, layout) +
         nn::TapeStorage::bytes(kept(layers), rows, tape_options) +
         nn::matrix_bytes(layout.cells, layers.front().outputs, ElementType::f32) +
         2 * nn::matrix_bytes(rows, most_cells(layout), ElementType::f32) +
         cells * (sizeof(std::int32_t) + 1) + static_cast<std::size_t>(layout.cells);
}

CellSampler::CellSampler(Backend& backend, const Layers& layers, const CellLayout& layout,
                         bool tf32)
    : backend_(&backend),
      layout_(layout),
      block_rows_(block_rows(backend)),
      scratch_(scratch_bytes(backend, layers, block_rows_, layout)),
      products_{.tf32 = tf32},
      network_(backend, layers, 0.0F, arena_options, "the network for sampling", {.tf32 = tf32}),
      tape_(backend, kept(layers), block_rows_, tape_options, "a block of activations"),
      cells_lists_(backend, lists_of(layout)) {
  require(layers.front().inputs == layout.features && layers.back().outputs == layout.cells,
          "cell sampler", "layers that do not fit the cells", "masked_layers of the layout");
  const std::int64_t columns = layout.columns();
  const auto cells = static_cast<std::size_t>(block_rows_ * columns);
  const std::int64_t most = most_cells(layout);
  first_rows_buffer_ = backend.allocate(layout.heads.size() * sizeof(std::int64_t), "cells");
  rows_buffer_ = backend.allocate(cells * sizeof(std::int32_t), "a block of cells");
  observed_buffer_ = backend.allocate(cells, "a block of cells");
  tables_buffer_ = backend.allocate(
      nn::matrix_bytes(layout.cells, layers.front().outputs, ElementType::f32), "embedded cells");
  logits_buffer_ =
      backend.allocate(nn::matrix_bytes(block_rows_, most, ElementType::f32), "a block of logits");
  shares_buffer_ =
      backend.allocate(nn::matrix_bytes(block_rows_, most, ElementType::f32), "a block of shares");
  allowed_buffer_ = backend.allocate(static_cast<std::size_t>(layout.cells), "allowed cells");
  cells_ = {rows_buffer_.as<std::int32_t>(), block_rows_, columns, columns};
  observed_ = {observed_buffer_.as<std::uint8_t>(), block_rows_, columns, columns};
  tables_ = nn::Carver(tables_buffer_.data())
                .take(layout.cells, layers.front().outputs, ElementType::f32);
  std::vector<std::int64_t> first_rows;
  for (const math::CellHead& head : layout.heads) first_rows.push_back(head.first);
  const auto queue = backend.make_queue("cells");
  backend.upload(*queue, first_rows.data(), first_rows.size() * sizeof(std::int64_t),
                 first_rows_buffer_.data());
  queue->synchronise();
  host_cells_.resize(cells);
  host_observed_.resize(cells);
  places_.resize(cells);
}

void CellSampler::load(Queue& queue, VectorView<const float> weights) {
  network_.take_weights(queue, weights);
  weights_changed(queue);
}

void CellSampler::weights_changed(Queue& queue) {
  backend_->reserve_scratch(queue, scratch_);
  const MatrixRef weight = network_.weight(0);
  for (std::size_t j = 0; j < layout_.inputs.size(); ++j) {
    const math::CellFeatureColumn& input = layout_.inputs[j];
    const math::CellHead& head = layout_.heads[j];
    const ConstMatrixRef features{cells_lists_.tables() + input.table, ElementType::f32, head.size,
                                  input.width, input.width};
    backend_->dense_forward(queue, features, weight.block(input.first, input.width, 0, weight.cols),
                            {}, tables_.rows_from(head.first, head.size), products_);
  }
}

MatrixView<float> CellSampler::shares_of(std::int64_t rows, std::int64_t column) const {
  const std::int64_t size = layout_.heads[static_cast<std::size_t>(column)].size;
  return {shares_buffer_.as<float>(), rows, size, nn::padded_stride(size, ElementType::f32)};
}

void CellSampler::find_shares(Queue& queue, std::int64_t rows, std::int64_t column,
                              float inverse_temperature) {
  const math::CellHead& head = layout_.heads[static_cast<std::size_t>(column)];
  const nn::Tape tape = tape_.tape().rows_from(0, rows);
  const std::size_t last = network_.layers().size() - 1;
  const auto part = [&](auto view) {
    view.rows = rows;
    return view;
  };
  EmbedCellsTask embed;
  embed.cells = part(cells_);
  embed.observed = part(observed_);
  embed.first_rows = {first_rows_buffer_.as<std::int64_t>(), layout_.columns()};
  embed.tables = tables_.as<float>();
  embed.bias = network_.bias(0);
  embed.out = tape.outputs[0].as<float>();
  backend_->run(queue, embed);
  network_.forward_between(queue, 1, last, tape.outputs[0], tape);
  const MatrixRef weight = network_.weight(last);
  const MatrixRef logits{logits_buffer_.data(), ElementType::f32, rows, head.size,
                         nn::padded_stride(head.size, ElementType::f32)};
  backend_->dense_forward(queue, tape.outputs[last - 1],
                          weight.block(0, weight.rows, head.first, head.size),
                          {network_.bias(last).data + head.first, head.size}, logits, products_);
  backend_->run(queue, CellSharesTask{logits.as<float>(), inverse_temperature, 1.0F, false,
                                      shares_of(rows, column)});
}

bool CellSampler::all_given(std::int64_t rows, std::int64_t column) const {
  for (std::int64_t i = 0; i < rows; ++i) {
    if (host_observed_[static_cast<std::size_t>(i * layout_.columns() + column)] == 0) return false;
  }
  return true;
}

void CellSampler::draw_column(Queue& queue, const CellRequest& request, std::uint64_t start,
                              std::int64_t rows, std::int64_t column, std::uint64_t candidate) {
  const math::CellHead& head = layout_.heads[static_cast<std::size_t>(column)];
  const auto columns = static_cast<std::uint64_t>(layout_.columns());
  find_shares(queue, rows, column, static_cast<float>(1.0 / request.temperature));
  DrawCellTask draw;
  draw.shares = shares_of(rows, column);
  if (!request.allowed.empty()) {
    draw.allowed = {allowed_buffer_.as<std::uint8_t>() + head.first, 1, head.size, head.size};
  }
  draw.stream = {
      request.seed, request.purpose,
      candidate * candidate_numbers + 2 * (start * columns + static_cast<std::uint64_t>(column))};
  draw.step = 2 * columns;
  draw.cell = {cells_.data + column, rows, 1, cells_.stride};
  draw.observed = {observed_.data + column, rows, 1, observed_.stride};
  backend_->run(queue, draw);
}

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

void CellSampler::add_restricted(Queue& queue, std::int64_t rows, std::int64_t column,
                                 const std::vector<std::uint8_t>& allowed) {
  const MatrixView<float> shares = shares_of(rows, column);
  host_shares_.resize(static_cast<std::size_t>(rows * shares.stride));
  backend_->download(queue, shares.data, host_shares_.size() * sizeof(float), host_shares_.data());
  queue.synchronise();
  const std::size_t first =
      static_cast<std::size_t>(layout_.heads[static_cast<std::size_t>(column)].first);
  for (std::int64_t i = 0; i < rows; ++i) {
    if (host_observed_[static_cast<std::size_t>(i * layout_.columns() + column)] != 0) continue;
    double met = 0.0, all = 0.0;
    for (std::int64_t t = 0; t < shares.cols; ++t) {
      const auto share =
          static_cast<double>(host_shares_[static_cast<std::size_t>(i * shares.stride + t)]);
      all += share;
      if (allowed[first + static_cast<std::size_t>(t)] != 0) met += share;
    }
    weights_[static_cast<std::size_t>(i)] *= all > 0.0 ? met / all : 0.0;
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
      draw_column(queue, request, start, rows, column, candidate);
      add_restricted(queue, rows, column, request.allowed);
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

void CellSampler::upload_given(Queue& queue, std::int64_t rows) {
  const auto cells = static_cast<std::size_t>(rows * layout_.columns());
  backend_->upload(queue, host_cells_.data(), cells * sizeof(std::int32_t), cells_.data);
  backend_->upload(queue, host_observed_.data(), cells, observed_.data);
}

void CellSampler::put_given(Queue& queue, const CellRequest& request, std::uint64_t start,
                            std::int64_t rows) {
  const std::int64_t columns = layout_.columns();
  std::fill(host_cells_.begin(), host_cells_.end(), 0);
  std::fill(host_observed_.begin(), host_observed_.end(), std::uint8_t{0});
  if (request.given) {
    request.given(start, {host_cells_.data(), rows, columns, columns},
                  {host_observed_.data(), rows, columns, columns});
  }
  upload_given(queue, rows);
}

void CellSampler::sample(Queue& queue, const CellRequest& request, const Take& take,
                         const std::function<void()>& between) {
  require(request.temperature > 0.0, "cell sampler", "a temperature that is not above 0",
          "above 0");
  require(
      request.allowed.empty() || static_cast<std::int64_t>(request.allowed.size()) == layout_.cells,
      "cell sampler", "allowed cells of another table", "one number for each cell");
  backend_->reserve_scratch(queue, scratch_);
  if (!request.allowed.empty()) {
    backend_->upload(queue, request.allowed.data(), request.allowed.size(), allowed_buffer_.data());
  }
  const std::vector<std::int32_t> restricted = restricted_by(request);
  const std::int64_t columns = layout_.columns();
  const auto block = static_cast<std::uint64_t>(block_rows_);
  // The CPU cuts products into slices of 256 rows; elsewhere a product's shape is the block's.
  const std::uint64_t unit = backend_->info().asynchronous ? block : 256;
  const std::uint64_t end = request.first + request.count;
  const std::uint64_t subsequence = math::subsequence(request.purpose, 0);
  for (std::uint64_t next = request.first; next < end;) {
    const std::uint64_t start = next / unit * unit;
    const std::uint64_t last = std::min(end, start + block);
    const auto rows = static_cast<std::int64_t>((last - start + unit - 1) / unit * unit);
    put_given(queue, request, start, rows);
    draw_restricted(queue, request, start, rows, restricted);
    for (const std::int32_t column : layout_.order) {
      const bool drawn =
          std::find(restricted.begin(), restricted.end(), column) != restricted.end();
      if (!drawn && !all_given(rows, column)) draw_column(queue, request, start, rows, column);
    }
    const auto cells = static_cast<std::size_t>(rows * columns);
    backend_->download(queue, cells_.data, cells * sizeof(std::int32_t), host_cells_.data());
    queue.synchronise();
    const auto taken = static_cast<std::int64_t>(last - next);
    const auto skipped = static_cast<std::int64_t>(next - start);
    for (std::int64_t i = 0; i < taken * columns; ++i) {
      const std::uint64_t number =
          2 * (next * static_cast<std::uint64_t>(columns) + static_cast<std::uint64_t>(i)) + 1;
      places_[static_cast<std::size_t>(i)] = math::uniform(request.seed, subsequence, number);
    }
    take(next, {host_cells_.data() + skipped * columns, taken, columns, columns},
         {places_.data(), taken, columns, columns});
    if (between) between();
    next = last;
  }
}

void CellSampler::predict(Queue& queue, std::int64_t rows, std::int64_t column,
                          const std::function<void(HostCells, HostObserved)>& given,
                          MatrixView<float> shares) {
  require(rows <= block_rows_ && shares.rows == rows, "cell sampler",
          std::to_string(rows) + " rows at once", "up to " + std::to_string(block_rows_));
  backend_->reserve_scratch(queue, scratch_);
  CellRequest request;
  request.given = [&](std::uint64_t, HostCells cells, HostObserved observed) {
    cells.rows = observed.rows = rows;
    given(cells, observed);
  };
  const std::int64_t unit = backend_->info().asynchronous ? block_rows_ : 256;
  const std::int64_t whole = (rows + unit - 1) / unit * unit;
  put_given(queue, request, 0, whole);
  find_shares(queue, whole, column, 1.0F);
  const MatrixView<float> found = shares_of(whole, column);
  std::vector<float> host(static_cast<std::size_t>(rows * found.stride));
  backend_->download(queue, found.data, host.size() * sizeof(float), host.data());
  queue.synchronise();
  for (std::int64_t i = 0; i < rows; ++i) {
    std::copy_n(host.data() + i * found.stride, found.cols, shares.row(i));
  }
}

}  // namespace vgan
