// vgan_cuda predict: the columns of rows that are not given, by a model over cells.
#include <cmath>
#include <cstdio>

#include "apps/shared/command_line.hpp"
#include "apps/vgan_cuda/commands.hpp"
#include "apps/vgan_cuda/model_argument.hpp"
#include "apps/vgan_cuda/signals.hpp"
#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/printable.hpp"
#include "engine/base/text.hpp"
#include "engine/compare/comparison_report.hpp"
#include "engine/experiment/predict.hpp"
#include "engine/settings/setting_table.hpp"

namespace vgan::app {
namespace {

/// Calls `visitor(SettingInfo, field&)` for each flag that may be left out, in the order of --help.
template <class Request, class Visitor>
void visit_flags(Request& r, Visitor&& visitor) {
  const char* const machine = "Machine";
  using S = SettingInfo;
  visitor(S{"of", "Rows", "NAMES",
            "columns that are predicted, with commas between; empty = all that rows leave free"},
          r.of);
  visitor(S{"out", "Output", "FILE", "a name that ends in .csv or .tsv; - = standard output"},
          r.out);
  visitor(S{"level", "Output", "SHARE",
            "of the interval of a number, of which as much is left on either side"},
          r.level);
  visitor(S{"check", "Output", "FILE",
            "a table with the values that were found in place of the free ones, a row for each of "
            "--given: says how near the predictions are; empty = none"},
          r.check);
  visitor(S{"raw-weights", machine, "", "the network as trained, not its average"}, r.raw_weights);
  visitor(S{"device", machine, "NAME", "auto, cpu, cuda or cuda:N"}, r.device);
  visitor(S{"threads", machine, "N", "CPU threads; 0 = all that the process may use"}, r.threads);
}

std::string figure(double value) { return std::isnan(value) ? "-" : fixed_text(value, 3); }

std::string name_text(const std::string& name) { return printable(shortened(name)); }

std::string check_text(const PredictResult& result, double level) {
  std::string text;
  if (!result.checked_numbers.empty()) {
    TextTable table = {{"number", "rows", "R2", "RMSE", "coverage", "width"}};
    for (const auto& one : result.checked_numbers) {
      if (one.rows == 0) continue;
      const std::string rmse = std::isnan(one.rmse) ? "-" : general_text(one.rmse, 4);
      table.push_back({name_text(one.name), grouped(one.rows), figure(one.r2), rmse,
                       figure(one.coverage), figure(one.width)});
    }
    text += plain_table(table) + "coverage: share within the interval of " +
            general_text(level, 4) +
            "; width: its mean width, in standard deviations of the found values\n";
  }
  if (!result.checked_words.empty()) {
    TextTable table = {{"word", "rows", "accuracy", "log probability"}};
    for (const auto& one : result.checked_words) {
      table.push_back({name_text(one.name), grouped(one.rows), figure(one.accuracy),
                       figure(one.log_probability)});
    }
    text += (text.empty() ? "" : "\n") + plain_table(table);
  }
  return text;
}

std::string result_text(const PredictRequest& request, const PredictResult& result) {
  const std::string to = request.out == "-" ? "standard output" : request.out;
  return printable("wrote " + to + ": " + counted(result.rows, "row") + " of " +
                   counted(result.columns, "column") + ", " + general_text(result.seconds, 3) +
                   " s; from " + result.checkpoint.string() + " (epoch " +
                   std::to_string(result.epoch) + "), " + result.chosen);
}

}  // namespace

int run_predict(const Words& words) {
  CommandLine line("vgan_cuda predict RUN_OR_FILE --given FILE [flags]",
                   "Says for rows of a table of which some columns are given what the others may\n"
                   "be, by a masked model: of numbers the mean, the median and an interval, of\n"
                   "words the most probable one; and whether the given values lie inside, on the\n"
                   "edge or outside of what the model knows.");
  add_model(line);
  line.add(
      SettingInfo{"given", "Rows", "FILE",
                  "a table of given values, any of the model's columns; an empty field = free"},
      std::string("none, must be given"));
  PredictRequest request;
  visit_flags(request, [&](const SettingInfo& info, const auto& field) { line.add(info, field); });
  if (!line.parse(words)) return 0;
  request.model = read_model_name(line, "predict");
  line.read("which", request.which);
  line.read("given", request.given);
  visit_flags(request, [&](const SettingInfo& info, auto& field) { line.read(info.name, field); });
  if (request.given.empty()) {
    throw Error(ErrorCode::usage,
                {"bad command line", "predict", "no --given", "--given FILE", ""});
  }
  require_output();
  request.stop_requested = stop_requested;
  catch_stop_signals();
  const PredictResult result = predict(request);
  std::FILE* const stream = request.out == "-" ? stderr : stdout;
  for (const std::string& note : result.notes) {
    std::fprintf(stderr, "%s\n", printable(note).c_str());
  }
  std::fprintf(stream, "%s\n", result_text(request, result).c_str());
  const std::string checked = check_text(result, request.level);
  if (!checked.empty()) std::fprintf(stream, "\n%s", checked.c_str());
  return 0;
}

}  // namespace vgan::app
