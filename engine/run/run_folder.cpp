#include "engine/run/run_folder.hpp"

#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/checkpoint/checkpoint_folder.hpp"
#include "engine/data/readers/npy.hpp"
#include "engine/data/writers/table_writer.hpp"
#include "engine/encode/as_type.hpp"
#include "engine/files/atomic_file.hpp"
#include "engine/pictures/png.hpp"
#include "engine/pictures/reconstruction_sheet.hpp"
#include "engine/pictures/trial_pictures.hpp"
#include "engine/run/run_events.hpp"
#include "engine/settings/schema_file.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

// The number of a file "epoch-NUMBER.ending"; 0 for any other name.
std::uint64_t epoch_of(const std::string& name) {
  constexpr std::string_view prefix = "epoch-";
  if (!name.starts_with(prefix)) return 0;
  const std::string_view rest = std::string_view(name).substr(prefix.size());
  return read_number<std::uint64_t>(rest.substr(0, rest.find('.'))).value_or(0);
}

// Makes the next free runs/NNNN. Making it is what claims it, so two runs never share one.
Folder claim_next_run() {
  const Folder runs = Folder::make("runs");
  std::uint64_t last = 0;
  for (const std::string& name : runs.names()) {
    if (name.size() > 9 || name.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::uint64_t number = read_number<std::uint64_t>(name).value_or(0);
    if (number < 999999999) last = std::max(last, number);
  }
  for (;;) {
    char name[32];
    std::snprintf(name, sizeof(name), "%04llu", static_cast<unsigned long long>(++last));
    if (std::optional<Folder> made = runs.claim_inside(name)) return *std::move(made);
  }
}

bool is_temporary(const std::string& name) {
  return name.starts_with(".") && (name.find(".tmp-") != std::string::npos ||
                                   (name.starts_with(".vgan-") && name.ends_with(".tmp")));
}

// The names in a folder but those of temporaries.
std::vector<std::string> lasting_names(const Folder& folder) {
  std::vector<std::string> names = folder.names();
  names.erase(std::remove_if(names.begin(), names.end(), is_temporary), names.end());
  return names;
}

// Whether `folder` holds nothing but what a run makes before its first checkpoint, in that order:
// two empty folders, its settings, the schema of its table, and metrics of no epoch.
bool never_began(const Folder& folder) {
  const std::vector<std::string> names = lasting_names(folder);
  const bool ours = folder.is_folder("checkpoints");
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    if (name == "checkpoints" || name == "samples") {
      return folder.is_folder(name) && lasting_names(folder.inside(name)).empty();
    }
    if (!ours || !folder.is_regular_file(name)) return false;
    return name == "config.toml" || name == "schema.toml" ||
           (name == "metrics.jsonl" && folder.size_of(name) == 0);
  });
}

// `name`, or the first of "epoch-00000006-2.png", "epoch-00000006-3.png"... that is free.
std::string free_name(const Folder& folder, const fs::path& name) {
  std::string free = name.string();
  for (int number = 2; folder.has(free); ++number) {
    free = name.stem().string() + "-" + std::to_string(number) + name.extension().string();
  }
  return free;
}

void write_text(const FilePlace& place, const std::string& text) {
  AtomicFile file(place);
  file.write(text);
  file.commit();
}

}  // namespace

RunFolder::RunFolder(Folder folder) : folder_(std::move(folder)) {
  if (uninterrupted([&] { return ::flock(folder_.descriptor(), LOCK_EX | LOCK_NB); }) == 0) return;
  if (errno == EWOULDBLOCK) {
    throw Error(ErrorCode::bad_config,
                {"the run folder is in use", path().string(), "another process training in it", "",
                 "wait for it, or choose another --out"});
  }
  const Error error = io_error("cannot lock the run folder", path(), errno);
  ErrorDetail detail = error.detail();
  detail.remedy =
      "without a lock two processes could train in it: run on a disk that has locks (flock), "
      "e.g. a local one";
  throw Error(error.code(), detail);
}

RunFolder RunFolder::create(const fs::path& wanted) {
  RunFolder folder(wanted.empty() ? claim_next_run() : Folder::make(wanted));
  if (never_began(folder.folder_)) return folder;
  const bool run = folder.folder_.has("checkpoints");
  const std::string path = folder.path().string();
  throw Error(
      ErrorCode::bad_config,
      {run ? "the run folder already holds a run" : "the run folder is not empty", path, "", "",
       run ? "go on with it by --resume " + path + ", or choose another --out"
           : "choose another --out"});
}

RunFolder RunFolder::open(const fs::path& folder) { return RunFolder(Folder(folder)); }

void RunFolder::make_ready() {
  // Whoever holds the folder's lock has no other writer beside it.
  for (const std::string& name : folder_.names()) {
    if (is_temporary(name)) folder_.remove(name);
  }
  checkpoints_ = folder_.make_inside("checkpoints");
  samples_ = folder_.make_inside("samples");
}

std::size_t RunFolder::set_aside_after(std::uint64_t epoch) const {
  std::size_t moved = 0;
  for (const Folder* kind : {&*checkpoints_, &*samples_}) {
    std::vector<std::string> later;
    for (const std::string& name : kind->names()) {
      if (epoch_of(name) > epoch) later.push_back(name);
    }
    if (later.empty()) continue;
    const Folder place =
        folder_.make_inside("superseded").make_inside(kind->path().filename().string());
    for (const std::string& name : later) kind->move(name, place, free_name(place, name));
    place.sync();
    kind->sync();
    moved += later.size();
  }
  return moved;
}

void RunFolder::write_config(const TrainConfig& config) const {
  write_text({folder_, "config.toml"}, print_config(config, true));
}

void RunFolder::write_schema(const Trials& trials) const {
  if (!trials.schema) return;
  write_text({folder_, "schema.toml"}, schema_file_text(*trials.schema, trials.source));
}

void RunFolder::start_metrics(std::uint64_t epoch, LaterEvents later) {
  std::set<std::uint64_t> checkpoints;
  for (const auto& [at, file] : list_checkpoints(*checkpoints_)) checkpoints.insert(at);
  metrics_.emplace(metrics_place(), epoch, std::move(checkpoints), later);
}

void RunFolder::write_sample_grid(Trainer& trainer, const Trials& trials) const {
  const std::optional<TrialSheet> sheet = sheet_for_data(trials);
  if (!sheet) return;
  const std::string name = sheet_name(trainer.epoch());
  const auto count = static_cast<std::uint64_t>(sheet->count());
  const auto columns = static_cast<std::uint64_t>(sheet->columns);
  const FilePlace place{*samples_, name};
  if (!draws_plots(trials)) {
    write_png(place, draw_samples(trainer.preview(count, columns), trials, *sheet));
    return;
  }
  std::vector<double> values = trainer.sample_values(count, trainer.config().seed, columns);
  if (trials.schema) RowDecoder(*trials.schema).snap(values);
  write_png(place, draw_samples(values, trials, *sheet));
}

void RunFolder::write_real_grid(const Trials& trials) const {
  const std::optional<TrialSheet> sheet = sheet_for_data(trials);
  if (sheet) write_png({folder_, "real.png"}, draw_real(trials, *sheet));
}

void RunFolder::write_loss_curves() const {
  const TrainingHistory& history = metrics_->history();
  if (history.empty()) return;
  write_png({folder_, "losses.png"}, draw_training("Training", history));
}

void RunFolder::write_reconstructions(Trainer& trainer, const Trials& trials) const {
  const Trials some = some_of(trials, pairs_on_a_sheet);
  if (!has_sheet(some, some.count)) return;
  write_reconstruction_sheet({folder_, "reconstructions.png"}, some, trainer.reconstruct(some));
}

bool RunFolder::has_samples() const {
  return folder_.has("samples.npy") || folder_.has("samples.csv");
}

void RunFolder::write_samples(Trainer& trainer, const Trials& trials, std::uint64_t count) const {
  if (trials.schema) return write_rows(trainer, *trials.schema, count);
  std::vector<std::int64_t> shape = trials.array_shape();
  shape.front() = static_cast<std::int64_t>(count);
  NpyWriter writer({folder_, "samples.npy"}, trials.value_type(), shape);
  std::vector<std::byte> bytes;
  as_type(trainer.sample_values(count, trainer.config().seed), trials.value_type(), bytes);
  writer.append_bytes(trials.value_type(), bytes.data(), bytes.size());
  writer.finish();
}

void RunFolder::write_rows(Trainer& trainer, const Schema& schema, std::uint64_t count) const {
  TableWriter writer(schema, dialect_for(schema.dialect, ".csv"));
  AtomicFile file({folder_, "samples.csv"}, "cannot write samples");
  file.write(writer.begin());
  file.write(writer.lines(trainer.sample_values(count, trainer.config().seed)));
  file.commit();
}

// A row for each queue: their work overlaps.
void RunFolder::write_profile(const std::vector<PhaseTime>& phases) const {
  nlohmann::json events = nlohmann::json::array();
  std::vector<std::string> rows;
  const auto row_of = [&](const std::string& queue) {
    const auto found = std::find(rows.begin(), rows.end(), queue);
    const auto row = static_cast<std::size_t>(found - rows.begin()) + 1;
    if (found != rows.end()) return row;
    rows.push_back(queue);
    events.push_back({{"name", "thread_name"},
                      {"ph", "M"},
                      {"pid", 1},
                      {"tid", row},
                      {"args", {{"name", "queue " + queue}}}});
    return row;
  };
  for (const PhaseTime& phase : phases) {
    const std::size_t row = row_of(phase.queue);
    events.push_back({{"name", phase.name},
                      {"ph", "X"},
                      {"ts", phase.start_seconds * 1e6},
                      {"dur", phase.seconds * 1e6},
                      {"pid", 1},
                      {"tid", row},
                      {"args", {{"epoch", phase.epoch}}}});
  }
  write_text({folder_, "profile.json"}, nlohmann::json{{"traceEvents", events}}.dump() + "\n");
}

}  // namespace vgan
