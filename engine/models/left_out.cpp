#include "engine/models/left_out.hpp"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.hpp"
#include "engine/checkpoint/checkpoint_tensors.hpp"

namespace vgan {
namespace {

constexpr const char* margins_name = "left_out.margins";
constexpr const char* temperatures_name = "left_out.temperatures";
constexpr const char* rows_name = "left_out.rows";
constexpr std::int64_t kinds = 2;      // of LeftOut::Shown
constexpr double most_margin = 1e100;  // beyond any, and far from what overflows

std::size_t margins_of(std::size_t column, LeftOut::Shown shown) {
  return (column * kinds + static_cast<std::size_t>(shown)) *
         static_cast<std::size_t>(LeftOut::points);
}

std::vector<double> load_margins(const Checkpoint& checkpoint, std::int64_t columns,
                                 const std::string& origin) {
  const std::vector<std::int64_t> shape = {columns, kinds, LeftOut::points};
  const auto bad = [&](const std::string& what) {
    refuse_tensor(origin, margins_name, what, type_text(TensorType::f64, shape) + ", below 1e100");
  };
  const auto found = checkpoint.tensors.find(margins_name);
  if (found == checkpoint.tensors.end()) bad("none");
  const CheckpointTensor& tensor = found->second;
  if (tensor.type != TensorType::f64 || tensor.shape != shape) {
    bad(type_text(tensor.type, tensor.shape));
  }
  require_bytes(tensor, margins_name, origin);
  std::vector<double> margins = f64_numbers(tensor);
  for (std::size_t i = 0; i < margins.size(); ++i) {
    if (!(std::fabs(margins[i]) < most_margin)) {
      bad(general_text(margins[i]) + " at element " + std::to_string(i));
    }
  }
  return margins;
}

}  // namespace

LeftOut::LeftOut(std::size_t columns)
    : margins_(columns * kinds * static_cast<std::size_t>(points), 0.0),
      temperatures_(columns, 1.0F) {}

void LeftOut::set_scores(std::size_t column, Shown shown, std::int64_t point,
                         std::vector<double> scores) {
  if (scores.empty()) return;
  const std::size_t count = scores.size();
  // Whole numbers are divided last, so that no rounding lifts a rank.
  const auto rank = static_cast<std::size_t>(
      std::ceil(static_cast<double>((count + 1) * static_cast<std::size_t>(point)) / (points - 1)));
  const std::size_t at = std::clamp<std::size_t>(rank, 1, count) - 1;
  const auto place = scores.begin() + static_cast<std::ptrdiff_t>(at);
  std::nth_element(scores.begin(), place, scores.end());
  margins_[margins_of(column, shown) + static_cast<std::size_t>(point)] = *place;
}

void LeftOut::set_temperature(std::size_t column, double temperature) {
  temperatures_[column] = static_cast<float>(temperature);
}

double LeftOut::margin(std::size_t column, Shown shown, double level) const {
  if (empty()) return 0.0;
  const double* const margins = margins_.data() + margins_of(column, shown);
  const double place = std::clamp(level, 0.0, 1.0) * (points - 1);
  const auto below = static_cast<std::int64_t>(std::floor(place));
  if (below == points - 1) return margins[below];
  return margins[below] +
         (place - static_cast<double>(below)) * (margins[below + 1] - margins[below]);
}

std::vector<double> LeftOut::temperatures() const {
  return {temperatures_.begin(), temperatures_.end()};
}

void LeftOut::save(Checkpoint& checkpoint) const {
  if (empty()) return;
  const auto columns = static_cast<std::int64_t>(temperatures_.size());
  checkpoint.tensors[margins_name] = f64_tensor({columns, kinds, points}, margins_);
  checkpoint.tensors[temperatures_name] = tensor_of({columns}, temperatures_);
  checkpoint.metadata[rows_name] = std::to_string(rows_);
}

LeftOut LeftOut::load(const Checkpoint& checkpoint, std::size_t columns,
                      const std::string& origin) {
  const auto count = static_cast<std::int64_t>(columns);
  LeftOut made;
  made.margins_ = load_margins(checkpoint, count, origin);
  made.temperatures_ = load_floats(checkpoint, temperatures_name, {count}, origin);
  for (std::size_t i = 0; i < columns; ++i) {
    if (made.temperatures_[i] >= 1.0F) continue;
    refuse_tensor(origin, temperatures_name,
                  general_text(static_cast<double>(made.temperatures_[i])) + " at element " +
                      std::to_string(i),
                  "1 or more");
  }
  const auto rows = checkpoint.metadata.find(rows_name);
  const auto number =
      rows == checkpoint.metadata.end() ? std::nullopt : read_number<std::int64_t>(rows->second);
  if (!number || *number < 0) refuse_tensor(origin, rows_name, "no whole number", "0 or more");
  made.rows_ = *number;
  return made;
}

}  // namespace vgan
