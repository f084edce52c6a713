// What a run is told of when it goes wrong while its numbers are still finite.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/words.hpp"
#include "engine/models/step_report.hpp"
#include "engine/settings/config.hpp"

namespace vgan {

enum class AlarmKind { collapse, copying, divergence, stalled };

template <>
struct WordTable<AlarmKind> {
  static constexpr const char* setting = "alarm";
  static constexpr std::array<Word<AlarmKind>, 4> table{{
      {AlarmKind::collapse, "collapse", "samples are all alike, or D knows each of them"},
      {AlarmKind::copying, "copying", "samples repeat trials that were trained on"},
      {AlarmKind::divergence, "divergence", "finite, but far from the run's own best"},
      {AlarmKind::stalled, "stalled", "a network no longer moves"},
  }};
};

struct Alarm {
  AlarmKind kind = AlarmKind::collapse;
  std::uint64_t epoch = 0;  ///< at which it began
  std::string text;         ///< what was seen and what to do, one sentence or two
};

/// A measure of samples, and what trials that were trained on come to by it.
struct MeasuredValue {
  double samples = 0.0;
  std::optional<double> real, resampled;
};

/// What an evaluation shows to the alarms.
struct SeenSamples {
  std::uint64_t epoch = 0;
  std::map<std::string, MeasuredValue> measures;  ///< by their names
  std::string judge;                              ///< the measure that the run goes by
  /// Mean over the numbers of a trial, of those that vary in the held-out trials, of the samples'
  /// variance over theirs, each at most 1.
  double spread = 1.0;
  /// Root of the mean square by which samples of equal noise have moved since epoch `moved_from`,
  /// in standard deviations of the held-out trials; nothing where no such samples are there.
  std::optional<double> moved;
  std::uint64_t moved_from = 0;
};

/// Watches reports and evaluations. An alarm is raised once, and again only after it has cleared;
/// what is raised depends on what is added and its order alone.
///
/// What each looks at is listed in docs/training.md; a healthy run raises none.
class Alarms {
 public:
  /// `total`: epochs of the whole run.
  Alarms(const TrainConfig& config, std::uint64_t total);

  /// Both return what is raised by it.
  std::vector<Alarm> add(const StepReport& report);
  std::vector<Alarm> add(const SeenSamples& seen);

  const std::vector<Alarm>& raised() const { return raised_; }  ///< of all epochs, in their order
  bool stands(AlarmKind kind) const { return standing_[static_cast<std::size_t>(kind)]; }
  std::vector<AlarmKind> standing() const;
  /// Takes up what was raised before, of which nothing is told again or stands.
  void remember(const std::vector<Alarm>& raised) { raised_ = raised; }
  /// After a run went back to an older epoch: what was seen later is forgotten, but not what was
  /// raised.
  void go_back();

 private:
  /// A mean that forgets, over some `span` reports, with its deviation.
  struct Smooth {
    double mean = 0.0, square = 0.0;
    std::uint64_t count = 0;
    void add(double value, double span);
    double deviation() const;
  };

  /// Whether a reason for `kind` holds now, seen from one of its sources.
  void set(AlarmKind kind, std::size_t source, bool holds, std::uint64_t epoch,
           const std::string& text, std::vector<Alarm>& now);
  bool settled(std::uint64_t epoch) const;
  void watch_losses(const StepReport& report, std::vector<Alarm>& now);
  void watch_players(const StepReport& report, std::vector<Alarm>& now);
  void watch_diversity(const SeenSamples& seen, std::vector<Alarm>& now);
  void watch_copies(const SeenSamples& seen, std::vector<Alarm>& now);
  void watch_quality(const SeenSamples& seen, std::vector<Alarm>& now);
  void watch_movement(const SeenSamples& seen, std::vector<Alarm>& now);

  TrainConfig config_;
  std::uint64_t total_;
  bool adversarial_;  ///< a GAN
  std::vector<Alarm> raised_;
  std::array<bool, WordTable<AlarmKind>::table.size()> standing_{};
  std::array<std::array<bool, 3>, WordTable<AlarmKind>::table.size()> reasons_{};
  Smooth loss_;  ///< of the loss that a model minimises, or a GAN's larger one
  std::optional<double> lowest_loss_;
  Smooth d_loss_, g_loss_, right_;      ///< of a GAN; the last of the lower accuracy of D
  std::map<std::string, double> best_;  ///< of measures of diversity, the highest
  std::optional<double> best_judged_;
  std::map<std::string, int> in_a_row_;  ///< evaluations, by what they show
};

}  // namespace vgan
