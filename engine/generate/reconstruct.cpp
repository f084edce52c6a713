#include "engine/generate/reconstruct.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/clock.hpp"
#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/data/readers/npy.hpp"
#include "engine/data/readers/open_trials.hpp"
#include "engine/device/callers_device.hpp"
#include "engine/device/devices.hpp"
#include "engine/encode/as_type.hpp"
#include "engine/files/output_path.hpp"
#include "engine/generate/model_trials.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/models/model_traits.hpp"
#include "engine/models/state_tensors.hpp"
#include "engine/pictures/reconstruction_sheet.hpp"
#include "engine/run/run_files.hpp"
#include "engine/sample/reconstruction_errors.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

bool is_picture(const ReconstructRequest& request) { return ending_of(request.out) == ".png"; }

/// Whether trials beyond those on a picture are looked at.
bool measures_all(const ReconstructRequest& request) {
  return !is_picture(request) || !request.errors.empty() || request.measure_all;
}

void check(const ReconstructRequest& request) {
  if (!is_picture(request) && ending_of(request.out) != ".npy") {
    refuse_setting("out", "'" + request.out + "'", "a name that ends in .npy or .png");
  }
  if (!request.errors.empty() && ending_of(request.errors) != ".npy") {
    refuse_setting("errors", "'" + request.errors + "'", "a name that ends in .npy");
  }
  if (!request.errors.empty() && same_file(request.out, request.errors)) {
    throw Error(ErrorCode::usage, {"bad command line", "--out and --errors",
                                   "'" + request.errors + "' for both", "a file for each", ""});
  }
  if (request.count >> 40 != 0) {
    refuse_setting("count", std::to_string(request.count), allowed_trial_counts);
  }
}

GeneratorModel read_autoencoder(const LoadedCheckpoint& loaded) {
  GeneratorModel model = read_model(loaded.checkpoint, loaded.file.string());
  if (traits_of(model.config).encodes) return model;
  throw Error(ErrorCode::bad_config,
              {"cannot reconstruct", loaded.file.string(),
               "a " + to_text(model.config.model) + ", which has no encoder", "a model vae or ae",
               "train one with --model vae or --model ae"});
}

/// The trials to reconstruct, in the range that the model sees them in.
struct OpenedTrials {
  Trials trials;
  std::int64_t count;
  OutputRange range;
  Scaling scaling;
};

OpenedTrials open_data(const ReconstructRequest& request, const GeneratorModel& model,
                       const std::string& origin) {
  ShapeWish wish;
  wish.expected = model.shape;
  Trials trials = open_trials({.data = request.data,
                               .labels = "none",
                               .array = request.array,
                               .dataset = request.dataset,
                               .seed = model.config.seed,
                               .shape = wish,
                               .schema = columns_like(model, origin),
                               .threads = static_cast<int>(request.threads)});
  if (!trials.shape.same_sides(model.shape)) {
    throw Error(ErrorCode::bad_data,
                {"cannot reconstruct", trials.source, "trials of " + shape_text(trials.shape),
                 shape_text(model.shape) + ", the model's", ""});
  }
  // Numbers without a schema are taken for those of the model's rows.
  if (trials.schema && model.schema && !same_encoding(*trials.schema, *model.schema)) {
    throw Error(ErrorCode::bad_data,
                {"cannot reconstruct", trials.source, "a table of other columns or words",
                 "those of the table that the model was trained on", ""});
  }
  const auto most = static_cast<std::uint64_t>(trials.count);
  if (request.count > most) {
    refuse_setting("count", std::to_string(request.count),
                   "up to " + std::to_string(most) + ", the trials in " + trials.source);
  }
  OutputRange range = model.range;
  Scaling scaling = model.scaling;
  if (trials.is_u8() != (model.type == ValueType::u8)) {
    const OutputRange numbers = OutputRange::of_network(range.activation);
    scaling = Scaling::fit(trials, {}, {static_cast<double>(numbers.low), false});
    range = scaling.bytes() ? OutputRange{range.activation, 0.0F, 255.0F, true} : numbers;
  }
  trials.low = static_cast<float>(scaling.low());
  trials.high = static_cast<float>(scaling.high());
  auto count = static_cast<std::int64_t>(request.count > 0 ? request.count : most);
  if (request.count == 0 && !measures_all(request)) count = std::min(count, pairs_on_a_sheet);
  return {std::move(trials), count, range, scaling};
}

/// A line where trials have numbers outside the range that the model knows, or nothing. Data in a
/// range of their own have none.
std::string note_of_range(const OpenedTrials& opened) {
  if (opened.trials.is_u8()) return "";
  const std::int64_t size = opened.trials.values_per_trial();
  std::int64_t count = 0;
  std::visit(
      [&](const auto& values) {
        for (std::int64_t n = 0; n < opened.count; ++n) {
          const auto* trial = values.data() + n * size;
          std::int64_t column = 0;
          while (column < size &&
                 opened.scaling.contains(static_cast<double>(trial[column]), column)) {
            ++column;
          }
          if (column < size) ++count;
        }
      },
      opened.trials.values);
  if (count == 0) return "";
  const std::vector<Scale>& scales = opened.scaling.scales();
  const std::string range = scales.size() == 1 ? general_text(scales[0].low) + ".." +
                                                     general_text(scales[0].high) + ", the range"
                                               : "the ranges of columns";
  return grouped(count) + " of " + grouped(opened.count) +
         (opened.count == 1 ? " trial has" : " trials have") + " numbers outside " + range +
         " that the model was trained on, and cannot come back as they are";
}

/// Where reconstructions go: all to a .npy file, or the first to a sheet.
class Output {
 public:
  Output(const ReconstructRequest& request, const OpenedTrials& opened)
      : path_(request.out), opened_(opened) {
    if (is_picture(request)) {
      wanted_ = request.count > 0 ? opened.count : std::min(opened.count, pairs_on_a_sheet);
      require_sheet(opened.trials, wanted_);
      return;
    }
    const Trials& trials = opened.trials;
    std::vector<std::int64_t> shape = trials.array_shape();
    shape.front() = opened.count;
    writer_.emplace(path_, trials.value_type(), shape);
  }

  void take(const std::vector<double>& values) {
    if (writer_) {
      const ValueType type = opened_.trials.value_type();
      as_type(values, type, bytes_);
      return writer_->append_bytes(type, bytes_.data(), bytes_.size());
    }
    const auto most = static_cast<std::size_t>(wanted_ * opened_.trials.values_per_trial());
    const std::size_t more = std::min(values.size(), most - kept_.size());
    kept_.insert(kept_.end(), values.begin(), values.begin() + static_cast<std::ptrdiff_t>(more));
  }

  void finish() {
    if (writer_) return writer_->finish();
    write_reconstruction_sheet(path_, opened_.trials, kept_);
  }

 private:
  fs::path path_;
  const OpenedTrials& opened_;
  std::int64_t wanted_ = 0;
  std::optional<NpyWriter> writer_;
  std::vector<double> kept_;
  std::vector<std::byte> bytes_;
};

// Both averaged where the checkpoint holds averages.
Reconstructor load_networks(Backend& backend, Queue& queue, const GeneratorModel& model,
                            ElementType type, const Checkpoint& checkpoint) {
  Reconstructor made(backend, model.config, model.shape, type, model.heads);
  const std::string ending = model.averaged ? "_ema" : "";
  load_weights(backend, queue, made.encoder().network(), "e" + ending, checkpoint);
  load_weights(backend, queue, made.decoder().network(), "g" + ending, checkpoint);
  queue.synchronise();
  return made;
}

}  // namespace

ReconstructResult reconstruct(const ReconstructRequest& request) {
  check(request);
  const LoadedCheckpoint loaded = load_chosen(request.model, request.which);
  const GeneratorModel model = read_autoencoder(loaded);
  const CallersDevice restored(request.device);
  const auto backend = open_backend(request.device, static_cast<int>(request.threads));
  const Precision precision = choose_precision(request.precision, backend->info());
  const OpenedTrials opened = open_data(request, model, loaded.file.string());
  for (const auto& [flag, file] : {std::pair{"out", request.out}, {"errors", request.errors}}) {
    require_kept(flag, file, {request.data, opened.trials.source, loaded.file.string()});
    require_not_of_run(flag, file, loaded.file, model.config);
  }
  for (const std::string& file : {request.out, request.errors}) make_folder_of(file);
  const auto queue = backend->make_queue("reconstruct");
  const ElementType type = precision == Precision::bf16 ? ElementType::bf16 : ElementType::f32;
  Reconstructor networks = load_networks(*backend, *queue, model, type, loaded.checkpoint);

  const auto start = Clock::now();
  ReconstructionMeter meter(model.config, opened.range, opened.scaling, model.heads);
  Output output(request, opened);
  std::optional<NpyWriter> errors;  // made before the work: a file that cannot be stops it
  if (!request.errors.empty()) {
    errors.emplace(request.errors, ValueType::f32, std::vector<std::int64_t>{opened.count});
  }
  networks.run(*queue, opened.trials, opened.count, opened.range, opened.scaling,
               [&](const auto& block) {
                 output.take(meter.add(block));
                 if (!request.stop_requested || !request.stop_requested()) return;
                 throw Error(ErrorCode::interrupted,
                             {"stopped on request", request.out, "", "", "nothing was written"});
               });
  if (errors) errors->append(std::span<const float>(meter.squared_of_trials()));
  output.finish();
  if (errors) errors->finish();

  ReconstructResult result;
  result.model = model.config.model;
  result.errors = meter.errors();
  result.shape = model.shape;
  result.checkpoint = loaded.file;
  result.chosen = loaded.chosen;
  result.epoch = model.epoch;
  result.seconds = seconds_since(start);
  std::vector<std::string> notes = loaded.skipped;
  if (const std::string line = note_of_range(opened); !line.empty()) notes.push_back(line);
  for (const std::string& line : notes) result.note += (result.note.empty() ? "" : "\n") + line;
  return result;
}

}  // namespace vgan
