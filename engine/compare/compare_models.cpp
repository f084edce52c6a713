// From a model's name in a comparison to its settings.
#include <algorithm>

#include "engine/base/error.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/compare/compare.hpp"

namespace vgan {

std::vector<std::string> comparable_models() {
  std::vector<std::string> names = {"gan", "conv1d"};
  for (const std::string& name : preset_names()) names.push_back(name);
  return names;
}

TrainConfig comparable_config(const std::string& model) {
  if (model == "gan") return preset("default");
  if (model == "conv1d") {
    TrainConfig config = preset("conv");
    config.net = NetKind::conv1d;
    return config;
  }
  const std::vector<std::string> names = comparable_models();
  if (std::find(names.begin(), names.end(), model) != names.end()) return preset(model);
  throw Error(ErrorCode::usage, {"bad command line", "models", "'" + model + "'", joined(names),
                                 suggestion(model, names)});
}

}  // namespace vgan
