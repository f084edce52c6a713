// vgan_bench step: an epoch's time and rate, for each thread count, and its floor on the CPU.
#include <cstdio>
#include <memory>

#include "apps/bench/commands.hpp"
#include "apps/bench/images.hpp"
#include "apps/bench/measure.hpp"
#include "apps/bench/options.hpp"
#include "apps/bench/roofline.hpp"
#include "apps/bench/step_run.hpp"
#include "apps/bench/workload.hpp"
#include "engine/base/error.hpp"
#include "engine/device/devices.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/settings/setting_table.hpp"

namespace vgan::bench {
namespace {

const SettingInfo roofline_flag{
    "roofline", "Measurement", "",
    "CPU: the time of the matrix products alone, and of one pass over Adam's memory"};
const SettingInfo serve_flag{"serve", "Measurement", "",
                             "take orders from standard input, for tests/bench/compare.py"};

[[noreturn]] void refuse(const char* flag, const std::string& found, const std::string& allowed,
                         const std::string& remedy) {
  throw Error(ErrorCode::bad_config, {"bad setting", flag, found, allowed, remedy});
}

/// One thread count.
struct Run {
  std::int64_t threads = 0;
  std::unique_ptr<StepRun> step;
  std::unique_ptr<Roofline> roofline;
  std::vector<double> ms;

  double median() const { return spread_of(ms).median; }
};

/// Everything that is timed, warm.
struct Bench {
  Bench(const Options& wanted, const Trials& trials, bool with_roofline);

  void measure();
  nlohmann::json record() const;
  std::string text() const;

  Options options;
  DeviceInfo device;
  Precision precision;
  std::vector<OperationSpec> operations;
  double gflop;
  std::int64_t steps, warm_up;
  std::vector<Run> runs;
};

Bench::Bench(const Options& wanted, const Trials& trials, bool with_roofline) : options(wanted) {
  device = open_backend(options.config.device, 1)->info();
  if (with_roofline && device.kind != "cpu") {
    refuse("--roofline", "the device " + device.kind, "cpu",
           "there is no floor measured on a GPU; tests/gpu/check.sh asks Nsight Compute");
  }
  if (options.threads.size() > 1 && device.kind != "cpu") {
    refuse("--threads", "several on the device " + device.kind, "several on cpu alone", "");
  }
  precision = choose_precision(options.config.precision, device);
  operations = step_operations(options.config, trials.values_per_trial(), precision);
  gflop = 1e-9 * flops_per_epoch(operations);
  steps = options.steps_on(device.kind);
  warm_up = options.warm_up_on(device.kind);
  for (const std::int64_t threads : options.threads) {
    TrainConfig config = options.config;
    config.threads = threads;
    Run run;
    run.step = std::make_unique<StepRun>(config, trials);
    run.threads = run.step->trainer().config().threads;
    if (with_roofline) {
      run.roofline = std::make_unique<Roofline>(config, trials.values_per_trial(), precision,
                                                static_cast<int>(run.threads));
    }
    run.step->seconds_per_epoch(warm_up);
    runs.push_back(std::move(run));
  }
}

void Bench::measure() {
  for (std::int64_t round = 0; round < options.rounds; ++round) {
    for (Run& run : runs) {
      const double seconds = run.step->seconds_per_epoch(steps);
      run.ms.push_back(1e3 * seconds);
      if (run.roofline) run.roofline->measure(seconds);
    }
  }
}

nlohmann::json Bench::record() const {
  nlohmann::json made = describe("step", options.config, device);
  made["precision"] = to_string(precision);
  made["warm_up"] = warm_up;
  made["step"] = runs.front().step->trainer().step_choice();
  made["steps"] = steps;
  made["rounds"] = options.rounds;
  made["gflop_per_epoch"] = gflop;
  made["runs"] = nlohmann::json::array();
  for (const Run& run : runs) {
    const double ms = run.median();
    nlohmann::json entry = {{"threads", run.threads},
                            {"ms_per_epoch", to_json(spread_of(run.ms))},
                            {"epochs_per_second", 1e3 / ms},
                            {"gflop_per_second", 1e3 * gflop / ms},
                            {"speed_up", runs.front().median() / ms}};
    if (run.roofline) entry["roofline"] = run.roofline->record();
    made["runs"].push_back(std::move(entry));
  }
  return made;
}

std::string Bench::text() const {
  char head[300];
  std::snprintf(head, sizeof(head),
                "%s\npreset %s, %s, batch %lld; %s GFLOP an epoch\nstep %s\n"
                "medians (least to most) of %lld rounds of %lld epochs after %lld\n",
                device.name.c_str(), options.config.preset.c_str(), to_string(precision).c_str(),
                static_cast<long long>(options.config.batch), figure(gflop).c_str(),
                runs.front().step->trainer().step_choice().c_str(),
                static_cast<long long>(options.rounds), static_cast<long long>(steps),
                static_cast<long long>(warm_up));
  std::string text = head;
  for (const Run& run : runs) {
    const double ms = run.median();
    text += "\n";
    if (run.threads > 0) text += "threads " + std::to_string(run.threads) + "\n";
    text += "  ms an epoch            " + text_of(spread_of(run.ms)) + "\n";
    text += "  epochs/s               " + figure(1e3 / ms) + "\n";
    text += "  GFLOP/s                " + figure(1e3 * gflop / ms) + "\n";
    if (runs.size() > 1) {
      text += "  speed-up               " + figure(runs.front().median() / ms) + " over " +
              std::to_string(runs.front().threads) + " threads\n";
    }
    if (run.roofline) text += run.roofline->text();
  }
  return text;
}

}  // namespace

int run_step(const app::Words& words) {
  app::CommandLine line("vgan_bench step [flags]",
                        "Times the training step of a preset, one epoch after the other.");
  add_options(line, true);
  line.add(roofline_flag, false);
  line.add(serve_flag, false);
  if (!line.parse(words)) return 0;
  Options options = read_options(line);
  bool roofline = false;
  bool serve = false;
  line.read("roofline", roofline);
  line.read("serve", serve);
  if (roofline && options.config.device.starts_with("cuda")) {  // said before it is looked for
    refuse("--roofline", "--device " + options.config.device, "--device cpu", "");
  }
  const Trials trials = bench_images(options.config);
  if (serve) {
    const std::string kind =
        open_backend(options.config.device, one_thread_count(options))->info().kind;
    options.config.threads = one_thread_count(options);
    return serve_steps(options.config, trials, options.warm_up_on(kind));
  }
  Bench bench(options, trials, roofline);
  bench.measure();
  report(options, bench.record(), bench.text());
  return 0;
}

}  // namespace vgan::bench
