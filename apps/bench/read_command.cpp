// vgan_bench read: how fast a table is read.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "apps/bench/commands.hpp"
#include "apps/shared/command_line.hpp"
#include "engine/base/clock.hpp"
#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/data/readers/table_reader.hpp"

namespace vgan::bench {
namespace {

constexpr const char* word = "FILE";
const SettingInfo file_word{word, "Table", word, "a table as text, plain or gzip"};
const SettingInfo rounds_flag{"rounds", "Measurement", "N", "readings; the first is not counted"};
const SettingInfo json_flag{"json", "Measurement", "FILE",
                            "the record as JSON; - = to standard output, and nothing else there"};

void write_record(const nlohmann::json& record, const std::string& file) {
  if (file == "-") {
    std::printf("%s\n", record.dump().c_str());
    return;
  }
  std::ofstream out(file);
  out << record.dump(2) << '\n';
  out.close();
  if (!out) throw Error(ErrorCode::io, {"cannot write a record", file, "", "", ""});
}

}  // namespace

int run_read(const app::Words& words) {
  app::CommandLine line("vgan_bench read FILE [flags]",
                        "Reads a table into columns of numbers and words, again and again.");
  line.add_word(file_word);
  line.add(rounds_flag, std::int64_t{5});
  line.add(json_flag, std::string("none"));
  if (!line.parse(words)) return 0;
  std::string file, json;
  std::int64_t rounds = 5;
  if (!line.read(word, file)) {
    throw Error(ErrorCode::usage, {"bad command line", "read", "no file", "one table", ""});
  }
  line.read("rounds", rounds);
  line.read("json", json);
  if (rounds < 2 || rounds > 1000) {
    throw Error(ErrorCode::bad_config,
                {"bad setting", "--rounds", std::to_string(rounds), "2 to 1000", ""});
  }
  std::vector<double> seconds, processor_seconds;
  std::int64_t rows = 0;
  std::size_t columns = 0;
  for (std::int64_t round = 0; round < rounds; ++round) {
    const auto start = Clock::now();
    const std::clock_t processor_start = std::clock();
    const Table table = read_table(file);
    if (round > 0) {
      seconds.push_back(seconds_since(start));
      processor_seconds.push_back(static_cast<double>(std::clock() - processor_start) /
                                  static_cast<double>(CLOCKS_PER_SEC));
    }
    rows = table.rows;
    columns = table.columns.size();
  }
  std::sort(seconds.begin(), seconds.end());
  const double median = seconds[seconds.size() / 2];
  const auto bytes = static_cast<std::uint64_t>(std::filesystem::file_size(file));
  if (json != "-") {
    std::printf("%s: %s of %s in %s s: %s MB/s of the file, %s rows/s\n", file.c_str(),
                counted(rows, "row").c_str(), counted(columns, "column").c_str(),
                general_text(median, 3).c_str(),
                fixed_text(static_cast<double>(bytes) / median / 1e6, 0).c_str(),
                fixed_text(static_cast<double>(rows) / median, 0).c_str());
  }
  if (!json.empty()) {
    write_record({{"command", "read"},
                  {"file", file},
                  {"bytes", bytes},
                  {"rows", rows},
                  {"columns", columns},
                  {"seconds", seconds},
                  {"processor_seconds", processor_seconds}},
                 json);
  }
  return 0;
}

}  // namespace vgan::bench
