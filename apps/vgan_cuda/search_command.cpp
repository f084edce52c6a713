// vgan_cuda search: settings at which a model over cells predicts the best of what is wanted.
#include <cstdio>

#include "apps/shared/command_line.hpp"
#include "apps/vgan_cuda/commands.hpp"
#include "apps/vgan_cuda/model_argument.hpp"
#include "apps/vgan_cuda/signals.hpp"
#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/printable.hpp"
#include "engine/base/text.hpp"
#include "engine/data/date_format.hpp"
#include "engine/experiment/search.hpp"
#include "engine/settings/setting_table.hpp"

namespace vgan::app {
namespace {

/// Calls `visitor(SettingInfo, field&)` for each flag that comes once, in the order of --help.
template <class Request, class Visitor>
void visit_flags(Request& r, Visitor&& visitor) {
  const char* const searched = "Search";
  const char* const output = "Output";
  const char* const machine = "Machine";
  using S = SettingInfo;
  visitor(S{"where", searched, "LIST",
            "what settings shall meet, such as 'profile=thin,speed>=20'; empty = nothing"},
          r.where);
  visitor(S{"extrapolate", searched, "",
            "settings of a few numbers may lie between two neighbouring ones, too; what is "
            "predicted there is the mean of both, weighted as near as they are"},
          r.extrapolate);
  visitor(S{"budget", searched, "N", "settings that are evaluated, 10 to 1000000", OnResume::stays,
            "10 to 1000000"},
          r.budget);
  visitor(S{"seed", searched, "N", "of its random numbers: the same seed, the same proposals"},
          r.seed);
  visitor(S{"count", output, "N", "proposals, at most", OnResume::stays, "1 to the budget"},
          r.count);
  visitor(S{"level", output, "SHARE",
            "of the interval of a number, of which as much is left on either side"},
          r.level);
  visitor(S{"real", output, "FILE",
            "a table with the settings' columns, such as the data: adds how far the nearest of its "
            "rows is; empty = none"},
          r.real);
  visitor(S{"out", output, "FILE", "a name that ends in .csv or .tsv; - = standard output"}, r.out);
  visitor(S{"raw-weights", machine, "", "the network as trained, not its average"}, r.raw_weights);
  visitor(S{"device", machine, "NAME", "auto, cpu, cuda or cuda:N"}, r.device);
  visitor(S{"threads", machine, "N", "CPU threads; 0 = all that the process may use"}, r.threads);
}

const SettingInfo maximise = {
    "maximise", "Search", "GOAL",
    "what is to be great: NAME (its mean), qXX(NAME) (a quantile, such as q10), P(NAME>X) with "
    ">, >=, < or <=, or P(NAME=WORD) (a probability); may be given several times"};
const SettingInfo minimise = {"minimise", "Search", "GOAL",
                              "what is to be small; may be given several times"};

std::string result_text(const SearchRequest& request, const SearchResult& result) {
  const std::string to = request.out == "-" ? "standard output" : request.out;
  return printable("wrote " + to + ": " + counted(result.rows, "proposal") + " of " +
                   counted(result.columns, "column") + ", out of " + grouped(result.evaluations) +
                   " evaluated, " + general_text(result.seconds, 3) + " s; from " +
                   result.checkpoint.string() + " (epoch " + std::to_string(result.epoch) + "), " +
                   result.chosen);
}

// A number of the goal's column, or the date that it is.
std::string number_text(const SearchResult::Goal& goal, double number) {
  const auto format = DateFormat::of(goal.format);
  return format ? format->write(number) : general_text(number, 4);
}

// "best: speed = 40, chord = 0.3, where lift = 512.3 (490.1 to 540.2); inside".
std::string best_text(const SearchResult& result) {
  std::vector<std::string> settings, goals;
  for (const SearchResult::Setting& setting : result.settings) {
    settings.push_back(shortened(setting.name) + " = " + shortened(setting.texts.front()));
  }
  for (const SearchResult::Goal& goal : result.goals) {
    std::string text = shortened(goal.text) + " = " +
                       (goal.is_probability ? general_text(goal.values.front(), 4)
                                            : number_text(goal, goal.values.front()));
    if (!goal.low.empty()) {
      // The interval is one of the column, which a quantile or a probability of it has not.
      const bool of_column = !goal.column.starts_with(goal.text);
      text += " (" + (of_column ? shortened(goal.column) + " " : std::string()) +
              number_text(goal, goal.low.front()) + " to " + number_text(goal, goal.high.front()) +
              ")";
    }
    goals.push_back(text);
  }
  const std::string first = result.goals.size() > 1 ? "first of the front: " : "best: ";
  return printable(first + joined(settings) + "; predicted " + joined(goals) + "; " +
                   to_text(result.support.front()));
}

// A result that is taken for a setting would be set like a knob: what is varied is always said.
std::string settings_text(const SearchResult& result) {
  std::vector<std::string> names;
  for (const SearchResult::Setting& one : result.settings) names.push_back(shortened(one.name));
  return printable("settings: " + joined(names) +
                   "; what is a result has role = \"outcome\" in the schema");
}

}  // namespace

int run_search(const Words& words) {
  CommandLine line(
      "vgan_cuda search RUN_OR_FILE --maximise GOAL [flags]",
      "Proposes settings, values of the columns that are conditions, at which a masked\n"
      "model predicts goals best: by one goal the best that differ, by several those\n"
      "of which none is better in all (the Pareto front).");
  add_model(line);
  SearchRequest request;
  line.add_repeated(maximise, "none");
  line.add_repeated(minimise, "none");
  visit_flags(request, [&](const SettingInfo& info, const auto& field) { line.add(info, field); });
  if (!line.parse(words)) return 0;
  request.model = read_model_name(line, "search");
  line.read("which", request.which);
  request.maximise = line.values("maximise");
  request.minimise = line.values("minimise");
  visit_flags(request, [&](const SettingInfo& info, auto& field) { line.read(info.name, field); });
  if (request.maximise.empty() && request.minimise.empty()) {
    throw Error(ErrorCode::usage, {"bad command line", "search", "no --maximise and no --minimise",
                                   "--maximise GOAL, --minimise GOAL or several of them", ""});
  }
  require_output();
  request.stop_requested = stop_requested;
  catch_stop_signals();
  const SearchResult result = search(request);
  std::FILE* const stream = request.out == "-" ? stderr : stdout;
  for (const std::string& note : result.notes) {
    std::fprintf(stderr, "%s\n", printable(note).c_str());
  }
  std::fprintf(stream, "%s\n%s\n%s\n", result_text(request, result).c_str(),
               settings_text(result).c_str(), best_text(result).c_str());
  return 0;
}

}  // namespace vgan::app
