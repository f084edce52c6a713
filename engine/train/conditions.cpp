#include "engine/train/conditions.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "engine/error.hpp"
#include "kernels/math/permutation.hpp"

namespace vgan {
namespace {

constexpr const char* shares_name = "conditions.shares";
constexpr const char* rows_name = "conditions.rows";

[[noreturn]] void refuse(const std::string& name, const std::string& found,
                         const std::string& allowed, const std::string& remedy = "") {
  throw Error(ErrorCode::bad_config, {"bad setting", name, found, allowed, remedy});
}

void set_class(MatrixView<float> rows, std::int64_t row, std::int64_t label) {
  std::fill_n(rows.row(row), rows.cols, 0.0F);
  rows.row(row)[label] = 1.0F;
}

bool all_finite(const std::vector<float>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](float value) { return std::isfinite(value); });
}

// Uniform in [0, 1), number n of the stream.
double unit(std::uint64_t seed, math::Purpose purpose, std::uint64_t n) {
  const math::Words4 words = math::philox_block(seed, math::subsequence(purpose, 1), n);
  return static_cast<double>(words.x) * 0x1p-32;
}

}  // namespace

ConditionModel::ConditionModel(const TrainConfig& config, const ImageSet& images) {
  if (config.conditional) {
    if (images.labels.empty()) {
      refuse("conditional", "no labels with " + images.source, "labelled trials",
             "name a file with --labels");
    }
    const auto [first, greatest] = std::minmax_element(images.labels.begin(), images.labels.end());
    const std::int32_t last = *greatest;
    if (*first < 0 || last >= most_classes) {
      refuse("conditional", "class " + std::to_string(*first < 0 ? *first : last),
             "classes from 0 to " + std::to_string(most_classes - 1),
             "number them from 0, or give vectors with --conditions");
    }
    classes_ = true;
    size_ = last + 1;
    values_.resize(static_cast<std::size_t>(size_), 0.0F);
    std::vector<std::int64_t> counts(values_.size(), 0);
    for (const std::int32_t label : images.labels) ++counts[static_cast<std::size_t>(label)];
    for (std::size_t i = 0; i < counts.size(); ++i) {
      values_[i] = static_cast<float>(static_cast<double>(counts[i]) /
                                      static_cast<double>(images.labels.size()));
    }
  } else if (!config.conditions.empty()) {
    size_ = images.condition_size;
    if (size_ == 0) refuse("conditions", config.conditions, "one vector for each trial");
    if (size_ > most_classes) {
      refuse("conditions", "vectors of " + std::to_string(size_),
             "up to " + std::to_string(most_classes) + " numbers each");
    }
    if (!all_finite(images.conditions)) refuse("conditions", "NaN or Inf", "finite numbers");
    const std::int64_t kept = std::min(images.count, most_rows);
    for (std::int64_t i = 0; i < kept; ++i) {
      const auto from = images.conditions.begin() + i * images.count / kept * size_;
      values_.insert(values_.end(), from, from + size_);
    }
  }
}

void ConditionModel::save(Checkpoint& checkpoint) const {
  if (size_ == 0) return;
  CheckpointTensor tensor{TensorType::f32, {}, {}};
  tensor.shape =
      classes_ ? std::vector<std::int64_t>{size_} : std::vector<std::int64_t>{rows(), size_};
  tensor.bytes.resize(values_.size() * sizeof(float));
  std::memcpy(tensor.bytes.data(), values_.data(), tensor.bytes.size());
  checkpoint.tensors[classes_ ? shares_name : rows_name] = std::move(tensor);
}

ConditionModel ConditionModel::load(const Checkpoint& checkpoint, const std::string& origin) {
  ConditionModel made;
  const auto shares = checkpoint.tensors.find(shares_name);
  const auto rows = checkpoint.tensors.find(rows_name);
  made.classes_ = shares != checkpoint.tensors.end();
  if (!made.classes_ && rows == checkpoint.tensors.end()) return made;
  const bool both = made.classes_ && rows != checkpoint.tensors.end();
  const CheckpointTensor& tensor = (made.classes_ ? shares : rows)->second;
  const std::size_t dimensions = made.classes_ ? 1 : 2;
  const auto bad = [&](const std::string& found) {
    throw Error(ErrorCode::bad_data,
                {"cannot use a checkpoint",
                 origin + ", tensor " + (made.classes_ ? shares_name : rows_name), found,
                 made.classes_ ? "f32 shares of 1 to 4096 classes, which add up to 1"
                               : "1 to 1024 vectors of 1 to 4096 finite f32 numbers",
                 "use a checkpoint that vgan wrote"});
  };
  if (both) bad("both shares and vectors");
  if (tensor.type != TensorType::f32 || tensor.shape.size() != dimensions) bad("another shape");
  made.size_ = tensor.shape.back();
  const std::int64_t most = made.classes_ ? most_classes : most_rows;
  if (made.size_ < 1 || made.size_ > most_classes || tensor.shape.front() < 1 ||
      tensor.shape.front() > most) {
    bad("another shape");
  }
  made.values_.resize(tensor.bytes.size() / sizeof(float));
  std::memcpy(made.values_.data(), tensor.bytes.data(), tensor.bytes.size());
  if (!all_finite(made.values_)) bad("NaN or Inf");
  if (!made.classes_) return made;
  double sum = 0.0;
  for (const float share : made.values_) {
    if (share < 0.0F) bad("a share below 0");
    sum += static_cast<double>(share);
  }
  if (std::fabs(sum - 1.0) > 1e-3) bad("shares that add up to " + std::to_string(sum));
  return made;
}

std::vector<std::uint8_t> ConditionModel::one_hot(const ImageSet& images) const {
  std::vector<std::uint8_t> rows;
  if (!classes_) return rows;
  rows.resize(images.labels.size() * static_cast<std::size_t>(size_), 0);
  for (std::size_t i = 0; i < images.labels.size(); ++i) {
    rows[i * static_cast<std::size_t>(size_) + static_cast<std::size_t>(images.labels[i])] = 1;
  }
  return rows;
}

ConditionFill ConditionModel::drawn(std::uint64_t seed, math::Purpose purpose) const {
  return [self = *this, seed, purpose](std::uint64_t first, MatrixView<float> rows) {
    for (std::int64_t i = 0; i < rows.rows; ++i) {
      const double u = unit(seed, purpose, first + static_cast<std::uint64_t>(i));
      if (!self.classes_) {
        const auto row = static_cast<std::int64_t>(u * static_cast<double>(self.rows()));
        std::copy_n(self.values_.data() + row * self.size_, self.size_, rows.row(i));
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

ConditionFill ConditionModel::in_turn(std::uint64_t run) const {
  return [self = *this, run](std::uint64_t first, MatrixView<float> rows) {
    const auto kinds = static_cast<std::uint64_t>(self.classes_ ? self.size_ : self.rows());
    for (std::int64_t i = 0; i < rows.rows; ++i) {
      const auto kind =
          static_cast<std::int64_t>((first + static_cast<std::uint64_t>(i)) / run % kinds);
      if (self.classes_) {
        set_class(rows, i, kind);
      } else {
        std::copy_n(self.values_.data() + kind * self.size_, self.size_, rows.row(i));
      }
    }
  };
}

ConditionFill ConditionModel::of_class(std::int64_t label) const {
  if (!classes_) {
    refuse("label", std::to_string(label), "a model of classes",
           "this one was not trained with --conditional");
  }
  if (label < 0 || label >= size_) {
    refuse("label", std::to_string(label), "0 to " + std::to_string(size_ - 1));
  }
  return [label](std::uint64_t, MatrixView<float> rows) {
    for (std::int64_t i = 0; i < rows.rows; ++i) set_class(rows, i, label);
  };
}

ConditionFill ConditionModel::given(std::vector<float> values, std::int64_t size) const {
  if (size_ == 0) {
    refuse("conditions", "vectors of " + std::to_string(size),
           "a model that was trained with --conditional or --conditions");
  }
  if (size != size_ || values.empty()) {
    refuse("conditions", "vectors of " + std::to_string(size),
           std::to_string(size_) + " numbers each");
  }
  const auto shared = std::make_shared<const std::vector<float>>(std::move(values));
  return [shared, size](std::uint64_t first, MatrixView<float> rows) {
    const std::uint64_t count = shared->size() / static_cast<std::uint64_t>(size);
    for (std::int64_t i = 0; i < rows.rows; ++i) {
      const std::uint64_t row = (first + static_cast<std::uint64_t>(i)) % count;
      std::copy_n(shared->data() + row * static_cast<std::uint64_t>(size), size, rows.row(i));
    }
  };
}

}  // namespace vgan
