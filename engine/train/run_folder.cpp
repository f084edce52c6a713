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

// What killed writers left behind; only for whoever holds the folder's lock.
void remove_temporaries(const fs::path& folder) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    const bool ours =
        name.starts_with(".") && (name.find(".tmp-") != std::string::npos ||
                                  (name.starts_with(".vgan-") && name.ends_with(".tmp")));
    std::error_code ignored;
    if (ours) fs::remove(entry.path(), ignored);
  }
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
  if (!fs::is_empty(path, error) || error) {
    const bool run = fs::exists(path / "checkpoints", error);
    throw Error(ErrorCode::bad_config,
                {run ? "the run folder already holds a run" : "the run folder is not empty",
                 path.string(), "", "",
                 run ? "go on with it by --resume " + path.string() + ", or choose another --out"
                     : "choose another --out"});
  }
  make_folder(path / "checkpoints");
  make_folder(path / "samples");
  return folder;
}

RunFolder RunFolder::open(const fs::path& folder) {
  RunFolder opened(folder);
  remove_temporaries(folder);
  make_folder(folder / "checkpoints");
  make_folder(folder / "samples");
  return opened;
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
      fs::rename(file, place / file.filename(), error);
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
  if (history.epoch.empty()) return;
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
  std::vector<std::int64_t> shape{static_cast<std::int64_t>(count), images.height, images.width};
  if (images.channels > 1) shape.push_back(images.channels);
  NpyWriter writer(path_ / "samples.npy", NpyType::f32, shape);
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
