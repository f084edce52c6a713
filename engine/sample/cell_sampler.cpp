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

// What only a sampler that groups rows has: each row's group, and groups as rows.
std::size_t group_bytes(const Backend& backend, const CellLayout& layout) {
  if (backend.info().asynchronous) return 0;
  const std::int64_t drawn = CellSampler::drawn_rows(backend, layout.columns());
  const std::int64_t shown = CellSampler::block_rows(backend) * layout.columns();
  return static_cast<std::size_t>(drawn + shown) * sizeof(std::int32_t) +
         static_cast<std::size_t>(shown);
}

}  // namespace

std::int64_t CellSampler::block_rows(const Backend& backend) {
  return backend.info().asynchronous ? 16384 : 1024;
}

// The more rows, the more of them show the same cells. A million cells are some megabytes.
std::int64_t CellSampler::drawn_rows(const Backend& backend, std::int64_t columns) {
  const std::int64_t least = block_rows(backend);
  if (backend.info().asynchronous) return least;
  return std::clamp<std::int64_t>((1 << 20) / columns, least, 65536);
}

std::size_t CellSampler::bytes(const Backend& backend, const Layers& layers,
                               const CellLayout& layout, std::size_t networks) {
  const std::int64_t rows = block_rows(backend);
  const std::int64_t drawn = drawn_rows(backend, layout.columns());
  const auto cells = static_cast<std::size_t>(drawn * layout.columns());
  return networks * (nn::Network::bytes(backend, layers, arena_options) +
                     nn::matrix_bytes(layout.cells, layers.front().outputs, ElementType::f32)) +
         scratch_bytes(backend, layers, rows, layout) +
         nn::TapeStorage::bytes(kept(layers), rows, tape_options) +
         2 * nn::matrix_bytes(rows, most_cells(layout), ElementType::f32) +
         cells * (sizeof(std::int32_t) + 1) + static_cast<std::size_t>(layout.cells) +
         group_bytes(backend, layout);
}

CellSampler::CellSampler(Backend& backend, const Layers& layers, const CellLayout& layout,
                         const Options& options)
    : backend_(&backend),
      layout_(layout),
      block_rows_(block_rows(backend)),
      drawn_rows_(drawn_rows(backend, layout.columns())),
      scratch_(scratch_bytes(backend, layers, block_rows_, layout)),
      products_{.tf32 = options.tf32},
      tape_(backend, kept(layers), block_rows_, tape_options, "a block of activations"),
      cells_lists_(backend, lists_of(layout)) {
  require(options.networks > 0, "cell sampler", "no network", "one or more");
  require(layers.front().inputs == layout.features && layers.back().outputs == layout.cells,
          "cell sampler", "layers that do not fit the cells", "masked_layers of the layout");
  const std::int64_t columns = layout.columns();
  const auto cells = static_cast<std::size_t>(drawn_rows_ * columns);
  const std::int64_t most = most_cells(layout);
  first_rows_buffer_ = backend.allocate(layout.heads.size() * sizeof(std::int64_t), "cells");
  rows_buffer_ = backend.allocate(cells * sizeof(std::int32_t), "a block of cells");
  observed_buffer_ = backend.allocate(cells, "a block of cells");
  members_.reserve(options.networks);
  const std::int64_t width = layers.front().outputs;
  for (std::size_t i = 0; i < options.networks; ++i) {
    Buffer tables =
        backend.allocate(nn::matrix_bytes(layout.cells, width, ElementType::f32), "embedded cells");
    const MatrixRef embedded =
        nn::Carver(tables.data()).take(layout.cells, width, ElementType::f32);
    members_.push_back({nn::Network(backend, layers, 0.0F, arena_options,
                                    "the network for sampling", {.tf32 = options.tf32}),
                        std::move(tables), embedded});
  }

  logits_buffer_ =
      backend.allocate(nn::matrix_bytes(block_rows_, most, ElementType::f32), "a block of logits");
  shares_buffer_ =
      backend.allocate(nn::matrix_bytes(block_rows_, most, ElementType::f32), "a block of shares");
  allowed_buffer_ = backend.allocate(static_cast<std::size_t>(layout.cells), "allowed cells");
  if (!backend.info().asynchronous) {
    const auto drawn = static_cast<std::size_t>(drawn_rows_) * sizeof(std::int32_t);
    share_rows_buffer_ = backend.allocate(drawn, "a block of cells");
    groups_buffer_ = backend.allocate(group_bytes(backend, layout) - drawn, "a block of cells");
  }
  cells_ = {rows_buffer_.as<std::int32_t>(), drawn_rows_, columns, columns};
  observed_ = {observed_buffer_.as<std::uint8_t>(), drawn_rows_, columns, columns};
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

void CellSampler::load(Queue& queue, VectorView<const float> weights, std::size_t network) {
  members_[network].network.take_weights(queue, weights);
  weights_changed(queue, network);
}

void CellSampler::weights_changed(Queue& queue, std::size_t network) {
  backend_->reserve_scratch(queue, scratch_);
  Member& member = members_[network];
  const MatrixRef weight = member.network.weight(0);
  for (std::size_t j = 0; j < layout_.inputs.size(); ++j) {
    const math::CellFeatureColumn& input = layout_.inputs[j];
    const math::CellHead& head = layout_.heads[j];
    const ConstMatrixRef features{cells_lists_.tables() + input.table, ElementType::f32, head.size,
                                  input.width, input.width};
    backend_->dense_forward(queue, features, weight.block(input.first, input.width, 0, weight.cols),
                            {}, member.tables.rows_from(head.first, head.size), products_);
  }
}

MatrixView<float> CellSampler::shares_of(std::int64_t rows, std::int64_t column) const {
  const std::int64_t size = layout_.heads[static_cast<std::size_t>(column)].size;
  return {shares_buffer_.as<float>(), rows, size, nn::padded_stride(size, ElementType::f32)};
}

CellSampler::Shown CellSampler::shown_rows(std::int64_t rows) const {
  return {{cells_.data, rows, cells_.cols, cells_.stride},
          {observed_.data, rows, observed_.cols, observed_.stride}};
}

void CellSampler::find_shares(Queue& queue, const Shown& shown, std::int64_t column,
                              float inverse_temperature) {
  if (only_) {
    add_shares(queue, shown, column, inverse_temperature, *only_, 1.0F, true);
    return;
  }
  const float weight = 1.0F / static_cast<float>(members_.size());
  for (std::size_t i = 0; i < members_.size(); ++i) {
    add_shares(queue, shown, column, inverse_temperature, i, weight, i == 0);
  }
}

void CellSampler::add_shares(Queue& queue, const Shown& shown, std::int64_t column,
                             float inverse_temperature, std::size_t network, float weight_of_all,
                             bool first) {
  Member& member = members_[network];
  const math::CellHead& head = layout_.heads[static_cast<std::size_t>(column)];
  const std::int64_t rows = shown.cells.rows;
  const nn::Tape tape = tape_.tape().rows_from(0, rows);
  const std::size_t last = member.network.layers().size() - 1;
  EmbedCellsTask embed;
  embed.cells = shown.cells;
  embed.observed = shown.observed;
  embed.first_rows = {first_rows_buffer_.as<std::int64_t>(), layout_.columns()};
  embed.tables = member.tables.as<float>();
  embed.bias = member.network.bias(0);
  embed.out = tape.outputs[0].as<float>();
  backend_->run(queue, embed);
  member.network.forward_between(queue, 1, last, tape.outputs[0], tape);
  const MatrixRef weight = member.network.weight(last);
  const MatrixRef logits{logits_buffer_.data(), ElementType::f32, rows, head.size,
                         nn::padded_stride(head.size, ElementType::f32)};
  backend_->dense_forward(
      queue, tape.outputs[last - 1], weight.block(0, weight.rows, head.first, head.size),
      {member.network.bias(last).data + head.first, head.size}, logits, products_);
  backend_->run(queue, CellSharesTask{logits.as<float>(), inverse_temperature, weight_of_all,
                                      !first, shares_of(rows, column)});
}

bool CellSampler::all_given(std::int64_t rows, std::int64_t column) const {
  for (std::int64_t i = 0; i < rows; ++i) {
    if (host_observed_[static_cast<std::size_t>(i * layout_.columns() + column)] == 0) return false;
  }
  return true;
}

void CellSampler::draw_column(Queue& queue, const CellRequest& request, std::uint64_t start,
                              std::int64_t rows, std::int64_t column, std::uint64_t candidate,
                              const Found& found) {
  const math::CellHead& head = layout_.heads[static_cast<std::size_t>(column)];
  const auto columns = static_cast<std::uint64_t>(layout_.columns());
  const auto inverse_temperature =
      request.temperatures.empty()
          ? 1.0F
          : static_cast<float>(1.0 / request.temperatures[static_cast<std::size_t>(column)]);
  DrawCellTask draw;
  if (!request.allowed.empty()) {
    draw.allowed = {allowed_buffer_.as<std::uint8_t>() + head.first, 1, head.size, head.size};
  }
  draw.stream = {
      request.seed, request.purpose,
      candidate * candidate_numbers + 2 * (start * columns + static_cast<std::uint64_t>(column))};
  draw.step = 2 * columns;
  draw.cell = {cells_.data + column, rows, 1, cells_.stride};
  draw.observed = {observed_.data + column, rows, 1, observed_.stride};
  if (groups(request)) return draw_by_groups(queue, draw, column, inverse_temperature, found);
  find_shares(queue, shown_rows(rows), column, inverse_temperature);
  draw.shares = shares_of(rows, column);
  if (found) found(draw);
  backend_->run(queue, draw);
}

void CellSampler::upload_given(Queue& queue, std::int64_t rows) {
  const auto cells = static_cast<std::size_t>(rows * layout_.columns());
  backend_->upload(queue, host_cells_.data(), cells * sizeof(std::int32_t), cells_.data);
  backend_->upload(queue, host_observed_.data(), cells, observed_.data);
}

void CellSampler::put_given(Queue& queue, const CellRequest& request, std::uint64_t start,
                            std::int64_t rows) {
  const std::int64_t columns = layout_.columns();
  std::fill_n(host_cells_.begin(), rows * columns, 0);
  std::fill_n(host_observed_.begin(), rows * columns, std::uint8_t{0});
  if (request.given) {
    request.given(start, {host_cells_.data(), rows, columns, columns},
                  {host_observed_.data(), rows, columns, columns});
  }
  upload_given(queue, rows);
}

void CellSampler::sample(Queue& queue, const CellRequest& request, const Take& take,
                         const std::function<void()>& between) {
  const std::vector<double>& temperatures = request.temperatures;
  require(
      temperatures.empty() || static_cast<std::int64_t>(temperatures.size()) == layout_.columns(),
      "cell sampler", "temperatures of another table", "one for each column");
  require(std::all_of(temperatures.begin(), temperatures.end(), [](double t) { return t > 0.0; }),
          "cell sampler", "a temperature that is not above 0", "above 0");
  require(
      request.allowed.empty() || static_cast<std::int64_t>(request.allowed.size()) == layout_.cells,
      "cell sampler", "allowed cells of another table", "one number for each cell");
  backend_->reserve_scratch(queue, scratch_);
  if (!request.allowed.empty()) {
    backend_->upload(queue, request.allowed.data(), request.allowed.size(), allowed_buffer_.data());
  }
  const std::vector<std::int32_t> restricted = restricted_by(request);
  const std::int64_t columns = layout_.columns();
  const auto block = static_cast<std::uint64_t>(groups(request) ? drawn_rows_ : block_rows_);
  // The CPU cuts products into slices of 256 rows; elsewhere a product's shape is the block's.
  // Groups are filled up to whole slices by themselves.
  const std::uint64_t unit = groups(request) ? 1 : backend_->info().asynchronous ? block : 256;
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
  find_shares(queue, shown_rows(whole), column, 1.0F);
  const MatrixView<float> found = shares_of(whole, column);
  std::vector<float> host(static_cast<std::size_t>(rows * found.stride));
  backend_->download(queue, found.data, host.size() * sizeof(float), host.data());
  queue.synchronise();
  for (std::int64_t i = 0; i < rows; ++i) {
    std::copy_n(host.data() + i * found.stride, found.cols, shares.row(i));
  }
}

}  // namespace vgan
