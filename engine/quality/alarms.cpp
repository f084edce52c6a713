#include "engine/quality/alarms.hpp"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.hpp"
#include "engine/models/model_traits.hpp"

namespace vgan {
namespace {

// The first epochs of a run say nothing: its samples are still those of random weights.
constexpr std::uint64_t fewest_settled = 300;
constexpr std::uint64_t settled_share = 20;  // one part of so many of the run

// Losses are seen over some fifty epochs, the players of a GAN over some five hundred, after twice
// as many.
constexpr double loss_span = 50.0;
constexpr double players_span = 500.0;
constexpr std::uint64_t players_reports = 1000;

constexpr double far_loss = 10.0;      // times the size of the lowest loss, above that
constexpr double sane_gan_loss = 1e4;  // as BestCheckpoint has it
constexpr double all_right = 0.998;    // the lower of D's two accuracies
constexpr double flat = 2e-3;          // deviation of a loss over its size

constexpr double no_spread = 0.05;  // of the samples' variance
constexpr double few_modes = 0.1;   // of recall or coverage, of what real trials come to
constexpr double fallen = 0.25;     // of either, of the run's own best
constexpr double once_good = 0.3;   // that best, of what real trials come to
constexpr int in_a_row = 2;         // evaluations
constexpr double better = 0.98;     // of its best, a measure of a run that still improves

constexpr double near_records = 0.4;       // distance to the closest record over the held-out's own
constexpr double many_copies = 0.05;       // share of exact copies above the held-out's own
constexpr double many_near = 0.3;          // share nearer than 99 of 100 held-out trials are
constexpr double met_oftener = 2.0 / 3.0;  // training trials are closest twice as often

constexpr double far_measure = 10.0;  // times the best, and times what real trials come to
constexpr double near_nothing = 0.5;  // of what trials that know nothing come to

constexpr double no_movement = 1e-3;  // in deviations of the held-out trials
constexpr std::uint64_t movement_epochs = 100;

constexpr std::array<const char*, 2> diversity = {"recall", "coverage"};

std::string figure(double value) { return general_text(value, 3); }

}  // namespace

void Alarms::Smooth::add(double value, double span) {
  count = std::min<std::uint64_t>(count + 1, std::uint64_t{1} << 40);
  const double weight = 1.0 / std::min(static_cast<double>(count), span);
  mean += weight * (value - mean);
  square += weight * (value * value - square);
}

double Alarms::Smooth::deviation() const { return std::sqrt(std::max(0.0, square - mean * mean)); }

Alarms::Alarms(const TrainConfig& config, std::uint64_t total)
    : config_(config), total_(total), adversarial_(config.model == ModelKind::gan) {}

bool Alarms::settled(std::uint64_t epoch) const {
  return epoch >= std::max(fewest_settled, total_ / settled_share);
}

std::vector<AlarmKind> Alarms::standing() const {
  std::vector<AlarmKind> kinds;
  for (const auto& word : WordTable<AlarmKind>::table) {
    if (stands(word.value)) kinds.push_back(word.value);
  }
  return kinds;
}

void Alarms::go_back() {
  standing_ = {};
  reasons_ = {};
  loss_ = d_loss_ = g_loss_ = right_ = {};
  in_a_row_.clear();
}

void Alarms::set(AlarmKind kind, std::size_t source, bool holds, std::uint64_t epoch,
                 const std::string& text, std::vector<Alarm>& now) {
  const auto at = static_cast<std::size_t>(kind);
  reasons_[at][source] = holds;
  const bool any = std::any_of(reasons_[at].begin(), reasons_[at].end(), [](bool r) { return r; });
  if (any && !standing_[at]) now.push_back({kind, epoch, text});
  standing_[at] = any;
}

std::vector<Alarm> Alarms::add(const StepReport& report) {
  std::vector<Alarm> now;
  watch_losses(report, now);
  if (adversarial_) watch_players(report, now);
  raised_.insert(raised_.end(), now.begin(), now.end());
  return now;
}

void Alarms::watch_losses(const StepReport& report, std::vector<Alarm>& now) {
  const auto value = [&](const char* name) {
    return static_cast<double>(report.find(name).value_or(0.0F));
  };
  const auto enough_reports = static_cast<std::uint64_t>(loss_span);
  if (adversarial_) {
    loss_.add(std::max(std::fabs(value("d_loss")), std::fabs(value("g_loss"))), loss_span);
    set(AlarmKind::divergence, 0, loss_.count >= enough_reports && loss_.mean > sane_gan_loss,
        report.epoch,
        "losses of some " + figure(loss_.mean) +
            " are far beyond those of networks that learn: " + "use a lower --lr or a higher --r1",
        now);
    return;
  }
  const bool masked = traits_of(config_).over_cells;
  const double beta = traits_of(config_).variational ? config_.beta : 0.0;
  loss_.add(masked ? value("cross_entropy") : value("reconstruction") + beta * value("kl"),
            loss_span);
  const double lowest = lowest_loss_.value_or(loss_.mean);
  const bool far =
      loss_.count >= enough_reports && loss_.mean > lowest + far_loss * (std::fabs(lowest) + 1.0);
  set(AlarmKind::divergence, 0, far, report.epoch,
      "the loss is " + figure(loss_.mean) + ", and was " + figure(lowest) +
          " at its best: use a lower --lr",
      now);
  if (!far) lowest_loss_ = std::min(lowest, loss_.mean);
}

// D and G by their own reports, which say nothing of a critic's accuracy.
void Alarms::watch_players(const StepReport& report, std::vector<Alarm>& now) {
  const auto value = [&](const char* name) {
    return static_cast<double>(report.find(name).value_or(0.0F));
  };
  d_loss_.add(value("d_loss"), players_span);
  g_loss_.add(value("g_loss"), players_span);
  right_.add(std::min(value("d_real_accuracy"), value("d_fake_accuracy")), players_span);
  const bool enough = right_.count >= players_reports;
  const bool classifies = config_.loss != LossKind::wgan_gp;
  set(AlarmKind::collapse, 0, enough && classifies && right_.mean > all_right, report.epoch,
      "D is right about everything (" + general_text(100.0 * right_.mean, 4) +
          " % of real and generated trials): G learns nothing from it; use a lower --ttur or "
          "--lr-d, or a higher --r1 or --instance-noise",
      now);
  const auto is_flat = [](const Smooth& loss) {
    return loss.deviation() < flat * (std::fabs(loss.mean) + 1e-3);
  };
  set(AlarmKind::stalled, 0, enough && is_flat(d_loss_) && is_flat(g_loss_), report.epoch,
      "both losses stand still (D " + figure(d_loss_.mean) + ", G " + figure(g_loss_.mean) +
          "): the networks no longer learn; use a higher --lr",
      now);
}

std::vector<Alarm> Alarms::add(const SeenSamples& seen) {
  std::vector<Alarm> now;
  watch_diversity(seen, now);
  watch_copies(seen, now);
  watch_quality(seen, now);
  watch_movement(seen, now);
  raised_.insert(raised_.end(), now.begin(), now.end());
  return now;
}

void Alarms::watch_diversity(const SeenSamples& seen, std::vector<Alarm>& now) {
  const bool ready = settled(seen.epoch);
  // An average of weights that has just begun is all alike as well: it has another evaluation.
  int& alike = in_a_row_["spread"];
  alike = ready && seen.spread < no_spread ? alike + 1 : 0;
  set(AlarmKind::collapse, 1, alike >= in_a_row, seen.epoch,
      "samples have " + figure(100.0 * seen.spread) +
          " % of the variance of held-out trials: they are all alike",
      now);
  // Each of those that are measured has to say it: recall alone is low where samples are many and
  // their neighbourhoods small.
  const auto judged = seen.measures.find(seen.judge);
  const bool improving = judged != seen.measures.end() && best_judged_ &&
                         judged->second.samples < better * *best_judged_;
  bool few = false, many = false;
  std::string text;
  for (const char* name : diversity) {
    const auto found = seen.measures.find(name);
    if (found == seen.measures.end() || !found->second.real) continue;
    const double value = found->second.samples, real = *found->second.real;
    double& best = best_[name];
    const bool none = ready && !improving && value < few_modes * real;
    const bool fell = best > once_good * real && value < fallen * best;
    best = std::max(best, value);
    (none || fell ? few : many) = true;
    if (!none && !fell) continue;
    text += (text.empty() ? "" : ", ") + std::string(name) + " " + figure(value) +
            " (of real trials " + figure(real) +
            (best > value ? ", at its best " + figure(best) : "") + ")";
  }
  int& row = in_a_row_["diversity"];
  row = few && !many ? row + 1 : 0;
  text = "samples show a part of the data alone, " + text +
         "; go back to an earlier checkpoint, or use a lower --lr, a higher --r1 or --pack 2";
  few = row >= in_a_row;
  set(AlarmKind::collapse, 2, few, seen.epoch, text, now);
}

void Alarms::watch_copies(const SeenSamples& seen, std::vector<Alarm>& now) {
  const auto find = [&](const char* name) {
    const auto found = seen.measures.find(name);
    return found == seen.measures.end() ? std::nullopt : std::optional(found->second);
  };
  const char* const remedy =
      ": stop earlier, take more trials or smaller networks (see docs/training.md)";
  // On a grid whose points come once, whatever knows the grid comes nearer to training trials than
  // held-out ones can, but to these as well.
  const auto share = find("dcr-share");
  const bool to_training_alone = !share || share->samples > met_oftener;
  std::string text;
  if (const auto dcr = find("dcr"); dcr && dcr->samples < near_records && to_training_alone) {
    text = "samples lie " + figure(dcr->samples) +
           " times as far from the closest training trial as held-out trials do" + remedy;
  }
  if (const auto close = find("near-copies");
      close && close->samples > many_near && to_training_alone) {
    text = figure(100.0 * close->samples) +
           " % of samples are nearer to a training trial than 99 % of held-out ones" + remedy;
  }
  if (const auto copies = find("copies");
      copies && copies->samples > copies->real.value_or(0.0) + many_copies) {
    text = figure(100.0 * copies->samples) +
           " % of samples are training trials, number for number" + remedy;
  }
  set(AlarmKind::copying, 0, settled(seen.epoch) && !text.empty(), seen.epoch, text, now);
}

void Alarms::watch_quality(const SeenSamples& seen, std::vector<Alarm>& now) {
  const auto found = seen.measures.find(seen.judge);
  if (found == seen.measures.end()) return;
  const MeasuredValue& judged = found->second;
  const double best = best_judged_.value_or(judged.samples);
  const bool far = judged.real && judged.resampled && judged.samples > far_measure * best &&
                   judged.samples > far_measure * *judged.real &&
                   judged.samples > near_nothing * *judged.resampled;
  int& row = in_a_row_[seen.judge];
  row = far ? row + 1 : 0;
  set(AlarmKind::divergence, 1, row >= in_a_row, seen.epoch,
      seen.judge + " " + figure(judged.samples) + ", and was " + figure(best) +
          " at its best: the run has broken down; use a lower --lr",
      now);
  best_judged_ = std::min(best, judged.samples);
}

void Alarms::watch_movement(const SeenSamples& seen, std::vector<Alarm>& now) {
  if (!seen.moved || seen.epoch < seen.moved_from + movement_epochs) return;
  set(AlarmKind::stalled, 1, *seen.moved < no_movement, seen.epoch,
      "samples of one noise have not moved since epoch " + std::to_string(seen.moved_from) +
          " (by " + figure(*seen.moved) + " standard deviations): use a higher --lr or --lr-g",
      now);
}

}  // namespace vgan
