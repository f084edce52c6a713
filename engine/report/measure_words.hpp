// Figures of quality as sentences.
#pragma once

#include <optional>
#include <string>

#include "engine/metrics/measure.hpp"

namespace vgan {

/// What trials are called.
struct TrialWords {
  std::string one = "row", many = "rows";
};

/// How far a value is from the best that the measure can have, 0 or more: the less the better.
/// `real` is what real trials come to, which only a goal as_real asks for.
double distance_from_best(const Measure& measure, double value);

/// How near samples are to real trials, on the way from trials whose numbers know nothing of each
/// other (0) to real ones (1), held to these; nothing where a floor is missing or both are alike.
std::optional<double> share_of_way(const Measure& measure);

/// What the figure says, in a sentence or two for somebody who has never met the measure; empty
/// where there is none of the samples.
std::string measure_sentence(const Measure& measure, const TrialWords& words);

/// "0.82", with as many digits as are read easily.
std::string figure_text(double value);
/// "0.82 (0.79 to 0.84)".
std::string estimate_text(const Estimate& estimate);

/// Which of a few statements a figure deserves.
enum class Verdict { good, fair, poor, unknown };
/// good: no farther from the best than real trials are, but for chance, or 0.9 of the way or more;
/// fair: 0.5 or more; poor: less; unknown where no floor is known, or floors are hardly apart.
Verdict verdict_of(const Measure& measure);

}  // namespace vgan
