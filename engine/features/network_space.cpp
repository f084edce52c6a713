#include "engine/features/network_space.hpp"

#include <algorithm>
#include <cmath>

#include "engine/base/check.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/checkpoint/checkpoint_tensors.hpp"
#include "engine/device/callers_device.hpp"
#include "engine/features/label_counts.hpp"
#include "engine/models/state_tensors.hpp"

namespace vgan {
namespace {

constexpr std::int64_t most_held_out = 10000;

}  // namespace

NetworkSpace::NetworkSpace(std::shared_ptr<Backend> backend, FeatureNetwork network,
                           std::optional<TrialUnits> units, const Trials& held_out)
    : backend_(std::move(backend)),
      queue_(backend_->make_queue("features")),
      network_(std::move(network)),
      layers_(network_.layers()),
      units_(std::move(units)),
      to_features_(loaded(layers_.up_to_features())) {
  const TrialRows rows(held_out, most_held_out);
  held_out_.trials = rows.count();
  if (network_.kind == FeatureKind::autoencoder) {
    held_out_.share = share_explained(rows);
    return;
  }
  const std::string last =
      std::string(feature_tensors) + "." + std::to_string(layers_.hidden) + ".";
  weight_ = floats_of(network_.weights.tensors.at(last + "weight"));
  bias_ = floats_of(network_.weights.tensors.at(last + "bias"));
  held_out_.share = share_right(held_out);
}

std::unique_ptr<Inference> NetworkSpace::loaded(const std::vector<nn::LayerSpec>& layers) const {
  auto network = std::make_unique<Inference>(*backend_, layers, feature_slope, ElementType::f32,
                                             "the network of features");
  load_weights(*backend_, *queue_, network->network(), feature_tensors, network_.weights);
  return network;
}

std::string NetworkSpace::text() const {
  const std::string trials = grouped(held_out_.trials) + " held-out trials";
  const std::string share = fixed_text(100.0 * held_out_.share, 1) + " %";
  const std::string text =
      network_.kind == FeatureKind::classifier
          ? std::to_string(size()) + " hidden numbers of a classifier that is right on " + share +
                " of " + trials
          : std::to_string(size()) + " numbers of an autoencoder's code, which gives back " +
                share + " of the variance of " + trials;
  return reason_.empty() ? text : text + "; " + reason_;
}

Features NetworkSpace::through(Inference& network, const TrialRows& trials) const {
  const TrialRows rows = trials.in(units_ ? &*units_ : nullptr);
  require(rows.size() == network.input().cols, "features",
          "trials of " + counted(rows.size(), "number"), std::to_string(network.input().cols));
  const std::int64_t size = rows.size();
  Features made{rows.count(), network.output().cols, {}};
  made.values.reserve(static_cast<std::size_t>(made.rows * made.columns));
  std::vector<float> block(static_cast<std::size_t>(Inference::block_rows * size));
  for (std::int64_t first = 0; first < rows.count(); first += Inference::block_rows) {
    const std::int64_t count = std::min(Inference::block_rows, rows.count() - first);
    for (std::int64_t i = 0; i < count; ++i) {
      network_.input.read(rows, first + i, block.data() + i * size);
    }
    network.put(*queue_, {block.data(), count, size, size});
    network.forward(*queue_);
    const std::vector<float> some = network.take(*queue_, count);
    made.values.insert(made.values.end(), some.begin(), some.end());
  }
  return made;
}

Features NetworkSpace::features(const TrialRows& trials) const {
  const CallersDevice callers(backend_->info().kind);
  Features made = through(*to_features_, trials);
  const auto unit = static_cast<float>(network_.unit);
  for (float& value : made.values) value *= unit;
  return made;
}

std::optional<std::vector<std::int32_t>> NetworkSpace::labels_of(const TrialRows& trials) const {
  if (network_.kind != FeatureKind::classifier) return std::nullopt;
  const CallersDevice callers(backend_->info().kind);
  const Features hidden = through(*to_features_, trials);
  const std::size_t classes = network_.labels.size();
  std::vector<std::int32_t> labels;
  labels.reserve(static_cast<std::size_t>(hidden.rows));
  std::vector<float> logits(classes);
  for (std::int64_t n = 0; n < hidden.rows; ++n) {
    logits = bias_;
    for (std::int64_t i = 0; i < hidden.columns; ++i) {
      const float number = hidden.row(n)[i];
      const float* weights = weight_.data() + static_cast<std::size_t>(i) * classes;
      for (std::size_t c = 0; c < classes; ++c) logits[c] += number * weights[c];
    }
    const auto likeliest = std::max_element(logits.begin(), logits.end()) - logits.begin();
    labels.push_back(network_.labels[static_cast<std::size_t>(likeliest)]);
  }
  return labels;
}

std::optional<double> NetworkSpace::labels_right() const {
  if (network_.kind != FeatureKind::classifier) return std::nullopt;
  return held_out_.share;
}

void NetworkSpace::set_unit(const TrialRows& training) {
  const Features hidden = through(*to_features_, training);
  const auto rows = static_cast<double>(hidden.rows);
  double variance = 0.0;
  for (std::int64_t j = 0; j < hidden.columns; ++j) {
    double mean = 0.0;
    double squares = 0.0;
    for (std::int64_t n = 0; n < hidden.rows; ++n) mean += double{hidden.row(n)[j]} / rows;
    for (std::int64_t n = 0; n < hidden.rows; ++n) {
      const double off = double{hidden.row(n)[j]} - mean;
      squares += off * off;
    }
    variance += squares / rows;
  }
  network_.unit = variance > 0.0 ? std::sqrt(feature_variance / variance) : 1.0;
}

double NetworkSpace::share_right(const Trials& held_out) const {
  require(!held_out.labels.empty(), "features", "held-out trials without labels",
          "as many as trials");
  const TrialRows rows(held_out, most_held_out);
  return share_of_right(*labels_of(rows), held_out, rows);
}

double NetworkSpace::share_explained(const TrialRows& held_out) const {
  const std::unique_ptr<Inference> whole = loaded(layers_.layers);
  const Features given_back = through(*whole, held_out);
  const TrialRows rows = held_out.in(units_ ? &*units_ : nullptr);
  const auto size = static_cast<std::size_t>(rows.size());
  const auto count = static_cast<double>(rows.count());
  std::vector<double> sum(size, 0.0);
  std::vector<double> squares(size, 0.0);
  std::vector<float> row(size);
  double error = 0.0;
  for (std::int64_t n = 0; n < rows.count(); ++n) {
    network_.input.read(rows, n, row.data());
    for (std::size_t i = 0; i < size; ++i) {
      const double value = row[i];
      const double off = value - double{given_back.row(n)[i]};
      sum[i] += value;
      squares[i] += value * value;
      error += off * off;
    }
  }
  double variance = 0.0;
  for (std::size_t i = 0; i < size; ++i) variance += squares[i] - sum[i] * sum[i] / count;
  return variance > 0.0 ? 1.0 - error / variance : 0.0;
}

}  // namespace vgan
