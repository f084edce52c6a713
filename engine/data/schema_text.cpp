// A schema as a table for people.
#include <algorithm>
#include <array>
#include <cmath>

#include "engine/base/number_text.hpp"
#include "engine/base/printable.hpp"
#include "engine/base/text.hpp"
#include "engine/data/constraint_text.hpp"
#include "engine/data/curve_block.hpp"
#include "engine/data/date_format.hpp"
#include "engine/data/schema.hpp"
#include "engine/data/table.hpp"

namespace vgan {
namespace {

constexpr std::size_t most_bars = 12, least_bars = 9;
constexpr std::size_t longest_name = 28, least_name = 12;
constexpr std::size_t most_words = 30, least_words = 12;  // characters of a list of words
constexpr std::size_t text_width = 80;

/// How much room the cells of a line have.
struct Room {
  std::size_t name = longest_name;
  std::size_t words = most_words;
  std::size_t bars = most_bars;
  bool draws = true;  ///< distributions, of which else the room alone is kept
};

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string cell_text(const std::string& text, std::size_t longest = longest_name) {
  const std::string shown = printable(text);
  if (characters(shown) <= longest) return shown;
  std::string kept;
  std::size_t count = 0;
  for (const char c : shown) {
    if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U && ++count > longest - 3) break;
    kept += c;
  }
  return kept + "...";
}

std::string drawn(const std::vector<std::int64_t>& counts) {
  static constexpr std::array<const char*, 9> blocks = {" ", "▁", "▂", "▃", "▄",
                                                        "▅", "▆", "▇", "█"};
  const std::int64_t most = *std::max_element(counts.begin(), counts.end());
  std::string text;
  for (const std::int64_t count : counts) {
    // Any value at all is seen; the most frequent fills its cell.
    const std::int64_t height = count == 0 ? 0 : 1 + (count * 7) / std::max<std::int64_t>(most, 1);
    text += blocks[static_cast<std::size_t>(std::min<std::int64_t>(height, 8))];
  }
  return text;
}

// Adds how many values lie in each part of the range from the least to the greatest.
void add_numbers(const ColumnSchema& column, const TableColumn& values,
                 std::vector<std::int64_t>& counts) {
  const std::size_t bars = counts.size();
  for (const double value : values.numbers) {
    if (std::isnan(value)) continue;
    // Halves keep the span of the largest doubles finite.
    const double share = (value / 2 - column.low / 2) / (column.high / 2 - column.low / 2);
    const double bar = std::isfinite(share) ? share * static_cast<double>(bars) : 0.0;
    ++counts[std::min(static_cast<std::size_t>(bar), bars - 1)];
  }
}

// How often words come: the most frequent, or of an ordinal all in their order.
std::vector<std::int64_t> count_words(const ColumnSchema& column, const TableColumn& values,
                                      std::size_t bars) {
  std::vector<std::int64_t> counts(values.words.size(), 0);
  for (const std::int32_t cell : values.cells) {
    if (cell >= 0) ++counts[static_cast<std::size_t>(cell)];
  }
  if (column.kind != ColumnKind::ordinal) std::sort(counts.rbegin(), counts.rend());
  counts.resize(std::min(counts.size(), bars));
  return counts;
}

// The distribution of `count` columns of one kind: of a column alone, or of a curve's.
std::string histogram(const Schema& schema, const Table& table, std::size_t first,
                      std::size_t count, std::size_t bars) {
  const ColumnSchema& column = schema.columns[first];
  if (column.kind == ColumnKind::ignored) return "";
  if (!column.numeric) {
    const std::vector<std::int64_t> counts = count_words(column, table.columns[first], bars);
    return counts.empty() ? "" : drawn(counts);
  }
  if (!(column.high > column.low)) return "";
  std::vector<std::int64_t> counts(bars, 0);
  for (std::size_t i = first; i < first + count; ++i) add_numbers(column, table.columns[i], counts);
  return drawn(counts);
}

// As the file writes it, to six digits where it has more decimals.
std::string number_text(double value, const ColumnSchema& column) {
  if (!column.format.empty()) return DateFormat::of(column.format)->write(value);
  const bool whole = value == std::floor(value) && std::fabs(value) < 1e15;
  return whole && !column.style.exponents ? fixed_text(value, 0) : general_text(value);
}

std::string values_text(const ColumnSchema& column, std::size_t longest) {
  if (column.kind == ColumnKind::ignored) return "";
  if (column.numeric) {
    const std::string range =
        number_text(column.low, column) +
        (column.high > column.low ? " to " + number_text(column.high, column) : " alone");
    return column.kind == ColumnKind::grid ? counted(column.distinct, "value") + ", " + range
                                           : range;
  }
  if (column.kind == ColumnKind::id) return grouped(column.distinct) + " names";
  std::string text = std::to_string(column.distinct) + ":";
  for (std::size_t i = 0; i < column.words.size(); ++i) {
    const char* const before = column.kind == ColumnKind::ordinal && i > 0 ? " < " : " ";
    const std::string word = before + cell_text(column.words[i]);
    if (characters(text) + characters(word) > longest) return text + " ...";
    text += word;
  }
  return text;
}

// How many cells of `count` columns have no value.
std::string missing_text(const Schema& schema, std::size_t first, std::size_t count) {
  std::int64_t missing = 0;
  for (std::size_t i = first; i < first + count; ++i) missing += schema.columns[i].missing;
  if (missing == 0) return "";
  const std::string& mark = schema.columns[first].missing_mark;
  return grouped(missing) + " " + (mark.empty() ? "empty" : cell_text(mark));
}

constexpr std::size_t fields = 7;
using Line = std::array<std::string, fields>;

// The line of a column, or of the `count` columns of a curve.
Line line_of(const Schema& schema, const Table& table, std::size_t first, std::size_t count,
             bool blocks, const Room& room) {
  const ColumnSchema& column = schema.columns[first];
  std::string name = cell_text(column.name, room.name), kind = to_text(column.kind);
  if (count > 1) {
    name += " .. " + cell_text(schema.columns[first + count - 1].name, room.name);
    kind += " of " + std::to_string(count);
  }
  return {name,
          cell_text(column.unit),
          kind,
          column.role == ColumnRole::other ? "" : to_text(column.role),
          values_text(column, room.words),
          missing_text(schema, first, count),
          !blocks      ? ""
          : room.draws ? histogram(schema, table, first, count, room.bars)
                       : std::string(room.bars, ' ')};
}

/// Lines with their header, and how wide each of their columns is; one without any cell is not
/// shown, and of width 0.
struct Lines {
  std::vector<Line> rows;
  std::array<std::size_t, fields> widths{};

  std::size_t width() const {
    std::size_t sum = 0;
    for (const std::size_t one : widths) sum += one > 0 ? one + 2 : 0;
    return sum;
  }
};

Lines lines_of(const Schema& schema, const Table& table, bool blocks, const Room& room) {
  Lines lines;
  const std::vector<CurveBlock> curves = curve_blocks(schema);
  auto curve = curves.begin();
  for (std::size_t i = 0; i < schema.columns.size();) {
    const bool of_curve = curve != curves.end() && curve->first == i;
    const std::size_t count = of_curve ? (curve++)->count : 1;
    lines.rows.push_back(line_of(schema, table, i, count, blocks, room));
    i += count;
  }
  for (const Line& row : lines.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      lines.widths[i] = std::max(lines.widths[i], characters(row[i]));
    }
  }
  const Line header = {"column",
                       "unit",
                       "kind",
                       "role",
                       "values",
                       "missing",
                       room.bars < most_bars ? "histogram" : "distribution"};
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (lines.widths[i] > 0) lines.widths[i] = std::max(lines.widths[i], header[i].size());
  }
  lines.rows.insert(lines.rows.begin(), header);
  return lines;
}

// Lines that fit, where lists of words, then distributions, then names that are cut make them fit.
Lines fitted_lines(const Schema& schema, const Table& table, bool blocks) {
  Room room;
  room.draws = false;
  const auto width = [&] { return lines_of(schema, table, blocks, room).width(); };
  const auto shorten = [&](std::size_t& part, std::size_t least) {
    const std::size_t most = part;
    while (part > least && width() > text_width) --part;
    // What made nothing narrower is taken back.
    const std::size_t reached = width();
    while (part < most && width() <= std::max(reached, text_width)) ++part;
    if (width() > std::max(reached, text_width)) --part;
  };
  shorten(room.words, least_words);
  shorten(room.bars, least_bars);
  shorten(room.name, least_name);
  room.draws = true;
  return lines_of(schema, table, blocks, room);
}

// A line for each constraint.
std::string constraints_text(const Schema& schema) {
  const Constraints& constraints = schema.constraints;
  if (constraints.empty()) return "";
  std::string text = "\nin every row\n\n";
  for (const Constraints::Derived& one : constraints.derived) {
    text +=
        "  " + cell_text(schema.columns[one.column].name) + " = " + printable(one.formula) + "\n";
  }
  for (const std::string& one : constraints.texts) {
    text += "  " + printable(one);
    if (is_combination(one)) {
      const auto at = std::count_if(constraints.texts.data(), &one, is_combination);
      text += ": " + counted(constraints.combinations[static_cast<std::size_t>(at)].seen.size(),
                             "combination");
    }
    text += "\n";
  }
  return text;
}

}  // namespace

std::string dialect_text(const Dialect& dialect) {
  const char* between = "commas";
  switch (dialect.delimiter) {
    case '\t': between = "tabs"; break;
    case ';': between = "semicolons"; break;
    case '|': between = "bars"; break;
    case ' ': between = "blanks"; break;
    default: break;
  }
  return std::string(between) + " between cells, " + (dialect.header ? "a" : "no") + " header" +
         (dialect.decimal == ',' ? ", decimal commas" : "") +
         (dialect.comment != '\0' ? std::string(", comments behind ") + dialect.comment : "");
}

std::string schema_text(const Schema& schema, const Table& table, bool blocks) {
  const Lines lines = fitted_lines(schema, table, blocks);
  std::string text = printable(table.source) + ": " + grouped(schema.rows) +
                     (schema.rows == 1 ? " row of " : " rows of ") +
                     counted(schema.columns.size(), "column");
  // Other files than text have none.
  const bool as_text = !table.lines.empty() || !table.kept_lines.empty();
  if (as_text) {
    const std::string dialect = dialect_text(schema.dialect);
    const bool fits = characters(text) + 2 + characters(dialect) <= text_width;
    text += (fits ? "; " : "\n") + dialect;
  }
  text += "\n\n";
  for (const Line& row : lines.rows) {
    std::string line = " ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (lines.widths[i] == 0) continue;
      line += " " + row[i] + std::string(lines.widths[i] - characters(row[i]) + 1, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text + constraints_text(schema);
}

}  // namespace vgan
