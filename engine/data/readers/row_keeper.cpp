#include "engine/data/readers/row_keeper.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "engine/base/memory.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "kernels/math/philox.hpp"

namespace vgan {
namespace {

// Columns are weighed each time that so many rows have come.
constexpr std::int64_t weighed_rows = 1024;

// A Philox subsequence far from those of training and of built-in data.
constexpr std::uint64_t row_stream = std::uint64_t{9} << 60;

// A number from 0 to `below` - 1, of 64 random bits.
std::uint64_t draw(std::uint64_t seed, std::uint64_t row, std::uint64_t below) {
  const math::Words4 words = math::philox_block(seed, row_stream, row);
  const std::uint64_t bits = (std::uint64_t{words.x} << 32) | words.y;
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((Wide{bits} * below) >> 64);
}

}  // namespace

RowKeeper::RowKeeper(std::vector<ColumnReader>& columns, const RowLimit& limit)
    : columns_(columns),
      most_bytes_(limit.bytes > 0 ? limit.bytes : machine_memory() / 2),
      seed_(limit.seed) {}

void RowKeeper::begin_file(std::string name) {
  files_.push_back(std::move(name));
  next_line_ = 0;
}

std::uint64_t RowKeeper::bytes() {
  std::uint64_t row = 2 * sizeof(Origin), words = 0;
  for (ColumnReader& column : columns_) {
    row += column.bytes_of_row();
    words += column.bytes_of_words();
  }
  return row * static_cast<std::uint64_t>(kept_) + words;
}

void RowKeeper::start_sampling() {
  sampling_ = true;
  origins_.reserve(static_cast<std::size_t>(kept_));
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    const std::int64_t end = i + 1 < runs_.size() ? runs_[i + 1].row : kept_;
    const auto file = static_cast<std::uint32_t>(
        std::find(files_.begin(), files_.end(), runs_[i].file) - files_.begin());
    for (std::int64_t row = runs_[i].row; row < end; ++row) {
      origins_.push_back({file, runs_[i].line + static_cast<std::uint64_t>(row - runs_[i].row)});
    }
  }
  runs_ = {};
}

std::optional<std::int64_t> RowKeeper::place() {
  const auto row = static_cast<std::uint64_t>(seen_ - 1);
  const auto drawn = static_cast<std::int64_t>(draw(seed_, row, row + 1));
  return drawn < kept_ ? std::optional(drawn) : std::nullopt;
}

void RowKeeper::row_ended(std::uint64_t line) {
  ++seen_;
  if (!sampling_) {
    if (line != next_line_) runs_.push_back({kept_, line, files_.back()});
    next_line_ = line + 1;
    ++kept_;
    const bool weighed = kept_ % weighed_rows == 0 && kept_ >= fewest;
    if (weighed && bytes() > most_bytes_) start_sampling();
    return;
  }
  const std::optional<std::int64_t> at = place();
  for (ColumnReader& column : columns_) column.move_last_to(at);
  if (at)
    origins_[static_cast<std::size_t>(*at)] = {static_cast<std::uint32_t>(files_.size() - 1), line};
  if (seen_ % weighed_rows == 0) {
    for (ColumnReader& column : columns_) column.forget_some_words(kept_);
  }
}

void RowKeeper::finish(Table& table) {
  table.rows = kept_;
  table.lines = std::move(runs_);
  if (!sampling_) return;
  std::vector<std::size_t> order(origins_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return origins_[a] < origins_[b]; });
  for (ColumnReader& column : columns_) column.put_in_order(order);
  table.kept_lines.clear();
  for (const std::size_t row : order) {
    table.kept_lines.push_back({origins_[row].file, origins_[row].line});
  }
  table.files = std::move(files_);
  table.notes.push_back(table.source + ": " + grouped(kept_) + " of its " + grouped(seen_) +
                        " rows, drawn at random, are kept, for which there are " +
                        general_text(static_cast<double>(most_bytes_) / 0x1p30, 3) + " GiB");
}

}  // namespace vgan
