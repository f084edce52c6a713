#include "engine/train/run_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>

#include <nlohmann/json.hpp>

#include "engine/error.hpp"
#include "engine/files/atomic_file.hpp"
#include "engine/pictures/png.hpp"
#include "engine/readers/npy.hpp"
#include "engine/train/reconstruction_sheet.hpp"
#include "engine/train/trial_pictures.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse_io(const char* what, const fs::path& path, const std::string& why) {
  throw Error(ErrorCode::io, {what, path.string(), why, "", ""});
}

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) refuse_io("cannot make a folder", path, error.message());
}

// Makes the next free runs/NNNN. Making it is what claims it, so two runs never share one.
fs::path claim_next_run() {
  make_folder("runs");
  std::uint64_t last = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("runs", error)) {
    const std::string name = entry.path().filename().string();
    if (name.empty() || name.size() > 9 ||
        name.find_first_not_of("0123456789") != std::string::npos) {
      continue;
    }
    const std::uint64_t number = std::stoull(name);
    if (number < 999999999) last = std::max(last, number);
  }
  for (;;) {
    char name[32];
    std::snprintf(name, sizeof(name), "%04llu", static_cast<unsigned long long>(++last));
    const fs::path path = fs::path("runs") / name;
    if (fs::create_directory(path, error)) return path;
    if (error) refuse_io("cannot make a folder", path, error.message());
  }
}

bool is_temporary(const std::string& name) {
  return name.starts_with(".") && (name.find(".tmp-") != std::string::npos ||
                                   (name.starts_with(".vgan-") && name.ends_with(".tmp")));
}

// What killed writers left behind; only for whoever holds the folder's lock.
void remove_temporaries(const fs::path& folder) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    std::error_code ignored;
    if (is_temporary(entry.path().filename().string())) fs::remove(entry.path(), ignored);
  }
}

// The names in a folder but those of temporaries.
std::vector<std::string> lasting_names(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator at(folder, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    std::string name = at->path().filename().string();
    if (!is_temporary(name)) names.push_back(std::move(name));
  }
  if (error) refuse_io("cannot list the folder", folder, error.message());
  return names;
}

// Whether `folder` holds nothing but what a run makes before its first checkpoint, in that order:
// two empty folders, its settings, and metrics of no epoch.
bool never_began(const fs::path& folder) {
  const std::vector<std::string> names = lasting_names(folder);
  std::error_code error;
  const bool ours = fs::is_directory(folder / "checkpoints", error);
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    const fs::path path = folder / name;
    if (name == "checkpoints" || name == "samples") {
      return fs::is_directory(path, error) && lasting_names(path).empty();
    }
    if (!ours || !fs::is_regular_file(path, error)) return false;
    return name == "config.toml" || (name == "metrics.jsonl" && fs::file_size(path, error) == 0);
  });
}

// `name`, or the first of "epoch-00000006-2.png", "epoch-00000006-3.png"... that is free.
fs::path free_name(const fs::path& folder, const fs::path& name) {
  fs::path free = folder / name;
  std::error_code error;
  for (int number = 2; fs::exists(fs::symlink_status(free, error)); ++number) {
    free =
        folder / (name.stem().string() + "-" + std::to_string(number) + name.extension().string());
  }
  return free;
}

void write_text(const fs::path& path, const std::string& text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

}  // namespace

RunFolder::RunFolder(fs::path path) : path_(std::move(path)) {
  lock_ = FileDescriptor(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock_) refuse_io("cannot open the run folder", path_, std::strerror(errno));
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    throw Error(ErrorCode::bad_config,
                {"the run folder is in use", path_.string(), "another process training in it", "",
                 "wait for it, or choose another --out"});
  }
}

RunFolder RunFolder::create(const fs::path& wanted) {
  const fs::path path = wanted.empty() ? claim_next_run() : wanted;
  make_folder(path);
  RunFolder folder(path);
  std::error_code error;
  if (!never_began(path)) {
    const bool run = fs::exists(path / "checkpoints", error);
    throw Error(ErrorCode::bad_config,
                {run ? "the run folder already holds a run" : "the run folder is not empty",
                 path.string(), "", "",
                 run ? "go on with it by --resume " + path.string() + ", or choose another --out"
                     : "choose another --out"});
  }
  return folder;
}

RunFolder RunFolder::open(const fs::path& folder) { return RunFolder(folder); }

void RunFolder::make_ready() const {
  remove_temporaries(path_);
  make_folder(path_ / "checkpoints");
  make_folder(path_ / "samples");
}

std::size_t RunFolder::set_aside_after(std::uint64_t epoch) const {
  std::size_t moved = 0;
  for (const char* kind : {"checkpoints", "samples"}) {
    std::vector<fs::path> later;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(path_ / kind, error)) {
      unsigned long long number = 0;
      const std::string name = entry.path().filename().string();
      if (std::sscanf(name.c_str(), "epoch-%20llu.", &number) == 1 && number > epoch) {
        later.push_back(entry.path());
      }
    }
    for (const fs::path& file : later) {
      const fs::path place = path_ / "superseded" / kind;
      make_folder(place);
      fs::rename(file, free_name(place, file.filename()), error);
      if (error) refuse_io("cannot set a later file aside", file, error.message());
      ++moved;
    }
  }
  return moved;
}

void RunFolder::write_config(const TrainConfig& config) const {
  write_text(path_ / "config.toml", print_config(config, true));
}

void RunFolder::start_metrics(std::uint64_t epoch, const TrainConfig& config) {
  metrics_.emplace(path_ / "metrics.jsonl", epoch, config);
}

void RunFolder::write_sample_grid(Trainer& trainer, const ImageSet& images) const {
  const std::optional<TrialSheet> sheet = sheet_for_data(images);
  if (!sheet) return;
  char name[40];
  std::snprintf(name, sizeof(name), "epoch-%08llu.png",
                static_cast<unsigned long long>(trainer.epoch()));
  const auto count = static_cast<std::uint64_t>(sheet->count());
  const auto columns = static_cast<std::uint64_t>(sheet->columns);
  write_png(
      path_ / "samples" / name,
      draws_plots(images)
          ? draw_samples(trainer.sample(count, trainer.config().seed, columns), images, *sheet)
          : draw_samples(trainer.preview(count, columns), images, *sheet));
}

void RunFolder::write_real_grid(const ImageSet& images) const {
  const std::optional<TrialSheet> sheet = sheet_for_data(images);
  if (sheet) write_png(path_ / "real.png", draw_real(images, *sheet));
}

void RunFolder::write_loss_curves() const {
  const TrainingHistory& history = metrics_->history();
  if (history.empty()) return;
  write_png(path_ / "losses.png", draw_training("Training", history));
}

void RunFolder::write_reconstructions(Trainer& trainer, const ImageSet& images) const {
  const ImageSet some = some_of(images, pairs_on_a_sheet);
  if (!has_sheet(some, some.count)) return;
  write_reconstruction_sheet(path_ / "reconstructions.png", some, trainer.reconstruct(some));
}

bool RunFolder::has_samples() const {
  std::error_code error;
  return fs::exists(path_ / "samples.npy", error);
}

void RunFolder::write_samples(Trainer& trainer, const ImageSet& images, std::uint64_t count) const {
  std::vector<std::int64_t> shape = images.array_shape();
  shape.front() = static_cast<std::int64_t>(count);
  NpyWriter writer(path_ / "samples.npy", ValueType::f32, shape);
  writer.append(std::span<const float>(trainer.sample(count, trainer.config().seed)));
  writer.finish();
}

void RunFolder::write_profile(const std::vector<Trainer::PhaseTime>& phases) const {
  nlohmann::json events = nlohmann::json::array();
  for (const Trainer::PhaseTime& phase : phases) {
    events.push_back({{"name", phase.name},
                      {"ph", "X"},
                      {"ts", phase.start_seconds * 1e6},
                      {"dur", phase.seconds * 1e6},
                      {"pid", 1},
                      {"tid", 1},
                      {"args", {{"epoch", phase.epoch}}}});
  }
  write_text(path_ / "profile.json", nlohmann::json{{"traceEvents", events}}.dump() + "\n");
}

}  // namespace vgan
