#include "engine/experiment/prediction_file.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/data/writers/table_writer.hpp"
#include "engine/files/output_path.hpp"
#include "engine/generate/output.hpp"
#include "engine/generate/table_lines.hpp"

namespace vgan {
namespace {

const ColumnSchema& column_named(const std::string& name, const Schema& schema) {
  return *std::find_if(schema.columns.begin(), schema.columns.end(),
                       [&](const ColumnSchema& column) { return column.name == name; });
}

void add_numbers(TableLines& lines, std::size_t row, const PredictResult::Numbers& numbers,
                 const NumberForm& form) {
  for (const auto* of : {&numbers.mean, &numbers.median, &numbers.low, &numbers.high}) {
    lines.add_number((*of)[row], form);
  }
}

std::vector<std::string> names_of(const GivenRows& given, const Schema& schema,
                                  const PredictResult& result) {
  ColumnNames made;
  for (const std::size_t column : given.columns()) made.add(schema.columns[column].name);
  for (const auto& numbers : result.numbers) {
    for (const char* end : {"_mean", "_median", "_low", "_high"}) made.add(numbers.name + end);
  }
  for (const auto& words : result.words) {
    made.add(words.name);
    made.add(words.name + "_probability");
  }
  made.add("support");
  return made.names();
}

}  // namespace

void write_predictions(const std::string& out, const GivenRows& given, const Schema& schema,
                       PredictResult& result) {
  Output output(out, "cannot write predictions");
  TableLines lines(dialect_for(schema.dialect, ending_of(out)));
  const std::vector<std::string> names = names_of(given, schema, result);
  output.put(lines.header(names));
  std::vector<NumberForm> forms;
  for (const auto& numbers : result.numbers) {
    forms.push_back(NumberForm::of(column_named(numbers.name, schema)));
  }
  const NumberForm probability = NumberForm::of_decimals(probability_decimals);
  for (std::int64_t row = 0; row < given.rows(); ++row) {
    const auto at = static_cast<std::size_t>(row);
    lines.add_given(row, given, schema);
    for (std::size_t i = 0; i < forms.size(); ++i) {
      add_numbers(lines, at, result.numbers[i], forms[i]);
    }
    for (const auto& words : result.words) {
      if (std::isnan(words.probability[at])) {
        lines.add_nothing();
        lines.add_nothing();
      } else {
        lines.add_word(words.word[at]);
        lines.add_number(words.probability[at], probability);
      }
    }
    lines.add_word(to_text(result.support[at]));
    output.put(lines.take());
  }
  output.finish();
  result.columns = std::ssize(names);
}

}  // namespace vgan
