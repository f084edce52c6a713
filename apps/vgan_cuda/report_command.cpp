// vgan_cuda report: a page for people about a run, or about several side by side.
#include <cstdio>

#include "apps/shared/command_line.hpp"
#include "apps/vgan_cuda/commands.hpp"
#include "apps/vgan_cuda/run_reports.hpp"
#include "apps/vgan_cuda/signals.hpp"
#include "engine/base/printable.hpp"
#include "engine/report/run_report.hpp"
#include "engine/settings/setting_table.hpp"

namespace vgan::app {
namespace {

const SettingInfo run_words{"RUN",           "Runs", "RUN", "folders of runs, or of a comparison",
                            OnResume::stays, "",     true};

/// Calls `visitor(SettingInfo, field&)` for each flag, in the order of --help.
template <class Visitor>
void visit_flags(std::string& out, bool& no_measuring, ReportRequest& r, Visitor&& visitor) {
  using S = SettingInfo;
  const char* const machine = "Machine";
  visitor(S{"out", "Output", "FILE",
            "empty = report.html in the run's folder, of several runs in this one"},
          out);
  visitor(S{"as-is", "Output", "", "only what lies in the folders: nothing is sampled or measured"},
          no_measuring);
  visitor(S{"device", machine, "NAME", "auto, cpu, cuda or cuda:N"}, r.device);
  visitor(S{"threads", machine, "N", "CPU threads; 0 = all that the process may use"}, r.threads);
}

}  // namespace

int run_report(const Words& words) {
  CommandLine line(
      "vgan_cuda report RUN... [flags]",
      "Writes a page for people: what a run learnt from what, how good its samples\n"
      "are and how to repeat it; of several runs, or of a comparison's folder, side by\n"
      "side.");
  ReportRequest request;
  std::string out;
  bool as_is = false;
  visit_flags(out, as_is, request,
              [&](const SettingInfo& info, const auto& field) { line.add(info, field); });
  line.add_word(run_words);
  if (!line.parse(words)) return 0;
  visit_flags(out, as_is, request,
              [&](const SettingInfo& info, auto& field) { line.read(info.name, field); });
  for (const std::string& run : line.values(run_words.name)) request.runs.emplace_back(run);
  request.out = out;
  request.measure = !as_is;
  request.stop_requested = stop_requested;
  catch_stop_signals();
  const ReportResult result = write_report(request);
  for (const std::string& missing : result.missing) {
    std::fprintf(stderr, "%s\n", printable(missing).c_str());
  }
  std::printf("%s\n", printable(report_line(result)).c_str());
  return 0;
}

}  // namespace vgan::app
