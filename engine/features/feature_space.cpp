#include "engine/features/feature_space.hpp"

#include <algorithm>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/device/callers_device.hpp"
#include "engine/device/devices.hpp"
#include "engine/features/component_space.hpp"
#include "engine/features/feature_training.hpp"
#include "engine/features/kept_network.hpp"
#include "engine/features/label_counts.hpp"
#include "engine/features/network_space.hpp"
#include "engine/features/onnx_space.hpp"

namespace vgan {
namespace {

// What `auto` asks of the data and of the network.
constexpr std::int64_t least_classified = 500;  // training trials of a classifier
constexpr std::int64_t least_of_label = 10;     // of each label
constexpr std::int64_t least_encoded = 2000;    // of an autoencoder
constexpr double least_skill = 0.5;             // of a classifier, see skill_of
constexpr double least_explained = 0.5;         // of an autoencoder
constexpr std::int64_t most_unit_trials = 10000;

void check_sets(const Trials& training, const Trials& held_out) {
  const auto refuse = [](const Trials& trials, const std::string& found,
                         const std::string& allowed) {
    throw Error(ErrorCode::bad_data, {"cannot find features", trials.source, found, allowed, ""});
  };
  if (training.count < 2) refuse(training, counted(training.count, "trial"), "2 or more");
  if (held_out.count < 1) refuse(held_out, "no held-out trial", "1 or more");
  if (!training.shape.same_sides(held_out.shape)) {
    refuse(held_out, "held-out trials of " + extents_text(held_out.shape),
           extents_text(training.shape) + ", as the training trials have");
  }
}

// Why no classifier can be trained at all; empty: it can.
std::string lacks_labels(const Trials& training, const Trials& held_out) {
  if (training.labels.empty()) return "trials have no labels";
  if (held_out.labels.empty()) return "held-out trials have no labels";
  const LabelCounts labels(training);
  if (labels.can_be_told()) return "";
  return counted(labels.labels(), "label") + ", of 2 to " +
         std::to_string(LabelCounts::most_labels);
}

// Why `auto` does not try a classifier; empty: it does.
std::string why_no_classifier(const Trials& training, const Trials& held_out) {
  const bool few_numbers = training.shape.kind == TrialKind::row || training.shape.is_pair();
  if (few_numbers && training.shape.size() <= PrincipalComponents::most_components) {
    return "rows of so few numbers need no network";
  }
  if (const std::string lack = lacks_labels(training, held_out); !lack.empty()) return lack;
  if (training.count < least_classified) {
    return grouped(training.count) + " training trials are fewer than the " +
           std::to_string(least_classified) + " that a classifier needs";
  }
  if (const std::int64_t fewest = LabelCounts(training).fewest(); fewest < least_of_label) {
    return "a label has " + counted(fewest, "training trial") + ", fewer than the " +
           std::to_string(least_of_label) + " that a classifier needs";
  }
  return "";
}

std::string why_no_autoencoder(const Trials& training) {
  if (training.shape.kind == TrialKind::row || training.shape.is_pair()) {
    return "an autoencoder is for images and curves";
  }
  if (training.count >= least_encoded) return "";
  return grouped(training.count) + " training trials are fewer than the " + grouped(least_encoded) +
         " that an autoencoder needs";
}

/// Makes the space; the data and the options outlive it.
class Maker {
 public:
  Maker(const Trials& training, const Trials& held_out, const FeatureOptions& options)
      : training_(training),
        held_out_(held_out),
        options_(options),
        units_(TrialUnits::of(training)) {}

  std::unique_ptr<FeatureSpace> make() {
    if (options_.kind == FeatureKind::components) return components();
    if (options_.kind == FeatureKind::classifier) {
      const std::string lack = lacks_labels(training_, held_out_);
      if (!lack.empty())
        refuse_setting("features", "classifier where " + lack,
                       "auto, autoencoder or components for these data");
    }
    read_kept();
    if (options_.kind != FeatureKind::automatic) return finished(network_of(options_.kind), "");
    if (kept_ && kept_->network.kind == FeatureKind::autoencoder) {
      const std::string reason = kept_->reason;
      return finished(network_of(FeatureKind::autoencoder), reason);
    }
    return chosen();
  }

 private:
  // The first of the three kinds that is good enough.
  std::unique_ptr<FeatureSpace> chosen() {
    std::string why = why_no_classifier(training_, held_out_);
    std::unique_ptr<NetworkSpace> doubted;
    if (why.empty()) {
      auto space = network_of(FeatureKind::classifier);
      why = why_not_trusted(*space);
      if (why.empty()) return finished(std::move(space), "");
      doubted = std::move(space);
    }
    const std::string no_codes = why_no_autoencoder(training_);
    if (no_codes.empty()) {
      auto space = network_of(FeatureKind::autoencoder);
      if (space->held_out().share >= least_explained) return finished(std::move(space), why);
      why += ", and " + space->text();
    } else {
      why += ", and " + no_codes;
    }
    // It is kept so that the next time need not train it to find the same.
    if (doubted) keep(*doubted, "");
    return components(why);
  }

  std::unique_ptr<FeatureSpace> components(const std::string& why = "") {
    auto space = std::make_unique<ComponentSpace>(training_, held_out_, why);
    for (std::string& note : notes_) space->add_note(std::move(note));
    return space;
  }

  std::unique_ptr<FeatureSpace> finished(std::unique_ptr<NetworkSpace> space,
                                         const std::string& reason) {
    space->set_reason(reason);
    keep(*space, reason);
    for (std::string& note : notes_) space->add_note(std::move(note));
    return space;
  }

  // How far a classifier is from a guess of the most frequent label: 0 for that, 1 where it is
  // always right.
  std::string why_not_trusted(const NetworkSpace& space) const {
    const LabelCounts labels(training_);
    const double guess = static_cast<double>(labels.most()) / static_cast<double>(training_.count);
    const double right = space.held_out().share;
    if (right - guess >= least_skill * (1.0 - guess)) return "";
    return "a classifier is right on " + fixed_text(100.0 * right, 1) +
           " % of held-out trials, too few to be trusted";
  }

  void read_kept() {
    if (options_.kept.empty()) return;
    fingerprint_ = trained_on(training_);
    std::string damage;
    kept_ = load_kept(options_.kept, fingerprint_, training_.shape, &damage);
    if (!damage.empty()) notes_.push_back("features were trained anew: " + damage);
  }

  void keep(const NetworkSpace& space, const std::string& reason) {
    if (options_.kept.empty() || (kept_ && kept_->network.kind == space.network().kind)) return;
    try {
      save_kept(options_.kept, fingerprint_, space, reason);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::io) throw;
      notes_.push_back(std::string("features were not kept: ") + error.what());
    }
  }

  // The kept network where it is of this kind, or a new one.
  std::unique_ptr<NetworkSpace> network_of(FeatureKind kind) {
    if (!backend_) backend_ = open_backend(options_.device, static_cast<int>(options_.threads));
    if (kept_ && kept_->network.kind == kind) {
      return std::make_unique<NetworkSpace>(backend_, kept_->network, units_, held_out_);
    }
    const TrialRows rows = TrialRows(training_).in(units_ ? &*units_ : nullptr);
    FeatureNetwork network;
    network.kind = kind;
    network.shape = training_.shape;
    network.input = FeatureInput::of(rows, training_.source);
    std::vector<std::int32_t> classes;
    if (kind == FeatureKind::classifier) {
      network.labels = LabelCounts(training_).each();
      for (const std::int32_t label : training_.labels) {
        const auto at = std::lower_bound(network.labels.begin(), network.labels.end(), label);
        classes.push_back(static_cast<std::int32_t>(at - network.labels.begin()));
      }
    }
    const auto training =
        FeatureTraining::of(network.layers().layers, training_.count, options_.seed);
    train_features(*backend_, rows, classes, training, network, options_.stop_requested);
    auto space = std::make_unique<NetworkSpace>(backend_, std::move(network), units_, held_out_);
    space->set_unit(TrialRows(training_, most_unit_trials));
    return space;
  }

  const Trials& training_;
  const Trials& held_out_;
  const FeatureOptions& options_;
  std::optional<TrialUnits> units_;
  std::shared_ptr<Backend> backend_;
  std::string fingerprint_;
  std::optional<KeptNetwork> kept_;
  std::vector<std::string> notes_;
};

}  // namespace

std::unique_ptr<FeatureSpace> make_feature_space(const Trials& training, const Trials& held_out,
                                                 const FeatureOptions& options) {
  check_sets(training, held_out);
  if (!options.onnx.empty()) {
    return std::make_unique<OnnxSpace>(options.onnx, training, options.threads);
  }
  const CallersDevice callers(options.device);
  return Maker(training, held_out, options).make();
}

}  // namespace vgan
