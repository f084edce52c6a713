#include "engine/generate/generate.hpp"

#include <algorithm>
#include <optional>

#include "engine/base/clock.hpp"
#include "engine/base/error.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/checkpoint/checkpoint.hpp"
#include "engine/data/readers/npy.hpp"
#include "engine/data/writers/idx_writer.hpp"
#include "engine/data/writers/parquet_writer.hpp"
#include "engine/device/devices.hpp"
#include "engine/files/output_path.hpp"
#include "engine/generate/generate_rows.hpp"
#include "engine/generate/sample_sink.hpp"

#include "engine/models/generator_model.hpp"
#include "engine/models/state_tensors.hpp"
#include "engine/pictures/curve_sheet.hpp"
#include "engine/run/run_files.hpp"
#include "engine/sample/sampler.hpp"
#include "engine/train/objective_options.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

// A sheet of this many 28x28 digits is 6000 pixels on a side: more is not looked at.
constexpr std::uint64_t largest_grid = 10000;

SampleFormat format_of(const GenerateRequest& request) {
  if (request.format != SampleFormat::automatic) return request.format;
  if (request.out == "-") return SampleFormat::raw;
  const std::string ending = ending_of(request.out);
  if (ending == ".npy") return SampleFormat::npy;
  if (ending == ".npz") return SampleFormat::npz;
  if (ending == ".h5" || ending == ".hdf5") return SampleFormat::hdf5;
  if (ending == ".csv" || ending == ".tsv") return SampleFormat::csv;
  if (ending == ".parquet") return SampleFormat::parquet;
  if (ending == ".png") return SampleFormat::png;
  if (ending == ".idx" || in_lower_case(request.out).ends_with("-ubyte")) return SampleFormat::idx;
  if (ending == ".raw" || ending == ".bin") return SampleFormat::raw;
  refuse_setting(
      "out", "'" + request.out + "'",
      "a name that ends in .npy, .npz, .h5, .csv, .tsv, .parquet, .png, .idx or .raw, or -",
      "or name the format with --format");
}

// Rows of a table, not numbers.
bool is_table(SampleFormat format) {
  return format == SampleFormat::csv || format == SampleFormat::parquet;
}

std::string names_of_value_types() {
  std::string names;
  for (const ValueTypeInfo& info : value_types) {
    names += (names.empty() ? "" : ", ") + std::string(info.name);
  }
  return names;
}

ValueType type_of(const GenerateRequest& request, SampleFormat format,
                  const GeneratorModel& model) {
  const ValueType type = value_type_named(request.dtype).value_or(model.type);
  if (format == SampleFormat::idx) IdxWriter::require_type(request.out, type);
  return type;
}

void check(const GenerateRequest& request, SampleFormat format) {
  if (request.count == 0 || request.count >> 40 != 0) {
    refuse_setting("count", std::to_string(request.count), allowed_sample_counts);
  }
  if (request.first >> 40 != 0) {
    refuse_setting("first", std::to_string(request.first), allowed_first_samples);
  }
  if (request.dtype != "auto" && !value_type_named(request.dtype)) {
    refuse_setting("dtype", "'" + request.dtype + "'", "auto, " + names_of_value_types());
  }
  if (format == SampleFormat::png && request.dtype != "auto" && request.dtype != "u8") {
    refuse_setting("dtype", "'" + request.dtype + "' of a picture", "auto, u8",
                   "leave it out, or write .npy");
  }
  if (format == SampleFormat::png && request.count > largest_grid) {
    refuse_setting("count", std::to_string(request.count),
                   "up to " + std::to_string(largest_grid) + " on one picture",
                   "write .npy instead");
  }
  if (is_table(format) && request.dtype != "auto") {
    refuse_setting("dtype", "'" + request.dtype + "' of a table", "auto", "leave it out");
  }
  if (format == SampleFormat::parquet) ParquetWriter::require_built(request.out);
  if (request.out == "-" && format != SampleFormat::raw && format != SampleFormat::csv) {
    refuse_setting("out", "'-' with --format " + to_text(format), "raw or csv on standard output",
                   "name a file");
  }
}

// Asked before the work: a file that cannot fit should not fill the disk first.
void require_room(const GenerateRequest& request, SampleFormat format, ValueType type,
                  const GeneratorModel& model) {
  const auto pixels = static_cast<std::uint64_t>(model.shape.size());
  if (format == SampleFormat::png) {
    const TrialShape shape = model.shape;
    std::uint64_t most = largest_grid;
    if (picture_takes_u8(shape)) most = (1ULL << 28) / 8 / pixels;  // of make_grid
    if (shape.is_curve()) most = std::min<std::uint64_t>((1ULL << 28) / 8 / pixels, most_curves);
    if (request.count > most) {
      refuse_setting("count", std::to_string(request.count),
                     "up to " + std::to_string(std::max<std::uint64_t>(1, most)) +
                         " of these trials on one picture",
                     "write .npy instead");
    }
    return;
  }
  if (request.out == "-") return;
  std::error_code error;
  const fs::path folder = fs::absolute(request.out, error).parent_path();
  const auto room = fs::space(folder, error);
  const double needed = static_cast<double>(request.count) * static_cast<double>(pixels) *
                        static_cast<double>(info_of(type).bytes);
  if (error || needed <= static_cast<double>(room.available)) return;
  throw Error(
      ErrorCode::io,
      {"cannot write samples", request.out, std::to_string(room.available >> 20) + " MiB free",
       std::to_string((static_cast<std::uint64_t>(needed) >> 20) + 1) + " MiB or more",
       "ask for fewer, or write to another disk"});
}

// What the samples are given, for a model that is told something.
ConditionFill conditions_of(const GenerateRequest& request, const GeneratorModel& model) {
  const ConditionModel& known = model.conditions;
  const int wishes = (request.has_label() ? 1 : 0) + (request.per_label > 0 ? 1 : 0) +
                     (request.conditions.empty() ? 0 : 1);
  if (wishes > 1) refuse_setting("label", "several of label, per-label, conditions", "one of them");
  if (request.has_label()) return known.of_class(known.class_named(request.label));
  if (!request.conditions.empty()) {
    Conditions read = read_conditions(request.conditions);
    return known.given(std::move(read.values), read.size);
  }
  if (request.per_label > 0) {
    if (!known.classes()) {
      refuse_setting("per-label", std::to_string(request.per_label), "a model of classes",
                     "this one was not trained with --conditional");
    }
    return known.in_turn(request.per_label);
  }
  if (known.size() == 0) return {};
  return known.drawn(request.seed, Purpose::sample);
}

// With `per_label` the count is that of all classes that have trials; with given rows, theirs.
GenerateRequest counted(GenerateRequest request, const GeneratorModel& model,
                        const std::optional<RowWishes>& wishes) {
  if (wishes && wishes->given_rows() > 0) {
    const auto rows = static_cast<std::uint64_t>(wishes->given_rows());
    if (request.per_row == 0 || request.per_row > (std::uint64_t{1} << 40) / rows) {
      refuse_setting("per-row", std::to_string(request.per_row),
                     "1 or more, up to 2^40 rows in all");
    }
    request.count = request.per_row * rows;
  }
  if (request.per_label == 0) return request;
  if (request.per_label >> 32 != 0) {
    refuse_setting("per-label", std::to_string(request.per_label), "up to 2^32 - 1");
  }
  const std::uint64_t classes = model.conditions.known_classes().size();
  if (model.conditions.classes()) request.count = request.per_label * classes;
  return request;
}

/// What draws the samples of a model: a sampler with its weights.
class SampleSource {
 public:
  SampleSource(Backend& backend, Queue& queue, const GenerateRequest& request,
               const GeneratorModel& model, const Checkpoint& checkpoint,
               const std::string& weights)
      : queue_(queue), request_(request), model_(model) {
    const std::vector<nn::LayerSpec> layers = sampled_layers(model);
    PrecisionKind wanted = request.precision;
    if (model.cells) wanted = precision_over_cells(wanted);
    const Precision precision = choose_precision(wanted, backend.info());
    if (model.cells) {
      rows_.emplace(backend, layers, CellLayout::of(*model.cells, *model.schema),
                    precision == Precision::tf32);
      load_weights(backend, queue, rows_->network(), weights, checkpoint);
      rows_->weights_changed(queue);
    } else {
      const ElementType type = precision == Precision::bf16 ? ElementType::bf16 : ElementType::f32;
      trials_.emplace(backend, layers, leaky_slope, type, model.range,
                      Sampler::bulk(backend, layers, type), model.conditions.size(), model.heads);
      load_weights(backend, queue, trials_->network(), weights, checkpoint);
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
  for (const auto& [name, value] : {std::pair{"given", request.given}, {"where", request.where}}) {
    if (value.empty()) continue;
    refuse_setting(name, "'" + value + "' of a model " + to_text(model.config.model),
                   "a model masked, which was trained on a table",
                   "train one with --model masked, or give its conditions before training");
  }
  return std::nullopt;
}

std::string left_out(const GenerateRequest& request, const GeneratorModel& model) {
  const std::string missing = model.conditions.missing_text();
  if (request.per_label == 0 || missing.empty()) return "";
  return "left out classes without training trials: " + missing;
}

}  // namespace

GenerateResult generate(const GenerateRequest& asked) {
  SampleFormat format = format_of(asked);
  check(asked, format);
  const LoadedCheckpoint loaded = load_run_or_file(asked.model);
  if (asked.out != "-")
    require_kept("out", asked.out, {asked.conditions, asked.given, loaded.file.string()});
  const GeneratorModel model = read_model(loaded.checkpoint, loaded.file.string());
  const bool rows_to_output = asked.out == "-" && asked.format == SampleFormat::automatic &&
                              asked.dtype == "auto" && model.schema.has_value();
  if (rows_to_output) format = SampleFormat::csv;
  if (is_table(format) && !model.schema) {
    refuse_setting("format", to_text(format), "a model that was trained on a table",
                   "write .npy in place of it");
  }
  if (asked.out != "-") require_not_of_run("out", asked.out, loaded.file, model.config);
  const ConditionFill conditions = conditions_of(asked, model);
  const std::optional<RowWishes> wishes = wishes_of(asked, model);
  const GenerateRequest request = counted(asked, model, wishes);
  check(request, format);
  const ValueType file_type = type_of(request, format, model);
  // Devices round bytes themselves; of floats, only a picture's grey is theirs to make.
  const bool u8 = format == SampleFormat::png ? picture_takes_u8(model.shape)
                                              : file_type == ValueType::u8 && model.scaling.bytes();
  if (request.out != "-") make_folder_of(request.out);
  require_room(request, format, file_type, model);

  const auto backend = open_backend(request.device, static_cast<int>(request.threads));
  const auto queue = backend->make_queue("generate");
  const bool averaged = model.averaged && !request.raw_weights;
  SampleSource source(*backend, *queue, request, model, loaded.checkpoint,
                      averaged ? "g_ema" : "g");

  const auto start = Clock::now();
  const auto keep_going = [&] {
    if (!request.stop_requested || !request.stop_requested()) return;
    throw Error(ErrorCode::interrupted, {"stopped on request", request.out, "", "",
                                         request.out == "-" ? "" : "nothing was written"});
  };
  const auto sink = make_sample_sink(request, format, file_type, model);
  const StageSeconds stages = source.draw(u8, conditions, wishes, *sink, keep_going);
  const auto all_taken = Clock::now();
  sink->finish();

  GenerateResult result;
  result.count = request.count;
  result.shape = model.shape;
  if (is_table(format)) {
    result.columns = static_cast<std::int64_t>(model.schema->columns.size());
  }
  result.checkpoint = loaded.file;
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
