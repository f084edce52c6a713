// The feature space of a network of the engine's own.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/device/backend.hpp"
#include "engine/features/feature_network.hpp"
#include "engine/features/feature_space.hpp"
#include "engine/nn/inference.hpp"

namespace vgan {

/// How well a network does what it learned, on trials that it did not see.
struct HeldOutFigure {
  std::int64_t trials = 0;
  /// A classifier's is the share of trials whose label it finds. An autoencoder's is the share of
  /// the trials' variance, about the mean of each number, that its reconstructions have: at most 1,
  /// and below 0 where these are worse than that mean.
  double share = 0.0;
};

class NetworkSpace final : public FeatureSpace {
 public:
  /// `units`: those of the training trials. Takes up to 10,000 of the held-out trials to see how
  /// far the network can be trusted.
  NetworkSpace(std::shared_ptr<Backend> backend, FeatureNetwork network,
               std::optional<TrialUnits> units, const Trials& held_out);

  std::int64_t size() const override { return layers_.features(); }
  std::string name() const override { return to_text(network_.kind); }
  std::string text() const override;
  Features features(const TrialRows& trials) const override;
  std::optional<std::vector<std::int32_t>> labels_of(const TrialRows& trials) const override;
  std::optional<double> labels_right() const override;

  const FeatureNetwork& network() const { return network_; }
  const HeldOutFigure& held_out() const { return held_out_; }
  /// Sets FeatureNetwork::unit by these trials; features taken before are in another unit.
  void set_unit(const TrialRows& training);
  void add_note(std::string note) { notes_.push_back(std::move(note)); }
  const std::vector<std::string>& notes() const override { return notes_; }
  /// Puts a reason behind the text.
  void set_reason(std::string reason) { reason_ = std::move(reason); }

 private:
  Features through(Inference& network, const TrialRows& trials) const;
  std::unique_ptr<Inference> loaded(const std::vector<nn::LayerSpec>& layers) const;
  double share_right(const Trials& held_out) const;
  double share_explained(const TrialRows& held_out) const;

  std::shared_ptr<Backend> backend_;
  std::unique_ptr<Queue> queue_;
  FeatureNetwork network_;
  FeatureLayers layers_;
  std::optional<TrialUnits> units_;
  std::unique_ptr<Inference> to_features_;
  std::vector<float> weight_, bias_;  ///< of a classifier's last layer, [features, classes]
  HeldOutFigure held_out_;
  std::string reason_;
  std::vector<std::string> notes_;
};

}  // namespace vgan
