#include "engine/generate/model_trials.hpp"

#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/text.hpp"
#include "engine/settings/schema_file.hpp"

namespace vgan {
namespace {

// "images of 28 x 28", "rows of 25 numbers".
std::string sides_text(const TrialShape& shape) {
  return std::string(info_of(shape.kind).plural) + " of " + extents_text(shape) +
         (shape.kind == TrialKind::row ? " numbers" : "");
}

}  // namespace

SplitTrials open_model_trials(const LoadedCheckpoint& loaded, const GeneratorModel& model,
                              std::int64_t threads) {
  const TrainConfig& config = model.config;
  if (config.data == "-") {
    throw Error(ErrorCode::bad_data,
                {"the run's data came from standard input", loaded.file.string(), "", "",
                 "name them, or others like them, by --data"});
  }
  ShapeWish wish{config.shape, config.net == NetKind::conv1d, std::nullopt};
  if (config.shape.empty()) wish.expected = model.shape;
  const std::string origin = loaded.file.string();
  Trials all = open_trials({.data = config.data,
                            .labels = config.labels,
                            .conditions = config.conditions,
                            .array = config.array,
                            .dataset = config.dataset,
                            .seed = config.seed,
                            .row_bytes = static_cast<std::uint64_t>(config.memory * 0x1p30),
                            .shape = wish,
                            .dialect = {config.delimiter, config.decimal, config.header},
                            .schema = model.schema ? wish_of(*model.schema, origin) : SchemaWish{},
                            .threads = static_cast<int>(threads)});
  const std::int64_t held_out = config.held_out(all.count, all.shape.kind);
  if (held_out >= all.count) {
    throw Error(ErrorCode::bad_data,
                {"the data have fewer trials than the run held out", all.source,
                 counted(all.count, "trial"), "", "bring the same data back"});
  }
  SplitTrials made = split_trials(std::move(all), held_out, config.hold_out_part, config.seed);
  require_same(loaded.checkpoint, "data", made.training.fingerprint(), "data");
  return made;
}

SchemaWish columns_like(const GeneratorModel& model, const std::string& origin) {
  if (!model.schema) return {};
  SchemaWish wish = wish_of(*model.schema, origin);
  for (ColumnWish& column : wish.columns) {
    column.low.reset();
    column.high.reset();
    column.decimals.reset();
    const bool numbers = column.values && (*column.values)[0].number;
    if (numbers || column.format) column.values.reset();
  }
  return wish;
}

Trials open_trials_like(const GeneratorModel& model, const std::string& origin, DataRequest request,
                        const std::string& what) {
  if (request.shape.shape.empty()) request.shape.expected = model.shape;
  request.schema = columns_like(model, origin);
  Trials trials = open_trials(request);
  if (!trials.shape.same_sides(model.shape)) {
    throw Error(ErrorCode::bad_data, {what, trials.source, sides_text(trials.shape),
                                      sides_text(model.shape) + ", the model's",
                                      "name data of the kind that the model was trained on"});
  }
  // Numbers without a schema are taken for those of the model's rows.
  if (trials.schema && model.schema && !same_encoding(*trials.schema, *model.schema)) {
    throw Error(ErrorCode::bad_data, {what, trials.source, "a table of other columns or words",
                                      "those of the table that the model was trained on", ""});
  }
  return trials;
}

}  // namespace vgan
