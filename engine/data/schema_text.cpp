// A schema as a table for people.
#include <algorithm>
#include <array>
#include <cmath>

#include "engine/base/number_text.hpp"
#include "engine/base/printable.hpp"
#include "engine/base/text.hpp"
#include "engine/data/schema.hpp"
#include "engine/data/table.hpp"

namespace vgan {
namespace {

constexpr std::size_t bars = 12;
constexpr std::size_t longest_name = 28;

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string cell_text(const std::string& text) {
  const std::string shown = printable(text);
  if (characters(shown) <= longest_name) return shown;
  std::string kept;
  std::size_t count = 0;
  for (const char c : shown) {
    if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U && ++count > longest_name - 3) break;
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

// Where values lie between the least and the greatest; of words, how often the most frequent come.
std::string histogram(const ColumnSchema& column, const TableColumn& values) {
  std::vector<std::int64_t> counts;
  if (values.numeric) {
    if (!(column.high > column.low)) return "";
    counts.assign(bars, 0);
    for (const double value : values.numbers) {
      if (std::isnan(value)) continue;
      // Halves keep the span of the largest doubles finite.
      const double share = (value / 2 - column.low / 2) / (column.high / 2 - column.low / 2);
      const double bar = std::isfinite(share) ? share * static_cast<double>(bars) : 0.0;
      ++counts[std::min(static_cast<std::size_t>(bar), bars - 1)];
    }
  } else {
    counts.assign(values.words.size(), 0);
    for (const std::int32_t cell : values.cells) {
      if (cell >= 0) ++counts[static_cast<std::size_t>(cell)];
    }
    std::sort(counts.rbegin(), counts.rend());
    counts.resize(std::min(counts.size(), bars));
  }
  return counts.empty() ? "" : drawn(counts);
}

// As the file writes it, to six digits where it has more decimals.
std::string number_text(double value, const NumberStyle& style) {
  const bool whole = value == std::floor(value) && std::fabs(value) < 1e15;
  return whole && !style.exponents ? fixed_text(value, 0) : general_text(value);
}

std::string values_text(const ColumnSchema& column) {
  if (column.kind == ColumnKind::ignored) return "";
  if (column.numeric) {
    const std::string range =
        number_text(column.low, column.style) +
        (column.high > column.low ? " to " + number_text(column.high, column.style) : " alone");
    return column.kind == ColumnKind::grid ? counted(column.distinct, "value") + ", " + range
                                           : range;
  }
  if (column.kind == ColumnKind::id) return grouped(column.distinct) + " names";
  std::string text = std::to_string(column.distinct) + ":";
  for (std::size_t i = 0; i < column.words.size(); ++i) {
    const std::string word = " " + cell_text(column.words[i]);
    if (characters(text) + characters(word) > 30) return text + " ...";
    text += word;
  }
  return text;
}

std::string missing_text(const ColumnSchema& column) {
  if (column.missing == 0) return "";
  const std::string mark = column.missing_mark.empty() ? "empty" : cell_text(column.missing_mark);
  return grouped(column.missing) + " " + mark;
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
  std::vector<std::array<std::string, 6>> rows = {
      {"column", "unit", "kind", "values", "missing", blocks ? "distribution" : ""}};
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    const ColumnSchema& column = schema.columns[i];
    rows.push_back({cell_text(column.name), cell_text(column.unit), to_text(column.kind),
                    values_text(column), missing_text(column),
                    blocks ? histogram(column, table.columns[i]) : ""});
  }
  std::array<std::size_t, 6> widths{};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], characters(row[i]));
  }
  std::string text = printable(table.source) + ": " + grouped(schema.rows) +
                     (schema.rows == 1 ? " row of " : " rows of ") +
                     counted(schema.columns.size(), "column") + "; " +
                     dialect_text(schema.dialect) + "\n\n";
  for (const auto& row : rows) {
    std::string line = " ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (widths[i] == 0) continue;
      line += " " + row[i] + std::string(widths[i] - characters(row[i]) + 1, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace vgan
