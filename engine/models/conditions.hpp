// What G and D are told about a trial: its class, or a vector of numbers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/data/trials.hpp"
#include "engine/settings/config.hpp"
#include "kernels/math/philox.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// Puts the condition of samples first, first + 1, ... into the rows [rows, size].
using ConditionFill = std::function<void(std::uint64_t first, MatrixView<float> rows)>;

/// How conditions are distributed in the data, as far as sampling needs it: the shares of classes,
/// or up to `most_rows` vectors. G and D get vectors standardised, (c - mean) / deviation of each
/// column over the training trials, so that the user's units do not matter; a column that is
/// constant there has a deviation of 1. What comes from users and is kept is in their units.
class ConditionModel {
 public:
  static constexpr std::int64_t most_rows = 1024;
  static constexpr std::int32_t most_classes = 4096;  ///< and numbers of a vector

  ConditionModel() = default;
  /// What `config` asks for: classes by `trials.labels`, vectors by `trials.conditions`, groups of
  /// alike trials (trial_groups) as if they were classes, or none.
  /// Throws bad_config where the data have none or vectors of too many numbers, bad_data where a
  /// label is no class. `trials` is consistent.
  ConditionModel(const TrainConfig& config, const Trials& trials);
  /// As `save` left it; none where it left nothing. Throws bad_data for what it never leaves.
  static ConditionModel load(const Checkpoint& checkpoint, const std::string& origin);
  void save(Checkpoint& checkpoint) const;

  /// Length of a condition vector; 0: none.
  std::int64_t size() const { return size_; }
  bool classes() const { return classes_; }  ///< also of groups
  bool groups() const { return groups_; }

  /// Classes that have trials, in order; empty for vectors.
  const std::vector<std::int64_t>& known_classes() const { return known_; }
  /// The class with this name or this number. Throws bad_config for another word, naming the
  /// nearest, and where there are no classes.
  std::int64_t class_named(const std::string& name) const;
  /// Its name, or its number where there are no names.
  std::string class_text(std::int64_t label) const { return classes_text({label}); }
  /// These classes for people, "0 to 2, 5" or their names, and the classes below the greatest that
  /// have none.
  std::string known_text() const;
  std::string missing_text() const;

  /// The class of each trial as a row of 0 and 1, [count, size]; empty for vectors.
  std::vector<std::uint8_t> one_hot(const Trials& trials) const;
  /// Tells whether a resumed run's networks are told what they were: by labels or conditions, or of
  /// groups, which follow from the trials, by these.
  std::string fingerprint(const Trials& trials) const;
  /// Vectors [n, size] in the user's units as G and D get them.
  std::vector<float> standardised(std::vector<float> rows) const;

  // What follows fills rows for G.

  /// Conditions as they are in the data: those of sample n depend on (seed, purpose) and n
  /// alone.
  ConditionFill drawn(std::uint64_t seed, math::Purpose purpose) const;
  /// One class for `run` samples, then the next that has trials, from the first on again after
  /// the last; vectors likewise. Throws bad_config for a `run` of 0.
  ConditionFill in_turn(std::uint64_t run) const;
  /// What a picture shows: a class in each row of `columns`, but groups, which mean nothing by
  /// themselves, as they are drawn.
  ConditionFill shown(std::uint64_t columns, std::uint64_t seed, math::Purpose purpose) const;
  /// Each of these classes for `run` samples, from the first on again after the last. Throws
  /// bad_config for a class without trials, and for a `run` of 0.
  ConditionFill of_classes(std::vector<std::int64_t> labels, std::uint64_t run) const;
  /// One class for all.
  ConditionFill of_class(std::int64_t label) const { return of_classes({label}, 1); }
  /// Each row of `rows` [n, size], in the user's units, for `run` samples, from the first on again
  /// after the last. Throws bad_config where they have another length, or are too far from the
  /// training trials' for a float, and for a `run` of 0.
  ConditionFill given(std::vector<float> rows, std::int64_t size, std::uint64_t run = 1) const;

 private:
  std::int64_t rows() const { return static_cast<std::int64_t>(values_.size()) / size_; }
  void count_classes(const Trials& trials);
  void count_shares(const std::vector<std::int32_t>& classes);
  std::string classes_text(const std::vector<std::int64_t>& classes) const;
  void note_known();
  void fit_scale(const Trials& trials);
  /// Kept vector `row`, standardised, to [size].
  void put(std::int64_t row, float* to) const;

  std::int64_t size_ = 0;
  bool classes_ = false;
  bool groups_ = false;
  /// The group of each trial that the model was made with; empty where it was loaded.
  std::shared_ptr<const std::vector<std::int32_t>> group_of_;
  std::vector<float> values_;            ///< shares [size], or vectors [rows, size]
  std::vector<std::int64_t> known_;      ///< classes with a share above 0
  std::vector<std::string> names_;       ///< [size] of classes that are words, or empty
  std::vector<float> mean_, deviation_;  ///< of vectors: [size] each
};

}  // namespace vgan
