#include "engine/experiment/profile_file.hpp"

#include <algorithm>

#include "engine/data/writers/table_writer.hpp"
#include "engine/files/output_path.hpp"
#include "engine/generate/table_lines.hpp"

namespace vgan {
namespace {

std::vector<std::string> names_of(const ProfileQuestion& question, const Schema& schema,
                                  const ProfileResult& result) {
  ColumnNames made;
  made.add(result.over);
  if (question.second) made.add(result.second);
  for (const auto& fixed : question.fixed) made.add(schema.columns[fixed.column].name);
  if (result.words.empty()) {
    for (const char* end : {"_mean", "_median", "_low", "_high", "_q25", "_q75"}) {
      made.add(result.of + end);
    }
  }
  for (const auto& one : result.words) made.add("P(" + result.of + "=" + one.word + ")");
  made.add("support");
  return made.names();
}

void add_value(TableLines& lines, double value, const ColumnSchema& column) {
  if (column.numeric) return lines.add_number(value, NumberForm::of(column));
  lines.add_word(column.words[static_cast<std::size_t>(value)]);
}

}  // namespace

std::string profile_text(const std::string& out, const ProfileQuestion& question,
                         const Schema& schema, ProfileResult& result) {
  TableLines lines(dialect_for(schema.dialect, ending_of(out)));
  const std::vector<std::string> names = names_of(question, schema, result);
  std::string text = lines.header(names);
  const NumberForm form = NumberForm::of(schema.columns[question.of]);
  const std::size_t each = std::max<std::size_t>(1, result.second_places.size());
  const auto add_column = [&](double value, std::size_t column) {
    add_value(lines, value, schema.columns[column]);
  };
  const NumberForm probability = NumberForm::of_decimals(probability_decimals);
  for (std::size_t i = 0; i < result.places.size() * each; ++i) {
    add_column(result.places[i / each], question.over);
    if (question.second) add_column(result.second_places[i % each], question.second->column);
    for (const auto& fixed : question.fixed) add_column(fixed.value, fixed.column);
    if (result.words.empty()) {
      const ProfileResult::Numbers& of = result.numbers;
      for (const auto* one : {&of.mean, &of.median, &of.low, &of.high, &of.q25, &of.q75}) {
        lines.add_number((*one)[i], form);
      }
    }
    for (const auto& one : result.words) lines.add_number(one.probability[i], probability);
    lines.add_word(to_text(result.support[i]));
    text += lines.take();
  }
  result.columns = std::ssize(names);
  return text;
}

}  // namespace vgan
