#include "engine/run/run_outlets.hpp"

namespace vgan {

void RunOutlets::note(const std::string& line) const {
  if (observer_ != nullptr) observer_->note(line);
}

void RunOutlets::warn(const std::string& line) const {
  if (observer_ != nullptr) observer_->warn(line);
}

void RunOutlets::miss(const Error& error, const char* what, bool known) const {
  if (error.code() != ErrorCode::io) throw error;
  if (!known) warn(std::string(error.what()) + "; the run goes on without " + what);
}

void RunOutlets::epoch_done(const StepReport& report) {
  log([&](RunEvents& events) { events.add(report); });
  if (observer_ != nullptr) observer_->epoch_done(report);
}

void RunOutlets::evaluated(const RunQuality::Outcome& found, const RunQuality& quality) {
  log([&](RunEvents& events) { events.add(found.line); });
  const std::uint64_t epoch = found.line.epoch;
  const auto judged = quality.quality_at(epoch);
  if (observer_ == nullptr || !judged) return;
  observer_->evaluated(epoch, *judged, quality.best_epoch().value_or(epoch));
}

void RunOutlets::alarmed(const std::vector<Alarm>& raised, const Alarms& alarms, bool logged) {
  for (const Alarm& alarm : raised) {
    if (!logged) folder_.metrics().add_event(alarm_line(alarm));
    // Divergence ends the run, or takes it back, and is told then.
    if (alarm.kind == AlarmKind::divergence) continue;
    warn("alarm: " + to_text(alarm.kind) + " at epoch " + std::to_string(alarm.epoch) + ": " +
         alarm.text);
  }
  const std::vector<AlarmKind> standing = alarms.standing();
  if (standing == standing_) return;
  standing_ = standing;
  std::vector<std::string> words;
  for (const AlarmKind kind : standing) words.push_back(to_text(kind));
  if (observer_ != nullptr) observer_->alarmed(words);
}

void RunOutlets::went_back(std::uint64_t epoch) {
  standing_.clear();
  if (events_) open_events(epoch, total_);
  if (observer_ == nullptr) return;
  observer_->alarmed({});
  observer_->went_back(epoch);
}

void RunOutlets::open_events(std::uint64_t epoch, std::uint64_t total) {
  total_ = total;
  try {
    events_.emplace(folder_.folder(), epoch, total);
  } catch (const Error& error) {
    miss(error, "TensorBoard's events", false);
  }
}

void RunOutlets::add_sheet(std::uint64_t epoch) {
  log([&](RunEvents& events) { events.add_sheet(folder_.samples(), epoch); });
}

void RunOutlets::flush() {
  log([](RunEvents& events) { events.flush(); });
}

}  // namespace vgan
