// vgan_cuda evaluate: how good virtual rows of a table are.
#include <cstdio>

#include "apps/shared/command_line.hpp"
#include "apps/vgan_cuda/commands.hpp"
#include "engine/base/error.hpp"
#include "engine/base/printable.hpp"
#include "engine/compare/evaluate.hpp"
#include "engine/compare/evaluation_report.hpp"
#include "engine/files/output_path.hpp"
#include "engine/settings/setting_table.hpp"

namespace vgan::app {
namespace {

/// Calls `visitor(SettingInfo, field&)` for each flag that may be left out, in the order of --help.
template <class Request, class Visitor>
void visit_flags(Request& r, std::string& json, Visitor&& visitor) {
  const char* const rows = "Rows";
  using S = SettingInfo;
  visitor(S{"test", rows, "FILE",
            "real rows that the model has not seen; empty = a third of the real ones, by the seed"},
          r.test);
  visitor(S{"outcome", rows, "NAME", "column that the others predict; empty = the last"},
          r.outcome);
  visit_dialect("How the files are written", r.dialect.delimiter, r.dialect.decimal,
                r.dialect.header, visitor);
  visitor(S{"seed", "Judgement", "N", "of every random number"}, r.seed);
  visitor(S{"json", "Output", "FILE", "the figures for programs; empty = not written"}, json);
}

void require_file(const std::string& flag, const std::string& file) {
  if (!file.empty()) return;
  throw Error(ErrorCode::usage,
              {"bad command line", "evaluate", "no --" + flag, "--samples FILE --real FILE", ""});
}

void print(const Evaluation& evaluation) {
  const EvaluationText text = evaluation_text(evaluation);
  for (const std::string& fact : text.facts) {
    std::printf("%s\n", wrap(printable(fact), 0, 80).c_str());
  }
  std::printf("\n%s\n", plain_table(text.figures).c_str());
  for (const std::string& note : text.notes) {
    std::printf("%s\n", wrap(printable(note), 0, 80).c_str());
  }
}

}  // namespace

int run_evaluate(const Words& words) {
  CommandLine line(
      "vgan_cuda evaluate --samples FILE --real FILE [flags]",
      "Says how good virtual rows of a table are, beside real rows that the model has\n"
      "not seen and beside two floors: real rows that it was trained on, and columns\n"
      "that know nothing of each other.");
  const std::string none = "none, must be given";
  line.add(SettingInfo{"samples", "Rows", "FILE", "virtual rows, as generate writes them"}, none);
  line.add(SettingInfo{"real", "Rows", "FILE", "the table that the model was trained on"}, none);
  EvaluateRequest request;
  std::string json;
  visit_flags(request, json,
              [&](const SettingInfo& info, const auto& field) { line.add(info, field); });
  if (!line.parse(words)) return 0;
  line.read("samples", request.samples);
  line.read("real", request.real);
  visit_flags(request, json,
              [&](const SettingInfo& info, auto& field) { line.read(info.name, field); });
  require_file("samples", request.samples);
  require_file("real", request.real);
  require_kept("--json", json, {request.samples, request.real, request.test});

  require_output();
  const Evaluation evaluation = evaluate(request);
  for (const std::string& note : evaluation.notes) {
    std::fprintf(stderr, "%s\n", printable(note).c_str());
  }
  print(evaluation);
  if (json.empty()) return 0;
  make_folder_of(json);
  write_evaluation(evaluation, json);
  std::printf("wrote %s\n", printable(json).c_str());
  return 0;
}

}  // namespace vgan::app
