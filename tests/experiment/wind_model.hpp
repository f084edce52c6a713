// A model of the built-in wind tunnel, trained once for all tests.
#pragma once

#include "engine/data/builtin/wind_tunnel.hpp"
#include "tests/experiment/experiment_model.hpp"

namespace vgan::testing {

inline const ExperimentModel& wind_model() {
  static const ExperimentModel model = [] {
    TrainConfig config = experiment_config(2000);
    config.dropout = 0.0;
    return ExperimentModel(make_wind_tunnel(1), config);
  }();
  return model;
}

}  // namespace vgan::testing
