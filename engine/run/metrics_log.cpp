#include "engine/run/metrics_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "engine/base/error.hpp"
#include "engine/base/json_text.hpp"
#include "engine/base/number_text.hpp"
#include "engine/files/atomic_file.hpp"
#include "engine/files/read_file.hpp"

namespace vgan {
namespace {

const char* const changed = "changed";  // the event of a setting's change

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

MetricsLog::MetricsLog(const FilePlace& file, std::uint64_t epoch) : file_(file.path) {
  constexpr std::size_t chunk = 1 << 20;
  AtomicFile start(file);
  std::string kept;
  const auto take = [&](const std::string& line) {
    const auto entry = read_json(line);
    if (!entry.is_object() || (entry.contains("event") && entry["event"] != changed)) return true;
    const auto at = number_in(entry, "epoch");
    if (!at) return true;
    if (*at > static_cast<double>(epoch)) return false;
    kept += line + "\n";
    if (kept.size() > chunk) {
      start.write(kept);
      kept.clear();
    }
    if (entry.contains("event")) return true;
    seconds_before_ = number_in(entry, "seconds").value_or(seconds_before_);
    for (const Drawn& drawn : all_drawn) {
      LongSeries& series = history_.*drawn.series;
      if (!entry.contains(drawn.name) && series.empty()) continue;  // another model's
      series.add(*at, number_in(entry, drawn.name).value_or(std::nan("")));
    }
    return true;
  };
  if (exists(file)) for_each_line(file, take);
  start.write(kept);
  start.commit();
  lines_.reset(open_for_lines(file));
}

void MetricsLog::add(const StepReport& report, double seconds) {
  const auto epoch = static_cast<double>(report.epoch);
  std::fprintf(lines_.get(), "{\"epoch\":%llu", static_cast<unsigned long long>(report.epoch));
  for (const NamedValue& value : report.values) {
    std::fprintf(lines_.get(), ",\"%s\":%s", std::string(value.name).c_str(),
                 general_text(static_cast<double>(value.value)).c_str());
  }
  for (const Drawn& drawn : all_drawn) {
    if (const std::optional<float> value = report.find(drawn.name)) {
      (history_.*drawn.series).add(epoch, static_cast<double>(*value));
    }
  }
  std::fprintf(lines_.get(), ",\"seconds\":%s}\n",
               fixed_text(seconds_before_ + seconds, 3).c_str());
  if (seconds - last_flush_ > 1.0) {
    flush();
    last_flush_ = seconds;
  }
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
  if (std::fflush(lines_.get()) != 0 || std::ferror(lines_.get()) != 0) refuse_io(file_);
}

void MetricsLog::sync() {
  flush();
  if (uninterrupted([&] { return ::fsync(::fileno(lines_.get())); }) != 0) refuse_io(file_);
}

}  // namespace vgan
