// Virtual trials from a checkpoint to a file, in constant memory.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "engine/base/words.hpp"
#include "engine/checkpoint/which_checkpoint.hpp"
#include "engine/data/trial_shape.hpp"
#include "engine/settings/config.hpp"

namespace vgan {

inline constexpr const char* allowed_sample_counts = "1 to 2^40 - 1";
inline constexpr const char* allowed_first_samples = "0 to 2^40 - 1";
/// How many rows a line of a summary is of where nobody says it, and the most.
inline constexpr std::uint64_t rows_of_summary = 4000;
inline constexpr std::uint64_t most_rows_of_summary = 1U << 24;

/// What samples are written as.
enum class SampleFormat { automatic, npy, npz, hdf5, csv, parquet, png, idx, raw };

template <>
struct WordTable<SampleFormat> {
  static constexpr const char* setting = "format";
  static constexpr std::array<Word<SampleFormat>, 9> table{{
      {SampleFormat::automatic, "auto", "by the name's ending"},
      {SampleFormat::npy, "npy"},
      {SampleFormat::npz, "npz", "a zip archive of one .npy array, samples"},
      {SampleFormat::hdf5, "hdf5", "one dataset, samples"},
      {SampleFormat::csv, "csv", "a table as its data's file is written"},
      {SampleFormat::parquet, "parquet", "a table with the types of its data's file"},
      {SampleFormat::png, "png"},
      {SampleFormat::idx, "idx"},
      {SampleFormat::raw, "raw"},
  }};
};

/// The shape of the array of N samples; `data` is TrialShape::array.
enum class SampleShape { data, flat, image };

template <>
struct WordTable<SampleShape> {
  static constexpr const char* setting = "shape";
  static constexpr std::array<Word<SampleShape>, 3> table{{
      {SampleShape::data, "data", "the array that training read, with N trials"},
      {SampleShape::flat, "flat", "N x values"},
      {SampleShape::image, "image", "N x height x width, x channels if several"},
  }};
};

struct GenerateRequest {
  std::filesystem::path model;                    ///< run folder or checkpoint file
  WhichCheckpoint which = WhichCheckpoint::best;  ///< of a run's folder
  std::uint64_t count = 64;
  /// Empty: "samples" with the ending of `format`; where that is automatic too, of rows of a table
  /// whose numbers nobody asked for (`dtype`, `shape`) samples.csv, else samples.npy; of a summary
  /// summary.csv. .npy, .npz, .h5, .hdf5, .csv, .tsv, .parquet, .png, .idx, .raw, or no known
  /// ending with a format; "-" is standard output: rows of a table as text where neither a format
  /// nor a dtype is named, else raw.
  std::string out;
  SampleFormat format = SampleFormat::automatic;
  /// A ValueType's name, or auto: that of the data's file. Numbers are in the data's own units,
  /// rounded and held to the type's range. A picture has none.
  std::string dtype = "auto";
  SampleShape shape = SampleShape::data;
  std::uint64_t seed = 1;
  std::uint64_t first = 0;  ///< number of the first sample: files may be made in parts
  std::string device = "auto";
  PrecisionKind precision = PrecisionKind::automatic;
  std::int64_t threads = 0;
  bool raw_weights = false;  ///< G as trained, not its average
  /// A class of a model of classes, by its name or number; empty or "-1" draws classes as they are
  /// in the data.
  std::string label;

  bool has_label() const { return !label.empty() && label != "-1"; }
  std::uint64_t per_label = 0;  ///< so many of each class with trials, in place of `count`; 0: off
  std::string conditions;       ///< .npy of condition vectors, one a sample, used in turn
  /// A table of values that samples are given; empty: none. Rows of a model over cells take any of
  /// its columns, an empty cell being free (GivenRows); a model that was trained with conditions
  /// takes these, all of them (GivenConditions). The table's rows take turns, `per_row` samples
  /// each, and `count` follows from them.
  std::string given;
  std::uint64_t per_row = 1;
  /// A table of what the rows of a model of a table have in their columns, in place of the rows: a
  /// line for each row of `given`, each class of `per_label` and each vector of `conditions`, of
  /// `per_row` or `per_label` rows, else one line of `count` rows (make_summary_sink). `format` is
  /// automatic or csv, `first` 0, and a line is of up to `most_rows_of_summary` rows.
  bool summary = false;
  std::string where;  ///< conditions that all rows of such a model meet (parse_where)
  /// Rows of such a model with folds are drawn at the temperatures at which the rows that were left
  /// out are best foretold: farther from the rows that were learnt.
  bool privacy = false;
  std::function<bool()> stop_requested;  ///< asked with each block; may be empty
  /// Takes whole samples in the data's own units, [n, trial], in order, in place of a file; of rows
  /// of a table the numbers of encoded_columns that stand for their cells. `out` and `format` say
  /// nothing then. Empty: a file is written.
  std::function<void(std::span<const double>)> take;
};

struct GenerateResult {
  std::string out;                   ///< GenerateRequest::out, or what it was by itself
  std::uint64_t count = 0;           ///< of samples that were drawn
  std::uint64_t settings = 0;        ///< lines of a summary; else 0
  TrialShape shape;                  ///< of one trial
  std::int64_t columns = 0;          ///< of the table, where one was written; else 0
  std::filesystem::path checkpoint;  ///< used
  std::string chosen;                ///< which checkpoint that is, and why
  std::uint64_t epoch = 0;
  double seconds = 0.0;  ///< from the first block to the finished file
  /// Seconds that computing, copying to the host (0 where samples are computed in its memory) and
  /// writing were busy; they overlap. Writing includes what `finish` flushes to the disk.
  double compute_seconds = 0.0, copy_seconds = 0.0, write_seconds = 0.0;
  std::string samples_from;  ///< of a model "ae": CodeModel::text(); else empty
  std::string note;          ///< classes left out, newer checkpoints passed over, or empty
};

/// Makes the folder of `out` where there is none. Endings are known in either case (.PNG).
/// Throws bad_config for a format that does not go with the request, bad_data, io (before any work
/// where the disk has less room than the file needs), no_device, interrupted (no file is left).
GenerateResult generate(const GenerateRequest& request);

/// What a checkpoint holds, as `inspect` prints it: one fact a line, then one tensor a line.
std::string describe_checkpoint(const std::filesystem::path& run_or_file,
                                WhichCheckpoint which = WhichCheckpoint::best);

}  // namespace vgan
