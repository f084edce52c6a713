#include "engine/report/measure_words.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <string_view>

#include "engine/base/number_text.hpp"
#include "engine/metrics/measure_list.hpp"

namespace vgan {
namespace {

// The greatest value that a measure can have, or where it has no bound what real trials come to.
double greatest_of(const Measure& measure) {
  const MeasureInfo* info = find_measure(measure.name);
  if (info == nullptr || std::isfinite(info->most)) return info == nullptr ? 1.0 : info->most;
  return measure.real ? measure.real->value : 0.0;
}

std::string hundred(double share) {
  const double percent = 100.0 * share;
  return fixed_text(percent, percent != 0.0 && percent < 9.95 ? 1 : 0);
}

std::string in_hundred(double share) { return hundred(share) + " of 100"; }

// "one", "two", ..., "twelve", then digits.
std::string count_word(double count) {
  constexpr std::array<std::string_view, 13> words{"no",   "one",    "two",   "three", "four",
                                                   "five", "six",    "seven", "eight", "nine",
                                                   "ten",  "eleven", "twelve"};
  const auto whole = static_cast<std::size_t>(std::max(0.0, std::round(count)));
  return whole < words.size() ? std::string(words[whole]) : std::to_string(whole);
}

// An area of A under the curve is what readers reach of whom a share of 2 A - 1 know for sure and
// the others guess.
std::string readers(double auc, const TrialWords& words) {
  const double know = 2.0 * auc - 1.0;
  const std::string tell = " could tell virtual " + words.many + " from real ones";
  if (know <= 0.02) return "No reader" + tell + ": all would guess";
  if (know >= 0.9) return "Nearly every reader" + tell;
  if (know > 0.5)
    return "Of ten readers " + count_word(10.0 * know) + tell + "; the others would guess";
  return "Of " + count_word(1.0 / know) + " readers one" + tell + "; the others would guess";
}

// What real trials come to, in the unit that the samples' figure has in the sentence.
std::string of_real(const Measure& measure, std::string (*in_unit)(double),
                    const std::string& unit = "") {
  if (!measure.real) return "";
  return "; of real ones it is " + in_unit(measure.real->value) + unit;
}

std::string way_text(const Measure& measure) {
  const auto share = share_of_way(measure);
  if (!share) return "";
  return hundred(*share) + " % of the way from numbers that know nothing of each other to real " +
         "trials. ";
}

std::string sentence_of(const Measure& m, double value, const TrialWords& w) {
  const std::string& name = m.name;
  if (name == "frechet") {
    return "The distance between the clouds of virtual and real " + w.many + " is " +
           figure_text(value) +
           (m.real ? "; between two sets of real ones it is " + figure_text(m.real->value) : "");
  }
  if (name == "kernel-distance" || name == "mmd" || name == "sliced-wasserstein") {
    return "By another distance the two clouds, at about 0 where they are one, are " +
           figure_text(value) + " apart" + of_real(m, figure_text);
  }
  if (name == "precision") {
    return "Of 100 virtual " + w.many + " " + hundred(value) + " lie where real ones lie" +
           of_real(m, hundred);
  }
  if (name == "recall") {
    return "Of 100 real " + w.many + " " + hundred(value) +
           " lie where the model makes some, the fewer the more kinds are left out" +
           of_real(m, hundred);
  }
  if (name == "density") {
    return "Virtual " + w.many + " crowd among real ones " + figure_text(value) +
           " times as densely as these do among themselves" + of_real(m, figure_text);
  }
  if (name == "coverage") {
    return "Of 100 real " + w.many + " " + hundred(value) +
           " have a virtual one as near as their real neighbours are" + of_real(m, hundred);
  }
  if (name == "modes") {
    return count_word(value) + " classes, or clusters of real " + w.many +
           ", come among the virtual ones" + of_real(m, count_word);
  }
  if (name == "class-difference") {
    return "Of 100 virtual " + w.many + " " + hundred(value) +
           " would have to be of another class, or cluster, for all to come as often as they "
           "should";
  }
  if (name == "spectrum") {
    return "Mean spectra differ by " + figure_text(value) + " dB" + of_real(m, figure_text, " dB");
  }
  if (name == "c2st") {
    // Where real rows are told apart as well, the held-out ones are of another kind.
    const bool real_too = m.real && std::abs(m.real->value - 0.5) > 0.15;
    return readers(std::max(value, 1.0 - value), w) +
           (real_too ? "; real " + w.many + " that were trained on are told from held-out ones too"
                     : "");
  }
  if (name == "shape") {
    return "Single columns agree with real ones to " + hundred(value) + " %" +
           of_real(m, hundred, " %");
  }
  if (name == "trend") {
    return "Pairs of columns agree with real ones to " + hundred(value) + " %" +
           of_real(m, hundred, " %");
  }
  if (name == "utility") {
    return "Trees that learnt from virtual " + w.many + " score " + figure_text(value) +
           " on real ones that were held out" +
           (m.real ? "; from real " + w.many + " they score " + figure_text(m.real->value) : "");
  }
  if (name == "dcr") {
    return "A virtual " + w.one + " is " + figure_text(value) +
           " times as far from the nearest trained one as a held-out real one: near 1 is right, "
           "well below 1 is copying, unless held-out ones are met as often (the share of the "
           "closest record)";
  }
  if (name == "copies" || name == "near-copies") {
    const std::string what = name == "copies" ? "exact" : "near";
    if (value == 0.0)
      return "No virtual " + w.one + (name == "copies" ? " is an " : " is a ") + what +
             " copy of one that was trained on";
    return "Of 100 virtual " + w.many + " " + hundred(value) + " are " + what +
           " copies of ones that were trained on" +
           (m.real ? "; of real, new ones " + hundred(m.real->value) + " are by chance" : "");
  }
  if (name == "dcr-share") {
    return "One for one, trained " + w.many + " are closest to a virtual one " +
           (value >= 1.0
                ? "always, held-out ones never"
                : figure_text(value / (1.0 - value)) + " times as often as held-out ones") +
           ": about 1 is right, well above 1 is copying";
  }
  if (name == "membership") {
    const double advantage = std::max(0.0, 2.0 * value - 1.0);
    if (advantage <= 0.04 || (m.samples && m.samples->low && *m.samples->low <= 0.5)) {
      return "Nobody could tell by the samples which " + w.many + " were trained on";
    }
    return "By the samples alone, somebody could tell for " + in_hundred(advantage) + " " + w.many +
           " whether they were trained on";
  }
  const MeasureInfo* info = find_measure(name);
  if (info == nullptr) return "";
  std::string text = info->help;
  text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return text;
}

}  // namespace

std::string figure_text(double value) {
  if (!std::isfinite(value)) return "not known";
  const double size = std::abs(value);
  if (size != 0.0 && size < 0.001) return general_text(value, 2);
  if (size < 1.0) return fixed_text(value, 3);
  if (size < 10.0) return fixed_text(value, 2);
  if (size < 1000.0) return fixed_text(value, 1);
  return general_text(value, 4);
}

std::string estimate_text(const Estimate& estimate) {
  std::string text = figure_text(estimate.value);
  if (!estimate.low || !estimate.high) return text;
  return text + " (" + figure_text(*estimate.low) + " to " + figure_text(*estimate.high) + ")";
}

double distance_from_best(const Measure& measure, double value) {
  switch (measure.goal) {
    case MeasureGoal::lower: return std::max(0.0, value);
    case MeasureGoal::higher: return std::max(0.0, greatest_of(measure) - value);
    case MeasureGoal::half: return std::abs(value - 0.5);
    case MeasureGoal::as_real:
      return measure.real ? std::abs(value - measure.real->value) : std::abs(value);
  }
  return 0.0;
}

std::optional<double> share_of_way(const Measure& measure) {
  if (!measure.samples || !measure.real || !measure.resampled) return std::nullopt;
  const double best = distance_from_best(measure, measure.real->value);
  const double worst = distance_from_best(measure, measure.resampled->value);
  const double own = distance_from_best(measure, measure.samples->value);
  if (!std::isfinite(own) || !(worst - best > 1e-9)) return std::nullopt;
  return std::clamp((worst - own) / (worst - best), 0.0, 1.0);
}

std::string measure_sentence(const Measure& measure, const TrialWords& words) {
  if (!measure.samples || !std::isfinite(measure.samples->value)) return "";
  std::string own = sentence_of(measure, measure.samples->value, words);
  if (own.empty()) return way_text(measure);
  own.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(own.front())));
  return own + ".";
}

Verdict verdict_of(const Measure& measure) {
  if (!measure.samples || !measure.real) return Verdict::unknown;
  const double own = distance_from_best(measure, measure.samples->value);
  const double best = distance_from_best(measure, measure.real->value);
  // What chance moves the figure by.
  const double noise = measure.samples->low && measure.samples->high
                           ? *measure.samples->high - *measure.samples->low
                           : 0.0;
  if (own <= best + noise / 2.0) return Verdict::good;
  const bool apart = measure.resampled &&
                     distance_from_best(measure, measure.resampled->value) - best > 2.0 * noise;
  if (!apart) return Verdict::unknown;
  const auto share = share_of_way(measure);
  if (!share) return Verdict::unknown;
  return *share >= 0.9 ? Verdict::good : *share >= 0.5 ? Verdict::fair : Verdict::poor;
}

}  // namespace vgan
