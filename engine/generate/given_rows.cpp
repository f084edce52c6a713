#include "engine/generate/given_rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/listed.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/data/constraint_rules.hpp"
#include "engine/data/date_format.hpp"
#include "engine/data/readers/byte_source.hpp"
#include "engine/data/readers/open_file.hpp"

#include "engine/data/table_trials.hpp"
#include "engine/generate/condition.hpp"
#include "engine/settings/schema_file.hpp"

namespace vgan {
namespace {

constexpr const char* what = "cannot take given values";
constexpr double no_value = std::numeric_limits<double>::quiet_NaN();

std::vector<std::string> drawn_names(const Schema& schema) {
  std::vector<std::string> names;
  for (const ColumnSchema& column : schema.columns) {
    if (column.drawn()) names.push_back(column.name);
  }
  return names;
}

// The first of many, each whole.
std::string some_of(std::vector<std::string> names) {
  constexpr std::size_t most = 12;
  const std::size_t more = names.size() - std::min(names.size(), most);
  names.resize(names.size() - more);
  return joined(names) + (more > 0 ? " and " + counted(more, "further column") : "");
}

// A number as the column's cells have it.
std::string number_text(const ColumnSchema& column, double number) {
  const auto format = column.format.empty() ? std::nullopt : DateFormat::of(column.format);
  return format ? format->write(number) : general_text(number, 12);
}

// How a column comes to have other values.
std::string of_kind(const ColumnSchema& column) {
  if (column.values.empty()) return "";
  return "a grid has the values that there were; kind = \"continuous\" or \"integer\" in a file "
         "for "
         "--schema makes it one that others may be between";
}

std::size_t column_named(const std::string& name, const std::string& place, const Schema& schema) {
  if (const auto column = column_called(schema, name)) {
    if (schema.columns[*column].drawn()) return *column;
    throw Error(ErrorCode::bad_data,
                {what, place, "column '" + shortened(name) + "', which the model does not draw",
                 "columns that it draws", "leave the column out"});
  }
  throw Error(ErrorCode::bad_data,
              {what, place, "no column '" + shortened(name) + "' in the model",
               some_of(drawn_names(schema)), suggestion(name, drawn_column_names(schema))});
}

}  // namespace

bool GivenRows::is_tied(std::size_t column, const Schema& schema) {
  const Constraints& constraints = schema.constraints;
  const std::vector<std::size_t> upper = columns_with_lower_ones(constraints);
  bool tied = std::find(upper.begin(), upper.end(), column) != upper.end();
  for (const auto& one : constraints.combinations) {
    tied = tied || std::find(one.columns.begin(), one.columns.end(), column) != one.columns.end();
  }
  const auto encoded = encoded_columns(schema);
  return tied || std::none_of(encoded.begin(), encoded.end(),
                              [&](const EncodedColumn& one) { return one.column == column; });
}

void GivenRows::require_untied(std::size_t column, const std::string& place, const Schema& schema) {
  if (!is_tied(column, schema)) return;
  throw Error(ErrorCode::bad_data, {what, place,
                                    "column '" + shortened(schema.columns[column].name) +
                                        "', which a constraint of the schema ties to others",
                                    "columns that stand alone", "leave the column out"});
}

DialectWish dialect_for_columns(const std::filesystem::path& path, const Schema& schema) {
  const ByteSource source(path, what);
  std::string_view line = source.head().substr(0, source.head().find_first_of("\r\n"));
  if (line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
  if (line.size() > 1 && line.front() == '"' && line.back() == '"') {
    line = line.substr(1, line.size() - 2);
  }
  DialectWish wish;
  if (column_called(schema, line))
    wish = {DelimiterKind::comma, DecimalKind::automatic, HeaderKind::yes};
  return wish;
}

SchemaWish wish_for_columns(const Schema& schema, const std::vector<std::string>& names,
                            const std::string& origin) {
  SchemaWish all = wish_of(schema, origin);
  SchemaWish some;
  some.origin = origin;
  for (ColumnWish& column : all.columns) {
    const auto at = std::find_if(schema.columns.begin(), schema.columns.end(),
                                 [&](const ColumnSchema& one) { return one.name == column.name; });
    if (at == schema.columns.end()) continue;
    const auto there = std::find_if(names.begin(), names.end(), [&](const std::string& name) {
      return column_called(schema, name) == static_cast<std::size_t>(at - schema.columns.begin());
    });
    if (there == names.end()) continue;
    column.name = *there;
    column.low.reset();
    column.high.reset();
    column.decimals.reset();
    column.role.reset();
    column.derive.reset();
    if (at->numeric && at->format.empty()) {
      column.values.reset();
      if (column.kind) column.kind = ColumnKind::continuous;
    }
    some.columns.push_back(std::move(column));
  }
  return some;
}

namespace {

// The file's columns as those of the model's table; the others have no values.
Table whole_table(const Table& file, const Schema& schema,
                  const std::vector<std::size_t>& columns) {
  Table whole;
  whole.source = file.source;
  whole.rows = file.rows;
  whole.dialect = file.dialect;
  for (const ColumnSchema& column : schema.columns) {
    TableColumn& made = whole.columns.emplace_back();
    made.name = column.name;
    made.numeric = column.numeric;
    made.words = column.words;
    made.format = column.format;
    if (made.numeric) {
      made.numbers.assign(static_cast<std::size_t>(file.rows), no_value);
    } else {
      made.cells.assign(static_cast<std::size_t>(file.rows), -1);
    }
  }
  for (std::size_t k = 0; k < columns.size(); ++k) {
    TableColumn& made = whole.columns[columns[k]];
    const TableColumn& from = file.columns[k];
    if (made.numeric && from.numeric) made.numbers = from.numbers;
    for (std::size_t row = 0; !made.numeric && row < from.cells.size(); ++row) {
      if (from.cells[row] < 0) continue;
      const std::string& word = from.words[static_cast<std::size_t>(from.cells[row])];
      const auto known = std::find(made.words.begin(), made.words.end(), word);
      if (known == made.words.end()) {
        throw Error(ErrorCode::bad_data, {what, file.cell_place(static_cast<std::int64_t>(row), k),
                                          "'" + shortened(word) + "' for '" +
                                              shortened(schema.columns[columns[k]].name) + "'",
                                          listed(made.words) + ", the words that the model knows",
                                          suggestion(word, made.words)});
      }
      made.cells[row] = static_cast<std::int32_t>(known - made.words.begin());
    }
  }
  return whole;
}

}  // namespace

GivenRows GivenRows::read(const std::filesystem::path& path, const GeneratorModel& model,
                          bool exact) {
  const Schema& schema = *model.schema;
  // The names are known after a first reading, and what the columns are after a second.
  const DialectWish dialect = dialect_for_columns(path, schema);
  const Table named = read_data_table({path}, dialect);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < named.columns.size(); ++i) {
    const std::string place = column_place(named.source, i, named.columns[i].name);
    require_untied(column_named(named.columns[i].name, place, schema), place, schema);
    names.push_back(named.columns[i].name);
  }
  const Table table =
      read_data_table({path}, dialect, wish_for_columns(schema, names, "the model's schema"));
  return of_table(table, model, exact);
}

GivenRows GivenRows::of(const std::vector<NamedText>& texts, const std::string& place,
                        const GeneratorModel& model) {
  const Schema& schema = *model.schema;
  Table table;
  table.source = place;
  table.rows = 1;
  for (const NamedText& one : texts) {
    const std::size_t index = column_named(one.name, place, schema);
    require_untied(index, place, schema);
    const ColumnSchema& column = schema.columns[index];
    TableColumn& made = table.columns.emplace_back();
    made.name = one.name;
    made.numeric = column.numeric;
    if (!column.numeric) {
      made.cells = {0};
      made.words = {one.text};
      continue;
    }
    const std::optional<double> number = column_number(one.text, column);
    if (!number) {
      throw Error(ErrorCode::bad_data,
                  {what, place, "'" + shortened(one.text) + "' for '" + shortened(one.name) + "'",
                   column.format.empty() ? "a number" : "as " + column.format, ""});
    }
    made.numbers = {*number};
  }
  return of_table(table, model, true);
}

GivenRows GivenRows::of_table(const Table& table, const GeneratorModel& model, bool exact) {
  const Schema& schema = *model.schema;
  const TableCells& cells = *model.cells;
  GivenRows made;
  made.rows_ = table.rows;
  made.width_ = cells.columns().size();
  made.numbers_ = cells.numbers();
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    made.columns_.push_back(column_named(table.columns[i].name, table.source, schema));
  }
  Table whole = whole_table(table, schema, made.columns_);
  made.take_values(table, schema, exact, whole);
  made.require_whole_curves(table, cells, schema);
  const Trials rows = table_trials(whole, schema);
  made.encoded_ = std::get<std::vector<double>>(rows.values);
  made.show(cells, schema);
  return made;
}

// Takes the values of `table`; in `whole`, numbers of grids become values that they have.
void GivenRows::take_values(const Table& table, const Schema& schema, bool exact, Table& whole) {
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    const std::size_t index = columns_[k];
    const ColumnSchema& column = schema.columns[index];
    TableColumn& of = whole.columns[index];
    std::vector<double>& values = values_.emplace_back();
    for (std::int64_t row = 0; row < table.rows; ++row) {
      const auto at = static_cast<std::size_t>(row);
      const bool missing = of.is_missing(row);
      values.push_back(missing      ? no_value
                       : of.numeric ? of.numbers[at]
                                    : static_cast<double>(of.cells[at]));
      if (missing || !of.numeric) continue;
      const double nearest = cell_number(column, of.numbers[at]);
      const double slack = 1e-9 * std::max(1.0, std::fabs(nearest));
      if (exact && std::fabs(nearest - of.numbers[at]) > slack) {
        throw Error(ErrorCode::bad_data,
                    {what, table.cell_place(row, k),
                     number_text(column, of.numbers[at]) + " for '" + shortened(column.name) + "'",
                     "a value that the column can have, such as " + number_text(column, nearest),
                     of_kind(column)});
      }
      if (!column.values.empty()) of.numbers[at] = nearest;  // of a grid one of its values
    }
  }
}

double GivenRows::value(std::int64_t row, std::size_t column) const {
  const auto given = std::find(columns_.begin(), columns_.end(), column);
  if (given == columns_.end()) return no_value;
  return values_[static_cast<std::size_t>(given - columns_.begin())][static_cast<std::size_t>(row)];
}

std::string GivenRows::text(std::int64_t row, std::size_t column, const Schema& schema) const {
  const double number = value(row, column);
  if (std::isnan(number)) return "";
  const ColumnSchema& of = schema.columns[column];
  if (!of.numeric) return of.words[static_cast<std::size_t>(number)];
  if (const auto format = DateFormat::of(of.format)) return format->write(number);
  return exact_text(number);
}

void GivenRows::put(std::int64_t row, std::span<std::int32_t> cells,
                    std::span<std::uint8_t> observed) const {
  for (std::size_t j = 0; j < width_; ++j) {
    if (observed_[at(row, j)] == 0) continue;
    cells[j] = cells_[at(row, j)];
    observed[j] = 1;
  }
}

void GivenRows::settle(std::int64_t row, std::span<double> numbers) const {
  const std::size_t first = static_cast<std::size_t>(row) * numbers_;
  for (std::size_t i = 0; i < numbers_; ++i) {
    if (settled_[first + i] != 0) numbers[i] = encoded_[first + i];
  }
}

}  // namespace vgan
