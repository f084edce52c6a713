#include "apps/bench/step_run.hpp"

#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "apps/bench/measure.hpp"
#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/models/architecture.hpp"
#include "engine/version.hpp"

namespace vgan::bench {
namespace {

void answer(const nlohmann::json& fields) {
  std::fputs((fields.dump() + "\n").c_str(), stdout);
  std::fflush(stdout);
}

// What the other sides of a comparison must train by.
nlohmann::json recipe_of(const TrainConfig& asked) {
  const TrainConfig config = with_layers(asked, TrialShape{28, 28, 1});
  return {{"latent", config.latent},
          {"g_layers", config.g_layers},
          {"d_layers", config.d_layers},
          {"output", to_text(config.output)},
          {"lr_g", config.generator_rate()},
          {"lr_d", config.discriminator_rate()},
          {"beta1", config.beta1},
          {"beta2", config.beta2},
          {"r1", config.r1},
          {"r2", config.r2},
          {"r1_every", config.r1_every},
          {"ema", config.ema},
          {"label_smoothing", config.label_smoothing},
          {"instance_noise", config.instance_noise}};
}

}  // namespace

double StepRun::seconds_per_epoch(std::int64_t epochs) {
  const double seconds = seconds_of([&] {
    trainer_.train(static_cast<std::uint64_t>(epochs), [](const StepReport&) { return true; });
  });
  return seconds / static_cast<double>(epochs);
}

std::vector<std::array<float, 3>> StepRun::losses(std::int64_t epochs) {
  std::vector<std::array<float, 3>> all;
  trainer_.train(static_cast<std::uint64_t>(epochs), [&](const StepReport& report) {
    const auto value = [&](const char* name) { return report.find(name).value_or(0.0F); };
    all.push_back({value("d_loss"), value("g_loss"), value("r1")});
    return true;
  });
  return all;
}

int serve_steps(const TrainConfig& config, const Trials& trials, std::int64_t warm_up) {
  StepRun run(config, trials);
  run.seconds_per_epoch(warm_up);
  answer({{"ready", true},
          {"versions",
           {{"vgan", std::string(build::version) + " " + std::string(build::git_commit)},
            {"oneDNN", std::string(build::onednn_version)}}},
          {"recipe", recipe_of(config)}});
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string order, number, seed;
    words >> order >> number >> seed;
    const std::int64_t count = read_number<std::int64_t>(number).value_or(0);
    const auto own_seed = read_number<std::uint64_t>(seed);
    if (order == "run" && count > 0) {
      answer({{"seconds", run.seconds_per_epoch(count) * static_cast<double>(count)}});
    } else if (order == "losses" && count > 0 && own_seed) {
      TrainConfig own = config;
      own.seed = *own_seed;
      answer({{"losses", StepRun(own, trials).losses(count)}});
    } else {
      throw Error(ErrorCode::usage,
                  {"bad order", "standard input", "'" + line + "'", "run N, losses N SEED", ""});
    }
  }
  return 0;
}

}  // namespace vgan::bench
