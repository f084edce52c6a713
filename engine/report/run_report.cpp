#include "engine/report/run_report.hpp"

#include <system_error>
#include <utility>

#include "engine/base/clock.hpp"
#include "engine/base/error.hpp"
#include "engine/base/text.hpp"
#include "engine/files/atomic_file.hpp"
#include "engine/files/output_path.hpp"
#include "engine/report/report_page.hpp"
#include "engine/report/run_study.hpp"
#include "engine/report/runs_page.hpp"
#include "engine/report/sections.hpp"
#include "engine/settings/config.hpp"
#include "engine/version.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

ReportPage page_of_run(const RunStudy& study) {
  ReportPage page;
  page.title = study.facts.name;
  page.subtitle = "Report of " + model_text(study) + " of " + trial_word(study, true);
  page.made_by = "vgan " + std::string(build::version);
  const auto add = [&](const char* id, const char* title, void (*write)(Html&, const RunStudy&)) {
    ReportSection section{id, title, {}};
    write(section.body, study);
    page.sections.push_back(std::move(section));
  };
  add("summary", "Summary", write_summary);
  add("samples", "Samples over time", write_samples_over_time);
  add("measures", "Measures", write_measures);
  add("columns", "Columns", write_table_columns);
  add("pairs", "Pairs", write_table_pairs);
  add("outcome", "Outcome", write_outcome);
  add("curves", "Curves", write_curves);
  add("neighbours", "Nearest real trials", write_neighbours);
  add("training", "Training", write_training);
  add("events", "Events and notes", write_events);
  add("repeat", "How to repeat it", write_repeat);
  return page;
}

// The folders of runs that are meant; of a comparison those that lie in it.
std::vector<fs::path> runs_of(const std::vector<fs::path>& named) {
  std::vector<fs::path> runs;
  for (const fs::path& folder : named) {
    const std::vector<fs::path> inside =
        is_run_folder(folder) ? std::vector<fs::path>{} : runs_inside(folder);
    if (inside.empty()) runs.push_back(folder);  // whose own fault is told
    runs.insert(runs.end(), inside.begin(), inside.end());
  }
  return runs;
}

bool wants_report(const fs::path& run) {
  return read_config(run / "config.toml").report == ReportKind::on;
}

fs::path place_of(const ReportRequest& request) {
  if (!request.out.empty()) return request.out;
  return request.runs.size() == 1 ? request.runs.front() / report_name : fs::path(report_name);
}

}  // namespace

ReportResult write_report(const ReportRequest& request) {
  if (request.runs.empty()) {
    throw Error(ErrorCode::usage, {"bad command line", "report", "no run", "RUN...", ""});
  }
  const auto start = Clock::now();
  const StudyOptions options{request.measure, request.device, request.threads, request.failure,
                             request.stop_requested};
  std::vector<RunStudy> studies;
  for (const fs::path& run : runs_of(request.runs)) {
    if (request.only_where_wanted && !wants_report(run)) continue;
    studies.push_back(study_run(run, options));
    if (studies.size() > 1 || request.runs.size() > 1) studies.back().facts.checkpoint.reset();
  }
  ReportResult result;
  if (studies.empty()) return result;
  result.out = place_of(request);
  result.runs = studies.size();
  for (const RunStudy& study : studies) {
    for (const std::string& line : study.facts.missing) {
      result.missing.push_back(study.facts.name + ": " + line);
    }
  }
  const std::string text =
      page_text(studies.size() == 1 ? page_of_run(studies.front()) : page_of_runs(studies));
  if (!request.out.empty()) make_folder_of(request.out.string());
  AtomicFile file(result.out, "cannot write the report");
  file.write(text);
  file.commit();
  result.bytes = text.size();
  result.seconds = seconds_since(start);
  return result;
}

}  // namespace vgan
