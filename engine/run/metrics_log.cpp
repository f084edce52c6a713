#include "engine/run/metrics_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "engine/base/error.hpp"
#include "engine/base/json_text.hpp"
#include "engine/base/number_text.hpp"
#include "engine/files/atomic_file.hpp"
#include "engine/files/read_file.hpp"
#include "engine/run/log_place.hpp"

namespace vgan {
namespace {

const char* const changed = "changed";  // the event of a setting's change
const char* const done = "done";        // that of a run's end
constexpr std::size_t chunk = 1 << 20;  // bytes of lines that are written at once

[[noreturn]] void refuse_io(const std::filesystem::path& file) {
  throw Error(ErrorCode::io, {"cannot write metrics", file.string(), std::strerror(errno), "", ""});
}

bool exists(const FilePlace& file) {
  struct stat status;
  return ::fstatat(file.folder, file.name.c_str(), &status, 0) == 0;
}

// For adding lines. O_NONBLOCK: a FIFO that somebody put there would hold the process.
std::FILE* open_for_lines(const FilePlace& file) {
  FileDescriptor opened(uninterrupted([&] {
    return ::openat(file.folder, file.name.c_str(), O_WRONLY | O_APPEND | O_NONBLOCK | O_CLOEXEC);
  }));
  struct stat status;
  if (!opened || ::fstat(opened.get(), &status) != 0) refuse_io(file.path);
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::io, {"cannot write metrics", file.path.string(),
                                "a device, FIFO or socket", "a regular file", "remove it"});
  }
  std::FILE* const lines = ::fdopen(opened.get(), "ab");
  if (lines == nullptr) refuse_io(file.path);
  opened.release();
  return lines;
}

// The number in a metrics line, or nothing.
std::optional<double> number_in(const nlohmann::json& entry, const char* key) {
  const auto found = entry.find(key);
  if (found == entry.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

// Whether an event tells of what happened, which stays true when a run goes another way; measures
// are of weights that are no more.
bool outlives(const nlohmann::json& entry) {
  return entry["event"] != "evaluation" && entry["event"] != "floors";
}

std::string superseded(const std::string& line, std::uint64_t epoch) {
  auto entry = nlohmann::ordered_json::parse(line);
  entry["superseded"] = epoch;
  return entry.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

// The values that losses.png is drawn from.
struct Drawn {
  const char* name;
  LongSeries TrainingHistory::*series;
};
constexpr Drawn all_drawn[] = {{"d_loss", &TrainingHistory::d_loss},
                               {"g_loss", &TrainingHistory::g_loss},
                               {"gradient_penalty", &TrainingHistory::gradient_penalty},
                               {"d_real_accuracy", &TrainingHistory::accuracy_real},
                               {"d_fake_accuracy", &TrainingHistory::accuracy_fake},
                               {"cross_entropy", &TrainingHistory::cross_entropy},
                               {"gradient_norm", &TrainingHistory::gradient_norm},
                               {"reconstruction", &TrainingHistory::reconstruction},
                               {"squared_error", &TrainingHistory::squared_error},
                               {"kl", &TrainingHistory::kl}};

}  // namespace

double seconds_in_metrics(const FilePlace& file) {
  double seconds = 0.0;
  if (!exists(file)) return seconds;
  for_each_line(file, [&](const std::string& line) {
    const auto entry = read_json(line);
    if (entry.is_object()) seconds = number_in(entry, "seconds").value_or(seconds);
    return true;
  });
  return seconds;
}

MetricsLog::MetricsLog(const FilePlace& file, std::uint64_t epoch,
                       std::set<std::uint64_t> checkpoints, LaterEvents later)
    : file_(file), checkpoints_(std::move(checkpoints)) {
  while (epoch / stride_ > most_lines) stride_ *= 2;
  AtomicFile start(file);
  std::string kept;
  const auto take = [&](const std::string& line) {
    const auto entry = read_json(line);
    if (!entry.is_object() || (entry.contains("event") && entry["event"] == done)) return true;
    const auto at = place_in_log(entry);
    if (!at) return true;
    const bool event = entry.contains("event");
    if (*at > static_cast<double>(epoch)) {
      if (later == LaterEvents::dropped) return false;
      if (event && outlives(entry)) kept += superseded(line, epoch) + "\n";
      return true;
    }
    const bool stays = event || is_kept(static_cast<std::uint64_t>(*at));
    if (stays) kept += line + "\n";
    if (!event) left_out_ = stays ? "" : line + "\n";
    if (kept.size() > chunk) {
      start.write(kept);
      kept.clear();
    }
    if (event) return true;
    seconds_before_ = number_in(entry, "seconds").value_or(seconds_before_);
    for (const Drawn& drawn : all_drawn) {
      LongSeries& series = history_.*drawn.series;
      if (!entry.contains(drawn.name) && series.empty()) continue;  // another model's
      series.add(*at, number_in(entry, drawn.name).value_or(std::nan("")));
    }
    return true;
  };
  if (exists(file)) for_each_line(file, take);
  start.write(kept + left_out_);
  left_out_.clear();
  start.commit();
  lines_.reset(open_for_lines(file));
}

// Every stride_th epoch, those of checkpoints, and those after them, which say what the weights of
// these are worth.
bool MetricsLog::is_kept(std::uint64_t epoch) const {
  return epoch % stride_ == 0 || checkpoints_.contains(epoch) ||
         (epoch > 0 && checkpoints_.contains(epoch - 1));
}

void MetricsLog::add(const StepReport& report, double seconds) {
  const auto epoch = static_cast<double>(report.epoch);
  std::string line = "{\"epoch\":" + std::to_string(report.epoch);
  for (const NamedValue& value : report.values) {
    line +=
        ",\"" + std::string(value.name) + "\":" + general_text(static_cast<double>(value.value));
  }
  line += ",\"seconds\":" + fixed_text(seconds_before_ + seconds, 3) + "}\n";
  for (const Drawn& drawn : all_drawn) {
    if (const std::optional<float> value = report.find(drawn.name)) {
      (history_.*drawn.series).add(epoch, static_cast<double>(*value));
    }
  }
  while (report.epoch / stride_ > most_lines) thin();
  left_out_ = is_kept(report.epoch) ? "" : line;
  if (left_out_.empty()) std::fputs(line.c_str(), lines_.get());
  if (seconds - last_flush_ > 1.0) {
    flush();
    last_flush_ = seconds;
  }
}

// The file with every second of its lines.
void MetricsLog::thin() {
  flush();
  stride_ *= 2;
  AtomicFile fewer(file_);
  std::string kept;
  for_each_line(file_, [&](const std::string& line) {
    const auto entry = read_json(line);
    if (!entry.is_object()) return true;
    const auto at = number_in(entry, "epoch");
    const bool stays = entry.contains("event") || (at && is_kept(static_cast<std::uint64_t>(*at)));
    if (stays) kept += line + "\n";
    if (kept.size() > chunk) {
      fewer.write(kept);
      kept.clear();
    }
    return true;
  });
  fewer.write(kept);
  fewer.commit();
  lines_.reset(open_for_lines(file_));
}

void MetricsLog::add_event(const std::string& line) {
  std::fprintf(lines_.get(), "%s\n", line.c_str());
}

void MetricsLog::add_done(std::uint64_t epochs, double seconds, double epochs_per_second) {
  std::fprintf(
      lines_.get(), "{\"event\":\"done\",\"epoch\":%llu,\"seconds\":%s,\"epochs_per_second\":%s}\n",
      static_cast<unsigned long long>(epochs), fixed_text(seconds_before_ + seconds, 3).c_str(),
      fixed_text(epochs_per_second, 3).c_str());
  flush();
}

void MetricsLog::add_change(std::uint64_t epoch, const SettingChange& change) {
  const nlohmann::ordered_json line = {{"event", changed},
                                       {"epoch", epoch},
                                       {"setting", change.setting},
                                       {"from", change.from},
                                       {"to", change.to}};
  std::fprintf(lines_.get(), "%s\n", line.dump().c_str());
}

void MetricsLog::flush() {
  if (std::fflush(lines_.get()) != 0 || std::ferror(lines_.get()) != 0) refuse_io(file_.path);
}

// What a checkpoint will be written beside has its line, whatever its epoch.
void MetricsLog::sync() {
  std::fputs(left_out_.c_str(), lines_.get());
  left_out_.clear();
  flush();
  if (uninterrupted([&] { return ::fsync(::fileno(lines_.get())); }) != 0) refuse_io(file_.path);
}

}  // namespace vgan
