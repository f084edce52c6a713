// vgan_cuda evaluate: how good virtual trials are, a model's or those of a file.
#include <cstdio>

#include "apps/shared/command_line.hpp"
#include "apps/vgan_cuda/commands.hpp"
#include "apps/vgan_cuda/evaluation_text.hpp"
#include "apps/vgan_cuda/run_reports.hpp"
#include "apps/vgan_cuda/signals.hpp"
#include "engine/base/error.hpp"
#include "engine/base/printable.hpp"
#include "engine/base/text.hpp"
#include "engine/compare/evaluate.hpp"
#include "engine/features/feature_space.hpp"
#include "engine/files/output_path.hpp"
#include "engine/quality/requirement.hpp"
#include "engine/report/run_report.hpp"
#include "engine/settings/setting_table.hpp"

namespace vgan::app {
namespace {

using S = SettingInfo;
const char* const of_model = "Samples of a model";
const char* const of_files = "Samples of a file";

/// Calls `visitor(SettingInfo, field&)` for each flag that goes with a model alone.
template <class Request, class Visitor>
void visit_model_flags(Request& r, Visitor&& visitor) {
  visitor(S{"data", of_model, "PATH",
            "other real trials, or a table of such rows, to measure beside; empty = those that the "
            "run held out"},
          r.data);
  visitor(S{"which", of_model, "NAME",
            "checkpoint of a run's folder: " + words_help<WhichCheckpoint>()},
          r.which);
  visitor(S{"count", of_model, "N", "samples that are drawn", OnResume::stays,
            allowed_evaluated_counts},
          r.count);
}

/// For those that go with files alone.
template <class Request, class Visitor>
void visit_file_flags(Request& r, Visitor&& visitor) {
  visitor(S{"samples", of_files, "FILE",
            "virtual trials by any tool: a table, an array (.npy, .npz, IDX, HDF5) or a folder of "
            "PNG"},
          r.samples);
  visitor(S{"real", of_files, "FILE", "real trials that the model was trained on"}, r.real);
  visitor(S{"test", of_files, "FILE",
            "real trials that the model has not seen; empty = a third of the real ones, by the "
            "seed"},
          r.test);
}

/// For all others, in the order of --help.
template <class Request, class Visitor>
void visit_flags(Request& r, std::string& json, Visitor&& visitor) {
  const char* const reading = "How files are read";
  const char* const judgement = "Judgement";
  const char* const machine = "Machine";
  visitor(S{"labels", reading, "FILE", "classes of --real or --data, as for train"}, r.labels);
  visit_parts(reading, r.array, r.dataset, visitor);
  visitor(S{"shape", reading, "SHAPE", "of one trial, as for train"}, r.shape);
  visit_dialect(reading, r.dialect.delimiter, r.dialect.decimal, r.dialect.header, visitor);
  visitor(S{"features", judgement, "WORD",
            "what images and curves are measured in: " + words_help<FeatureKind>() +
                "; or FILE.onnx, a network whose output is the features"},
          r.features);
  visitor(S{"outcome", judgement, "NAME",
            "column of a table that the others predict; empty = its outcome, or the last"},
          r.outcome);
  visitor(S{"seed", judgement, "N", "of every random number"}, r.seed);
  visitor(S{"json", "Output", "FILE",
            "the figures for programs; empty = evaluation.json in the model's run folder, of files "
            "none"},
          json);
  visitor(S{"device", machine, "NAME", "auto, cpu, cuda or cuda:N"}, r.device);
  visitor(S{"threads", machine, "N", "CPU threads; 0 = all that the process may use"}, r.threads);
}

const S require_flag{"require", "Judgement", "RULES",
                     "figures that must be reached, as coverage>=0.8,c2st<0.6; may come several "
                     "times; where one is not, the exit status is 3"};

[[noreturn]] void refuse(const std::string& where, const std::string& allowed,
                         const std::string& remedy = "") {
  throw Error(ErrorCode::usage, {"bad command line", "evaluate: " + where, "", allowed, remedy});
}

// Samples are a model's or a file's, and flags go with the one or the other.
void require_one_way(const CommandLine& line, const EvaluateRequest& request) {
  const bool model = !request.model.empty(), files = !request.samples.empty();
  const auto refuse_flags = [&](const std::string& way, const std::string& goes_with,
                                const std::string& why) {
    return [=, &line](const SettingInfo& info, const auto&) {
      const std::string flag = "--" + std::string(info.name);
      if (line.given(info.name)) {
        refuse(flag + " with " + way, flag + " with " + goes_with + " alone",
               why + "; leave " + flag + " or " + way + " out");
      }
    };
  };
  if (model) {
    visit_file_flags(request, refuse_flags("--model", "files (--samples FILE --real FILE)",
                                           "a model draws its samples and knows its data"));
  }
  if (model) return;
  if (!files)
    refuse(line.given("real") ? "no --samples" : "neither --model nor --samples",
           "--model RUN, or --samples FILE --real FILE");
  if (request.real.empty()) refuse("no --real", "--samples FILE --real FILE");
  visit_model_flags(request,
                    refuse_flags("--samples", "--model", "a file's samples are all taken"));
}

void print(const Evaluation& evaluation) {
  const EvaluationText text = evaluation_text(evaluation);
  const auto lines = [](const std::vector<std::string>& all) {
    for (const std::string& one : all) {
      std::printf("%s\n", wrap(printable(one), 0, 80).c_str());
    }
  };
  lines(text.facts);
  for (const TextTable& table : text.tables) std::printf("\n%s", plain_table(table).c_str());
  std::printf("\n");
  lines(text.sentences);
  if (!text.sentences.empty()) std::printf("\n");
  lines(text.notes);
}

// Nothing is written before all is measured.
Evaluation evaluated(const EvaluateRequest& request) {
  try {
    return evaluate(request);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::interrupted) throw;
    throw Error(ErrorCode::interrupted,
                {"stopped on request while measuring", "", "", "", "nothing was written"});
  }
}

void require_met(const std::vector<Requirement>& requirements, const Assessment& assessment) {
  const std::vector<std::string> lines = unmet(requirements, assessment);
  if (lines.empty()) return;
  throw Error(ErrorCode::diverged, {"not good enough", joined(lines, "; "), "", "", ""});
}

}  // namespace

int run_evaluate(const Words& words) {
  CommandLine line(
      "vgan_cuda evaluate --model RUN | --samples FILE --real FILE [flags]",
      "Says how good virtual trials are, beside real ones that the model has not seen\n"
      "and between two floors: real trials that it was trained on, and trials whose\n"
      "numbers know nothing of each other.");
  EvaluateRequest request;
  std::string json, model;
  line.add(S{"model", of_model, "RUN", "run folder or checkpoint file"}, std::string("none"));
  const auto add = [&](const SettingInfo& info, const auto& field) { line.add(info, field); };
  visit_model_flags(request, add);
  visit_file_flags(request, add);
  visit_flags(request, json, add);
  line.add_repeated(require_flag, "nothing");
  if (!line.parse(words)) return 0;
  const auto read = [&](const SettingInfo& info, auto& field) { line.read(info.name, field); };
  if (line.read("model", model)) request.model = model;
  visit_model_flags(request, read);
  visit_file_flags(request, read);
  visit_flags(request, json, read);
  require_one_way(line, request);
  request.require = line.values("require");
  const std::vector<Requirement> requirements = parse_requirements(request.require);
  require_kept("--json", json, {request.samples, request.real, request.test, request.data});

  require_output();
  request.stop_requested = stop_requested;
  catch_stop_signals();
  const Evaluation evaluation = evaluated(request);
  for (const std::string& note : evaluation.notes) {
    std::fprintf(stderr, "%s\n", printable(note).c_str());
  }
  print(evaluation);
  const bool in_run = json.empty() && !evaluation.folder.empty();
  if (in_run) json = (evaluation.folder / "evaluation.json").string();
  if (!json.empty()) {
    make_folder_of(json);
    write_evaluation_file(evaluation.file, json);
    std::printf("wrote %s\n", printable(json).c_str());
  }
  if (in_run) {
    ReportRequest report;
    report.runs = {evaluation.folder};
    report.measure = false;
    report.only_where_wanted = true;
    report.device = request.device;
    report.threads = request.threads;
    report.stop_requested = stop_requested;
    report_after_work(report, false);
  }
  require_met(requirements, evaluation.file.assessment);
  return 0;
}

}  // namespace vgan::app
