// vgan_cuda export: built-in trials to a file.
#include <cstdio>

#include "apps/shared/command_line.hpp"
#include "apps/vgan_cuda/commands.hpp"
#include "engine/base/error.hpp"
#include "engine/base/printable.hpp"
#include "engine/base/text.hpp"
#include "engine/data/builtin/built_in_trials.hpp"
#include "engine/generate/export_trials.hpp"
#include "engine/settings/setting_table.hpp"

namespace vgan::app {
namespace {

constexpr const char* word = "NAME";

/// Calls `visitor(SettingInfo, field&)` for each flag, in the order of --help.
template <class Request, class Visitor>
void visit_flags(Request& r, Visitor&& visitor) {
  using S = SettingInfo;
  visitor(S{"seed", "Trials", "N", "of their random numbers: those that train sees by this seed"},
          r.seed);
  visitor(S{"out", "Output", "FILE",
            "of a table a name that ends in .csv or .tsv, - = standard output; of others one in "
            ".npy; empty = the data's name with .csv or .npy"},
          r.out);
  visitor(S{"threads", "Machine", "N", "CPU threads; 0 = all that the process may use"}, r.threads);
}

std::string result_text(const ExportResult& result) {
  const std::string to = result.out == "-" ? "standard output" : result.out;
  const std::string what =
      result.columns > 0 ? counted(result.count, "row") + " of " + counted(result.columns, "column")
                         : counted(result.count, "trial") + " of " + extents_text(result.shape);
  return printable("wrote " + to + ": " + what);
}

}  // namespace

int run_export(const Words& words) {
  CommandLine line(
      "vgan_cuda export NAME [flags]",
      "Writes built-in trials to a file: what --data NAME of a run reads, for --real,\n"
      "--check and other programs.");
  line.add_word(SettingInfo{word, "Trials", word, joined(built_in_names())});
  ExportRequest request;
  visit_flags(request, [&](const SettingInfo& info, const auto& field) { line.add(info, field); });
  if (!line.parse(words)) return 0;
  if (!line.read(word, request.data)) {
    throw Error(ErrorCode::usage, {"bad command line", "export", "no name",
                                   joined(built_in_names()), "e.g. export wind-tunnel"});
  }
  visit_flags(request, [&](const SettingInfo& info, auto& field) { line.read(info.name, field); });
  require_output();
  const ExportResult result = export_trials(request);
  for (const std::string& note : result.notes) std::fprintf(stderr, "%s\n", note.c_str());
  std::fprintf(result.out == "-" ? stderr : stdout, "%s\n", result_text(result).c_str());
  return 0;
}

}  // namespace vgan::app
