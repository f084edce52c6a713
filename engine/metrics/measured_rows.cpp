#include "engine/metrics/measured_rows.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <unordered_map>

#include "engine/base/check.hpp"
#include "engine/base/text.hpp"
#include "kernels/math/philox.hpp"

namespace vgan {
namespace {

// Philox subsequences far from those of training, of the built-in data and of resampled trials.
constexpr std::uint64_t order_stream = std::uint64_t{6} << 60;
constexpr std::uint64_t column_stream = std::uint64_t{7} << 60;

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

// The numbers 0 to `below` - 1 that random words stand for, one by one.
class Dice {
 public:
  Dice(std::uint64_t seed, std::uint64_t stream) : seed_(seed), stream_(stream) {}

  std::int64_t draw(std::int64_t below) {
    if (next_ % 4 == 0) words_ = math::philox_block(seed_, stream_, next_ / 4);
    const std::uint64_t word = math::word_of(words_, static_cast<int>(next_++ % 4));
    return static_cast<std::int64_t>((word * static_cast<std::uint64_t>(below)) >> 32);
  }

 private:
  std::uint64_t seed_, stream_, next_ = 0;
  math::Words4 words_{};
};

[[noreturn]] void refuse(const Table& table, const std::string& where, const std::string& found,
                         const std::string& allowed) {
  throw Error(ErrorCode::bad_data,
              {"cannot compare tables", where.empty() ? table.source : table.source + ", " + where,
               found, allowed, "both must have the same columns"});
}

// What number each word of `column` has in `wanted`, which gets those that it does not know.
std::vector<double> numbers_of_words(const TableColumn& column, ColumnSchema& wanted) {
  std::unordered_map<std::string, std::size_t> known;
  for (const std::string& word : wanted.words) known.emplace(word, known.size());
  std::vector<double> made;
  for (const std::string& word : column.words) {
    const auto [place, is_new] = known.emplace(word, wanted.words.size());
    if (is_new) wanted.words.push_back(word);
    made.push_back(static_cast<double>(place->second));
  }
  return made;
}

MeasuredColumn measured_column(const Table& table, std::span<const std::int64_t> which,
                               const TableColumn& column, ColumnSchema& wanted) {
  MeasuredColumn made{wanted.name, !wanted.numeric, {}};
  if (column.missing == table.rows) {
    made.values.assign(which.size(), missing);
    return made;
  }
  if (column.numeric != wanted.numeric) {
    refuse(table, "column " + shortened(column.name), column.numeric ? "numbers" : "words",
           wanted.numeric ? "numbers" : "words");
  }
  const std::vector<double> number_of = numbers_of_words(column, wanted);
  made.values.reserve(which.size());
  for (const std::int64_t row : which) {
    const auto at = static_cast<std::size_t>(row);
    if (column.numeric) {
      made.values.push_back(column.numbers[at]);
    } else {
      const std::int32_t cell = column.cells[at];
      made.values.push_back(cell < 0 ? missing : number_of[static_cast<std::size_t>(cell)]);
    }
  }
  return made;
}

}  // namespace

WordFrequencies words_by_frequency(const MeasuredColumn& column) {
  WordFrequencies made;
  for (const double value : column.values) {
    if (std::isnan(value)) continue;
    const auto word = static_cast<std::size_t>(value);
    if (word >= made.counts.size()) made.counts.resize(word + 1, 0);
    ++made.counts[word];
  }
  made.order.resize(made.counts.size());
  std::iota(made.order.begin(), made.order.end(), 0);
  std::stable_sort(made.order.begin(), made.order.end(),
                   [&](std::size_t a, std::size_t b) { return made.counts[a] > made.counts[b]; });
  return made;
}

MeasuredRows MeasuredRows::take(std::span<const std::int64_t> which) const {
  MeasuredRows made{static_cast<std::int64_t>(which.size()), {}};
  for (const MeasuredColumn& column : columns) {
    MeasuredColumn& taken = made.columns.emplace_back(column.name, column.words);
    taken.values.reserve(which.size());
    for (const std::int64_t row : which) {
      taken.values.push_back(column.values[static_cast<std::size_t>(row)]);
    }
  }
  return made;
}

MeasuredRows MeasuredRows::without(std::size_t index) const {
  MeasuredRows made{rows, {}};
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i != index) made.columns.push_back(columns[i]);
  }
  return made;
}

MeasuredRows stacked(const MeasuredRows& above, const MeasuredRows& below) {
  require_same_columns("stacked rows", above, below);
  MeasuredRows made = above;
  made.rows += below.rows;
  for (std::size_t i = 0; i < made.columns.size(); ++i) {
    std::vector<double>& values = made.columns[i].values;
    values.insert(values.end(), below.columns[i].values.begin(), below.columns[i].values.end());
  }
  return made;
}

void require_same_columns(const char* measure, const MeasuredRows& one, const MeasuredRows& two) {
  const bool same = std::equal(
      one.columns.begin(), one.columns.end(), two.columns.begin(), two.columns.end(),
      [](const MeasuredColumn& a, const MeasuredColumn& b) { return a.words == b.words; });
  require(same, measure, std::to_string(two.columns.size()) + " columns",
          "the same " + std::to_string(one.columns.size()));
}

MeasuredRows measured_rows(const Table& table, std::span<const std::int64_t> which,
                           Schema& schema) {
  MeasuredRows made{static_cast<std::int64_t>(which.size()), {}};
  for (ColumnSchema& wanted : schema.columns) {
    if (!wanted.drawn()) continue;
    const auto found =
        std::find_if(table.columns.begin(), table.columns.end(),
                     [&](const TableColumn& column) { return column.name == wanted.name; });
    if (found == table.columns.end()) refuse(table, "", "no column " + shortened(wanted.name), "");
    made.columns.push_back(measured_column(table, which, *found, wanted));
  }
  return made;
}

std::vector<std::int64_t> drawn_rows(std::int64_t rows, std::int64_t count, std::uint64_t seed,
                                     std::uint64_t purpose) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(rows));
  std::iota(order.begin(), order.end(), 0);
  count = std::min(count, rows);
  Dice dice(seed, order_stream + purpose);
  for (std::int64_t i = 0; i < count; ++i) {  // Fisher and Yates, as far as it is needed
    std::swap(order[static_cast<std::size_t>(i)],
              order[static_cast<std::size_t>(i + dice.draw(rows - i))]);
  }
  order.resize(static_cast<std::size_t>(count));
  return order;
}

MeasuredRows resampled_columns(const MeasuredRows& rows, std::int64_t count, std::uint64_t seed) {
  MeasuredRows made{count, {}};
  for (std::size_t i = 0; i < rows.columns.size(); ++i) {
    const MeasuredColumn& column = rows.columns[i];
    MeasuredColumn& drawn = made.columns.emplace_back(column.name, column.words);
    drawn.values.reserve(static_cast<std::size_t>(count));
    Dice dice(seed, column_stream + i);
    for (std::int64_t row = 0; row < count; ++row) {
      drawn.values.push_back(column.values[static_cast<std::size_t>(dice.draw(rows.rows))]);
    }
  }
  return made;
}

}  // namespace vgan
