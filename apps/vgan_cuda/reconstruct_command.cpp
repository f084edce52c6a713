// vgan_cuda reconstruct: trials through a trained autoencoder and back, with their errors.
#include <cmath>
#include <cstdio>

#include "apps/shared/command_line.hpp"
#include "apps/vgan_cuda/commands.hpp"
#include "apps/vgan_cuda/model_argument.hpp"
#include "apps/vgan_cuda/signals.hpp"
#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/printable.hpp"
#include "engine/generate/reconstruct.hpp"
#include "engine/models/model_traits.hpp"
#include "engine/settings/setting_table.hpp"

namespace vgan::app {
namespace {

/// Calls `visitor(SettingInfo, field&)` for each flag that may be left out, in the order of --help.
template <class Request, class Visitor>
void visit_flags(Request& r, Visitor&& visitor) {
  const char* const output = "Output";
  const char* const machine = "Machine";
  using S = SettingInfo;
  visitor(S{"count", "Trials", "N",
            "how many of the data's, from the first on; 0 = all, or for a picture alone 50",
            OnResume::stays, allowed_trial_counts},
          r.count);
  visit_parts("Trials", r.array, r.dataset, visitor);
  visitor(S{"out", output, "FILE",
            ".npy: reconstructions in the data's own range and type; .png: each trial above its "
            "reconstruction"},
          r.out);
  visitor(S{"errors", output, "FILE",
            ".npy of the mean squared error of each trial, in the network's units; empty = not "
            "written"},
          r.errors);
  visitor(S{"device", machine, "NAME", "auto, cpu, cuda or cuda:N"}, r.device);
  visitor(S{"precision", machine, "NAME", words_help<PrecisionKind>()}, r.precision);
  visitor(S{"threads", machine, "N", "CPU threads; 0 = all that the process may use"}, r.threads);
}

void print_row(const char* name, double value, const char* unit) {
  std::printf("%-22s %-12s %s\n", name, general_text(value).c_str(), unit);
}

void print_table(const ReconstructResult& result) {
  const ReconstructionErrors& errors = result.errors;
  std::printf("%-22s %lld\n", "trials", static_cast<long long>(errors.trials));
  print_row("mean squared error", errors.squared,
            "of a number, in the network's units, as in metrics.jsonl");
  print_row("root mean square error", std::sqrt(errors.squared_in_data_units),
            "of a number, in the data's units");
  print_row("mean absolute error", errors.absolute, "of a number, in the data's units");
  print_row("-log p", errors.negative_log_likelihood, "nats a trial");
  if (traits_of(result.model).variational) print_row("KL", errors.kl, "nats a trial");
}

}  // namespace

int run_reconstruct(const Words& words) {
  CommandLine line("vgan_cuda reconstruct RUN_OR_FILE --data PATH [flags]",
                   "Encodes trials by a trained vae or ae, decodes them again, and says how far\n"
                   "they are from what they were. A vae decodes the mean of its posterior.");
  add_model(line);
  line.add(SettingInfo{"data", "Trials", "PATH",
                       "as for train: trials of the model's shape, or 'digits'"},
           std::string("none, must be given"));
  ReconstructRequest request;
  visit_flags(request, [&](const SettingInfo& info, const auto& field) { line.add(info, field); });
  if (!line.parse(words)) return 0;
  request.model = read_model_name(line, "reconstruct");
  line.read("which", request.which);
  line.read("data", request.data);
  if (request.data.empty()) {
    throw Error(ErrorCode::usage,
                {"bad command line", "reconstruct", "no --data", "--data PATH", ""});
  }
  visit_flags(request, [&](const SettingInfo& info, auto& field) { line.read(info.name, field); });

  require_output();
  request.stop_requested = stop_requested;
  catch_stop_signals();
  const ReconstructResult result = reconstruct(request);
  if (!result.note.empty()) std::fprintf(stderr, "%s\n", result.note.c_str());
  print_table(result);
  const std::string files = request.out + (request.errors.empty() ? "" : " and " + request.errors);
  std::printf("wrote %s; %s of %s (epoch %llu), %s; %s s\n", printable(files).c_str(),
              to_text(result.model).c_str(), printable(result.checkpoint.string()).c_str(),
              static_cast<unsigned long long>(result.epoch), printable(result.chosen).c_str(),
              general_text(result.seconds, 3).c_str());
  return 0;
}

}  // namespace vgan::app
