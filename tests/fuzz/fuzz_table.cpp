// Any bytes as a table: read, schema, rows as trials, written, and read again to the same rows.
#include <cstdint>
#include <cstdio>
#include <string>

#include "engine/data/readers/table_reader.hpp"
#include "engine/data/table_trials.hpp"
#include "engine/data/writers/table_writer.hpp"
#include "engine/models/schema_json.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace {

using vgan::testing::attempt;
using vgan::testing::fail;
using vgan::testing::MemoryFile;

std::string written(const vgan::Trials& trials) {
  vgan::TableWriter writer(*trials.schema, trials.schema->dialect);
  return writer.begin() + std::string(writer.lines(std::get<std::vector<double>>(trials.values)));
}

vgan::Trials read_trials(const MemoryFile& file, const vgan::DialectWish& wish) {
  const vgan::Table table = vgan::read_table(file.path(), wish);
  return vgan::table_trials(table, vgan::infer_schema(table));
}

// The wish that reads a file of this dialect, whatever its first rows look like.
vgan::DialectWish wish_for(const vgan::Dialect& dialect) {
  using vgan::DelimiterKind;
  vgan::DialectWish wish;
  switch (dialect.delimiter) {
    case ';': wish.delimiter = DelimiterKind::semicolon; break;
    case '\t': wish.delimiter = DelimiterKind::tab; break;
    case '|': wish.delimiter = DelimiterKind::bar; break;
    case ' ': wish.delimiter = DelimiterKind::blank; break;
    default: wish.delimiter = DelimiterKind::comma; break;
  }
  wish.decimal = dialect.decimal == ',' ? vgan::DecimalKind::comma : vgan::DecimalKind::point;
  wish.header = dialect.header ? vgan::HeaderKind::yes : vgan::HeaderKind::no;
  return wish;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const MemoryFile file;
  file.put(data, size);
  std::string text;
  vgan::DialectWish wish;
  std::int64_t rows = 0;
  const bool read = attempt([&] {
    const vgan::Trials trials = read_trials(file, {});
    const vgan::Schema& schema = *trials.schema;
    if (vgan::read_schema(vgan::schema_json(schema), "fuzz") != schema) fail("another schema");
    text = written(trials);
    rows = trials.count;
    wish = wish_for(schema.dialect);
  });
  if (!read) return 0;
  // What was written is a table of as many rows, unless it begins as another format does.
  if (!vgan::may_be_table(std::string_view(text).substr(0, 64))) return 0;
  file.put(text.data(), text.size());
  try {
    const vgan::Trials again = read_trials(file, wish);
    if (again.count != rows) fail(text.c_str());
  } catch (const vgan::Error& error) {
    std::fprintf(stderr, "%s\n%s\n", error.what(), text.c_str());
    fail("what was written is not read");
  }
  return 0;
}
