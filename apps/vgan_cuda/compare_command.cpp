// vgan_cuda compare: several models under one budget, side by side.
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "apps/shared/command_line.hpp"
#include "apps/vgan_cuda/commands.hpp"
#include "apps/vgan_cuda/run_reports.hpp"
#include "apps/vgan_cuda/signals.hpp"
#include "apps/vgan_cuda/terminal.hpp"
#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/printable.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/split.hpp"
#include "engine/base/text.hpp"
#include "engine/compare/compare.hpp"
#include "engine/compare/comparison_report.hpp"
#include "engine/settings/setting_table.hpp"

namespace vgan::app {
namespace {

using Clock = std::chrono::steady_clock;

/// Calls `visitor(SettingInfo, field&)` for each flag but --models and --out, in the order of
/// --help.
template <class Request, class Visitor>
void visit_flags(Request& r, Visitor&& visitor) {
  const char* const budget = "Budget of each model";
  const char* const machine = "Machine";
  using S = SettingInfo;
  visitor(S{"data", "Data", "PATH",
            "as for train, 100 trials or more; the last tenth, up to 10,000, is held out",
            OnResume::stays, "", true},
          r.data);
  visitor(S{"labels", "Data", "FILE", "as for train"}, r.labels);
  visit_parts("Data", r.array, r.dataset, visitor);
  visitor(S{"shape", "Data", "SHAPE", "of one trial, as for train"}, r.shape);
  visitor(S{"epochs", budget, "N", "updates of each network, by one batch each", OnResume::stays,
            "1 or more"},
          r.epochs);
  visitor(S{"minutes", budget, "X", "of training in place of --epochs; 0 = off"}, r.minutes);
  visitor(S{"batch", budget, "N",
            "real trials in a batch; 0 = 128, or as many as there are to train on"},
          r.batch);
  visitor(S{"folds", budget, "K",
            "of a masked model: networks, 2 to 4, each of which leaves out a part of the rows; 0 = "
            "one of all rows"},
          r.folds);
  visitor(S{"count", "Judgement", "N", "samples of each model that are judged", OnResume::stays,
            allowed_compared_counts},
          r.count);
  visitor(S{"seed", machine, "N", "of every random number"}, r.seed);
  visitor(S{"device", machine, "NAME", "auto, cpu, cuda or cuda:N"}, r.device);
  visitor(S{"threads", machine, "N", "CPU threads; 0 = all that the process may use"}, r.threads);
}

/// One line on standard error that redraws itself, or a line now and then.
class CompareDisplay final : public CompareObserver {
 public:
  void note(const std::string& line) override {
    std::fprintf(stderr, "%s\n", printable(line).c_str());
  }

  void training(const std::string& model, std::uint64_t epochs) override {
    model_ = model;
    of_ = epochs > 0 ? "/" + std::to_string(epochs) : "";
    first_ = 0;
    start_ = shown_ = Clock::now();
    std::fprintf(stderr, "%s: training%s", model.c_str(), redraws_ ? "" : "\n");
  }

  void epoch_done(const StepReport& report) override {
    const auto now = Clock::now();
    if (first_ == 0) {
      first_ = report.epoch;
      start_ = now;
    }
    if (std::chrono::duration<double>(now - shown_).count() < (redraws_ ? 0.2 : 10.0)) return;
    shown_ = now;
    const double seconds = std::chrono::duration<double>(now - start_).count();
    const double rate = static_cast<double>(report.epoch - first_) / std::max(seconds, 1e-9);
    std::fprintf(stderr, "%s%s: epoch %llu%s, %s epochs/s%s", redraws_ ? "\r\033[K" : "",
                 model_.c_str(), static_cast<unsigned long long>(report.epoch), of_.c_str(),
                 fixed_text(rate, 1).c_str(), redraws_ ? "" : "\n");
  }

  void trained() override {
    if (redraws_) std::fprintf(stderr, "\r\033[K%s: measuring", model_.c_str());
  }

  void measured(const ComparedModel& model) override {
    std::fprintf(stderr, "%s%s: %llu epochs in %s, %s\n", redraws_ ? "\r\033[K" : "",
                 model.name.c_str(), static_cast<unsigned long long>(model.epochs),
                 clock_text(model.seconds).c_str(),
                 model.failure.empty() ? "measured" : "diverged");
  }

 private:
  const bool redraws_ = is_interactive();
  std::string model_, of_;
  std::uint64_t first_ = 0;
  Clock::time_point start_, shown_;
};

void print(const Comparison& comparison) {
  const ComparisonText text = comparison_text(comparison);
  for (const std::string& fact : text.facts) std::printf("%s\n", wrap(fact, 0, 80).c_str());
  std::vector<TextTable> tables = {text.quality};
  tables.insert(tables.end(), text.further.begin(), text.further.end());
  tables.insert(tables.end(), {text.time, text.bytes});
  for (const TextTable& table : tables) std::printf("\n%s", plain_table(table).c_str());
  std::printf("\n");
  for (const std::string& note : text.notes) std::printf("%s\n", wrap(note, 0, 80).c_str());
  std::printf("\n%s holds comparison.md, .json%s, samples and a run folder of each model\n",
              printable(comparison.folder.string()).c_str(), comparison.real ? " and .png" : "");
}

// Only the flags of the machine go with --resume.
void refuse_beside_resume(const CommandLine& line, const CompareRequest& request) {
  const auto refuse = [&](const std::string& flag) {
    if (!line.given(flag)) return;
    throw Error(ErrorCode::usage,
                {"bad command line", "--resume with --" + flag, "", "",
                 "a comparison goes on with what it was started with; leave --" + flag + " out"});
  };
  refuse("models");
  refuse("out");
  visit_flags(request, [&](const SettingInfo& info, const auto&) {
    if (std::string(info.name) != "device" && std::string(info.name) != "threads") {
      refuse(info.name);
    }
  });
}

}  // namespace

int run_compare(const Words& words) {
  CommandLine line("vgan_cuda compare [flags]",
                   "Trains several models under the same budget and compares them: quality beside\n"
                   "two floors, time, bytes, reconstruction where there is an encoder, samples\n"
                   "side by side.");
  CompareRequest request;
  const SettingInfo models{"models", "Models", "A,B,..",
                           "presets by commas; gan is the default one, conv1d the conv one for "
                           "curves"};
  line.add(models, joined(request.models, ","));
  visit_flags(request, [&](const SettingInfo& info, const auto& field) { line.add(info, field); });
  line.add(SettingInfo{"out", "Output", "DIR",
                       "new folder; empty = the next free "
                       "runs/compare-NNNN"},
           std::string());
  line.add(SettingInfo{"resume", "Output", "DIR",
                       "go on with a comparison that was stopped, in its folder; what it compares "
                       "is known there"},
           std::string("none"));
  line.set_footer("Models: " + wrap(joined(comparable_models()) + ".", 8, 80));
  if (!line.parse(words)) return 0;
  std::string list, out;
  if (line.read("models", list)) request.models = split(list, ',');
  if (line.read("out", out)) request.out = out;
  visit_flags(request, [&](const SettingInfo& info, auto& field) { line.read(info.name, field); });
  std::string resume;
  if (line.read("resume", resume)) refuse_beside_resume(line, request);
  request.resume = resume;
  if (line.given("epochs") && request.minutes > 0.0) {
    throw Error(ErrorCode::usage,
                {"bad command line", "--epochs with --minutes", "", "one of the two", ""});
  }
  require_output();
  CompareDisplay display;
  request.observer = &display;
  request.stop_requested = stop_requested;
  catch_stop_signals();
  const Comparison comparison = compare(request);
  print(comparison);
  ReportRequest report;
  report.runs = {comparison.folder};
  report.device = request.device;
  report.threads = request.threads;
  report.stop_requested = stop_requested;
  report_after_work(report, false);
  return 0;
}

}  // namespace vgan::app
