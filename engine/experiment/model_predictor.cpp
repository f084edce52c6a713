#include "engine/experiment/model_predictor.hpp"

#include "engine/base/error.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/device/devices.hpp"
#include "engine/files/output_path.hpp"
#include "engine/generate/cell_networks.hpp"
#include "engine/models/fold_plan.hpp"

namespace vgan {

void require_cells(const GeneratorModel& model, const std::string& verb, const std::string& file) {
  if (model.cells) return;
  throw Error(ErrorCode::bad_config,
              {verb + " needs a model masked", file, "a model " + to_text(model.config.model),
               "one that was trained on a table with --preset masked", ""});
}

void require_table_name(const std::string& out) {
  const std::string ending = ending_of(out);
  if (out == "-" || ending == ".csv" || ending == ".tsv") return;
  refuse_setting("out", "'" + out + "'", "a name that ends in .csv or .tsv, or -");
}

void require_level(double level) {
  if (level > 0.0 && level < 1.0) return;
  refuse_setting("level", setting_text(level), "above 0 and below 1");
}

void note_model(const GeneratorModel& model, const LoadedCheckpoint& loaded,
                std::vector<std::string>& notes) {
  if (!model.left_out.empty() && model.left_out.rows() == 0) {
    notes.push_back("the run of " + loaded.file.string() +
                    " was stopped before its left-out rows were judged: intervals are as narrow as "
                    "the networks have them; go on with it by train --resume");
  }
  notes.insert(notes.end(), loaded.skipped.begin(), loaded.skipped.end());
}

ModelPredictor::ModelPredictor(const GeneratorModel& model, const Checkpoint& checkpoint,
                               const Options& options)
    : restored_(options.device),
      backend_(open_backend(options.device, static_cast<int>(options.threads))),
      queue_(backend_->make_queue("predict")),
      layout_(CellLayout::of(*model.cells, *model.schema)) {
  sampler_.emplace(*backend_, sampled_layers(model), layout_,
                   CellSampler::Options{false, network_count(model.config)});
  load_cell_networks(*backend_, *queue_, *sampler_, model, checkpoint, options.raw_weights);
  predictor_.emplace(*backend_, *queue_, *sampler_, layout_, options.block_rows,
                     options.keep_going);
}

}  // namespace vgan
