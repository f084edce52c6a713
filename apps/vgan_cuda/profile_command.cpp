// vgan_cuda profile: how an outcome moves with a setting, by a model over cells.
#include <algorithm>
#include <cstdio>

#include "apps/shared/command_line.hpp"
#include "apps/vgan_cuda/commands.hpp"
#include "apps/vgan_cuda/model_argument.hpp"
#include "apps/vgan_cuda/signals.hpp"
#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/printable.hpp"
#include "engine/base/text.hpp"
#include "engine/experiment/profile.hpp"
#include "engine/settings/setting_table.hpp"

namespace vgan::app {
namespace {

/// Calls `visitor(SettingInfo, field&)` for each flag that comes once, in the order of --help.
template <class Request, class Visitor>
void visit_flags(Request& r, Visitor&& visitor) {
  const char* const asked = "Question";
  const char* const output = "Output";
  const char* const machine = "Machine";
  using S = SettingInfo;
  visitor(S{"where", asked, "LIST",
            "what holds for other columns, such as 'profile=thin,speed=20'; of the setting a "
            "range, such as 'angle<12'; with --others average ranges of others too; empty = "
            "nothing"},
          r.where);
  visitor(S{"others", asked, "WORD",
            "what settings do that are neither varied nor given: " + words_help<OtherSettings>()},
          r.others);
  visitor(S{"level", output, "SHARE",
            "of the outer band of a number, of which as much is left on either side; the inner "
            "one has 0.5"},
          r.level);
  visitor(S{"real", output, "FILE",
            "a table of real rows, such as the data: those that meet --where are drawn over the "
            "band; empty = none"},
          r.real);
  visitor(S{"raw-weights", machine, "", "the network as trained, not its average"}, r.raw_weights);
  visitor(S{"device", machine, "NAME", "auto, cpu, cuda or cuda:N"}, r.device);
  visitor(S{"threads", machine, "N", "CPU threads; 0 = all that the process may use"}, r.threads);
}

const SettingInfo out_info = {
    "out", "Output", "FILE",
    "a name that ends in .png is the picture, one in .csv or .tsv its numbers, - = the numbers on "
    "standard output; may be given several times, for both"};

std::string result_text(const ProfileRequest& request, const ProfileResult& result) {
  std::vector<std::string> files;
  for (const std::string& out : request.out) files.push_back(out == "-" ? "standard output" : out);
  const auto outside = std::count(result.support.begin(), result.support.end(), Support::outside);
  return printable(
      "wrote " + joined(files) + ": " + shortened(result.of) + " at " +
      counted(result.support.size(), "place") + " of " + shortened(result.over) +
      (result.second.empty() ? "" : " and " + shortened(result.second)) +
      (outside > 0 ? ", " + std::to_string(outside) + " of them outside the data" : std::string()) +
      ", " + general_text(result.seconds, 3) + " s; from " + result.checkpoint.string() +
      " (epoch " + std::to_string(result.epoch) + "), " + result.chosen);
}

[[noreturn]] void lacking(const std::string& flag) {
  throw Error(ErrorCode::usage,
              {"bad command line", "profile", "no --" + flag, "--" + flag + " COLUMN", ""});
}

}  // namespace

int run_profile(const Words& words) {
  CommandLine line("vgan_cuda profile RUN_OR_FILE --of OUTCOME --over SETTING [flags]",
                   "Shows how an outcome moves with a setting, by a masked model: of numbers the\n"
                   "mean and two bands of what may come out, of words their probabilities, and\n"
                   "whether the data reach to each place.");
  add_model(line);
  line.add(SettingInfo{"of", "Question", "COLUMN", "the outcome"},
           std::string("none, must be given"));
  line.add(SettingInfo{"over", "Question", "COLUMNS",
                       "the setting that is varied; or two with a comma between, which make a "
                       "field of the outcome's mean"},
           std::string("none, must be given"));
  ProfileRequest request;
  bool first = true;
  visit_flags(request, [&](const SettingInfo& info, const auto& field) {
    // Outputs stand before what they look like.
    if (first && std::string(info.group) == "Output") {
      line.add_repeated(out_info, request.out.front());
      first = false;
    }
    line.add(info, field);
  });
  if (!line.parse(words)) return 0;
  request.model = read_model_name(line, "profile");
  line.read("which", request.which);
  line.read("of", request.of);
  line.read("over", request.over);
  if (line.given("out")) request.out = line.values("out");
  visit_flags(request, [&](const SettingInfo& info, auto& field) { line.read(info.name, field); });
  if (request.of.empty()) lacking("of");
  if (request.over.empty()) lacking("over");
  require_output();
  request.stop_requested = stop_requested;
  catch_stop_signals();
  const ProfileResult result = profile(request);
  const bool piped = std::find(request.out.begin(), request.out.end(), "-") != request.out.end();
  for (const std::string& note : result.notes) {
    std::fprintf(stderr, "%s\n", printable(note).c_str());
  }
  std::fprintf(piped ? stderr : stdout, "%s\n", result_text(request, result).c_str());
  return 0;
}

}  // namespace vgan::app
