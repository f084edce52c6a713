// How an outcome moves with a setting, by a model over cells.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "engine/base/words.hpp"
#include "engine/checkpoint/which_checkpoint.hpp"
#include "engine/experiment/predict.hpp"
#include "engine/pictures/picture.hpp"

namespace vgan {

/// What the settings do that are neither varied nor given.
enum class OtherSettings {
  follow,   ///< they go with the varied one as they do in the data: p(outcome | setting, given)
  average,  ///< they are drawn without regard to it and averaged over: the partial dependence
};

template <>
struct WordTable<OtherSettings> {
  static constexpr const char* setting = "others";
  static constexpr std::array<Word<OtherSettings>, 2> table{{
      {OtherSettings::follow, "follow", "they go with it as in the data"},
      {OtherSettings::average, "average", "drawn without regard to it, a partial dependence"},
  }};
};

struct ProfileRequest {
  std::filesystem::path model;                    ///< run folder or checkpoint file
  WhichCheckpoint which = WhichCheckpoint::best;  ///< of a run's folder
  std::string of;    ///< the outcome, a drawn column; its unit may be left out
  std::string over;  ///< the setting, another one; or two, with a comma between
  /// What holds for other columns, as GenerateRequest::where: values, and with
  /// OtherSettings::average ranges; of `over` a range alone, from where to where it goes.
  std::string where;
  OtherSettings others = OtherSettings::follow;
  double level = 0.9;  ///< of the outer band, above 0 and below 1; the inner one is of 0.5
  std::string real;    ///< a table of real rows, for points over the band; empty: none
  /// What is written, one or more: .png is the picture, .csv, .tsv and "-" (standard output) are
  /// its numbers.
  std::vector<std::string> out = {"profile.png"};
  std::string device = "auto";
  std::int64_t threads = 0;
  bool raw_weights = false;              ///< the network as trained, not its average
  std::function<bool()> stop_requested;  ///< asked with each block; may be empty
};

struct ProfileResult {
  /// The predicted distribution of an outcome of numbers, or of dates, at each place.
  struct Numbers {
    std::vector<double> mean, median;
    std::vector<double> low, high;  ///< of the outer band
    std::vector<double> q25, q75;   ///< of the inner one
  };
  /// One word of an outcome of words, and its probability at each place.
  struct OfWord {
    std::string word;
    std::vector<double> probability;
  };
  /// Real rows that meet `where` as far as they say, in numbers or places of words.
  struct Real {
    std::vector<double> over, of;
    std::vector<double> second;  ///< of a second setting
  };

  std::string of, over;        ///< their whole names
  std::vector<double> places;  ///< of the setting, ascending; of words which of them
  /// A second setting's whole name and places; empty where one is varied. What follows is then of
  /// each place of the first with each of the second, the latter changing faster.
  std::string second;
  std::vector<double> second_places;
  Numbers numbers;               ///< empty where the outcome is of words
  std::vector<OfWord> words;     ///< empty where it is of numbers
  std::vector<Support> support;  ///< of each place; of averaged rows, the middle one's
  Real real;
  std::int64_t averaged = 0;         ///< rows that each place is a mean of; 0: others follow
  std::int64_t columns = 0;          ///< of the table that was written; 0: none was
  RgbImage picture;                  ///< made even where none is written
  std::filesystem::path checkpoint;  ///< used
  std::string chosen;                ///< which checkpoint that is, and why
  std::uint64_t epoch = 0;
  double seconds = 0.0;            ///< of predicting, drawing and writing
  std::vector<std::string> notes;  ///< columns left free, newer checkpoints passed over
};

/// Predicts the outcome at each place of the setting, and writes the picture and the numbers. The
/// places of a column of words are its words, of a grid its values, of a measured one the middles
/// of its cells of quantiles, and the least and the greatest number that was seen. Where other
/// settings are averaged, these are the columns of role condition that no constraint ties to
/// others, of 200 rows that the model draws under `where` (seed 1). Of two settings the outcome is
/// of numbers, places are up to 24 of each, and the picture is a field of the outcome's mean.
///
/// Throws bad_config for a model that is not over cells; for columns that are none, that are not
/// drawn, that constraints tie to others, that are one, or that `where` settles; for a range of
/// another column where others follow; for a setting to average over that is no condition; for a
/// level or endings that cannot be, and for an output twice; usage for an output in the place of
/// what is read; bad_data for real rows without the two columns; io; no_device; interrupted. Of
/// several outputs none is left where one cannot be written.
ProfileResult profile(const ProfileRequest& request);

}  // namespace vgan
