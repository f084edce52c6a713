#include "engine/run/chosen_model.hpp"

namespace vgan {
namespace {

// The masked model's preset with what is given, and the names that settings have anywhere.
TrainConfig masked_in_place(const RunRequest& request, const TrainConfig& config) {
  TrainConfig masked = preset("masked");
  copy_settings(config, request.given, masked);
  copy_settings(config, {"data", "labels", "schema", "conditions", "out"}, masked);
  return masked;
}

}  // namespace

std::optional<Error> refusal_of(const TrainConfig& config, const std::vector<std::string>& given,
                                bool used) {
  try {
    validate(config);
    if (used) require_used(config, given);
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

ChosenModel model_of_table(const RunRequest& request, const TrainConfig& config) {
  TrainConfig masked = masked_in_place(request, config);
  if (const auto refusal = refusal_of(masked, request.given)) {
    return {config, "model gan, as --" + refusal->detail().where +
                        " is no setting of a masked model, which tables get by themselves"};
  }
  return {std::move(masked),
          "model masked, as the data are a table; --model gan, vae or ae is another"};
}

void judge_settings(const RunRequest& request, const TrainConfig& config, bool resumed) {
  const std::vector<std::string> none;
  const auto refusal = refusal_of(config, resumed ? none : request.given, !resumed);
  if (!refusal) return;
  const bool open = request.choose_model && !resumed;
  if (open && !refusal_of(masked_in_place(request, config), request.given)) return;
  throw *refusal;
}

}  // namespace vgan
