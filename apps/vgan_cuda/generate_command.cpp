// vgan_cuda generate: virtual trials from a trained model to a file or to standard output.
#include <cstdio>

#include "apps/shared/command_line.hpp"
#include "apps/vgan_cuda/commands.hpp"
#include "apps/vgan_cuda/model_argument.hpp"
#include "apps/vgan_cuda/signals.hpp"
#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/printable.hpp"
#include "engine/base/text.hpp"
#include "engine/generate/generate.hpp"
#include "engine/settings/setting_table.hpp"

namespace vgan::app {
namespace {

/// Calls `visitor(SettingInfo, field&)` for each flag but --model, in the order of --help.
template <class Request, class Visitor>
void visit_flags(Request& r, Visitor&& visitor) {
  const char* const samples = "Samples";
  const char* const output = "Output";
  const char* const machine = "Machine";
  using S = SettingInfo;
  visitor(S{"count", samples, "N", "how many", OnResume::stays, allowed_sample_counts}, r.count);
  visitor(S{"seed", samples, "N", "of their noise: the same seed, the same samples"}, r.seed);
  visitor(S{"first", samples, "N",
            "number of the first, from 0: a file may be made in parts that fit together",
            OnResume::stays, allowed_first_samples},
          r.first);
  visitor(S{"label", samples, "CLASS",
            "class of all samples, by name or number; empty = as they are in the data"},
          r.label);
  visitor(
      S{"per-label", samples, "N", "so many of each class in turn, in place of --count; 0 = off"},
      r.per_label);
  visitor(S{"conditions", samples, "FILE",
            ".npy of condition vectors, one a sample, from the first on again"},
          r.conditions);
  visitor(S{"given", samples, "FILE",
            "a table of values that rows are given: of a masked model any of its columns, an empty "
            "field = free; of one trained with --conditional the column label, with --conditions "
            "condition_1, condition_2, ..."},
          r.given);
  visitor(S{"per-row", samples, "N", "virtual rows for each row of --given, in place of --count"},
          r.per_row);
  visitor(S{"summary", samples, "",
            "of a table: in place of rows a line for each row of --given (or class of --per-label, "
            "vector of --conditions) with means, deviations and quantiles of numbers and shares of "
            "words; of " +
                std::to_string(rows_of_summary) +
                " rows each unless --per-row, --per-label or --count says it"},
          r.summary);
  visitor(S{"where", samples, "LIST",
            "of a masked model: what all rows shall meet, such as 'Chord=0.3,Velocity>=55'"},
          r.where);
  visitor(S{"privacy", samples, "",
            "of a masked model with folds: rows farther from those it learnt, at some cost in "
            "quality"},
          r.privacy);
  visitor(S{"raw-weights", samples, "", "G as trained, not its average"}, r.raw_weights);
  visitor(S{"out", output, "FILE",
            "a name that ends in .npy, .npz, .h5, .csv, .tsv, .parquet, .png, .idx or .raw; - = "
            "standard output, of a table its rows as text, else raw values; empty = samples.npy, "
            "of a table samples.csv, a summary summary.csv"},
          r.out);
  visitor(S{"format", output, "NAME", words_help<SampleFormat>()}, r.format);
  visitor(S{"dtype", output, "NAME",
            "of the numbers, in the data's own units: auto (as in the data's file), u8, i8, u16, "
            "i16, u32, "
            "i32, u64, i64, f16, f32, f64 or bool; of idx u8, i8, i16, i32, f32 or f64"},
          r.dtype);
  visitor(S{"shape", output, "NAME", "of npy, npz and hdf5: " + words_help<SampleShape>()},
          r.shape);
  visitor(S{"device", machine, "NAME", "auto, cpu, cuda or cuda:N"}, r.device);
  visitor(S{"precision", machine, "NAME", words_help<PrecisionKind>()}, r.precision);
  visitor(S{"threads", machine, "N", "CPU threads; 0 = all that the process may use"}, r.threads);
}

double rate_of(const GenerateResult& result, double seconds) {
  return static_cast<double>(result.count) / (seconds > 0.0 ? seconds : 1.0);
}

// Each stage by the time that it was busy: they overlap, so each is what it could do alone.
std::string stages_text(const GenerateResult& result) {
  const auto rate = [&](double seconds) { return fixed_text(rate_of(result, seconds), 0); };
  return "samples a second of each stage: computed " + rate(result.compute_seconds) +
         (result.copy_seconds > 0.0 ? ", delivered to the host " + rate(result.copy_seconds)
                                    : ", delivered where computed") +
         ", written " + rate(result.write_seconds);
}

std::string result_text(const GenerateRequest& request, const GenerateResult& result) {
  const std::string to = request.out == "-" ? "standard output" : result.out;
  const TrialShape& trial = result.shape;
  const std::string channels = trial.channels > 1 ? " x " + std::to_string(trial.channels) : "";
  const std::string what =
      result.settings > 0
          ? counted(result.settings, "line") + " of " + counted(result.columns, "column") +
                ", each of " + counted(result.count / result.settings, "row")
      : result.columns > 0
          ? counted(result.count, "row") + " of " + counted(result.columns, "column")
          : counted(result.count, "sample") + " of " + std::to_string(trial.height) + " x " +
                std::to_string(trial.width) + channels;
  return printable("wrote " + to + ": " + what + ", " + general_text(result.seconds, 3) + " s, " +
                   fixed_text(rate_of(result, result.seconds), 0) + " a second; from " +
                   result.checkpoint.string() + " (epoch " + std::to_string(result.epoch) + "), " +
                   result.chosen);
}

}  // namespace

int run_generate(const Words& words) {
  CommandLine line("vgan_cuda generate RUN_OR_FILE [flags]",
                   "Draws samples from a trained generator, as many as wanted in constant memory.");
  add_model(line);
  GenerateRequest request;
  visit_flags(request, [&](const SettingInfo& info, const auto& field) { line.add(info, field); });
  if (!line.parse(words)) return 0;
  request.model = read_model_name(line, "generate");
  line.read("which", request.which);
  visit_flags(request, [&](const SettingInfo& info, auto& field) { line.read(info.name, field); });

  if (line.given("per-label") && line.given("count")) {
    throw Error(ErrorCode::usage, {"bad command line", "--per-label with --count", "", "",
                                   "--per-label N is N of each class, whatever their number"});
  }
  if (!request.given.empty() && line.given("count")) {
    throw Error(ErrorCode::usage, {"bad command line", "--given with --count", "", "",
                                   "--per-row N is N for each row of the file"});
  }
  const bool of_vectors = request.summary && !request.conditions.empty();
  if (of_vectors && line.given("count")) {
    throw Error(ErrorCode::usage, {"bad command line", "--count with a summary of --conditions", "",
                                   "", "--per-row N is N for each vector"});
  }
  if (request.given.empty() && !of_vectors && line.given("per-row")) {
    throw Error(ErrorCode::usage,
                {"bad command line", "--per-row without --given", "", "", "--count N is N in all"});
  }
  if (request.summary && !line.given("per-row")) request.per_row = rows_of_summary;
  if (request.summary && !line.given("count")) request.count = rows_of_summary;
  require_output();
  request.stop_requested = stop_requested;
  catch_stop_signals();
  const GenerateResult result = generate(request);
  std::FILE* const stream = request.out == "-" ? stderr : stdout;
  if (!result.note.empty()) std::fprintf(stderr, "%s\n", result.note.c_str());
  if (!result.samples_from.empty()) {
    std::fprintf(stream, "samples from %s\n", result.samples_from.c_str());
  }
  std::fprintf(stream, "%s\n%s\n", result_text(request, result).c_str(),
               stages_text(result).c_str());
  return 0;
}

}  // namespace vgan::app
