// Trials as a reader hands them to the trainer: their numbers and what they mean.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/data/schema.hpp"
#include "engine/data/trial_shape.hpp"
#include "engine/data/value_type.hpp"

namespace vgan {

/// `count` trials of one shape: images, curves or rows of columns. Their values lie trial after
/// trial, as TrialShape says of one: u8 (0 to 255) or floats (`low` to `high`), as doubles where
/// the file's own type has numbers that a float has not.
struct Trials {
  std::int64_t count = 0;
  TrialShape shape{0, 0, 1};  ///< of one trial
  std::variant<std::vector<std::uint8_t>, std::vector<float>, std::vector<double>> values;
  std::optional<ValueType> file_type;  ///< where it is another than that of `values`
  double low = 0.0;                    ///< the value that maps to the network's smallest output
  double high = 255.0;                 ///< the value that maps to the network's largest output
  /// Whether `low` and `high` are nothing but the least and the greatest value: the scale follows
  /// the values then, and few outliers do not decide it.
  bool by_values = false;
  std::vector<std::int32_t> labels;      ///< one class for each trial, or empty
  std::vector<std::string> class_names;  ///< of class 0, 1, ..., where labels were words; or empty
  std::vector<float> conditions;         ///< count x condition_size, row-major, or empty
  std::int64_t condition_size = 0;       ///< numbers for each trial; 0 where there are none
  /// The schema of the table that the trials are rows of, or nothing. The values of a trial are
  /// then those that encoded_columns(*schema) lists.
  std::optional<Schema> schema;
  std::string source;              ///< what the user would call it: a path, or "built-in digits"
  std::vector<std::string> notes;  ///< what was done in reading that the user should know

  /// shape.size(), checked: throws bad_data where that is more than can be counted.
  std::int64_t values_per_trial() const;
  /// The array's shape as files have it, without axes that go without saying: (N, P) for rows, (N,
  /// T) or (N, T, C) for curves, (N, H, W) or (N, H, W, C) for images.
  std::vector<std::int64_t> array_shape() const;
  bool is_u8() const { return std::holds_alternative<std::vector<std::uint8_t>>(values); }
  /// The type of one number: the file's own.
  ValueType value_type() const;
  /// What holds for any of the trials: all but values, labels and conditions; no trial.
  Trials outline() const;
  std::size_t bytes() const;
  /// Trials [first, first + n) with what belongs to them; range and source are the set's. Throws
  /// internal for trials that there are not, bad_data where sizes and values disagree.
  Trials part(std::int64_t first, std::int64_t n) const;
  /// Drops all but the first `n` trials. Throws as `part`.
  void keep_first(std::int64_t n);
  /// Throws bad_data unless there is a trial, counts, labels and conditions agree with the values,
  /// labels with their names and sides with the kind, every number is finite and every value within
  /// low..high. Names the first row (the trial) and column (the number in it) that is not, both
  /// from 0. Reads all values once.
  void require_consistent() const;
  /// 64-bit FNV-1a over shape and values, as 16 hex digits: tells whether a resumed run sees the
  /// data that it was started on. The channels are part of it where there are several, and the
  /// names and words of a table.
  std::string fingerprint() const;
  /// Fingerprints of what a conditional run sees beside the values.
  std::string labels_fingerprint() const;
  std::string conditions_fingerprint() const;
};

}  // namespace vgan
