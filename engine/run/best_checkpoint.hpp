// Which of a run's checkpoints is the best, so that no newer one takes its place.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "engine/files/folder.hpp"
#include "engine/models/step_report.hpp"
#include "engine/settings/config.hpp"

namespace vgan {

/// A step reports the losses of the weights that it finds, before it moves them: the report of
/// epoch e + 1 judges the checkpoint of epoch e. The best checkpoint of an autoencoder or a masked
/// model is the one with the lowest loss (reconstruction + beta KL, or cross-entropy) on that one
/// batch. A GAN's losses say how two
/// players stand, not how good the samples are: there it is the newest whose losses lie within
/// +-`sane_loss`, or the one that passes it least.
class BestCheckpoint {
 public:
  /// A loss beyond this is that of weights that a step has thrown out of reach. BCE, hinge and
  /// Wasserstein losses of networks that learn stay below 100.
  static constexpr double sane_loss = 1e4;

  explicit BestCheckpoint(const TrainConfig& config);

  /// Judges the checkpoints of `epochs` but the last, from which training goes on, by the lines of
  /// a metrics file. Throws io.
  void read(const FilePlace& metrics, const std::map<std::uint64_t, std::filesystem::path>& epochs);
  /// A checkpoint that the next report will judge.
  void saved(std::uint64_t epoch) { newest_ = epoch; }
  void add(const StepReport& report);
  /// Nothing before one was judged.
  std::optional<std::uint64_t> epoch() const { return best_; }
  /// The newest of these checkpoints that was judged to be sane, or of another model to be no worse
  /// than far_loss times the size of the lowest loss above that; nothing where there is none.
  std::optional<std::uint64_t> last_good(
      const std::map<std::uint64_t, std::filesystem::path>& epochs) const;
  static constexpr double far_loss = 10.0;

 private:
  void judge(std::uint64_t epoch, double first, double second);

  bool likelihood_;    // its loss is a likelihood, of which less is better
  const char* first_;  // names of its losses in reports and metrics; an AE and a masked model have
                       // no second
  const char* second_;
  double weight_;  // of its second loss
  std::optional<std::uint64_t> newest_;
  std::optional<std::uint64_t> best_;
  std::map<std::uint64_t, double> losses_;  // of checkpoints, by epoch
  double best_loss_ = 0.0;
};

}  // namespace vgan
