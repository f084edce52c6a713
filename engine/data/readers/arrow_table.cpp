#include "engine/data/readers/arrow_table.hpp"

#include <arrow/config.h>
#include <arrow/util/key_value_metadata.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <unordered_map>
#include <utility>

#include "engine/base/libraries.hpp"
#include "engine/base/text.hpp"
#include "engine/data/date_format.hpp"
#include "engine/data/pandas_metadata.hpp"
#include "engine/data/readers/arrow_column.hpp"
#include "engine/data/readers/arrow_file.hpp"
#include "engine/data/readers/column_reader.hpp"
#include "engine/data/table_meaning.hpp"

namespace vgan {
namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

/// A column of the file that the table has.
struct Taken {
  int field = 0;                        ///< its place in the file
  std::unique_ptr<ArrowColumn> reader;  ///< null: its cells are passed over
};

bool is_one_of_words(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Reads the columns of one file.
class ArrowReader {
 public:
  ArrowReader(const std::filesystem::path& path, const SchemaWish& wish)
      : file_(path), wish_(wish) {
    table_.source = file_.name();
    if (const auto metadata = file_.schema().metadata()) {
      if (const auto text = metadata->Get(pandas_metadata_key); text.ok()) {
        pandas_ = read_pandas_metadata(*text);
      }
    }
  }

  Table read() && {
    take_columns();
    std::vector<int> fields;
    for (const Taken& taken : taken_) {
      if (taken.reader) fields.push_back(taken.field);
    }
    if (fields.empty()) {
      file_.fail("no column that is read", "one column at least", "");
    }
    file_.select(fields);
    while (const auto batch = file_.next()) add(*batch);
    if (table_.rows == 0) file_.fail("no row", "a row of values at least", "");
    for (std::size_t i = 0; i < taken_.size(); ++i) finish(i);
    return std::move(table_);
  }

 private:
  // Decides which columns of the file the table has, and makes their readers.
  void take_columns() {
    std::unordered_map<std::string, std::size_t> seen;
    for (int field = 0; field < file_.schema().num_fields(); ++field) {
      const std::string& name = file_.schema().field(field)->name();
      if (is_one_of_words(pandas_.index_columns, name)) {
        table_.notes.push_back(file_.name() + ": the index of pandas, " + name +
                               ", is passed over");
        continue;
      }
      require_name(name, static_cast<std::size_t>(field), seen);
      const ArrowPlace place{file_.name(), table_.columns.size(), name};
      TableColumn& column = table_.columns.emplace_back();
      column.name = name;
      const ColumnWish* said = wish_for(wish_, name);
      const bool left_out = said != nullptr && said->kind == ColumnKind::ignored;
      taken_.push_back({field, left_out ? nullptr : make_arrow_column(place, type(field))});
    }
  }

  const arrow::DataType& type(int field) const { return *file_.schema().field(field)->type(); }

  void require_name(const std::string& name, std::size_t field,
                    std::unordered_map<std::string, std::size_t>& seen) const {
    const std::string number = "column " + std::to_string(field + 1);
    if (!is_plain_text(name)) require_text(name, file_.name() + ", " + number);
    const auto [found, added] = seen.try_emplace(name, field);
    if (added && !name.empty()) return;
    file_.fail(added ? number + " without a name"
                     : "columns " + std::to_string(found->second + 1) + " and " +
                           std::to_string(field + 1) + " that are both called " + quoted_text(name),
               "a name of its own for each column", "rename one of them");
  }

  void add(const arrow::RecordBatch& batch) {
    int at = 0;
    for (Taken& taken : taken_) {
      if (!taken.reader) continue;
      const arrow::Array& array = *batch.column(at++);
      if (!array.type()->Equals(type(taken.field))) {
        file_.fail("a batch of rows whose columns have other types than its schema says",
                   "a whole file of Parquet or Arrow", "write it again");
      }
      taken.reader->add(array, table_.rows);
    }
    table_.rows += batch.num_rows();
  }

  void finish(std::size_t index) {
    const Taken& taken = taken_[index];
    TableColumn& column = table_.columns[index];
    if (taken.reader) {
      taken.reader->take(column, table_.notes);
    } else {
      column.numbers.assign(static_cast<std::size_t>(table_.rows), no_number);
    }
    for (std::int64_t row = 0; row < table_.rows; ++row) {
      column.missing += column.is_missing(row) ? 1 : 0;
    }
    const ColumnWish* said = wish_for(wish_, column.name);
    if (said != nullptr) obey(*said, column);
    column.style.stored_type = type(taken.field).ToString();
    const auto found = pandas_.types.find(column.name);
    if (found != pandas_.types.end()) column.style.pandas_type = found->second;
  }

  // Marks such as "NA" are words here, unless the user names them; dates are words where the user
  // says so.
  static void obey(const ColumnWish& wish, TableColumn& column) {
    const bool dates = !wish.kind || *wish.kind == ColumnKind::datetime ||
                       *wish.kind == ColumnKind::ignored || wished_numeric(wish) == true;
    if (!column.format.empty() && !dates) make_words(column);
    if (!wish.missing || column.numeric) return;
    for (std::int32_t& cell : column.cells) {
      if (cell < 0) continue;
      const std::string& word = column.words[static_cast<std::size_t>(cell)];
      if (!is_missing_text(word) || !is_one_of_words(*wish.missing, word)) continue;
      cell = -1;
      ++column.missing;
    }
    drop_unused(column);
  }

  // Dates, in their order, as they are written.
  static void make_words(TableColumn& column) {
    std::vector<double> values;
    std::copy_if(column.numbers.begin(), column.numbers.end(), std::back_inserter(values),
                 [](double number) { return !std::isnan(number); });
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    for (const double number : column.numbers) {
      const auto at = std::lower_bound(values.begin(), values.end(), number) - values.begin();
      column.cells.push_back(std::isnan(number) ? -1 : static_cast<std::int32_t>(at));
    }
    const auto format = DateFormat::of(column.format);
    for (const double value : values) column.words.push_back(format->write(value));
    column.numeric = false;
    column.numbers = {};
    column.format.clear();
    column.style = {};
  }

  static void drop_unused(TableColumn& column) {
    std::vector<std::int32_t> places(column.words.size(), -1);
    for (const std::int32_t cell : column.cells) {
      if (cell >= 0) places[static_cast<std::size_t>(cell)] = 0;
    }
    std::vector<std::string> words;
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (places[i] < 0) continue;
      places[i] = static_cast<std::int32_t>(words.size());
      words.push_back(std::move(column.words[i]));
    }
    for (std::int32_t& cell : column.cells) {
      if (cell >= 0) cell = places[static_cast<std::size_t>(cell)];
    }
    column.words = std::move(words);
  }

  ArrowDataFile file_;
  const SchemaWish& wish_;
  PandasMetadata pandas_;
  std::vector<Taken> taken_;
  Table table_;
};

}  // namespace

std::vector<Library> arrow_libraries() {
  return {{"Arrow", arrow::GetBuildInfo().version_string, ""}};
}

Table read_arrow(const std::filesystem::path& path, const SchemaWish& wish) {
  return ArrowReader(path, wish).read();
}

}  // namespace vgan
