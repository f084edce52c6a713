#include "engine/experiment/goal.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/listed.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/encode/cell_distribution.hpp"
#include "engine/experiment/word_shares.hpp"
#include "engine/generate/condition.hpp"
#include "engine/generate/given_rows.hpp"

namespace vgan {
namespace {

constexpr double tolerance = 1e-9;  // of a number, for those that are read from different texts

/// Reads one goal, and says what is wrong with it.
class GoalReader {
 public:
  GoalReader(const std::string& text, bool maximise, const Schema& schema)
      : text_(without_blanks(text)), schema_(schema) {
    made_.text = std::string(text_);
    made_.maximise = maximise;
  }

  Goal read() {
    if (const auto column = column_named(text_)) {
      take_column(*column);
      require_number(*column, "P(" + schema_.columns[*column].name + "=WORD)");
    } else if (const auto inner = within("P(")) {
      read_probability(*inner);
    } else if (!read_quantile()) {
      refuse_name(text_);
    }
    return made_;
  }

 private:
  const char* flag() const { return made_.maximise ? "maximise" : "minimise"; }

  [[noreturn]] void refuse(const std::string& why, const std::string& allowed,
                           const std::string& remedy = "") const {
    refuse_setting(flag(), "'" + shortened(made_.text) + "'" + why, allowed, remedy);
  }

  [[noreturn]] void refuse_name(std::string_view name) const {
    std::vector<std::string> all, either;
    for (const ColumnSchema& column : schema_.columns) {
      if (!column.drawn()) continue;
      all.push_back(column.name);
      either.push_back(column.name);
      either.emplace_back(name_without_unit(column));
    }
    refuse("", "NAME, qXX(NAME), P(NAME>X), P(NAME<X) or P(NAME=WORD), of " + listed(all),
           suggestion(std::string(without_blanks(name)), either));
  }

  // The column whose whole name it is, or else whose name without its unit.
  std::optional<std::size_t> column_named(std::string_view name) const {
    const std::vector<ColumnSchema>& columns = schema_.columns;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].name == name) return i;
    }
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (!name.empty() && name_without_unit(columns[i]) == name) return i;
    }
    return std::nullopt;
  }

  // What stands between `start` and the last bracket.
  std::optional<std::string_view> within(std::string_view start) const {
    if (!text_.starts_with(start) || !text_.ends_with(")")) return std::nullopt;
    return without_blanks(text_.substr(start.size(), text_.size() - start.size() - 1));
  }

  void take_column(std::size_t column) {
    const ColumnSchema& of = schema_.columns[column];
    if (!of.drawn()) refuse(", which the model does not draw", "a column that it draws");
    if (GivenRows::is_tied(column, schema_)) {
      refuse(", which a constraint of the schema ties to others", "a column that stands alone");
    }
    made_.column = column;
  }

  void require_number(std::size_t column, const std::string& allowed) const {
    if (!schema_.columns[column].numeric) refuse(" of words", allowed);
  }

  bool read_quantile() {
    const std::size_t bracket = text_.find('(');
    if (!text_.starts_with("q") || bracket == std::string_view::npos) return false;
    const auto percent = read_number<double>(text_.substr(1, bracket - 1));
    const auto inner = within(text_.substr(0, bracket + 1));
    if (!percent || !inner) return false;
    if (!(*percent > 0.0 && *percent < 100.0)) {
      refuse("", "a quantile above q0 and below q100");
    }
    const auto column = column_named(*inner);
    if (!column) refuse_name(*inner);
    take_column(*column);
    require_number(*column, "a quantile of numbers, or P(" + std::string(*inner) + "=WORD)");
    made_.kind = Goal::Kind::quantile;
    made_.number = *percent / 100.0;
    return true;
  }

  void read_probability(std::string_view condition) {
    const auto start = start_of_condition(condition, schema_);
    if (!start) refuse_name(condition.substr(0, condition.find_first_of("<>=")));
    const ColumnSchema& column = schema_.columns[start->column];
    const std::string value(without_blanks(condition.substr(start->length)));
    take_column(start->column);
    if (!column.numeric) {
      read_word(column, value, start->range.has_value());
      return;
    }
    const auto number = column_number(value, column);
    if (!number) {
      refuse("", column.format.empty() ? "a number behind the sign" : "a date as " + column.format);
    }
    made_.number = *number;
    if (!start->range) {
      require_grid_value(column);
      made_.kind = Goal::Kind::equal;
      return;
    }
    made_.kind = start->range->above ? Goal::Kind::above : Goal::Kind::below;
    made_.with_number = start->range->equal;
  }

  void read_word(const ColumnSchema& column, const std::string& word, bool range) {
    if (range) refuse(" of words", "P(" + column.name + "=WORD)");
    const auto known = std::find(column.words.begin(), column.words.end(), word);
    if (known == column.words.end()) {
      refuse("", "one of the words " + listed(column.words), suggestion(word, column.words));
    }
    made_.kind = Goal::Kind::equal;
    made_.number = static_cast<double>(known - column.words.begin());
  }

  void require_grid_value(const ColumnSchema& column) const {
    const double slack = tolerance * std::fabs(made_.number);
    const bool boolean = column.kind == ColumnKind::boolean;
    const bool there =
        boolean ? made_.number == 0.0 || made_.number == 1.0
                : std::any_of(column.values.begin(), column.values.end(), [&](double value) {
                    return std::fabs(value - made_.number) <= slack;
                  });
    if (there) return;
    refuse("", "P(" + column.name + ">X) or P(" + column.name +
                   "<X), or = with a word or a value that comes again");
  }

  std::string_view text_;
  const Schema& schema_;
  Goal made_;
};

// A quantile or a probability that a distribution of numbers has.
template <class Distribution>
double number_value(const Goal& goal, const Distribution& distribution) {
  if (goal.kind == Goal::Kind::quantile) return distribution.quantile(goal.number);
  const double slack = tolerance * std::max(std::fabs(goal.number), tolerance);
  const auto up_to_number = [&](bool with) {
    return distribution.share_below(goal.number + (with ? slack : -slack));
  };
  switch (goal.kind) {
    case Goal::Kind::above: return std::max(1.0 - up_to_number(!goal.with_number), 0.0);
    case Goal::Kind::below: return up_to_number(goal.with_number);
    default: return std::max(up_to_number(true) - up_to_number(false), 0.0);
  }
}

}  // namespace

Goal parse_goal(const std::string& text, bool maximise, const Schema& schema) {
  return GoalReader(text, maximise, schema).read();
}

double goal_value(const Goal& goal, const CellColumn& column, const CellPlace& place,
                  const Schema& schema, std::span<const float> shares) {
  const ColumnSchema& of = schema.columns[goal.column];
  if (!of.numeric) {
    return word_shares(column, place.missing, of.words.size(),
                       shares)[static_cast<std::size_t>(goal.number)];
  }
  const CellDistribution distribution(column, shares);
  return goal.kind == Goal::Kind::mean ? distribution.mean() : number_value(goal, distribution);
}

bool is_calibrated(const Goal& goal, const CellColumn& column, const Schema& schema) {
  const bool between = goal.kind == Goal::Kind::quantile || goal.kind == Goal::Kind::above ||
                       goal.kind == Goal::Kind::below;
  return between && schema.columns[goal.column].numeric && column.ordered();
}

double goal_value(const Goal& goal, const CrossConformal& number) {
  return number_value(goal, number);
}

}  // namespace vgan
