#include "engine/models/conditions.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "engine/base/number_text.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/checkpoint/checkpoint_tensors.hpp"
#include "engine/models/trial_groups.hpp"
#include "kernels/math/permutation.hpp"

namespace vgan {
namespace {

void set_class(MatrixView<float> rows, std::int64_t row, std::int64_t label) {
  std::fill_n(rows.row(row), rows.cols, 0.0F);
  rows.row(row)[label] = 1.0F;
}

// (c - mean) / deviation; the difference in double, for it may cancel or overflow in float.
float standard(float value, float mean, float deviation) {
  return static_cast<float>((static_cast<double>(value) - static_cast<double>(mean)) /
                            static_cast<double>(deviation));
}

// Numbers in order as ranges: "0 to 2, 5"; of many ranges the first ones and the last.
std::string ranges_text(const std::vector<std::int64_t>& numbers) {
  constexpr std::size_t most_ranges = 12;
  std::vector<std::string> ranges;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t end = i + 1;
    while (end < numbers.size() && numbers[end] == numbers[end - 1] + 1) ++end;
    ranges.push_back(std::to_string(numbers[i]));
    if (end - i > 1) ranges.back() += " to " + std::to_string(numbers[end - 1]);
    i = end;
  }
  if (ranges.size() > most_ranges) {
    ranges[most_ranges - 2] = "...";
    ranges[most_ranges - 1] = ranges.back();
    ranges.resize(most_ranges);
  }
  std::string text;
  for (const std::string& range : ranges) text += (text.empty() ? "" : ", ") + range;
  return text;
}

void require_run(std::uint64_t run) {
  if (run == 0) refuse_setting("samples of one condition in a row", "0", "1 or more");
}

// Which of `count` conditions sample first + i has, where each has `run` samples in its turn.
std::int64_t place_in_turn(std::uint64_t first, std::int64_t i, std::uint64_t run,
                           std::uint64_t count) {
  return static_cast<std::int64_t>((first + static_cast<std::uint64_t>(i)) / run % count);
}

// Uniform in [0, 1), number n of the stream.
double unit(std::uint64_t seed, math::Purpose purpose, std::uint64_t n) {
  const math::Words4 words = math::philox_block(seed, math::subsequence(purpose, 1), n);
  return static_cast<double>(words.x) * 0x1p-32;
}

}  // namespace

ConditionModel::ConditionModel(const TrainConfig& config, const Trials& trials) {
  if (config.conditional) {
    count_classes(trials);
  } else if (!config.conditions.empty()) {
    size_ = trials.condition_size;
    if (size_ == 0) refuse_setting("conditions", config.conditions, "one vector for each trial");
    if (size_ > most_classes) {
      refuse_setting("conditions", "vectors of " + std::to_string(size_),
                     "up to " + std::to_string(most_classes) + " numbers each");
    }
    const std::int64_t kept = std::min(trials.count, most_rows);
    for (std::int64_t i = 0; i < kept; ++i) {
      const auto from = trials.conditions.begin() + i * trials.count / kept * size_;
      values_.insert(values_.end(), from, from + size_);
    }
    fit_scale(trials);
  } else if (const std::int64_t groups = group_count(config.groups(), trials); groups > 0) {
    groups_ = classes_ = true;
    size_ = groups;
    group_of_ = std::make_shared<const std::vector<std::int32_t>>(trial_groups(trials, groups));
    count_shares(*group_of_);
  }
}

void ConditionModel::count_classes(const Trials& trials) {
  if (trials.labels.empty()) {
    refuse_setting("conditional", "no labels with " + trials.source, "labelled trials",
                   "name a file with --labels");
  }
  const auto bad = std::find_if(trials.labels.begin(), trials.labels.end(),
                                [](auto label) { return label < 0 || label >= most_classes; });
  if (bad != trials.labels.end()) {
    throw Error(ErrorCode::bad_data, {"labels that are no classes", trials.source,
                                      "class " + std::to_string(*bad) + " in row " +
                                          std::to_string(bad - trials.labels.begin()),
                                      "classes from 0 to " + std::to_string(most_classes - 1),
                                      "number them from 0, or give vectors with --conditions"});
  }
  classes_ = true;
  size_ = *std::max_element(trials.labels.begin(), trials.labels.end()) + 1;
  if (static_cast<std::int64_t>(trials.class_names.size()) >= size_) {
    names_.assign(trials.class_names.begin(),
                  trials.class_names.begin() + static_cast<std::ptrdiff_t>(size_));
  }
  count_shares(trials.labels);
}

void ConditionModel::count_shares(const std::vector<std::int32_t>& classes) {
  values_.resize(static_cast<std::size_t>(size_), 0.0F);
  std::vector<std::int64_t> counts(values_.size(), 0);
  for (const std::int32_t one : classes) ++counts[static_cast<std::size_t>(one)];
  for (std::size_t i = 0; i < counts.size(); ++i) {
    values_[i] =
        static_cast<float>(static_cast<double>(counts[i]) / static_cast<double>(classes.size()));
  }
  note_known();
}

void ConditionModel::note_known() {
  for (std::int64_t c = 0; c < size_; ++c) {
    if (values_[static_cast<std::size_t>(c)] > 0.0F) known_.push_back(c);
  }
}

// Two passes in double, rows in order.
void ConditionModel::fit_scale(const Trials& trials) {
  const auto cols = static_cast<std::size_t>(size_);
  const std::vector<float>& all = trials.conditions;
  const auto count = static_cast<double>(trials.count);
  std::vector<double> mean(cols, 0.0), square(cols, 0.0);
  std::vector<bool> varies(cols, false);
  for (std::size_t i = 0; i < all.size(); ++i) mean[i % cols] += static_cast<double>(all[i]);
  for (double& sum : mean) sum /= count;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double off = static_cast<double>(all[i]) - mean[i % cols];
    square[i % cols] += off * off;
    if (all[i] != all[i % cols]) varies[i % cols] = true;
  }
  for (std::size_t j = 0; j < cols; ++j) {
    const auto deviation = static_cast<float>(std::sqrt(square[j] / count));
    mean_.push_back(static_cast<float>(mean[j]));
    deviation_.push_back(varies[j] && deviation > 0.0F ? deviation : 1.0F);
  }
}

std::string ConditionModel::classes_text(const std::vector<std::int64_t>& classes) const {
  if (names_.empty()) return ranges_text(classes);
  std::string text;
  for (const std::int64_t c : classes) {
    text += (text.empty() ? "" : ", ") + names_[static_cast<std::size_t>(c)];
  }
  return text;
}

std::string ConditionModel::known_text() const { return classes_text(known_); }

std::int64_t ConditionModel::class_named(const std::string& name) const {
  if (!classes_) {
    refuse_setting("label", "'" + name + "'", "a model of classes",
                   "this one was not trained with --conditional");
  }
  const auto at = std::find(names_.begin(), names_.end(), name);
  if (at != names_.end()) return at - names_.begin();
  // Beside names that are numbers themselves, a number is no class's place among them.
  const bool numbered = std::any_of(names_.begin(), names_.end(), [](const std::string& known) {
    return read_number<std::int64_t>(known).has_value();
  });
  const auto number = read_number<std::int64_t>(name);
  if (number && !numbered) return *number;
  refuse_setting("label", "'" + name + "'", known_text(), suggestion(name, names_));
}

std::string ConditionModel::missing_text() const {
  std::vector<std::int64_t> missing;
  for (std::int64_t c = 0; classes_ && c < size_; ++c) {
    if (!std::binary_search(known_.begin(), known_.end(), c)) missing.push_back(c);
  }
  return classes_text(missing);
}

std::vector<std::uint8_t> ConditionModel::one_hot(const Trials& trials) const {
  std::vector<std::uint8_t> rows;
  if (!classes_) return rows;
  const std::vector<std::int32_t>& classes = group_of_ ? *group_of_ : trials.labels;
  rows.resize(classes.size() * static_cast<std::size_t>(size_), 0);
  for (std::size_t i = 0; i < classes.size(); ++i) {
    rows[i * static_cast<std::size_t>(size_) + static_cast<std::size_t>(classes[i])] = 1;
  }
  return rows;
}

std::string ConditionModel::fingerprint(const Trials& trials) const {
  if (groups_) return trials.fingerprint();
  return classes_ ? trials.labels_fingerprint() : trials.conditions_fingerprint();
}

std::vector<float> ConditionModel::standardised(std::vector<float> rows) const {
  const auto cols = static_cast<std::size_t>(size_);
  for (std::size_t i = 0; !classes_ && i < rows.size(); ++i) {
    rows[i] = standard(rows[i], mean_[i % cols], deviation_[i % cols]);
  }
  return rows;
}

void ConditionModel::put(std::int64_t row, float* to) const {
  const auto cols = static_cast<std::size_t>(size_);
  const float* from = values_.data() + static_cast<std::size_t>(row) * cols;
  for (std::size_t j = 0; j < cols; ++j) to[j] = standard(from[j], mean_[j], deviation_[j]);
}

ConditionFill ConditionModel::drawn(std::uint64_t seed, math::Purpose purpose) const {
  return [self = *this, seed, purpose](std::uint64_t first, MatrixView<float> rows) {
    for (std::int64_t i = 0; i < rows.rows; ++i) {
      const double u = unit(seed, purpose, first + static_cast<std::uint64_t>(i));
      if (!self.classes_) {
        const auto row = static_cast<std::int64_t>(u * static_cast<double>(self.rows()));
        self.put(row, rows.row(i));
        continue;
      }
      double sum = 0.0;
      std::int64_t label = 0;
      std::int64_t last = 0;  // the last class that occurs: sums may end just below 1
      for (std::int64_t c = 0; c < self.size_; ++c) {
        const auto share = static_cast<double>(self.values_[static_cast<std::size_t>(c)]);
        if (share > 0.0) last = c;
        sum += share;
        if (u >= sum) label = c + 1;
      }
      set_class(rows, i, std::min(label, last));
    }
  };
}

ConditionFill ConditionModel::shown(std::uint64_t columns, std::uint64_t seed,
                                    math::Purpose purpose) const {
  return groups_ ? drawn(seed, purpose) : in_turn(columns);
}

ConditionFill ConditionModel::in_turn(std::uint64_t run) const {
  if (classes_) return of_classes(known_, run);
  require_run(run);
  return [self = *this, run](std::uint64_t first, MatrixView<float> rows) {
    for (std::int64_t i = 0; i < rows.rows; ++i) {
      self.put(place_in_turn(first, i, run, static_cast<std::uint64_t>(self.rows())), rows.row(i));
    }
  };
}

ConditionFill ConditionModel::of_classes(std::vector<std::int64_t> labels,
                                         std::uint64_t run) const {
  require_run(run);
  for (const std::int64_t label : labels) {
    if (!classes_) {
      refuse_setting("label", std::to_string(label), "a model of classes",
                     "this one was not trained with --conditional");
    }
    if (std::binary_search(known_.begin(), known_.end(), label)) continue;
    const bool within = label >= 0 && label < size_;
    refuse_setting("label",
                   std::to_string(label) + (within ? ", a class without training trials" : ""),
                   known_text());
  }
  return [shared = std::make_shared<const std::vector<std::int64_t>>(std::move(labels)), run](
             std::uint64_t first, MatrixView<float> rows) {
    for (std::int64_t i = 0; i < rows.rows; ++i) {
      const std::int64_t place = place_in_turn(first, i, run, shared->size());
      set_class(rows, i, (*shared)[static_cast<std::size_t>(place)]);
    }
  };
}

ConditionFill ConditionModel::given(std::vector<float> values, std::int64_t size,
                                    std::uint64_t run) const {
  require_run(run);
  if (size_ == 0) {
    refuse_setting("conditions", "vectors of " + std::to_string(size),
                   "a model that was trained with --conditional or --conditions");
  }
  if (size != size_ || values.empty()) {
    refuse_setting("conditions", "vectors of " + std::to_string(size),
                   std::to_string(size_) + " numbers each");
  }
  const auto shared = std::make_shared<const std::vector<float>>(standardised(std::move(values)));
  if (!all_finite(*shared)) {
    refuse_setting("conditions", "NaN, Inf or numbers far beyond those of the training trials",
                   "finite numbers in the units of the training trials' conditions");
  }
  return [shared, size, run](std::uint64_t first, MatrixView<float> rows) {
    const std::uint64_t count = shared->size() / static_cast<std::uint64_t>(size);
    for (std::int64_t i = 0; i < rows.rows; ++i) {
      std::copy_n(shared->data() + place_in_turn(first, i, run, count) * size, size, rows.row(i));
    }
  };
}

}  // namespace vgan
