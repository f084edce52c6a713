#include "engine/train/masked_step.hpp"

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

MaskedStep::MaskedStep(Backend& backend, nn::Network& network, const CellLayout& layout,
                       MatrixView<const std::int32_t> rows, const MaskedStepOptions& options)
    : TwoBatchStep(backend, options.schedules, "model"),
      network_(&network),
      cells_(backend, lists_of(layout)),
      data_queue_(backend.make_queue("data")),
      objective_(backend, network, cells_, rows, state(), options.objective),
      adam_(backend, adam_of(scaled(options.adam, objective_.gradient_scale()),
                             &StepState::generator, true)) {
  backend.reserve_scratch(queue(),
                          scratch_bytes(backend, network.layers(), options.objective.batch));
  record_programs();
}

void MaskedStep::prepare_first(Queue& queue, std::uint64_t step) {
  objective_.prepare(queue, static_cast<std::size_t>(step % 2), StepCounter::of(state()));
}

void MaskedStep::put_step(std::size_t variant) {
  Queue& data = *data_queue_;
  Queue& model = queue();
  data.wait_for(model);
  mark("batch", data);
  objective_.prepare(data, 1 - variant, StepCounter::of(state(), 1));
  mark("gradients", model);
  objective_.gradients(model, variant);
  mark("adam", model);
  adam_.step(model, *network_, state());
  model.wait_for(data);
  mark("", model);
  backend().advance(model, state());
}

}  // namespace vgan
