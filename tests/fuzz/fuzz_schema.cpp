// Any text as the file of a schema, for a small table that has columns of every kind: it is refused
// in one line, or the table is read by it; its own file then reads the table to the same schema,
// and the table's rows are written as as many rows.
#include <algorithm>
#include <cstdint>
#include <string>

#include "engine/data/readers/table_reader.hpp"
#include "engine/data/table_trials.hpp"
#include "engine/data/writers/table_writer.hpp"
#include "engine/settings/schema_file.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace {

using vgan::testing::attempt;
using vgan::testing::fail;

constexpr const char* table_text =
    "x,n,g,b,w,o,d,h,i,t_0,t_1,t_2\n"
    "1.25,3,0.5,0,red,low,2020-01-31,09:05,a,1,2,3\n"
    "-0.5,17,1.5,1,\"blue,\n\",mid,2021-02-28,,b,2,3,4\n"
    ",-4,0.5,1,red,high,1999-12-31,23:59,c,3,4,?\n"
    "1e3,-999,1.5,0,NA,low,2020-02-29,00:00,d,5,6,7\n";

vgan::Table read(const std::string& path, const vgan::SchemaWish& wish) {
  return vgan::read_table(path, {}, wish);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const vgan::testing::MemoryFile file;
  static const std::string path = file.path();
  static const bool once = (file.put(table_text, std::string(table_text).size()), true);
  (void)once;
  vgan::SchemaWish wish;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (!attempt([&] { wish = vgan::parse_schema_file(text, "fuzz"); })) return 0;
  vgan::Schema schema;
  vgan::Trials trials;
  const bool taken = attempt([&] {
    const vgan::Table table = read(path, wish);
    schema = vgan::infer_schema(table);
    trials = vgan::table_trials(table, schema);
  });
  if (!taken) return 0;
  const std::string own = vgan::schema_file_text(schema, "fuzz");
  if (vgan::infer_schema(read(path, vgan::parse_schema_file(own, "own"))) != schema) {
    std::fprintf(stderr, "%s\n", own.c_str());
    fail("the schema's own file gives another schema");
  }
  vgan::TableWriter writer(schema, schema.dialect);
  const std::string rows(writer.lines(std::get<std::vector<double>>(trials.values)));
  if (std::count(rows.begin(), rows.end(), '\n') < trials.count) fail("fewer rows");
  return 0;
}
