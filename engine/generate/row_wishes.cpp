#include "engine/generate/row_wishes.hpp"

#include <algorithm>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"

#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"

namespace vgan {
namespace {

// The columns of cells that one column of the schema has; none where constraints tie it to others.
std::optional<std::size_t> cells_of(std::size_t column, const TableCells& cells,
                                    const std::vector<EncodedColumn>& encoded) {
  for (std::size_t j = 0; j < cells.columns().size(); ++j) {
    const auto first = static_cast<std::size_t>(cells.columns()[j].head().first);
    if (encoded[first].column == column) return j;
  }
  return std::nullopt;
}

// Conditions are settings, whatever is wrong with them.
template <class Body>
auto as_setting(Body body) {
  try {
    return body();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::bad_data) throw;
    ErrorDetail detail = error.detail();
    throw Error(ErrorCode::bad_config,
                {"bad setting", "where", detail.found, detail.allowed, detail.remedy});
  }
}

void require_once(const GivenRows& given, std::size_t column, const Schema& schema,
                  const std::string& other = "--given") {
  const auto& columns = given.columns();
  if (std::find(columns.begin(), columns.end(), column) == columns.end()) return;
  refuse_setting("where", "'" + schema.columns[column].name + "', which " + other + " gives too",
                 "columns that are free", "leave it out of one of the two");
}

}  // namespace

RowWishes::RowWishes(const GenerateRequest& request, const GeneratorModel& model)
    : per_row_(request.per_row) {
  const Schema& schema = *model.schema;
  const TableCells& cells = *model.cells;
  if (!request.given.empty()) given_ = GivenRows::read(request.given, model, true);
  const Where where = parse_where(request.where, schema);
  if (!where.values.empty())
    fixed_ = as_setting([&] { return GivenRows::of(where.values, "where", model); });
  if (given_ && fixed_) {
    for (const std::size_t column : fixed_->columns()) require_once(*given_, column, schema);
  }
  if (where.ranges.empty()) return;
  const std::vector<EncodedColumn> encoded = encoded_columns(schema);
  const CellLayout layout = CellLayout::of(cells, schema);
  allowed_.assign(static_cast<std::size_t>(layout.cells), 1);
  for (const WhereRange& range : where.ranges) {
    const std::string& name = schema.columns[range.column].name;
    if (given_) require_once(*given_, range.column, schema);
    const auto j = cells_of(range.column, cells, encoded);
    if (fixed_) require_once(*fixed_, range.column, schema, "another condition");
    as_setting([&] { GivenRows::require_untied(range.column, "where", schema); });
    if (const CurveScores* curve = curve_at(cells.curves(), schema, range.column)) {
      refuse_setting("where", "'" + name + "', a sample of " + curve_text(*curve, schema),
                     "columns that stand alone", "the model knows the curve as a whole");
    }
    const CellColumn& column = cells.columns()[*j];
    const auto first = static_cast<std::size_t>(column.head().first);
    Range& made = ranges_.emplace_back(Range{
        *j, first, encoded[first].part == EncodedColumn::Part::number, range.low, range.high, {}});
    bool any = false;
    for (std::size_t cell = 0; cell < column.size(); ++cell) {
      made.parts.push_back(column.part_between(cell, range.low, range.high));
      const auto at = static_cast<std::size_t>(layout.heads[*j].first) + cell;
      allowed_[at] = made.parts.back() ? 1 : 0;
      any = any || made.parts.back();
    }
    if (any) continue;
    // Between the last number of one cell and the first of the next: such numbers are of one of
    // them.
    if (column.kind() == CellColumn::Kind::quantile) {
      const double middle = 0.5 * (range.low + range.high);
      const std::size_t cell = column.cell_of_number(middle);
      if (middle >= column.members(0).front() &&
          middle <= column.members(column.values().size() - 1).back()) {
        made.parts[cell] = CellColumn::Part{};
        allowed_[static_cast<std::size_t>(layout.heads[*j].first) + cell] = 1;
        continue;
      }
    }

    refuse_setting("where",
                   "'" + name + "' from " + general_text(range.low) + " to " +
                       general_text(range.high) + ", where the data have no value",
                   "a range with some of its values");
  }
}

void RowWishes::put(CellRequest& request) const {
  request.allowed = allowed_;
  if (!given_ && !fixed_) return;
  request.given = [this](std::uint64_t first, HostCells cells, HostObserved observed) {
    const auto columns = static_cast<std::size_t>(cells.cols);
    for (std::int64_t i = 0; i < cells.rows; ++i) {
      const std::span of_row(cells.row(i), columns);
      const std::span shown(observed.row(i), columns);
      if (fixed_) fixed_->put(0, of_row, shown);
      if (!given_) continue;
      // Rows behind the last, which fill a block, are those of the first again.
      const std::uint64_t row = (first + static_cast<std::uint64_t>(i)) / per_row_ %
                                static_cast<std::uint64_t>(given_->rows());
      given_->put(static_cast<std::int64_t>(row), of_row, shown);
    }
  };
}

double RowWishes::place(std::size_t column, std::int32_t cell, double place) const {
  for (const Range& range : ranges_) {
    if (range.column != column) continue;
    const auto& part = range.parts[static_cast<std::size_t>(cell)];
    if (part) return part->from + place * (part->to - part->from);
  }
  return place;
}

void RowWishes::settle(std::uint64_t row, std::span<double> numbers) const {
  for (const Range& range : ranges_) {
    double& number = numbers[range.number];
    if (range.is_number) number = std::clamp(number, range.low, range.high);
  }
  if (fixed_) fixed_->settle(0, numbers);
  if (given_) {
    const std::uint64_t of = row / per_row_ % static_cast<std::uint64_t>(given_->rows());
    given_->settle(static_cast<std::int64_t>(of), numbers);
  }
}

}  // namespace vgan
