// A model over cells that is read from a checkpoint and predicts on a device.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/device/backend.hpp"
#include "engine/device/callers_device.hpp"
#include "engine/experiment/cell_predictor.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/sample/cell_sampler.hpp"

namespace vgan {

/// Throws bad_config where the model, which `file` holds, is not over cells; `verb` needs one.
void require_cells(const GeneratorModel& model, const std::string& verb, const std::string& file);

/// What the result of a verb over cells may be written to: throws bad_config for `out` unless it
/// ends in .csv or .tsv, or is "-".
void require_table_name(const std::string& out);
/// Says in `notes` what of the file its user should know: checkpoints that were passed over, and
/// whether the rows that were left out have not been judged.
void note_model(const GeneratorModel& model, const LoadedCheckpoint& loaded,
                std::vector<std::string>& notes);
/// Throws bad_config for a level of intervals that is not above 0 and below 1.
void require_level(double level);

class ModelPredictor {
 public:
  struct Options {
    std::string device = "auto";
    std::int64_t threads = 0;
    bool raw_weights = false;     ///< the network as trained, not its average
    std::int64_t block_rows = 0;  ///< as CellPredictor's
    std::function<void()> keep_going;
  };

  /// Opens the device and loads the weights. Throws no_device, and as load_weights.
  ModelPredictor(const GeneratorModel& model, const Checkpoint& checkpoint, const Options& options);

  CellPredictor& predictor() { return *predictor_; }

 private:
  CallersDevice restored_;  ///< a predictor lives no longer than the call that makes it
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Queue> queue_;
  CellLayout layout_;
  std::optional<CellSampler> sampler_;
  std::optional<CellPredictor> predictor_;
};

}  // namespace vgan
