#include "engine/generate/summary_sink.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/check.hpp"
#include "engine/data/table_trials.hpp"
#include "engine/data/writers/table_writer.hpp"
#include "engine/encode/value_stream.hpp"
#include "engine/files/output_path.hpp"
#include "engine/generate/output.hpp"
#include "engine/generate/row_summary.hpp"

namespace vgan {
namespace {

constexpr const char* number_ends[] = {"_mean", "_sd", "_q05", "_q25", "_q50", "_q75", "_q95"};

bool lists_words(const ColumnSchema& column) { return column.words.size() <= most_choices; }

class SummarySink final : public SampleSink {
 public:
  SummarySink(const GenerateRequest& request, const GeneratorModel& model, RowSettings settings)
      : schema_(*model.schema),
        stream_(model.scaling, model.shape.size(), ValueType::f64),
        decoder_(schema_),
        summary_(schema_),
        settings_(std::move(settings)),
        dialect_(dialect_for(schema_.dialect, ending_of(request.out))),
        lines_(dialect_),
        output_(request.out, "cannot write a summary") {
    for (std::size_t i = 0; i < schema_.columns.size(); ++i) {
      const ColumnSchema& column = schema_.columns[i];
      if (!column.drawn() || is_given_always(i)) continue;
      columns_.push_back(i);
      forms_.push_back(column.numeric ? NumberForm::of(column) : NumberForm());
    }
    put_header();
  }

  void take(std::span<const float> numbers) override { put(stream_.values_of(numbers)); }
  void take(std::span<const double> values) override { put(values); }
  void take(std::span<const std::uint8_t>) override {
    require(false, "rows of a table", "bytes", "floats");
  }
  void finish() override { output_.finish(); }
  std::int64_t columns() const override { return names_; }

 private:
  bool gives(std::uint64_t setting, std::size_t column) const {
    return settings_.gives && settings_.gives(setting, column);
  }
  bool is_given_always(std::size_t column) const {
    for (std::uint64_t setting = 0; setting < settings_.count; ++setting) {
      if (!gives(setting, column)) return false;
    }
    return true;
  }

  void put_header() {
    ColumnNames names("_drawn");
    for (const std::string& name : settings_.names) names.add(name);
    for (const std::size_t i : columns_) {
      const ColumnSchema& column = schema_.columns[i];
      if (column.numeric) {
        for (const char* end : number_ends) names.add(column.name + end);
      } else {
        names.add(column.name);
        names.add(column.name + "_share");
        for (const std::string& word : column.words) {
          if (lists_words(column)) names.add(column.name + "=" + word);
        }
      }
      if (column.missing > 0) names.add(column.name + "_missing");
    }
    names_ = std::ssize(names.names());
    output_.put(lines_.header(names.names()));
  }

  void put(std::span<const double> rows) {
    for (; !rows.empty(); rows = rows.subspan(decoder_.size())) {
      summary_.add(decoder_.decode(rows.first(decoder_.size())));
      if (++taken_ < settings_.rows_each) continue;
      put_setting();
      summary_.clear();
      taken_ = 0;
      ++setting_;
    }
  }

  void put_setting() {
    if (settings_.put) settings_.put(setting_, lines_);
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      const std::size_t i = columns_[k];
      const ColumnSchema& column = schema_.columns[i];
      const bool free = !gives(setting_, i);
      if (column.numeric) {
        add_numbers(i, forms_[k], free);
      } else {
        add_words(i, free);
      }
      if (column.missing > 0) add_share(summary_.missing_share(i), free);
    }
    output_.put(lines_.take());
  }

  void add_numbers(std::size_t i, const NumberForm& form, bool free) {
    if (!free) return add_nothing(std::size(number_ends));
    const NumberSummary found = summary_.numbers(i);
    lines_.add_number(found.mean, form);
    lines_.add_number(found.deviation, form.date ? NumberForm::of_decimals(3) : form);
    for (const double quantile : found.quantiles) lines_.add_number(quantile, form);
  }

  void add_words(std::size_t i, bool free) {
    const ColumnSchema& column = schema_.columns[i];
    const std::vector<double> shares = summary_.word_shares(i);
    if (!free || shares.empty()) {
      return add_nothing(2 + (lists_words(column) ? column.words.size() : 0));
    }
    const auto most = std::max_element(shares.begin(), shares.end());
    lines_.add_word(column.words[static_cast<std::size_t>(most - shares.begin())]);
    add_share(*most, true);
    for (const double share : shares) {
      if (lists_words(column)) add_share(share, true);
    }
  }

  void add_share(double share, bool free) {
    if (!free) return lines_.add_nothing();
    lines_.add_number(share, NumberForm::of_decimals(probability_decimals));
  }

  void add_nothing(std::size_t cells) {
    for (std::size_t cell = 0; cell < cells; ++cell) lines_.add_nothing();
  }

  const Schema& schema_;
  ValueStream stream_;
  RowDecoder decoder_;
  RowSummary summary_;
  RowSettings settings_;
  Dialect dialect_;
  TableLines lines_;
  Output output_;
  std::vector<std::size_t> columns_;  // of the schema, that are summarised
  std::vector<NumberForm> forms_;     // of each of these that has numbers
  std::int64_t names_ = 0;            // of the header
  std::uint64_t setting_ = 0, taken_ = 0;
};

}  // namespace

std::unique_ptr<SampleSink> make_summary_sink(const GenerateRequest& request,
                                              const GeneratorModel& model, RowSettings settings) {
  return std::make_unique<SummarySink>(request, model, std::move(settings));
}

}  // namespace vgan
