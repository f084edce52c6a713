#include "engine/train/run_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <span>

#include <nlohmann/json.hpp>

#include "engine/checkpoint/atomic_file.hpp"
#include "engine/error.hpp"
#include "engine/pictures/grid.hpp"
#include "engine/pictures/png.hpp"
#include "engine/readers/npy.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

constexpr int grid_columns = 10;
constexpr std::int64_t grid_count = 100;

[[noreturn]] void refuse_io(const char* what, const fs::path& path, const std::string& why) {
  throw Error(ErrorCode::io, {what, path.string(), why, "", ""});
}

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) refuse_io("cannot make a folder", path, error.message());
}

bool holds_run(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path / "config.toml", ignored) || fs::exists(path / "checkpoints", ignored) ||
         fs::exists(path / "metrics.jsonl", ignored);
}

fs::path next_free_run() {
  std::uint64_t last = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("runs", error)) {
    const std::string name = entry.path().filename().string();
    if (name.empty() || name.size() > 9 ||
        name.find_first_not_of("0123456789") != std::string::npos) {
      continue;
    }
    last = std::max<std::uint64_t>(last, std::stoull(name));
  }
  char name[32];
  std::snprintf(name, sizeof(name), "%04llu", static_cast<unsigned long long>(last + 1));
  return fs::path("runs") / name;
}

void write_text(const fs::path& path, const std::string& text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

// u8 pixels for a picture, whatever the data's own range.
std::vector<std::uint8_t> picture_pixels(const ImageSet& images, std::int64_t image) {
  const auto pixels = static_cast<std::size_t>(images.pixels_per_image());
  const auto first = static_cast<std::size_t>(image) * pixels;
  if (const auto* u8 = std::get_if<std::vector<std::uint8_t>>(&images.pixels)) {
    return {u8->begin() + static_cast<std::ptrdiff_t>(first),
            u8->begin() + static_cast<std::ptrdiff_t>(first + pixels)};
  }
  const auto& values = std::get<std::vector<float>>(images.pixels);
  std::vector<std::uint8_t> out(pixels);
  for (std::size_t i = 0; i < pixels; ++i) {
    const float share = (values[first + i] - images.low) / (images.high - images.low);
    out[i] = static_cast<std::uint8_t>(std::clamp(share * 255.0F + 0.5F, 0.0F, 255.0F));
  }
  return out;
}

// The first ten of each of the first ten classes, or the first hundred.
std::vector<std::int64_t> real_choice(const ImageSet& images) {
  std::vector<std::int64_t> chosen;
  if (!images.labels.empty()) {
    for (std::int32_t label = 0; label < 10; ++label) {
      std::int64_t found = 0;
      for (std::int64_t i = 0; i < images.count && found < grid_columns; ++i) {
        if (images.labels[static_cast<std::size_t>(i)] != label) continue;
        chosen.push_back(i);
        ++found;
      }
      if (found < grid_columns) break;
    }
    if (chosen.size() == grid_count) return chosen;
    chosen.clear();
  }
  for (std::int64_t i = 0; i < std::min(grid_count, images.count); ++i) chosen.push_back(i);
  return chosen;
}

}  // namespace

RunFolder RunFolder::create(const fs::path& wanted) {
  const fs::path path = wanted.empty() ? next_free_run() : wanted;
  if (holds_run(path)) {
    throw Error(ErrorCode::bad_config,
                {"the run folder already holds a run", path.string(), "", "",
                 "go on with it by --resume " + path.string() + ", or choose another --out"});
  }
  make_folder(path / "checkpoints");
  make_folder(path / "samples");
  return RunFolder(path);
}

RunFolder RunFolder::open(const fs::path& folder) {
  make_folder(folder / "checkpoints");
  make_folder(folder / "samples");
  return RunFolder(folder);
}

void RunFolder::write_config(const TrainConfig& config) const {
  write_text(path_ / "config.toml", print_config(config, true));
}

void RunFolder::start_metrics(std::uint64_t epoch) {
  const fs::path file = path_ / "metrics.jsonl";
  std::string kept;
  std::ifstream old(file);
  for (std::string line; std::getline(old, line);) {
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    if (!entry.is_object() || !entry.contains("epoch") || entry.contains("event")) continue;
    if (entry["epoch"].get<std::uint64_t>() > epoch) break;
    kept += line + "\n";
    history_.epoch.push_back(entry.value("epoch", 0.0));
    history_.d_loss.push_back(entry.value("d_loss", 0.0));
    history_.g_loss.push_back(entry.value("g_loss", 0.0));
    history_.accuracy_real.push_back(entry.value("d_real_accuracy", 0.0));
    history_.accuracy_fake.push_back(entry.value("d_fake_accuracy", 0.0));
  }
  write_text(file, kept);
  metrics_.reset(std::fopen(file.c_str(), "ab"));
  if (!metrics_) refuse_io("cannot write metrics", file, std::strerror(errno));
}

void RunFolder::add_metrics(const StepReport& r, double seconds) {
  history_.epoch.push_back(static_cast<double>(r.epoch));
  history_.d_loss.push_back(r.d_loss());
  history_.g_loss.push_back(r.g_loss);
  history_.accuracy_real.push_back(r.real_accuracy);
  history_.accuracy_fake.push_back(r.fake_accuracy);
  std::fprintf(metrics_.get(),
               "{\"epoch\":%llu,\"d_loss\":%.6g,\"d_loss_real\":%.6g,\"d_loss_fake\":%.6g,"
               "\"g_loss\":%.6g,\"r1\":%.6g,\"d_real_accuracy\":%.6g,\"d_fake_accuracy\":%.6g,"
               "\"seconds\":%.3f}\n",
               static_cast<unsigned long long>(r.epoch), r.d_loss(), r.d_loss_real, r.d_loss_fake,
               r.g_loss, r.r1, r.real_accuracy, r.fake_accuracy, seconds);
  if (seconds - last_flush_ > 1.0) {
    flush_metrics();
    last_flush_ = seconds;
  }
}

void RunFolder::add_done(std::uint64_t epochs, double seconds, double epochs_per_second) {
  std::fprintf(metrics_.get(),
               "{\"event\":\"done\",\"epoch\":%llu,\"seconds\":%.3f,\"epochs_per_second\":%.3f}\n",
               static_cast<unsigned long long>(epochs), seconds, epochs_per_second);
  flush_metrics();
}

void RunFolder::flush_metrics() {
  if (std::fflush(metrics_.get()) != 0 || std::ferror(metrics_.get()) != 0) {
    refuse_io("cannot write metrics", path_ / "metrics.jsonl", std::strerror(errno));
  }
}

void RunFolder::write_sample_grid(Trainer& trainer) const {
  const std::vector<std::uint8_t> pixels = trainer.preview(grid_count);
  const auto [height, width] = trainer.trial_shape();
  char name[40];
  std::snprintf(name, sizeof(name), "epoch-%08llu.png",
                static_cast<unsigned long long>(trainer.epoch()));
  write_png(path_ / "samples" / name,
            make_grid(pixels.data(), grid_count, static_cast<int>(height), static_cast<int>(width),
                      grid_columns));
}

void RunFolder::write_real_grid(const ImageSet& images) const {
  std::vector<std::uint8_t> pixels;
  const auto chosen = real_choice(images);
  for (const std::int64_t image : chosen) {
    const auto one = picture_pixels(images, image);
    pixels.insert(pixels.end(), one.begin(), one.end());
  }
  write_png(path_ / "real.png",
            make_grid(pixels.data(), static_cast<std::int64_t>(chosen.size()),
                      static_cast<int>(images.height), static_cast<int>(images.width),
                      grid_columns));
}

void RunFolder::write_loss_curves() const {
  if (history_.epoch.empty()) return;
  write_png(path_ / "losses.png", draw_training("Training", history_));
}

void RunFolder::write_samples(Trainer& trainer, const ImageSet& images,
                              std::uint64_t count) const {
  NpyWriter writer(path_ / "samples.npy", NpyType::f32,
                   {static_cast<std::int64_t>(count), images.height, images.width});
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
