// Settings at which a model over cells predicts the best of what is wanted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "engine/checkpoint/which_checkpoint.hpp"
#include "engine/experiment/predict.hpp"

namespace vgan {

struct SearchRequest {
  std::filesystem::path model;                    ///< run folder or checkpoint file
  WhichCheckpoint which = WhichCheckpoint::best;  ///< of a run's folder
  /// What to make as great and as small as can be, one or more in all: NAME, the predicted mean of
  /// a drawn column; qXX(NAME), its quantile at XX %; P(NAME>X), P(NAME<X), P(NAME=WORD), a
  /// probability. The unit of a name may be left out.
  std::vector<std::string> maximise, minimise;
  std::string where;  ///< what settings shall meet, as GenerateRequest::where
  /// Settings of numbers that come again may lie between two neighbouring values too: what is
  /// predicted there is the mean of what is at both, weighted as near as they are. Beyond the least
  /// and the greatest value the model says nothing.
  bool extrapolate = false;
  std::uint64_t budget = 1000;        ///< settings that are evaluated, 10 to 1e6
  std::uint64_t count = 10;           ///< proposals, at most
  std::uint64_t seed = 1;             ///< the same seed, the same proposals
  double level = 0.9;                 ///< of the intervals, above 0 and below 1
  std::string real;                   ///< a table of real rows, for `nearest`; empty: none
  std::string out = "proposals.csv";  ///< .csv or .tsv; "-" is standard output
  std::string device = "auto";
  std::int64_t threads = 0;
  bool raw_weights = false;              ///< the network as trained, not its average
  std::function<bool()> stop_requested;  ///< asked with each block; may be empty
};

struct SearchResult {
  /// A column that is varied.
  struct Setting {
    std::string name;
    std::vector<std::string> texts;  ///< of each proposal, as it stands in the table
    std::vector<double> numbers;     ///< or which of the column's words
  };
  struct Goal {
    std::string text;
    bool maximise = true;
    std::string column;  ///< its name
    bool is_probability = false;
    std::string format;          ///< of a column of dates, which are numbers: how they are written
    std::vector<double> values;  ///< of each proposal
    /// The interval of the column's number; empty of words, and where a goal before has it.
    std::vector<double> low, high;
  };

  std::int64_t rows = 0;     ///< proposals, the best first
  std::int64_t columns = 0;  ///< written
  std::vector<Setting> settings;
  std::vector<Goal> goals;
  std::vector<Support> support;
  /// The distance in the settings to the nearest real row, where there are such: the root of the
  /// sum of squares, each number in standard deviations of the real ones, 1 for another word.
  std::vector<double> nearest;
  std::uint64_t evaluations = 0;     ///< settings that were evaluated
  std::filesystem::path checkpoint;  ///< used
  std::string chosen;                ///< which checkpoint that is, and why
  std::uint64_t epoch = 0;
  double seconds = 0.0;            ///< of searching and writing
  std::vector<std::string> notes;  ///< columns left out, newer checkpoints passed over
};

/// Looks for settings at which the goals are predicted best, and writes them to `out`, whose folder
/// is made where there is none. Settings are the drawn columns of role condition that are no goal;
/// those that a constraint ties to others, and columns of other roles, are left free. The first
/// quarter of the budget are settings that the model draws, the others are made of the best of
/// those before (NSGA-II). All are such as the table can have, unless `extrapolate` is asked for,
/// and meet `where`. By one goal the proposals are the best ones that differ, by several the Pareto
/// front. Settings whose support is outside are proposed only where there is nothing else.
///
/// Throws bad_config for a model that is not over cells, a goal that is none, a condition of a
/// column that is no setting, where nothing is left to vary, where there is nothing to extrapolate,
/// and for numbers that cannot be; usage for an output in the place of what is read; bad_data for
/// real rows without one of the settings; io; no_device; interrupted (no file is left).
SearchResult search(const SearchRequest& request);

}  // namespace vgan
