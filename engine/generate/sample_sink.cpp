#include "engine/generate/sample_sink.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "engine/base/check.hpp"
#include "engine/data/readers/npy.hpp"
#include "engine/data/writers/cell_text.hpp"
#include "engine/data/writers/hdf5_writer.hpp"
#include "engine/data/writers/idx_writer.hpp"
#include "engine/data/writers/npz_writer.hpp"
#include "engine/data/writers/parquet_writer.hpp"
#include "engine/data/writers/table_writer.hpp"
#include "engine/encode/value_stream.hpp"
#include "engine/files/output_path.hpp"
#include "engine/generate/output.hpp"
#include "engine/generate/summary_sink.hpp"
#include "engine/pictures/pairs.hpp"
#include "engine/pictures/png.hpp"
#include "engine/pictures/trial_sheet.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

constexpr const char* what = "cannot write samples";
constexpr const char* array_name = "samples";  // in files that name their arrays

/// The one array of a file.
template <class Writer>
class ArraySink final : public SampleSink {
 public:
  template <class... Names>
  ArraySink(ValueStream stream, const std::vector<std::int64_t>& shape, const fs::path& path,
            Names&&... names)
      : stream_(std::move(stream)), writer_(path, names..., stream_.type(), shape) {}
  void take(std::span<const float> numbers) override { append(stream_.of(numbers)); }
  void take(std::span<const double> values) override { append(stream_.of(values)); }
  void take(std::span<const std::uint8_t> pixels) override {
    writer_.append_bytes(ValueType::u8, pixels.data(), pixels.size());
  }
  void finish() override { writer_.finish(); }

 private:
  void append(std::span<const std::byte> bytes) {
    writer_.append_bytes(stream_.type(), bytes.data(), bytes.size());
  }

  ValueStream stream_;
  Writer writer_;
};

class IdxSink final : public SampleSink {
 public:
  IdxSink(const fs::path& path, ValueStream stream, std::int64_t count, const GeneratorModel& model)
      : stream_(std::move(stream)), writer_(path, count, model.shape, stream_.type()) {}
  void take(std::span<const float> numbers) override { writer_.append(stream_.of(numbers)); }
  void take(std::span<const double> values) override { writer_.append(stream_.of(values)); }
  void take(std::span<const std::uint8_t> pixels) override { writer_.append(pixels); }
  void finish() override { writer_.finish(); }

 private:
  ValueStream stream_;
  IdxWriter writer_;
};

class PngSink final : public SampleSink {
 public:
  /// `columns` of the sheet; 0: as near to a square as can be.
  PngSink(fs::path path, const GeneratorModel& model, std::int64_t columns)
      : path_(std::move(path)),
        model_(model),
        stream_(model.scaling, model.shape.size(), ValueType::f64,
                model.schema ? &*model.schema : nullptr),
        columns_(columns) {}
  void take(std::span<const float> numbers) override { keep(stream_.values_of(numbers)); }
  void take(std::span<const double> values) override { keep(stream_.values_of(values)); }
  void take(std::span<const std::uint8_t> pixels) override {
    pixels_.insert(pixels_.end(), pixels.begin(), pixels.end());
  }
  void finish() override {
    const TrialShape shape = model_.shape;
    TrialSheet sheet;
    if (shape.is_pair()) {
      const PairAxes axes = pair_axes(values_, Range{model_.scaling.low(), model_.scaling.high()});
      sheet.axis = axes.y;
      sheet.x_axis = axes.x;
    } else if (!shape.is_curve() || columns_ > 0) {
      sheet.columns = columns_;
    }
    if (model_.schema && !shape.is_pair()) {
      sheet.names = shown_names(*model_.schema);
      const std::vector<double> rows = shown_rows(*model_.schema, values_);
      const auto width = static_cast<std::int64_t>(sheet.names.size());
      const auto columns = columns_of(std::span<const double>(rows), width);
      return write_png(path_, draw_columns(columns, width, sheet));
    }
    write_png(path_, values_.empty() ? draw_trials(pixels_, shape, sheet)
                                     : draw_trials(values_, shape, 0.0, 1.0, sheet));
  }

 private:
  void keep(std::span<const double> values) {
    values_.insert(values_.end(), values.begin(), values.end());
  }

  fs::path path_;
  const GeneratorModel& model_;
  ValueStream stream_;
  std::int64_t columns_;
  std::vector<double> values_;
  std::vector<std::uint8_t> pixels_;
};

/// The numbers, to whoever asked for them.
class ValueSink final : public SampleSink {
 public:
  ValueSink(const GenerateRequest& request, const GeneratorModel& model)
      : request_(request),
        stream_(model.scaling, model.shape.size(), ValueType::f64,
                model.schema ? &*model.schema : nullptr) {}
  void take(std::span<const float> numbers) override { request_.take(stream_.values_of(numbers)); }
  void take(std::span<const double> values) override { request_.take(stream_.values_of(values)); }
  void take(std::span<const std::uint8_t> pixels) override {
    request_.take(std::vector<double>(pixels.begin(), pixels.end()));
  }
  void finish() override {}

 private:
  const GenerateRequest& request_;
  ValueStream stream_;
};

/// Bytes as they are.
class RawSink final : public SampleSink {
 public:
  RawSink(const std::string& out, ValueStream stream)
      : stream_(std::move(stream)), output_(out, what) {}
  void take(std::span<const float> numbers) override { put(stream_.of(numbers)); }
  void take(std::span<const double> values) override { put(stream_.of(values)); }
  void take(std::span<const std::uint8_t> pixels) override {
    output_.put(pixels.data(), pixels.size());
  }
  void finish() override { output_.finish(); }

 private:
  void put(std::span<const std::byte> bytes) { output_.put(bytes.data(), bytes.size()); }

  ValueStream stream_;
  Output output_;
};

/// Rows of a table, in its own form.
class TableSink final : public SampleSink {
 public:
  TableSink(const GenerateRequest& request, const GeneratorModel& model, RowSettings settings)
      : stream_(model.scaling, model.shape.size(), ValueType::f64),
        dialect_(dialect_for(model.schema->dialect, ending_of(request.out))),
        writer_(*model.schema, dialect_, request.first),
        output_(request.out, what),
        settings_(std::move(settings)),
        columns_(std::ssize(model.schema->columns)) {
    // Rows of a model over cells have what is given as columns of their own.
    if (!request.given.empty() && !model.cells) {
      columns_ += std::ssize(settings_.names);
      lead_ = [this](std::uint64_t row) { return lead_of(row); };
    }
    output_.put(writer_.begin(lead_ ? names_lead(*model.schema) : ""));
  }
  void take(std::span<const float> numbers) override { put(stream_.values_of(numbers)); }
  void take(std::span<const double> values) override { put(values); }
  void take(std::span<const std::uint8_t>) override {
    require(false, "rows of a table", "bytes", "floats");
  }
  void finish() override { output_.finish(); }
  std::int64_t columns() const override { return columns_; }

 private:
  void put(std::span<const double> rows) { output_.put(writer_.lines(rows, lead_)); }

  // The cells of a line, whose end it has, as those before further ones.
  std::string as_lead(std::string line) const {
    line.resize(line.size() - std::string_view(line_end(dialect_)).size());
    append_delimiter(line, dialect_);
    return line;
  }

  std::string names_lead(const Schema& schema) const {
    TableLines lines(dialect_);
    for (std::string name : settings_.names) {
      const auto is_taken = [&](const ColumnSchema& column) { return column.name == name; };
      while (std::any_of(schema.columns.begin(), schema.columns.end(), is_taken)) name += "_given";
      lines.add_word(name);
    }
    return as_lead(lines.take());
  }

  std::string_view lead_of(std::uint64_t row) {
    const std::uint64_t setting = row / settings_.rows_each % settings_.count;
    if (setting != setting_ || lead_text_.empty()) {
      TableLines lines(dialect_);
      settings_.put(setting, lines);
      lead_text_ = as_lead(lines.take());
      setting_ = setting;
    }
    return lead_text_;
  }

  ValueStream stream_;
  Dialect dialect_;
  TableWriter writer_;
  Output output_;
  RowSettings settings_;
  std::int64_t columns_;
  TableWriter::Lead lead_;  // empty: there are no such cells
  std::string lead_text_;   // of `setting_`
  std::uint64_t setting_ = 0;
};

/// Rows of a table, with the types of its own file.
class ParquetSink final : public SampleSink {
 public:
  ParquetSink(const GenerateRequest& request, const GeneratorModel& model)
      : stream_(model.scaling, model.shape.size(), ValueType::f64),
        writer_(fs::path(request.out), *model.schema, request.first, request.count),
        columns_(std::ssize(model.schema->columns)) {}
  void take(std::span<const float> numbers) override { writer_.append(stream_.values_of(numbers)); }
  void take(std::span<const double> values) override { writer_.append(values); }
  void take(std::span<const std::uint8_t>) override {
    require(false, "rows of a table", "bytes", "floats");
  }
  void finish() override { writer_.finish(); }
  std::int64_t columns() const override { return columns_; }

 private:
  ValueStream stream_;
  ParquetWriter writer_;
  std::int64_t columns_;
};

std::vector<std::int64_t> array_shape(const GenerateRequest& request, const GeneratorModel& model) {
  const auto count = static_cast<std::int64_t>(request.count);
  if (request.shape == SampleShape::flat) return {count, model.shape.size()};
  if (request.shape == SampleShape::data) return model.shape.array(count);
  std::vector<std::int64_t> shape = {count, model.shape.height, model.shape.width};
  if (model.shape.channels > 1) shape.push_back(model.shape.channels);
  return shape;
}

}  // namespace

void SampleSink::take_block(ConstMatrixRef block) {
  const auto size = static_cast<std::size_t>(block.size());
  if (block.type == ElementType::u8) {
    take(std::span(block.as<std::uint8_t>().data, size));
  } else {
    take(std::span(block.as<float>().data, size));
  }
}

std::unique_ptr<SampleSink> make_value_sink(const GenerateRequest& request,
                                            const GeneratorModel& model) {
  return std::make_unique<ValueSink>(request, model);
}

std::unique_ptr<SampleSink> make_sample_sink(const GenerateRequest& request, SampleFormat format,
                                             ValueType type, const GeneratorModel& model,
                                             RowSettings settings) {
  if (request.summary) return make_summary_sink(request, model, std::move(settings));
  ValueStream stream(model.scaling, model.shape.size(), type,
                     model.schema ? &*model.schema : nullptr);
  const auto count = static_cast<std::int64_t>(request.count);
  const std::vector<std::int64_t> shape = array_shape(request, model);
  if (format == SampleFormat::npy) {
    return std::make_unique<ArraySink<NpyWriter>>(std::move(stream), shape, request.out);
  }
  if (format == SampleFormat::npz) {
    return std::make_unique<ArraySink<NpzWriter>>(std::move(stream), shape, request.out,
                                                  array_name);
  }
  if (format == SampleFormat::hdf5) {
    return std::make_unique<ArraySink<Hdf5Writer>>(std::move(stream), shape, request.out,
                                                   array_name);
  }
  if (format == SampleFormat::csv) {
    return std::make_unique<TableSink>(request, model, std::move(settings));
  }
  if (format == SampleFormat::parquet) return std::make_unique<ParquetSink>(request, model);
  if (format == SampleFormat::idx) {
    return std::make_unique<IdxSink>(request.out, std::move(stream), count, model);
  }
  if (format == SampleFormat::png) {
    const bool in_rows = request.per_label > 0 && request.per_label <= 100;
    return std::make_unique<PngSink>(request.out, model,
                                     in_rows ? static_cast<std::int64_t>(request.per_label) : 0);
  }
  return std::make_unique<RawSink>(request.out, std::move(stream));
}

bool picture_takes_u8(const TrialShape& shape) {
  return !shape.is_curve() && !shape.is_row() && !shape.is_pair();
}

}  // namespace vgan
