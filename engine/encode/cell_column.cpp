#include "engine/encode/cell_column.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace vgan {
namespace {

/// A number with the rows that have it.
struct Tie {
  double value;
  std::size_t rows;
};

std::vector<Tie> ties_of(const std::vector<double>& sorted) {
  std::vector<Tie> ties;
  for (const double number : sorted) {
    if (ties.empty() || ties.back().value != number) ties.push_back({number, 0});
    ++ties.back().rows;
  }
  return ties;
}

// Up to `most` of the numbers, the first and the last among them, in equal steps.
void keep_some(std::span<const double> numbers, std::size_t most, std::vector<double>& kept) {
  if (numbers.size() <= most) {
    kept.insert(kept.end(), numbers.begin(), numbers.end());
    return;
  }
  for (std::size_t i = 0; i < most; ++i) {
    kept.push_back(numbers[i * (numbers.size() - 1) / (most - 1)]);
  }
}

// Where quantile cells end among sorted numbers: at each quantile, whose number belongs to the cell
// below it, and before and behind each number that more rows have than a quantile has, or than 3.
std::vector<std::size_t> quantile_ends(const std::vector<double>& sorted,
                                       const std::vector<Tie>& ties, std::size_t quantiles) {
  std::vector<std::size_t> ends;
  const auto end_of = [&](double number) {
    return static_cast<std::size_t>(std::upper_bound(sorted.begin(), sorted.end(), number) -
                                    sorted.begin());
  };
  for (std::size_t k = 1; k < quantiles; ++k) {
    const double rank =
        std::ceil(static_cast<double>(k * sorted.size()) / static_cast<double>(quantiles));
    ends.push_back(end_of(sorted[static_cast<std::size_t>(std::max(rank, 1.0)) - 1]));
  }
  const double many =
      std::max(static_cast<double>(sorted.size()) / static_cast<double>(quantiles), 3.0);
  std::size_t before = 0;
  for (const Tie& tie : ties) {
    if (static_cast<double>(tie.rows) > many) {
      ends.push_back(before);
      ends.push_back(before + tie.rows);
    }
    before += tie.rows;
  }
  ends.push_back(sorted.size());
  std::sort(ends.begin(), ends.end());
  ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
  if (ends.front() == 0) ends.erase(ends.begin());
  return ends;
}

/// Halves cells in which numbers lie far apart, such as the greatest of a column with a long tail,
/// which a mean over cells could not tell from each other: those that are wider than two quantiles'
/// part of the whole span, down to 3 rows and an eighth of a quantile's.
class WideCells {
 public:
  WideCells(const std::vector<double>& sorted, std::size_t quantiles)
      : sorted_(sorted),
        widest_(2.0 * (sorted.back() - sorted.front()) / static_cast<double>(quantiles)),
        least_(std::max<std::size_t>(least_rows, sorted.size() / quantiles / most_parts)) {}

  std::vector<std::size_t> ends(const std::vector<std::size_t>& of_quantiles) {
    std::size_t begin = 0;
    for (const std::size_t end : of_quantiles) {
      halve(begin, end);
      begin = end;
    }
    return std::move(ends_);
  }

 private:
  static constexpr std::size_t least_rows = 3, most_parts = 8;

  void halve(std::size_t begin, std::size_t end) {
    const auto middle = static_cast<std::size_t>(
        std::upper_bound(sorted_.begin(), sorted_.end(), sorted_[(begin + end) / 2 - 1]) -
        sorted_.begin());
    const bool wide = sorted_[end - 1] - sorted_[begin] > widest_;
    if (wide && end - begin >= 2 * least_ && end - middle >= least_) {
      halve(begin, middle);
      halve(middle, end);
    } else {
      ends_.push_back(end);
    }
  }

  const std::vector<double>& sorted_;
  double widest_;
  std::size_t least_;
  std::vector<std::size_t> ends_;
};

double median_of(std::span<const double> sorted) {
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : 0.5 * (sorted[middle - 1] + sorted[middle]);
}

}  // namespace

CellColumn CellColumn::of_category(const Head& head, std::vector<double> values) {
  CellColumn made;
  made.head_ = head;
  made.numeric_ = !values.empty();
  const std::size_t cells = head.kind == HeadKind::flag ? 2 : static_cast<std::size_t>(head.size);
  made.may_be_missing_ = made.numeric_ && cells > values.size();
  made.values_ = std::move(values);
  if (!made.numeric_) {
    made.values_.resize(cells);
    std::iota(made.values_.begin(), made.values_.end(), 0.0);
  }
  made.shares_.assign(made.values_.size(), 1.0 / static_cast<double>(made.values_.size()));
  return made;
}

void CellColumn::weigh(const std::vector<std::size_t>& rows_of_cells) {
  double rows = 0.0;
  for (std::size_t i = 0; i < shares_.size(); ++i) rows += static_cast<double>(rows_of_cells[i]);
  for (std::size_t i = 0; i < shares_.size() && rows > 0.0; ++i) {
    shares_[i] = static_cast<double>(rows_of_cells[i]) / rows;
  }
}

CellColumn CellColumn::of_numbers(const Head& head, std::vector<double> numbers, bool design,
                                  const Options& options) {
  std::sort(numbers.begin(), numbers.end());
  const std::vector<Tie> ties = ties_of(numbers);
  const auto count = static_cast<double>(numbers.size());
  CellColumn made;
  made.head_ = head;
  made.numeric_ = true;
  made.may_be_missing_ = head.missing >= 0;
  made.tied_ = 2 * ties.size() < numbers.size();
  const bool often = ties.size() * options.rows <= numbers.size();
  if (made.tied_ && ties.size() <= options.most_grid &&
      (design || ties.size() <= options.few || often)) {
    made.kind_ = Kind::grid;
    for (const Tie& tie : ties) {
      made.values_.push_back(tie.value);
      made.shares_.push_back(static_cast<double>(tie.rows) / count);
    }
    return made;
  }
  made.kind_ = Kind::quantile;
  std::size_t begin = 0;
  const std::vector<std::size_t> quantiles = quantile_ends(numbers, ties, options.quantiles);
  for (const std::size_t end : WideCells(numbers, options.quantiles).ends(quantiles)) {
    const auto cell = std::span(numbers).subspan(begin, end - begin);
    made.values_.push_back(median_of(cell));
    made.shares_.push_back(static_cast<double>(cell.size()) / count);
    made.tops_.push_back(cell.back());
    keep_some(cell, most_kept, made.kept_);
    made.ends_.push_back(made.kept_.size());
    begin = end;
  }
  return made;
}

std::optional<CellColumn> CellColumn::of_saved(const Head& head, Saved saved) {
  const auto finite = [](const std::vector<double>& numbers) {
    return std::all_of(numbers.begin(), numbers.end(),
                       [](double number) { return std::isfinite(number); });
  };
  const auto rises = [](const std::vector<double>& numbers, bool strictly) {
    return std::adjacent_find(numbers.begin(), numbers.end(), [&](double a, double b) {
             return strictly ? !(a < b) : a > b;
           }) == numbers.end();
  };
  const std::size_t cells = saved.values.size();
  bool sound = cells > 0 && finite(saved.values) && finite(saved.shares) && finite(saved.kept) &&
               rises(saved.values, true) && saved.shares.size() == cells &&
               std::all_of(saved.shares.begin(), saved.shares.end(),
                           [](double share) { return share >= 0.0 && share <= 1.0 + 1e-9; });
  const double all = std::accumulate(saved.shares.begin(), saved.shares.end(), 0.0);
  sound = sound && std::fabs(all - 1.0) < 1e-6 && cells <= most_cells;
  if (head.kind == HeadKind::number) {
    sound = sound && std::none_of(saved.shares.begin(), saved.shares.end(),
                                  [](double share) { return share <= 0.0; });
    sound = sound && saved.kind != Kind::category && saved.numeric &&
            saved.may_be_missing == (head.missing >= 0);
  } else {
    const std::size_t size = head.kind == HeadKind::flag ? 2 : static_cast<std::size_t>(head.size);
    sound = sound && saved.kind == Kind::category && (!saved.may_be_missing || saved.numeric) &&
            cells + (saved.may_be_missing ? 1 : 0) == size;
  }
  CellColumn made;
  if (saved.kind == Kind::quantile) {
    sound =
        sound && saved.ends.size() == cells && saved.ends.back() == saved.kept.size() &&
        saved.ends.front() > 0 && rises(saved.kept, false) &&
        std::adjacent_find(saved.ends.begin(), saved.ends.end(),
                           [](std::size_t a, std::size_t b) { return a >= b; }) == saved.ends.end();
    for (std::size_t cell = 0; sound && cell < cells; ++cell) {
      sound = saved.ends[cell] - (cell == 0 ? 0 : saved.ends[cell - 1]) <= most_kept;
    }
    if (!sound) return std::nullopt;
    for (const std::size_t end : saved.ends) made.tops_.push_back(saved.kept[end - 1]);
  } else {
    sound = sound && saved.kept.empty() && saved.ends.empty();
  }
  if (!sound) return std::nullopt;
  made.kind_ = saved.kind;
  made.head_ = head;
  made.numeric_ = saved.numeric;
  made.may_be_missing_ = saved.may_be_missing;
  made.tied_ = saved.tied;
  made.values_ = std::move(saved.values);
  made.shares_ = std::move(saved.shares);
  made.kept_ = std::move(saved.kept);
  made.ends_ = std::move(saved.ends);
  return made;
}

std::span<const double> CellColumn::members(std::size_t cell) const {
  const std::size_t begin = cell == 0 ? 0 : ends_[cell - 1];
  return std::span(kept_).subspan(begin, ends_[cell] - begin);
}

std::size_t CellColumn::cell_of_number(double number) const {
  if (kind_ == Kind::quantile) {
    const auto top = std::lower_bound(tops_.begin(), tops_.end(), number);
    return std::min(static_cast<std::size_t>(top - tops_.begin()), tops_.size() - 1);
  }
  const auto above = std::lower_bound(values_.begin(), values_.end(), number);
  if (above == values_.begin()) return 0;
  const auto at = static_cast<std::size_t>(above - values_.begin());
  if (above == values_.end()) return at - 1;
  return number - values_[at - 1] < *above - number ? at - 1 : at;
}

std::size_t CellColumn::cell_of(std::span<const double> row) const {
  const auto first = static_cast<std::size_t>(head_.first);
  switch (head_.kind) {
    case HeadKind::flag: return row[first] > 0.5 ? 1 : 0;
    case HeadKind::choice: {
      const auto own = row.subspan(first, static_cast<std::size_t>(head_.size));
      return static_cast<std::size_t>(std::max_element(own.begin(), own.end()) - own.begin());
    }
    case HeadKind::number: break;
  }
  const bool missing = may_be_missing_ && row[static_cast<std::size_t>(head_.missing)] > 0.5;
  return missing ? values_.size() : cell_of_number(row[first]);
}

std::optional<CellColumn::Part> CellColumn::part_between(std::size_t cell, double low,
                                                         double high) const {
  if (cell >= values_.size()) return std::nullopt;
  if (kind_ != Kind::quantile) {
    if (values_[cell] < low || values_[cell] > high) return std::nullopt;
    return Part{};
  }
  const std::span<const double> seen = members(cell);
  const auto first = std::lower_bound(seen.begin(), seen.end(), low);
  const auto end = std::upper_bound(seen.begin(), seen.end(), high);
  if (tied_ || seen.size() == 1) {
    if (first >= end) return std::nullopt;
    const auto count = static_cast<double>(seen.size());
    return Part{static_cast<double>(first - seen.begin()) / count,
                static_cast<double>(end - seen.begin()) / count};
  }
  if (first == seen.end() || end == seen.begin()) return std::nullopt;
  // Where in steps of rank a number lies between the members at `above` - 1 and `above`.
  const auto rank = [&](auto above, double number) {
    if (above == seen.begin()) return 0.0;
    const auto steps = static_cast<double>(above - seen.begin());
    if (above == seen.end()) return steps - 1.0;
    return steps - 1.0 + (number - above[-1]) / (*above - above[-1]);
  };
  const auto last = static_cast<double>(seen.size() - 1);
  return Part{rank(first, low) / last, rank(end, high) / last};
}

void CellColumn::put(std::size_t cell, double u, std::span<double> row) const {
  const auto first = static_cast<std::size_t>(head_.first);
  if (head_.kind == HeadKind::flag) {
    row[first] = static_cast<double>(cell);
    return;
  }
  if (head_.kind == HeadKind::choice) {
    const auto own = row.subspan(first, static_cast<std::size_t>(head_.size));
    std::fill(own.begin(), own.end(), 0.0);
    own[cell] = 1.0;
    return;
  }
  const bool missing = cell == values_.size();
  if (may_be_missing_) row[static_cast<std::size_t>(head_.missing)] = missing ? 1.0 : 0.0;
  if (missing) cell = values_.size() / 2;
  row[first] = missing ? values_[cell] : number_at(cell, u);
}

double CellColumn::number_at(std::size_t cell, double u) const {
  if (kind_ != Kind::quantile) return values_[cell];
  const std::span<const double> seen = members(cell);
  const auto last = static_cast<double>(seen.size() - 1);
  if (tied_ || seen.size() == 1) {
    return seen[static_cast<std::size_t>(std::min(u * static_cast<double>(seen.size()), last))];
  }
  const double at = std::min(u * last, last);
  const auto below = static_cast<std::size_t>(std::min(at, last - 1.0));
  return seen[below] + (at - static_cast<double>(below)) * (seen[below + 1] - seen[below]);
}

}  // namespace vgan
