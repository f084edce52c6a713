// vgan_cuda schema: what the columns of a table are.
#include <cstdio>

#include "apps/shared/command_line.hpp"
#include "apps/vgan_cuda/commands.hpp"
#include "apps/vgan_cuda/terminal.hpp"
#include "engine/base/error.hpp"
#include "engine/base/printable.hpp"
#include "engine/data/readers/data_files.hpp"
#include "engine/data/readers/open_file.hpp"
#include "engine/data/schema.hpp"
#include "engine/files/atomic_file.hpp"
#include "engine/files/output_path.hpp"
#include "engine/settings/schema_file.hpp"

namespace vgan::app {
namespace {

constexpr const char* word = "FILE";
template <class Visitor>
void visit_flags(DialectWish& wish, Visitor&& visitor) {
  visit_dialect("How the file is written", wish.delimiter, wish.decimal, wish.header, visitor);
}

// A file that is there may have been edited, and is kept.
void require_new(const std::string& path, std::vector<std::string> read) {
  require_kept("out", path, read);
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return;
  throw Error(ErrorCode::usage, {"bad command line", "--out", "'" + path + "', which is there",
                                 "a file that is not", "name another, or move it away"});
}

void save(const std::string& path, const Schema& schema, const Table& table) {
  AtomicFile file(path, "cannot write a schema");
  file.write(schema_file_text(schema, table.source));
  file.commit();
  std::printf("wrote %s: edit it, and give it to --schema\n", printable(path).c_str());
}

}  // namespace

int run_schema(const Words& words) {
  CommandLine line("vgan_cuda schema FILE ... [flags]",
                   "Shows what the columns of a table are: CSV, TSV or blanks between, plain,\n"
                   "gzip or zstd; Parquet or Arrow. Saved as a file, this can be edited, and\n"
                   "trained by.");
  line.add_word(SettingInfo{word, "Table", word,
                            "the file, or several of the same columns, or a pattern such as "
                            "'runs/*.csv'; - = standard input",
                            OnResume::stays, "", true});
  DialectWish wish;
  visit_flags(wish, [&](const SettingInfo& info, auto& field) { line.add(info, field); });
  line.add(SettingInfo{"schema", "What its columns are", "FILE",
                       "TOML of what is known of them; the rest is found by looking"},
           std::string("none"));
  line.add(SettingInfo{"out", "What its columns are", "FILE", "TOML to save it to, for editing"},
           std::string("none"));
  if (!line.parse(words)) return 0;
  std::string file;
  if (!line.read(word, file)) {
    throw Error(ErrorCode::usage, {"bad command line", "schema", "no file",
                                   "one table, e.g. vgan_cuda schema runs.csv", ""});
  }
  visit_flags(wish, [&](const SettingInfo& info, auto& field) { line.read(info.name, field); });
  std::string said, out;
  const bool told = line.read("schema", said);
  const std::vector<std::string> files = data_files(file);
  const bool saves = line.read("out", out);
  if (saves) {
    std::vector<std::string> read = files;
    if (told) read.push_back(said);
    require_new(out, std::move(read));
  }
  const Table table = read_data_table({files.begin(), files.end()}, wish,
                                      told ? read_schema_file(said) : SchemaWish{});
  for (const std::string& note : table.notes) {
    std::fprintf(stderr, "%s\n", printable(note).c_str());
  }
  const Schema schema = infer_schema(table);
  std::fputs(schema_text(schema, table, speaks_utf8()).c_str(), stdout);
  if (saves) save(out, schema, table);
  return 0;
}

}  // namespace vgan::app
