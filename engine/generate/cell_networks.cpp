#include "engine/generate/cell_networks.hpp"

#include <string>
#include <vector>

#include "engine/models/fold_plan.hpp"
#include "engine/models/state_tensors.hpp"

namespace vgan {

void load_cell_networks(Backend& backend, Queue& queue, CellSampler& sampler,
                        const GeneratorModel& model, const Checkpoint& checkpoint,
                        bool raw_weights) {
  const std::vector<std::string> names =
      network_names(model.config, model.averaged && !raw_weights);
  for (std::size_t i = 0; i < names.size(); ++i) {
    load_weights(backend, queue, sampler.network(i), names[i], checkpoint);
    sampler.weights_changed(queue, i);
  }
}

}  // namespace vgan
