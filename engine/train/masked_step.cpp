#include "engine/train/masked_step.hpp"

#include <string>
#include <utility>

#include "engine/base/check.hpp"
#include "engine/models/fold_plan.hpp"

namespace vgan {
namespace {

AdamOptions scaled(AdamOptions options, const float* gradient_scale) {
  options.gradient_scale = gradient_scale;
  return options;
}

nn::CellLists lists_of(const CellLayout& layout) {
  return {layout.inputs, layout.tables,       layout.heads,
          layout.bell,   layout.inverse_sums, layout.order};
}

}  // namespace

MaskedStep::MaskedStep(Backend& backend, const std::vector<nn::Network*>& networks,
                       const CellLayout& layout,
                       const std::vector<MatrixView<const std::int32_t>>& rows,
                       const MaskedStepOptions& options)
    : TwoBatchStep(backend, options.schedules, "model"),
      cells_(backend, lists_of(layout)),
      data_queue_(backend.make_queue("data")) {
  require(!networks.empty() && networks.size() == rows.size(), "masked step",
          std::to_string(rows.size()) + " sets of rows", "one for each network");
  members_.reserve(networks.size());
  for (std::size_t i = 0; i < networks.size(); ++i) {
    objectives::MaskedOptions own = options.objective;
    own.network = i;
    own.seed = network_seed(options.objective.seed, i);
    objectives::Masked objective(backend, *networks[i], cells_, rows[i], state(), own);
    const AdamOptions adam = scaled(options.adam, objective.gradient_scale());
    members_.push_back({networks[i], std::move(objective),
                        optim::Adam(backend, adam_of(adam, &StepState::generator, true))});
  }
  backend.reserve_scratch(
      queue(), scratch_bytes(backend, networks.front()->layers(), options.objective.batch));
  record_programs(networks);
}

void MaskedStep::prepare_first(Queue& queue, std::uint64_t step) {
  for (Member& member : members_) {
    member.objective.prepare(queue, static_cast<std::size_t>(step % 2), StepCounter::of(state()));
  }
}

void MaskedStep::put_step(std::size_t variant) {
  Queue& data = *data_queue_;
  Queue& model = queue();
  data.wait_for(model);
  mark("batch", data);
  for (Member& member : members_) {
    member.objective.prepare(data, 1 - variant, StepCounter::of(state(), 1));
  }
  for (Member& member : members_) {
    mark("gradients", model);
    member.objective.gradients(model, variant);
    mark("adam", model);
    member.adam.step(model, *member.network, state());
  }
  mark("", model);
  model.wait_for(data);
  backend().advance(model, state());
}

}  // namespace vgan
