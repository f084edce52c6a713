#include "engine/generate/generate_checks.hpp"

#include <algorithm>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/data/writers/idx_writer.hpp"
#include "engine/data/writers/parquet_writer.hpp"
#include "engine/files/output_path.hpp"
#include "engine/generate/sample_sink.hpp"
#include "engine/pictures/curve_sheet.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

// A sheet of this many 28x28 digits is 6000 pixels on a side: more is not looked at.
constexpr std::uint64_t largest_grid = 10000;

std::string names_of_value_types() {
  std::string names;
  for (const ValueTypeInfo& info : value_types) {
    names += (names.empty() ? "" : ", ") + std::string(info.name);
  }
  return names;
}

// Whether rows of a table are meant where neither a name nor a format says what is.
bool wants_rows(const GenerateRequest& request, const GeneratorModel& model) {
  return model.schema && request.format == SampleFormat::automatic && request.dtype == "auto" &&
         request.shape == SampleShape::data;
}

std::string ending_for(SampleFormat format) {
  return format == SampleFormat::hdf5 ? "h5" : to_text(format);
}

void check_summary(const GenerateRequest& request, SampleFormat format) {
  if (format != SampleFormat::csv) {
    const bool by_name = request.format == SampleFormat::automatic;
    refuse_setting(by_name ? "out" : "format",
                   (by_name ? "'" + request.out + "'" : to_text(format)) + " of a summary",
                   by_name ? "a name that ends in .csv or .tsv, or -" : "csv");
  }
  if (request.first != 0) {
    refuse_setting("first", std::to_string(request.first) + " of a summary", "0",
                   "another --seed draws other rows");
  }
}

}  // namespace

bool is_table(SampleFormat format) {
  return format == SampleFormat::csv || format == SampleFormat::parquet;
}

SampleFormat format_for(const GenerateRequest& request, const GeneratorModel& model) {
  if (request.summary && !model.schema) {
    refuse_setting("summary", "a model of data that are no table", "a model of a table");
  }
  const SampleFormat format =
      request.out == "-" && wants_rows(request, model) ? SampleFormat::csv : format_of(request);
  if (is_table(format) && !model.schema) {
    refuse_setting("format", to_text(format), "a model that was trained on a table",
                   "write .npy in place of it");
  }
  return format;
}

GenerateRequest with_output(GenerateRequest request, const GeneratorModel& model) {
  if (!request.out.empty()) return request;
  if (request.summary) {
    request.out = "summary.csv";
  } else if (request.format == SampleFormat::automatic) {
    request.out = wants_rows(request, model) ? "samples.csv" : "samples.npy";
  } else {
    request.out = "samples." + ending_for(request.format);
  }
  return request;
}

SampleFormat format_of(const GenerateRequest& request) {
  if (request.format != SampleFormat::automatic) return request.format;
  if (request.out == "-") return request.summary ? SampleFormat::csv : SampleFormat::raw;
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

ValueType type_of(const GenerateRequest& request, SampleFormat format,
                  const GeneratorModel& model) {
  const ValueType type = value_type_named(request.dtype).value_or(model.type);
  if (format == SampleFormat::idx) IdxWriter::require_type(request.out, type);
  return type;
}

void check_request(const GenerateRequest& request, SampleFormat format) {
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
  if (request.summary) check_summary(request, format);
}

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
  if (request.out == "-" || request.summary) return;
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

}  // namespace vgan
