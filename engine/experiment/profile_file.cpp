#include "engine/experiment/profile_file.hpp"

#include "engine/data/writers/table_writer.hpp"
#include "engine/files/output_path.hpp"
#include "engine/generate/output.hpp"
#include "engine/generate/table_lines.hpp"

namespace vgan {
namespace {

std::vector<std::string> names_of(const ProfileQuestion& question, const Schema& schema,
                                  const ProfileResult& result) {
  ColumnNames made;
  made.add(result.over);
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

void add_value(TableLines& lines, double value, const ColumnSchema& column,
               const NumberForm& form) {
  if (column.numeric) return lines.add_number(value, form);
  lines.add_word(column.words[static_cast<std::size_t>(value)]);
}

}  // namespace

void write_profile(const std::string& out, const ProfileQuestion& question, const Schema& schema,
                   ProfileResult& result) {
  const Dialect dialect = dialect_for(schema.dialect, ending_of(out));
  Output output(out, "cannot write a profile");
  TableLines lines(dialect);
  const auto put_line = [&] {
    const std::string line = lines.take();
    output.put(line.data(), line.size());
  };
  if (dialect.byte_order_mark) output.put(byte_order_mark.data(), byte_order_mark.size());
  const std::vector<std::string> names = names_of(question, schema, result);
  for (const std::string& name : names) lines.add_word(name);
  put_line();
  const NumberForm form = NumberForm::of(schema.columns[question.of]);
  const NumberForm over = NumberForm::of(schema.columns[question.over]);
  const NumberForm probability = NumberForm::of_decimals(probability_decimals);
  for (std::size_t i = 0; i < result.places.size(); ++i) {
    add_value(lines, result.places[i], schema.columns[question.over], over);
    for (const auto& fixed : question.fixed) {
      const ColumnSchema& column = schema.columns[fixed.column];
      add_value(lines, fixed.value, column, NumberForm::of(column));
    }
    if (result.words.empty()) {
      const ProfileResult::Numbers& of = result.numbers;
      for (const auto* one : {&of.mean, &of.median, &of.low, &of.high, &of.q25, &of.q75}) {
        lines.add_number((*one)[i], form);
      }
    }
    for (const auto& one : result.words) lines.add_number(one.probability[i], probability);
    lines.add_word(to_text(result.support[i]));
    put_line();
  }
  output.finish();
  result.columns = std::ssize(names);
}

}  // namespace vgan
