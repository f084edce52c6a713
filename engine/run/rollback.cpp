#include "engine/run/rollback.hpp"

#include "engine/base/refuse_setting.hpp"

namespace vgan {

HalvedRates halved_rates(const TrainConfig& config) {
  HalvedRates made{config, {}};
  const auto halve = [&](const char* name, double TrainConfig::*rate) {
    double& value = made.config.*rate;
    if (!(value > 0.0)) return;  // 0: it follows from lr
    made.changes.push_back({name, setting_text(value), setting_text(value / 2.0)});
    value /= 2.0;
  };
  halve("lr", &TrainConfig::lr);
  halve("lr-g", &TrainConfig::lr_g);
  halve("lr-d", &TrainConfig::lr_d);
  return made;
}

std::string lower_rates(const TrainConfig& config) {
  if (config.lr_g > 0.0 && config.lr_d > 0.0) {
    return "--lr-g " + setting_text(config.lr_g / 10.0) + " --lr-d " +
           setting_text(config.lr_d / 10.0);
  }
  return "--lr " + setting_text(config.lr / 10.0);
}

}  // namespace vgan
