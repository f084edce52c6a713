// Measures samples of any kind of trials beside real ones: what a run, evaluate and compare share.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/data/trials.hpp"
#include "engine/features/feature_space.hpp"
#include "engine/metrics/known_rows.hpp"
#include "engine/metrics/measured_rows.hpp"
#include "engine/quality/assessment.hpp"

namespace vgan {

/// How much is measured.
enum class MeasureDepth {
  quick,  ///< beside training: what a second pays for, without intervals
  full,   ///< all measures, with intervals
};

struct EvaluatorOptions {
  FeatureOptions features;
  /// The column of a table that the others predict, whose unit may be left out; empty: that of
  /// outcome_column.
  std::string outcome;
  std::uint64_t seed = 1;
  /// Why it is not measured whether samples copy training trials, for people; empty: it is.
  std::string without_copying;
};

/// Trials on each side are at least as many.
inline constexpr std::int64_t fewest_measured = 10;
/// Rows of a table that are measured at most, of each set.
inline constexpr std::int64_t most_measured_rows = 100000;

/// What a feature space is kept as in a run's folder.
inline constexpr const char* kept_features_name = "features.safetensors";

/// Real rows of a table as its cells have them.
struct TableRows {
  MeasuredRows training, held_out;  ///< up to most_measured_rows of each
  KnownRows trained_on;             ///< all training rows
};

/// Learns what it needs from real trials once, then judges any number of sets of samples. Equal
/// trials, samples and seeds give equal figures, on any number of threads.
///
/// Images and curves are measured in the feature space that the options ask for. Rows are measured
/// column by column, and in a space of their columns (RowSpace), in which distances are those of
/// RecordDistance.
///
/// The floor `real` of a measure is what training trials come to beside the held-out ones; of the
/// group privacy it is what the held-out trials themselves come to beside the training ones. The
/// floor `resampled` is of training trials whose numbers are drawn each for itself. Many figures
/// rise or fall with the number of trials: samples and floors are as many, the fewer of both; only
/// copying is sought among all samples. Where more held-out trials are training trials than chance
/// explains, copying is not measured, and the notes say so.
class Evaluator {
 public:
  /// Throws bad_data for fewer than fewest_measured trials on either side, bad_config for features
  /// that rows have none of and for another outcome, and as make_feature_space.
  Evaluator(const Trials& training, const Trials& held_out, const EvaluatorOptions& options);
  /// Rows whose cells need not be those that a schema can say. `options.outcome` is a column's full
  /// name; empty: the last.
  Evaluator(TableRows rows, const EvaluatorOptions& options);
  ~Evaluator();
  Evaluator(Evaluator&&) noexcept;

  /// The floors are measured at the first call of each depth and number of samples and kept. Throws
  /// bad_data for samples of another shape or type, and for fewer than fewest_measured; interrupted
  /// where options.features.stop_requested says so between measures.
  Assessment assess(const Trials& samples, MeasureDepth depth) const;
  /// Assesses rows of a table. Throws internal where the real trials are no such rows.
  Assessment assess(const MeasuredRows& samples, MeasureDepth depth) const;
  /// The floors alone that `samples` samples stand between, 0: as many as there are: measures
  /// without samples, whose counts are those of the floors.
  std::vector<Measure> floors(MeasureDepth depth, std::int64_t samples = 0) const;
  /// For people: FeatureSpace::text, or of rows RowSpace::text.
  std::string space() const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

/// Samples in the data's own units, [count, trial], as trials of the kind of `outline`: rounded to
/// its type, or of a table to what its cells can be. Labels and conditions: none.
Trials sample_trials(const Trials& outline, std::vector<double> values);

}  // namespace vgan
