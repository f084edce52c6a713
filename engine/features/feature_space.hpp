// Features of trials: the numbers in which samples are measured beside real trials.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/stop_request.hpp"
#include "engine/base/words.hpp"
#include "engine/data/trials.hpp"
#include "engine/stats/principal_components.hpp"
#include "engine/stats/trial_rows.hpp"

namespace vgan {

/// What features are taken from.
enum class FeatureKind { automatic, classifier, autoencoder, components };

template <>
struct WordTable<FeatureKind> {
  static constexpr const char* setting = "features";
  static constexpr std::array<Word<FeatureKind>, 4> table{{
      {FeatureKind::automatic, "auto", "by what the data have: labels, enough trials"},
      {FeatureKind::classifier, "classifier", "hidden numbers of a network that tells the labels"},
      {FeatureKind::autoencoder, "autoencoder", "codes of a network that gives trials back"},
      {FeatureKind::components, "components", "principal components of the training trials"},
  }};
};

class FeatureSpace {
 public:
  virtual ~FeatureSpace() = default;
  virtual std::int64_t size() const = 0;
  /// One word: "classifier", "autoencoder", "components", or the name of an ONNX file.
  virtual std::string name() const = 0;
  /// For people, with how far it can be trusted: "128 hidden numbers of a classifier that is right
  /// on 98.1 % of 5,000 held-out trials".
  virtual std::string text() const = 0;
  /// [trials, size()]. Throws internal for trials of another size.
  virtual Features features(const TrialRows& trials) const = 0;
  /// The likeliest label of each trial, where the space knows labels; else nothing.
  virtual std::optional<std::vector<std::int32_t>> labels_of(const TrialRows& trials) const = 0;
  /// The share of held-out trials whose label it finds; nothing where it knows none.
  virtual std::optional<double> labels_right() const = 0;
  /// What people should know of how it was made: a kept file that was damaged, or could not be
  /// written. A line each, often none.
  virtual const std::vector<std::string>& notes() const = 0;
};

struct FeatureOptions {
  FeatureKind kind = FeatureKind::automatic;
  std::string onnx;  ///< a network as .onnx whose last output is the features; empty: none
  /// Where the engine's own network is kept beside a run, to be read again rather than trained
  /// again; empty: nowhere. A file of other trials is trained anew and replaced.
  std::filesystem::path kept;
  std::uint64_t seed = 1;
  std::string device = "auto";
  std::int64_t threads = 0;
  StopRequest stop_requested;  ///< asked before each step of learning
};

/// A space learned from `training`, whose accuracy is measured on `held_out` (bad_data: none).
/// Throws bad_config where the kind asks for what the data have not, bad_data, io, no_device, and
/// interrupted where a stop was asked for, with nothing kept.
std::unique_ptr<FeatureSpace> make_feature_space(const Trials& training, const Trials& held_out,
                                                 const FeatureOptions& options);

}  // namespace vgan
