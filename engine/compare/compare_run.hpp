// One model of a comparison: trained, sampled, judged.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>

#include "engine/compare/compare.hpp"
#include "engine/data/trials.hpp"
#include "engine/pictures/trial_sheet.hpp"
#include "engine/quality/evaluator.hpp"
#include "engine/run/run.hpp"

namespace vgan {

/// What the models of a comparison share.
struct CompareGround {
  const CompareRequest& request;
  std::filesystem::path folder;
  std::filesystem::path held_out;  ///< .npy
  Trials outline;                  ///< one trial: shape, type, range
  const Evaluator& evaluator;
  std::optional<TrialSheet> sheet;  ///< what pictures show; none where trials cannot be drawn

  bool u8() const { return outline.is_u8(); }
  /// The type that numbers have in memory, whatever the file's is.
  ValueType in_memory() const {
    return std::visit(
        [](const auto& values) {
          return value_type_of<typename std::decay_t<decltype(values)>::value_type>();
        },
        outline.values);
  }
  bool stop_requested() const { return request.stop_requested && request.stop_requested(); }
};

/// `config` is the model's, with data, length and folder. Where the folder holds a run, goes on
/// with it. Throws interrupted where a stop was asked for.
ComparedModel compare_model(const CompareGround& ground, const std::string& name,
                            const TrainConfig& config);

/// The picture of a model's samples in the folder; nothing where there are none or they cannot be
/// drawn.
std::optional<Picture> samples_drawn(const CompareGround& ground, const ComparedModel& model);

/// How many epochs of `config` fit into `seconds`, by training for a twentieth of that time. What
/// is trained is thrown away. Ends early, with what it has seen, where a stop is asked for.
std::uint64_t epochs_within(const TrainConfig& config, const Trials& training, double seconds,
                            const std::function<bool()>& stop_requested);

}  // namespace vgan
