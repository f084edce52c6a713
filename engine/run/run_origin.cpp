#include "engine/run/run_origin.hpp"

#include <filesystem>
#include <system_error>

#include "engine/base/error.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/run/resumption.hpp"
#include "engine/sample/reconstructor.hpp"

namespace vgan {

RunRecord::Origin RunOrigin::record() const {
  return {std::filesystem::absolute(loaded.file).lexically_normal().string(),
          metadata_number(loaded.checkpoint, "epoch")};
}

bool RunOrigin::mixes(const SplitTrials& split, const std::string& from) const {
  std::error_code error;
  if (split.held_out.count == 0 || !std::filesystem::equivalent(from, data, error) || error) {
    return false;
  }
  const auto learnt = loaded.checkpoint.metadata.find("data");
  return learnt != loaded.checkpoint.metadata.end() &&
         learnt->second != split.training.fingerprint();
}

void RunOrigin::require_fit(const Trials& trials) const {
  const auto refuse = [&](const std::string& found, const std::string& allowed) {
    throw Error(ErrorCode::bad_data,
                {"cannot start from " + loaded.file.string(), trials.source, found,
                 allowed + ", as it was trained on", "start without --from"});
  };
  if (!trials.shape.same_sides(trial)) {
    refuse("trials of " + shape_text(trials.shape), shape_text(trial));
  }
  const bool same =
      trials.schema && schema ? same_encoding(*trials.schema, *schema) : !trials.schema && !schema;
  if (!same) {
    refuse(trials.schema ? "a table of other columns, words or values" : "trials that are no table",
           schema ? "those of its table" : "trials that are no table");
  }
  const ConditionModel wanted(config, trials);
  const auto text = [](const ConditionModel& told) {
    return std::to_string(told.size()) + (told.groups()    ? " groups of alike trials"
                                          : told.classes() ? " classes"
                                                           : " conditions a trial");
  };
  if (wanted.size() != conditions.size()) refuse(text(wanted), text(conditions));
}

RunOrigin find_origin(const RunRequest& request) {
  RunOrigin origin;
  origin.loaded = load_run_or_file(request.from);
  const GeneratorModel model = read_model(origin.loaded.checkpoint, origin.loaded.file.string());
  origin.data = model.config.data;
  origin.trial = model.shape;
  origin.schema = model.schema;
  origin.conditions = model.conditions;
  origin.config = overlaid(model.config, request);
  check_origin(model.config, origin.config);
  // What belongs to the other run's folder, display and data is not this one's.
  origin.config.out = request.config.out;
  origin.config.quiet = request.config.quiet;
  origin.config.profile_steps = request.config.profile_steps;
  if (is_given(request, "data")) {
    if (!is_given(request, "labels")) origin.config.labels.clear();
    if (!is_given(request, "schema")) origin.config.schema.clear();
    if (!is_given(request, "array")) origin.config.array.clear();
    if (!is_given(request, "dataset")) origin.config.dataset.clear();
  }
  if (is_given(request, "data") && !is_given(request, "conditions") &&
      !model.config.conditions.empty()) {
    refuse_setting("conditions", "other data without conditions of their own",
                   "a file of conditions for " + origin.config.data, "give --conditions");
  }
  return origin;
}

}  // namespace vgan
