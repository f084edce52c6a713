// vgan_cuda schema: what the columns of a table are.
#include <cstdio>

#include "apps/shared/command_line.hpp"
#include "apps/vgan_cuda/commands.hpp"
#include "apps/vgan_cuda/terminal.hpp"
#include "engine/base/error.hpp"
#include "engine/base/printable.hpp"
#include "engine/data/readers/data_files.hpp"
#include "engine/data/readers/table_reader.hpp"
#include "engine/data/schema.hpp"

namespace vgan::app {
namespace {

constexpr const char* word = "FILE";
template <class Visitor>
void visit_flags(DialectWish& wish, Visitor&& visitor) {
  visit_dialect("How the file is written", wish.delimiter, wish.decimal, wish.header, visitor);
}

}  // namespace

int run_schema(const Words& words) {
  CommandLine line(
      "vgan_cuda schema FILE ... [flags]",
      "Shows what the columns of a table are: CSV, TSV or blanks between, plain, gzip or zstd.");
  line.add_word(SettingInfo{word, "Table", word,
                            "the file, or several of the same columns, or a pattern such as "
                            "'runs/*.csv'; - = standard input",
                            OnResume::stays, "", true});
  DialectWish wish;
  visit_flags(wish, [&](const SettingInfo& info, auto& field) { line.add(info, field); });
  if (!line.parse(words)) return 0;
  std::string file;
  if (!line.read(word, file)) {
    throw Error(ErrorCode::usage, {"bad command line", "schema", "no file",
                                   "one table, e.g. vgan_cuda schema runs.csv", ""});
  }
  visit_flags(wish, [&](const SettingInfo& info, auto& field) { line.read(info.name, field); });
  const std::vector<std::string> files = data_files(file);
  const Table table = read_tables({files.begin(), files.end()}, wish);
  for (const std::string& note : table.notes) {
    std::fprintf(stderr, "%s\n", printable(note).c_str());
  }
  std::fputs(schema_text(infer_schema(table), table, speaks_utf8()).c_str(), stdout);
  return 0;
}

}  // namespace vgan::app
