// How far a training run is: a bar that redraws itself, or plain lines.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "engine/train/trainer.hpp"

namespace vgan::app {

/// What both displays show. The values of reports are smoothed over some fifty epochs.
struct ProgressValues {
  ModelKind model = ModelKind::gan;
  std::uint64_t epoch = 0;
  std::uint64_t total = 0;
  double epochs_per_second = 0.0;
  double seconds_left = 0.0;
  std::string quality;  ///< the last measure, "frechet 4.25 (best 4.1)"; empty before one
  std::string alarms;   ///< those that stand, "collapse"; empty: none
  std::map<std::string, double, std::less<>> means;  ///< of the values of reports, by their names

  /// The mean of the values of this name; 0 before the first report.
  double mean(std::string_view name) const {
    const auto found = means.find(name);
    return found == means.end() ? 0.0 : found->second;
  }
};

/// "epoch 100/10000  d_loss 0.512  g_loss 1.203  D(real) 0.83  D(fake) 0.91  92.1 epochs/s"; of a
/// VAE "epoch 100/10000  reconstruction 98.12  KL 21.43  92.1 epochs/s", of an autoencoder the
/// squared error in place of KL.
std::string plain_line(const ProgressValues& values);

/// One line of at most `width` columns: percent, bar, epoch, rate, time left, losses, accuracies.
/// What does not fit is left out, the least telling first.
std::string bar_line(const ProgressValues& values, std::size_t width, bool utf8);

class Progress {
 public:
  enum class Style { bar, lines, silent };

  /// The style for where the output goes: a bar on a terminal, else lines.
  static Style style(bool quiet);

  explicit Progress(Style style);
  /// Leaves the bar's line as it is and goes to the next.
  ~Progress() { leave_bar(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void start(std::uint64_t first_epoch, std::uint64_t total, ModelKind model);
  /// Shows the report if it is time to: at most ten bars a second, a line each hundred epochs.
  void show(const StepReport& report);
  /// What is shown of quality and alarms from now on.
  void set_quality(const std::string& text) { values_.quality = text; }
  bool shows_lines() const { return style_ == Style::lines; }
  void set_alarms(const std::string& text) { values_.alarms = text; }
  /// The run goes on from an older epoch.
  void go_back(std::uint64_t epoch);
  /// A line on standard error, above the bar.
  void note(const std::string& line);
  /// A line that is shown in every style, the silent one too.
  void warn(const std::string& line);
  void finish() { leave_bar(); }

 private:
  using Clock = std::chrono::steady_clock;

  void smooth(const StepReport& report);
  void update_rate(Clock::time_point now, double memory_seconds);
  void draw_bar();
  void leave_bar();

  Style style_;
  bool utf8_;
  ProgressValues values_;
  std::uint64_t smoothed_ = 0;  // reports in the means
  Clock::time_point rate_time_;
  std::uint64_t rate_epoch_ = 0;
  double recent_seconds_ = 0.0;
  double recent_epochs_ = 0.0;
  bool bar_open_ = false;
};

}  // namespace vgan::app
