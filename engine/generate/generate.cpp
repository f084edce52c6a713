#include "engine/generate/generate.hpp"

#include <optional>
#include <utility>

#include "engine/base/clock.hpp"
#include "engine/base/error.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/checkpoint/checkpoint.hpp"
#include "engine/device/callers_device.hpp"
#include "engine/device/devices.hpp"
#include "engine/files/output_path.hpp"
#include "engine/generate/cell_networks.hpp"
#include "engine/generate/generate_checks.hpp"
#include "engine/generate/generate_rows.hpp"
#include "engine/generate/given_conditions.hpp"
#include "engine/generate/row_settings.hpp"
#include "engine/generate/sample_sink.hpp"
#include "engine/models/fold_plan.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/models/state_tensors.hpp"
#include "engine/run/run_files.hpp"
#include "engine/sample/sampler.hpp"
#include "engine/train/objective_options.hpp"

namespace vgan {
namespace {

// The rows that the user asks for follow from what is given.
GenerateRequest counted(GenerateRequest request, const std::optional<RowWishes>& wishes,
                        const std::optional<GivenConditions>& conditions) {
  const auto repeat = [&](const char* name, std::uint64_t each, std::uint64_t settings) {
    if (each == 0 || each > (std::uint64_t{1} << 40) / settings) {
      refuse_setting(name, std::to_string(each), "1 or more, up to 2^40 rows in all");
    }
    request.count = each * settings;
  };
  if (request.per_label > 0) {
    if (request.per_label >> 32 != 0) {
      refuse_setting("per-label", std::to_string(request.per_label), "up to 2^32 - 1");
    }
    repeat("per-label", request.per_label, conditions->count());
  } else if (wishes && wishes->given()) {
    repeat("per-row", request.per_row, static_cast<std::uint64_t>(wishes->given_rows()));
  } else if (conditions && takes_rows_each(request)) {
    repeat("per-row", request.per_row, conditions->count());
  }
  return request;
}

/// What draws the samples of a model: a sampler with its weights.
class SampleSource {
 public:
  SampleSource(Backend& backend, Queue& queue, const GenerateRequest& request,
               const GeneratorModel& model, const Checkpoint& checkpoint)
      : queue_(queue), request_(request), model_(model) {
    const std::vector<nn::LayerSpec> layers = sampled_layers(model);
    PrecisionKind wanted = request.precision;
    if (model.cells) wanted = precision_over_cells(wanted);
    const Precision precision = choose_precision(wanted, backend.info());
    if (model.cells) {
      rows_.emplace(
          backend, layers, CellLayout::of(*model.cells, *model.schema),
          CellSampler::Options{precision == Precision::tf32, network_count(model.config)});
      load_cell_networks(backend, queue, *rows_, model, checkpoint, request.raw_weights);
    } else {
      const ElementType type = precision == Precision::bf16 ? ElementType::bf16 : ElementType::f32;
      trials_.emplace(backend, layers, leaky_slope, type, model.range,
                      Sampler::bulk(backend, layers, type), model.conditions.size(), model.heads);
      load_weights(backend, queue, trials_->network(),
                   model.averaged && !request.raw_weights ? "g_ema" : "g", checkpoint);
    }
    queue.synchronise();
  }

  StageSeconds draw(bool as_bytes, const ConditionFill& conditions,
                    const std::optional<RowWishes>& wishes, SampleSink& sink,
                    const std::function<void()>& keep_going) {
    if (rows_) return generate_rows(queue_, *rows_, request_, model_, *wishes, sink, keep_going);
    SampleRequest samples{request_.seed, Purpose::sample, request_.first, request_.count,
                          as_bytes ? ElementType::u8 : ElementType::f32};
    samples.conditions = conditions;
    samples.mixture = latent_mixture(model_.config);
    if (!model_.codes.empty()) {
      samples.latents = model_.codes.drawn(request_.seed, Purpose::sample);
    }
    return trials_->sample(
        queue_, samples, [&](ConstMatrixRef block) { sink.take_block(block); }, keep_going);
  }

 private:
  Queue& queue_;
  const GenerateRequest& request_;
  const GeneratorModel& model_;
  std::optional<Sampler> trials_;
  std::optional<CellSampler> rows_;
};

// What is asked of the rows of a model over cells; nothing for another model.
std::optional<RowWishes> wishes_of(const GenerateRequest& request, const GeneratorModel& model) {
  if (model.cells) return RowWishes(request, model);
  if (request.where.empty()) return std::nullopt;
  refuse_setting("where", "'" + request.where + "' of a model " + to_text(model.config.model),
                 "a model masked, which was trained on a table",
                 model.conditions.size() == 0
                     ? "train one with --model masked"
                     : "train one with --model masked, or give the conditions that this one was "
                       "trained with, --given FILE");
}

// The conditions that samples are given, of a model that was trained with some.
std::optional<GivenConditions> conditions_of(GenerateRequest request, const GeneratorModel& model) {
  if (model.cells) {
    request.given.clear();  // which its rows take
  } else if (!request.given.empty() && model.conditions.size() == 0) {
    refuse_setting(
        "given",
        "'" + request.given + "' of a model " + to_text(model.config.model) + " without conditions",
        "a model masked, which takes any column of its table, or a gan of --conditional or "
        "--conditions, which takes these",
        "train one with --model masked");
  }
  return GivenConditions::of(request, model.conditions);
}

// Temperatures are known of models that left rows out.
void require_private(const GenerateRequest& request, const GeneratorModel& model,
                     const std::string& file) {
  if (!request.privacy || model.left_out.rows() > 0) return;
  if (!model.left_out.empty()) {
    throw Error(
        ErrorCode::bad_config,
        {"--privacy needs a masked model that judged the rows left out", file,
         "a run that was stopped before", "one that has ended", "go on with it by train --resume"});
  }
  const std::string found =
      model.cells ? "one network that learnt all rows" : "a model " + to_text(model.config.model);
  throw Error(ErrorCode::bad_config,
              {"--privacy needs a masked model that left rows out", file, found,
               "one that was trained on a table with --folds", "train with --folds 4"});
}

std::string left_out(const GenerateRequest& request, const GeneratorModel& model) {
  const std::string missing = model.conditions.missing_text();
  if (request.per_label == 0 || missing.empty()) return "";
  return "left out classes without training trials: " + missing;
}

}  // namespace

GenerateResult generate(const GenerateRequest& wanted) {
  GenerateRequest named = wanted;
  if (named.take) {
    named.out = "-";  // no file is made, and none is looked for
    named.format = SampleFormat::raw;
  }
  if (!named.out.empty()) check_request(named, format_of(named));
  const LoadedCheckpoint loaded = load_chosen(named.model, named.which);
  const GeneratorModel model = read_model(loaded.checkpoint, loaded.file.string());
  const GenerateRequest asked = with_output(named, model);
  if (asked.out != "-")
    require_kept("out", asked.out, {asked.conditions, asked.given, loaded.file.string()});
  const SampleFormat format = format_for(asked, model);
  if (asked.out != "-") require_not_of_run("out", asked.out, loaded.file, model.config);
  const std::optional<GivenConditions> conditions = conditions_of(asked, model);
  require_private(asked, model, loaded.file.string());
  const std::optional<RowWishes> wishes = wishes_of(asked, model);
  const GenerateRequest request = counted(asked, wishes, conditions);
  check_request(request, format);
  RowSettings settings = settings_of(request, model, wishes, conditions);
  const ValueType file_type = type_of(request, format, model);
  // Devices round bytes themselves; of floats, only a picture's grey is theirs to make.
  const bool u8 = format == SampleFormat::png
                      ? picture_takes_u8(model.shape)
                      : file_type == ValueType::u8 && model.scaling.bytes() && !request.take;
  if (request.out != "-") make_folder_of(request.out);
  require_room(request, format, file_type, model);

  const CallersDevice restored(request.device);
  const auto backend = open_backend(request.device, static_cast<int>(request.threads));
  const auto queue = backend->make_queue("generate");
  SampleSource source(*backend, *queue, request, model, loaded.checkpoint);

  const auto start = Clock::now();
  const auto keep_going = [&] {
    if (!request.stop_requested || !request.stop_requested()) return;
    throw Error(ErrorCode::interrupted, {"stopped on request", request.out, "", "",
                                         request.out == "-" ? "" : "nothing was written"});
  };
  ConditionFill fill;
  if (conditions) {
    fill = conditions->fill(settings.rows_each);
  } else if (model.conditions.size() > 0) {
    fill = model.conditions.drawn(request.seed, Purpose::sample);
  }
  const std::uint64_t lines = request.summary ? settings.count : 0;
  const auto sink = request.take
                        ? make_value_sink(request, model)
                        : make_sample_sink(request, format, file_type, model, std::move(settings));
  const StageSeconds stages = source.draw(u8, fill, wishes, *sink, keep_going);
  const auto all_taken = Clock::now();
  sink->finish();

  GenerateResult result;
  result.out = request.out;
  result.count = request.count;
  result.settings = lines;
  result.shape = model.shape;
  result.columns = sink->columns();
  result.checkpoint = loaded.file;
  result.chosen = loaded.chosen;
  result.epoch = model.epoch;
  result.samples_from = model.codes.empty() ? "" : model.codes.text();
  result.seconds = seconds_since(start);
  result.compute_seconds = stages.computing;
  result.copy_seconds = stages.copying;
  result.write_seconds = stages.taking + seconds_since(all_taken);
  result.note = left_out(request, model);
  for (const std::string& line : loaded.skipped) {
    result.note += (result.note.empty() ? "" : "\n") + line;
  }
  return result;
}

}  // namespace vgan
