// What a model over cells says of the columns of a table's rows that are not given.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "engine/base/words.hpp"
#include "engine/checkpoint/which_checkpoint.hpp"

namespace vgan {

/// Whether a row's given values lie where the data do.
///
/// A row's log ratio is the sum, over its given columns in the order of drawing but the first, of
/// log(the probability that the model gives to the cell after those before it / the cell's share of
/// the data): above 0 where the given values go together more often than by chance. The same is
/// taken of 2,000 rows that the model draws, showing the same columns. Where fewer than 50 rows
/// were learnt for each component of a curve, these are left out, for the network knows them by
/// heart.
///
/// A row is outside where its log ratio is below the lowest 0.1 % of them and a tenth as probable
/// as the middle one or less, or where a given number lies beyond the least or the greatest that
/// was seen by more than 1 % of the distance between them, or where a given curve is strange
/// (CurveScores::is_strange). Along a component a curve lies beyond only where it is also so far
/// from the mean that one in a hundred normal curves has any component that far, by Student's t,
/// the components being fitted to the rows. A row is on the edge where its log ratio is below the
/// lowest 5 % and half as probable as the middle one or less, or where a given number lies between
/// two values of a column that has few of them, of which the nearest is what the network sees; else
/// inside, as is a row that gives nothing.
enum class Support { inside, edge, outside };

template <>
struct WordTable<Support> {
  static constexpr const char* setting = "support";
  static constexpr std::array<Word<Support>, 3> table{{
      {Support::inside, "inside"},
      {Support::edge, "edge"},
      {Support::outside, "outside"},
  }};
};

struct PredictRequest {
  std::filesystem::path model;                    ///< run folder or checkpoint file
  WhichCheckpoint which = WhichCheckpoint::best;  ///< of a run's folder
  /// A table of values that rows are given, any of the model's columns, an empty cell being free.
  std::string given;
  /// Names of the columns that are predicted, with commas between, their units may be left out;
  /// empty: all that rows leave free.
  std::string of;
  std::string out = "predictions.csv";  ///< .csv or .tsv; "-" is standard output
  double level = 0.9;                   ///< of the intervals, above 0 and below 1
  /// A table with known values of columns that are free, a row for each of `given`; empty: none.
  std::string check;
  std::string device = "auto";
  std::int64_t threads = 0;
  bool raw_weights = false;  ///< the network as trained, not its average
  /// Rows that the network sees at once; 0: as the device likes it. The numbers do not depend on
  /// it.
  std::int64_t block_rows = 0;
  std::function<bool()> stop_requested;  ///< asked with each block; may be empty
};

struct PredictResult {
  /// A column of numbers, or of dates, which are numbers; NaN where the row gives it.
  struct Numbers {
    std::string name;
    std::vector<double> mean, median, low, high;  ///< of each row
  };
  /// A column of words; "" and NaN where the row gives it.
  struct Words {
    std::string name;
    std::vector<std::string> word;    ///< of each row, the most probable one
    std::vector<double> probability;  ///< of that word, where there is one at all
  };
  /// Predictions beside known values; NaN where these do not say it.
  struct NumbersCheck {
    std::string name;
    std::int64_t rows = 0;
    double r2 = 0.0, rmse = 0.0;  ///< of the means
    double coverage = 0.0;        ///< share of the known values within the interval
    double width = 0.0;           ///< its mean, in standard deviations of the known values
  };
  struct WordsCheck {
    std::string name;
    std::int64_t rows = 0;
    double accuracy = 0.0;         ///< of the most probable word
    double log_probability = 0.0;  ///< mean, of the known words that the model knows
  };

  std::int64_t rows = 0;
  std::int64_t columns = 0;  ///< written
  std::vector<Numbers> numbers;
  std::vector<Words> words;
  std::vector<Support> support;  ///< of each row
  std::vector<NumbersCheck> checked_numbers;
  std::vector<WordsCheck> checked_words;
  std::filesystem::path checkpoint;  ///< used
  std::string chosen;                ///< which checkpoint that is, and why
  std::uint64_t epoch = 0;
  double seconds = 0.0;            ///< of predicting and writing
  std::vector<std::string> notes;  ///< columns left out, newer checkpoints passed over
};

/// Predicts, for each row of `given`, each drawn column (of `of`) that the row leaves free by those
/// that it gives, and writes the given columns, the predictions and the support to `out`, whose
/// folder is made where there is none. Columns that a constraint ties to others are left out. The
/// samples of a curve that the model knows by scores (TableCells::curves) are predicted each
/// (predict_curve). Where all is given, the support is what is left to say.
///
/// Throws bad_config for a model that is not over cells, a level or an ending that cannot be, and
/// for a column of `of` that is none, that is not drawn, that constraints tie to others, or that
/// all rows give;
/// usage for an output in the place of what is read; bad_data as GivenRows::read, for a table of
/// known values with another number of rows or none of the predicted columns; io; no_device;
/// interrupted (no file is left).
PredictResult predict(const PredictRequest& request);

}  // namespace vgan
