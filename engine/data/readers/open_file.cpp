#include "engine/data/readers/open_file.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include "engine/base/error.hpp"
#include "engine/base/text.hpp"
#include "engine/data/readers/arrow_table.hpp"
#include "engine/data/readers/byte_source.hpp"
#include "engine/data/readers/content_guess.hpp"
#include "engine/data/readers/hdf5.hpp"
#include "engine/data/readers/idx.hpp"
#include "engine/data/readers/npy.hpp"
#include "engine/data/readers/npz.hpp"
#include "engine/data/readers/table_reader.hpp"
#include "engine/data/readers/zip_archive.hpp"
#include "engine/data/table_meaning.hpp"
#include "engine/data/table_trials.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

constexpr const char* what = "cannot read data";

bool is_npy(const ByteSource& source) { return source.head().substr(0, 6) == "\x93NUMPY"; }

bool is_idx(const ByteSource& source) {
  return source.head().substr(0, 2) == std::string_view("\0\0", 2);
}

// Whether the rows of a table stay such, for another shape is not wished for.
bool keeps_rows(const ShapeWish& wish) {
  return wish.shape.empty() ? !wish.curves : wish.shape == "p";
}

// A table's rows; as plain numbers, without a schema, where another shape is wished for them.
Trials rows_of(const Table& table, const DataRequest& request) {
  Trials trials = table_trials(table, infer_schema(table));
  const std::string& shape = request.shape.shape;
  if (keeps_rows(request.shape)) return trials;
  const bool numbers =
      std::all_of(table.columns.begin(), table.columns.end(),
                  [](const TableColumn& c) { return c.numeric && c.missing == 0; });
  if (!numbers) {
    throw Error(ErrorCode::bad_config,
                {"cannot give the rows of a table another shape", table.source,
                 "words, or cells without a value", "numbers alone",
                 shape.empty() ? "take another net than conv1d" : "leave --shape out"});
  }
  trials.notes.push_back(table.source +
                         ": its rows are taken for plain numbers, and come back without names");
  trials.schema.reset();
  if (request.shape.curves && request.shape.shape.empty()) {
    trials.shape.kind = TrialKind::curve;
  } else {
    shape_trials(trials, request.shape);
  }
  return trials;
}

// Refuses a setting that names a part, other than `allowed`, for data that have no such parts.
void require_no_part(const DataRequest& request, std::string_view allowed,
                     const std::string& source) {
  const auto refuse = [&](const std::string& setting, const std::string& value,
                          const std::string& format) {
    if (value.empty() || setting == allowed) return;
    throw Error(ErrorCode::bad_config,
                {"bad setting", setting, "data that are no " + format + ": " + source,
                 "an " + format, "leave " + setting + " out"});
  };
  refuse("array", request.array, ".npz file");
  refuse("dataset", request.dataset, "HDF5 file");
}

// Refuses settings of a table for data that are none; `table`: a table, but not as text, whose
// schema may be said.
void require_no_dialect(const DataRequest& request, const std::string& source, bool table = false) {
  std::vector<std::string> given;
  const DialectWish& wish = request.dialect;
  if (wish.delimiter != DelimiterKind::automatic) given.emplace_back("delimiter");
  if (wish.decimal != DecimalKind::automatic) given.emplace_back("decimal");
  if (wish.header != HeaderKind::automatic) given.emplace_back("header");
  if (request.row_bytes != 0) given.emplace_back("memory");
  const bool with_schema = !request.schema.empty() && !request.schema.of_tables_alone;
  if (with_schema && !table) given.emplace_back("schema");
  if (given.empty()) return;
  throw Error(ErrorCode::bad_config,
              {"bad setting", joined(given), "data that are no table as text: " + source,
               "a table, such as a CSV file", "leave " + joined(given, " and ") + " out"});
}

RowLimit limit_of(const DataRequest& request) { return {request.row_bytes, request.seed}; }

}  // namespace

Trials read_data_file(const fs::path& path, const DataRequest& request) {
  const ByteSource source(path, what);
  const bool zip = is_zip(source.head()) && !source.packed();
  const bool hdf5 = is_hdf5(source.head()) && !source.packed();
  require_no_part(request, zip ? "array" : hdf5 ? "dataset" : "", source.name());
  if (may_be_table(source.head()))
    return rows_of(read_table(path, request.dialect, request.schema, limit_of(request)), request);
  const bool arrow = is_arrow(source.head()) && !source.packed();
  require_no_dialect(request, source.name(), hdf5 || arrow);
  if (arrow) {
    Table table = read_arrow(path, request.schema);
    give_meaning(table, request.schema);
    return rows_of(table, request);
  }
  if (zip) return read_npz_trials(path, request.array, request.shape);
  if (hdf5) {
    auto read = read_hdf5(path, request.dataset, request.shape);
    if (auto* const trials = std::get_if<Trials>(&read)) {
      require_no_dialect(request, source.name());
      return std::move(*trials);
    }
    Table& table = std::get<Table>(read);
    give_meaning(table, request.schema);
    return rows_of(table, request);
  }
  if (is_npy(source)) return read_npy_trials(path, request.shape);
  if (is_idx(source)) return read_idx_trials(path, request.shape);
  ContentGuess guess = guess_content(source.head());
  if (is_zip(source.head()) || is_hdf5(source.head()) || is_arrow(source.head())) {
    source.fail(0, guess.found + ", packed once more", "a file of this format as it is",
                "unpack it with gunzip or unzstd");
  }
  source.fail(
      0, std::move(guess.found),
      "IDX images (magic 00 00 TYPE 03 or 04), a .npy array (magic 93 NUMPY), an .npz or "
      "HDF5 file, a table as text (CSV, TSV, blanks), Parquet or Arrow, or a folder of .png "
      "files",
      std::move(guess.remedy));
}

std::optional<bool> is_table_file(const fs::path& path, const DataRequest& request) {
  const ByteSource source(path, what);
  if (!source.packed() && is_hdf5(source.head())) return std::nullopt;
  const bool table = may_be_table(source.head()) || (!source.packed() && is_arrow(source.head()));
  return table && keeps_rows(request.shape);
}

Table read_data_table(const std::vector<fs::path>& paths, const DialectWish& dialect,
                      const SchemaWish& schema) {
  const ByteSource source(paths.front(), what);
  if (paths.size() > 1 || !is_arrow(source.head()) || source.packed()) {
    return read_tables(paths, dialect, schema);
  }
  DataRequest request;
  request.dialect = dialect;
  require_no_dialect(request, source.name(), true);
  Table table = read_arrow(paths.front(), schema);
  give_meaning(table, schema);
  return table;
}

Trials read_table_files(const std::vector<std::string>& names, const DataRequest& request) {
  std::vector<fs::path> paths;
  for (const std::string& name : names) {
    const ByteSource source(name, what);
    require_no_part(request, "", source.name());
    if (!may_be_table(source.head())) {
      source.fail(0, guess_content(source.head()).found + " among several files",
                  "tables as text, whose rows are put together", "name one such file alone");
    }
    paths.emplace_back(name);
  }
  return rows_of(read_tables(paths, request.dialect, request.schema, limit_of(request)), request);
}

void require_no_file_settings(const DataRequest& request, const std::string& source, bool table) {
  require_no_dialect(request, source, table);
  require_no_part(request, "", source);
}

}  // namespace vgan
