#include "engine/run/resumption.hpp"

#include <algorithm>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/checkpoint/checkpoint_folder.hpp"
#include "engine/data/readers/open_trials.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/models/scaling_checkpoint.hpp"
#include "engine/settings/setting_table.hpp"

namespace vgan {

namespace fs = std::filesystem;

namespace {

// A checkpoint lies in RUN/checkpoints; the run's folder is two up.
fs::path run_folder_of(const fs::path& checkpoint) {
  const fs::path parent = fs::absolute(checkpoint).parent_path();
  return parent.filename() == "checkpoints" ? parent.parent_path() : parent;
}

// Another file of conditions or labels may be the same ones elsewhere; none, or some where there
// were none, is another model.
void require_same_conditions(const TrainConfig& saved, const TrainConfig& wanted) {
  const auto refuse = [](const char* name, const std::string& now, const std::string& then) {
    refuse_setting(name, "'" + now + "'", then + ", as the run was started with",
                   "a resumed run keeps this setting; start a new run to change it");
  };
  if (saved.conditions.empty() != wanted.conditions.empty()) {
    refuse("conditions", wanted.conditions,
           saved.conditions.empty() ? "none" : "'" + saved.conditions + "'");
  }
  if (saved.conditional && wanted.labels == no_labels) {
    refuse("labels", wanted.labels, "those of the trials");
  }
}

bool same_folder(const fs::path& a, const fs::path& b) {
  std::error_code error;
  return fs::equivalent(a, b, error) && !error;
}

}  // namespace

fs::path newest_run(const fs::path& runs) {
  fs::path newest;
  fs::file_time_type newest_time;
  std::error_code error;
  const std::vector<std::string> names =
      fs::is_directory(runs, error) ? Folder(runs).names() : std::vector<std::string>();
  for (const std::string& name : names) {
    const fs::path checkpoints = runs / name / "checkpoints";
    if (!fs::is_directory(checkpoints, error)) continue;
    for (const auto& [epoch, file] : list_checkpoints(checkpoints)) {
      const auto time = fs::last_write_time(file, error);
      if (error || (!newest.empty() && time <= newest_time)) continue;
      newest = runs / name;
      newest_time = time;
    }
  }
  if (newest.empty()) {
    throw Error(ErrorCode::bad_config,
                {"no run to resume", runs.string(), "", "", "name one: --resume RUN"});
  }
  return newest;
}

bool is_given(const RunRequest& request, const std::string& setting) {
  return std::find(request.given.begin(), request.given.end(), setting) != request.given.end();
}

TrainConfig overlaid(const TrainConfig& saved, const RunRequest& request) {
  TrainConfig wanted = saved;
  copy_settings(request.config, request.given, wanted);
  if (is_given(request, "epochs") && !is_given(request, "passes")) wanted.passes = 0.0;
  if (is_given(request, "r1") && !is_given(request, "r1-scaled")) wanted.r1_scaled = false;
  const auto left_open = [&](const char* name, auto TrainConfig::*field, const auto& open) {
    if (is_given(request, name) && request.config.*field == open) wanted.*field = saved.*field;
  };
  left_open("precision", &TrainConfig::precision, PrecisionKind::automatic);
  left_open("output", &TrainConfig::output, OutputKind::automatic);
  left_open("likelihood", &TrainConfig::likelihood, LikelihoodKind::automatic);
  left_open("latent-mixture", &TrainConfig::latent_mixture, 0);
  left_open("hold-out", &TrainConfig::hold_out, std::nullopt);
  return wanted;
}

namespace {

// Locks the folder before it reads from it: otherwise a process that was held up in between would
// go on from what another one has meanwhile left behind.
Resumption locked_and_loaded(const RunRequest& request) {
  fs::path from = request.resume_from;
  if (from.empty())
    from = request.config.out.empty() ? newest_run("runs") : fs::path(request.config.out);
  const fs::path place = find_checkpoint(from);
  std::error_code ignored;
  if (!fs::is_directory(place, ignored)) {
    RunFolder folder = RunFolder::open(run_folder_of(place));
    return {std::move(folder), {load_checkpoint(place), place, {}}, {}, {}, {}, {}};
  }
  RunFolder folder = RunFolder::open(place == from ? run_folder_of(place / "x") : from);
  const Folder checkpoints =
      place == from / "checkpoints" ? folder.folder().inside("checkpoints") : Folder(place);
  if (list_checkpoints(checkpoints).empty()) {
    throw Error(ErrorCode::bad_config, {"no run to resume", folder.path().string(),
                                        "a run that was stopped before its first checkpoint", "",
                                        "start it again with --out " + folder.path().string()});
  }
  return {std::move(folder), load_newest(checkpoints), {}, {}, {}, {}};
}

}  // namespace

Resumption find_resumption(const RunRequest& request) {
  Resumption found = locked_and_loaded(request);
  const GeneratorModel model = read_model(found.loaded.checkpoint, found.loaded.file.string());
  found.trial = model.shape;
  found.schema = model.schema;
  // What was given now counts where it may change, and must agree where it may not.
  TrainConfig wanted = overlaid(model.config, request);
  const std::string folder = found.folder.path().string();
  if (is_given(request, "out") && !same_folder(wanted.out, folder)) {
    refuse_setting("out", "'" + wanted.out + "'", "the resumed run's own folder, '" + folder + "'",
                   "leave --out away");
  }
  wanted.out = model.config.out;
  found.changes = check_resume(model.config, wanted);
  found.record = RunRecord::load(found.loaded.checkpoint, found.loaded.file.string());
  require_same_conditions(model.config, wanted);
  if (!model.scaling.bytes() && model.scaling.curves().empty() &&
      !found.loaded.checkpoint.tensors.contains(scaling_name)) {
    const Scale& scale = model.scaling.scales()[0];  // of 0.1.0 and before: one for all values
    wanted.range = exact_text(scale.low) + ":" + exact_text(scale.high);
  }
  found.config = wanted;
  found.config.out = folder;
  return found;
}

}  // namespace vgan
