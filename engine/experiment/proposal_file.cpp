#include "engine/experiment/proposal_file.hpp"

#include "engine/data/writers/table_writer.hpp"
#include "engine/files/output_path.hpp"
#include "engine/generate/output.hpp"
#include "engine/generate/table_lines.hpp"

namespace vgan {
namespace {

constexpr int distance_decimals = 3;

std::vector<std::string> names_of(const GivenRows& settings, const Schema& schema,
                                  const SearchResult& result) {
  ColumnNames made;
  for (const std::size_t column : settings.columns()) made.add(schema.columns[column].name);
  for (const SearchResult::Goal& goal : result.goals) {
    made.add(goal.text);
    if (goal.low.empty()) continue;
    made.add(goal.column + "_low");
    made.add(goal.column + "_high");
  }
  made.add("support");
  if (!result.nearest.empty()) made.add("nearest");
  return made.names();
}

}  // namespace

void write_proposals(const std::string& out, const GivenRows& settings,
                     const std::vector<Goal>& goals, const Schema& schema, SearchResult& result) {
  Output output(out, "cannot write proposals");
  TableLines lines(dialect_for(schema.dialect, ending_of(out)));
  const std::vector<std::string> names = names_of(settings, schema, result);
  output.put(lines.header(names));
  std::vector<NumberForm> forms;
  for (const Goal& goal : goals) forms.push_back(NumberForm::of(schema.columns[goal.column]));
  const NumberForm probability = NumberForm::of_decimals(probability_decimals);
  const NumberForm distance = NumberForm::of_decimals(distance_decimals);
  for (std::int64_t row = 0; row < settings.rows(); ++row) {
    const auto at = static_cast<std::size_t>(row);
    lines.add_given(row, settings, schema);
    for (std::size_t k = 0; k < goals.size(); ++k) {
      const SearchResult::Goal& goal = result.goals[k];
      lines.add_number(goal.values[at], goals[k].is_probability() ? probability : forms[k]);
      if (goal.low.empty()) continue;
      lines.add_number(goal.low[at], forms[k]);
      lines.add_number(goal.high[at], forms[k]);
    }
    lines.add_word(to_text(result.support[at]));
    if (!result.nearest.empty()) lines.add_number(result.nearest[at], distance);
    output.put(lines.take());
  }
  output.finish();
  result.columns = std::ssize(names);
}

}  // namespace vgan
