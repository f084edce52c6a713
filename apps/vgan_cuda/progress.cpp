#include "apps/vgan_cuda/progress.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

#include "apps/vgan_cuda/terminal.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/printable.hpp"

namespace vgan::app {
namespace {

constexpr double mean_epochs = 50.0;
constexpr std::uint64_t epochs_per_line = 100;
constexpr double redraw_seconds = 0.1;
constexpr double rate_memory_seconds = 5.0;

std::string rate_text(double rate) { return fixed_text(rate, rate < 99.95 ? 1 : 0); }

// The filled part to an eighth of a cell where the characters for it are there.
std::string bar(double share, std::size_t cells, bool utf8) {
  if (!utf8) {
    const auto full = static_cast<std::size_t>(share * static_cast<double>(cells - 2));
    return "[" + std::string(full, '#') + std::string(cells - 2 - full, '.') + "]";
  }
  static constexpr std::array<const char*, 8> parts = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<std::size_t>(share * static_cast<double>(cells * 8));
  std::string text;
  for (std::size_t i = 0; i < eighths / 8; ++i) text += "█";
  std::size_t used = eighths / 8;
  if (eighths % 8 != 0) {
    text += parts[eighths % 8];
    ++used;
  }
  for (; used < cells; ++used) text += "░";
  return text;
}

// What the bar shows of a model when there is room for more than its losses.
std::string second_part(const ProgressValues& v) {
  switch (v.model) {
    case ModelKind::vae: return "KL " + fixed_text(v.mean("kl"), 2);
    case ModelKind::masked: return "gradient " + fixed_text(v.mean("gradient_norm"), 2);
    case ModelKind::ae: return "squared error " + fixed_text(v.mean("squared_error"), 5);
    case ModelKind::gan: break;
  }
  return "real " + fixed_text(v.mean("d_real_accuracy") * 100.0, 0) + "% fake " +
         fixed_text(v.mean("d_fake_accuracy") * 100.0, 0) + "%";
}

// A model's loss, or losses, as the bar shows them.
std::string loss_part(const ProgressValues& v) {
  switch (v.model) {
    case ModelKind::gan: break;
    case ModelKind::masked: return "cross-entropy " + fixed_text(v.mean("cross_entropy"), 3);
    case ModelKind::vae:
    case ModelKind::ae: return "reconstruction " + fixed_text(v.mean("reconstruction"), 2);
  }
  return "D " + fixed_text(v.mean("d_loss"), 2) + " G " + fixed_text(v.mean("g_loss"), 2);
}

std::string losses_text(const ProgressValues& v) {
  if (v.model == ModelKind::gan) {
    return "d_loss " + fixed_text(v.mean("d_loss"), 3) + "  g_loss " +
           fixed_text(v.mean("g_loss"), 3) + "  D(real) " +
           fixed_text(v.mean("d_real_accuracy"), 2) + "  D(fake) " +
           fixed_text(v.mean("d_fake_accuracy"), 2);
  }
  return loss_part(v) + "  " + second_part(v);
}

}  // namespace

std::string plain_line(const ProgressValues& v) {
  return "epoch " + std::to_string(v.epoch) + "/" + std::to_string(v.total) + "  " +
         losses_text(v) + "  " + rate_text(v.epochs_per_second) + " epochs/s" +
         (v.quality.empty() ? "" : "  " + v.quality) + (v.alarms.empty() ? "" : "  ! " + v.alarms);
}

std::string bar_line(const ProgressValues& v, std::size_t width, bool utf8) {
  const double share =
      v.total == 0 ? 1.0 : static_cast<double>(v.epoch) / static_cast<double>(v.total);
  const std::string percent = std::to_string(static_cast<int>(share * 100.0));
  // In their order on the line; those of the lowest rank are the first to get room.
  struct Part {
    int rank;
    std::string text;
    bool shown = false;
  };
  std::array<Part, 8> parts = {{
      {0, std::string(percent.size() < 3 ? 3 - percent.size() : 0, ' ') + percent + "%"},
      {5, std::to_string(v.epoch) + "/" + std::to_string(v.total)},
      {6, rate_text(v.epochs_per_second) + "/s"},
      {1, clock_text(v.seconds_left) + " left"},
      {3, loss_part(v)},
      {7, second_part(v)},
      {4, v.quality},
      {2, v.alarms.empty() ? "" : "! " + v.alarms},
  }};
  const std::size_t gap = width >= 100 ? 2 : 1;
  std::size_t used = 0;
  for (int rank = 0; rank < static_cast<int>(parts.size()); ++rank) {
    Part& part = *std::find_if(parts.begin(), parts.end(),
                               [&](const Part& candidate) { return candidate.rank == rank; });
    if (part.text.empty()) continue;
    const std::size_t more = part.text.size() + (used > 0 ? gap : 0);
    if (used + more > width) continue;
    part.shown = true;
    used += more;
  }
  std::string line;
  for (const Part& part : parts) {
    if (!part.shown) continue;
    line += (line.empty() ? "" : std::string(gap, ' ')) + part.text;
    const std::size_t room = width - used;
    if (part.rank == 0 && room >= gap + 4) {
      line += std::string(gap, ' ') + bar(share, std::min<std::size_t>(room - gap, 40), utf8);
    }
  }
  return line;
}

Progress::Style Progress::style(bool quiet) {
  if (quiet) return Style::silent;
  return is_interactive() ? Style::bar : Style::lines;
}

Progress::Progress(Style style) : style_(style), utf8_(speaks_utf8()) {}

void Progress::start(std::uint64_t first_epoch, std::uint64_t total, ModelKind model) {
  values_.model = model;
  values_.epoch = first_epoch;
  values_.total = total;
  rate_time_ = Clock::now();
  rate_epoch_ = first_epoch;
  if (style_ == Style::bar) draw_bar();
}

void Progress::show(const StepReport& report) {
  if (style_ == Style::silent) return;
  smooth(report);
  const Clock::time_point now = Clock::now();
  const bool last = report.epoch >= values_.total;
  if (style_ == Style::lines) {
    if (report.epoch % epochs_per_line != 0 && !last) return;
    update_rate(now, 0.0);
    std::printf("%s\n", plain_line(values_).c_str());
    std::fflush(stdout);
  } else if (last || std::chrono::duration<double>(now - rate_time_).count() >= redraw_seconds) {
    update_rate(now, rate_memory_seconds);
    draw_bar();
  }
}

void Progress::smooth(const StepReport& report) {
  values_.epoch = report.epoch;
  // A plain mean until there are enough epochs for an exponential one.
  smoothed_ = std::min<std::uint64_t>(smoothed_ + 1, static_cast<std::uint64_t>(mean_epochs));
  const double weight = 1.0 / static_cast<double>(smoothed_);
  for (const NamedValue& one : report.values) {
    double& mean = values_.means[std::string(one.name)];
    mean += weight * (static_cast<double>(one.value) - mean);
  }
}

// Epochs and seconds since the last call, over those before it, which fade with
// `memory_seconds`; 0 forgets them.
void Progress::update_rate(Clock::time_point now, double memory_seconds) {
  const double seconds = std::chrono::duration<double>(now - rate_time_).count();
  if (!(seconds > 0.0)) return;
  const double kept = memory_seconds > 0.0 ? std::exp(-seconds / memory_seconds) : 0.0;
  recent_seconds_ = kept * recent_seconds_ + seconds;
  recent_epochs_ = kept * recent_epochs_ + static_cast<double>(values_.epoch - rate_epoch_);
  rate_time_ = now;
  rate_epoch_ = values_.epoch;
  values_.epochs_per_second = recent_epochs_ / recent_seconds_;
  if (values_.epochs_per_second > 0.0 && values_.total >= values_.epoch) {
    values_.seconds_left =
        static_cast<double>(values_.total - values_.epoch) / values_.epochs_per_second;
  }
}

void Progress::go_back(std::uint64_t epoch) {
  values_.epoch = rate_epoch_ = epoch;
  rate_time_ = Clock::now();
}

void Progress::note(const std::string& line) {
  if (style_ != Style::silent) warn(line);
}

void Progress::warn(const std::string& line) {
  if (bar_open_) std::fputs("\r\x1b[K", stderr);
  std::fflush(stdout);
  std::fprintf(stderr, "%s\n", printable(line).c_str());
  if (bar_open_) draw_bar();
}

void Progress::draw_bar() {
  // The last column stays free: some terminals wrap as soon as it is written.
  const std::string line = bar_line(values_, std::max<std::size_t>(terminal_width(), 2) - 1, utf8_);
  std::fprintf(stderr, "\r%s\x1b[K", line.c_str());
  std::fflush(stderr);
  bar_open_ = true;
}

void Progress::leave_bar() {
  if (bar_open_) std::fputs("\n", stderr);
  bar_open_ = false;
}

}  // namespace vgan::app
