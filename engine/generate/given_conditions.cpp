#include "engine/generate/given_conditions.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/data/readers/npy.hpp"
#include "engine/data/readers/open_file.hpp"

namespace vgan {
namespace {

constexpr const char* what = "cannot take given conditions";

// The names of the numbers of a vector.
std::vector<std::string> vector_names(std::int64_t size) {
  if (size == 1) return {"condition"};
  std::vector<std::string> names;
  for (std::int64_t i = 1; i <= size; ++i) names.push_back("condition_" + std::to_string(i));
  return names;
}

// A float in the fewest digits that read back to it.
std::string float_text(float value) {
  constexpr int most_digits = 9;
  for (int digits = 6; digits < most_digits; ++digits) {
    std::string text = general_text(static_cast<double>(value), digits);
    if (read_number<float>(text) == value) return text;
  }
  return general_text(static_cast<double>(value), most_digits);
}

// "condition_1 to condition_8", or the one name.
std::string names_text(const std::vector<std::string>& names) {
  return names.size() == 1 ? "'" + names.front() + "'"
                           : "'" + names.front() + "' to '" + names.back() + "'";
}

// The numbers of conditions are such whatever they look like, and classes are words.
SchemaWish wish_for(const std::vector<std::string>& names, bool classes) {
  SchemaWish wish;
  wish.origin = "the model's conditions";
  for (const std::string& name : names) {
    ColumnWish& column = wish.columns.emplace_back();
    column.name = name;
    column.place = wish.origin;
    column.kind = classes ? ColumnKind::categorical : ColumnKind::continuous;
  }
  return wish;
}

// Where each of the names stands in the table. Throws bad_data for other columns.
std::vector<std::size_t> places_of(const std::vector<std::string>& names, const Table& table) {
  const auto remedy = [&](const std::string& name) {
    const std::string nearest = suggestion(name, names);
    return nearest.empty() ? "the model was trained with such conditions alone" : nearest;
  };
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const std::string& name = table.columns[i].name;
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    throw Error(ErrorCode::bad_data,
                {what, column_place(table.source, i, name),
                 "column '" + shortened(name) + "', which is no condition of the model",
                 names_text(names), remedy(name)});
  }
  std::vector<std::size_t> places;
  for (const std::string& name : names) {
    const auto at = std::find_if(table.columns.begin(), table.columns.end(),
                                 [&](const TableColumn& one) { return one.name == name; });
    if (at == table.columns.end()) {
      throw Error(ErrorCode::bad_data, {what, table.source, "no column '" + name + "'",
                                        names_text(names) + ", each in every row", ""});
    }
    places.push_back(static_cast<std::size_t>(at - table.columns.begin()));
  }
  return places;
}

void require_filled(const Table& table, std::int64_t row, std::size_t column) {
  if (!table.columns[column].is_missing(row)) return;
  throw Error(ErrorCode::bad_data,
              {what, table.cell_place(row, column), "no value",
               "one in each cell: this model draws rows at conditions that are all known",
               "a masked model leaves columns free: train one with --model masked"});
}

// What is wrong with a word of a label, where it stands.
template <class Body>
auto at_cell(const Table& table, std::int64_t row, std::size_t column, Body body) {
  try {
    return body();
  } catch (const Error& error) {
    const ErrorDetail detail = error.detail();
    throw Error(ErrorCode::bad_data,
                {what, table.cell_place(row, column), detail.found, detail.allowed, detail.remedy});
  }
}

}  // namespace

GivenConditions::GivenConditions(const ConditionModel& known) : known_(&known) {
  names_ = known.classes() ? std::vector<std::string>{"label"} : vector_names(known.size());
}

void GivenConditions::add_class(std::int64_t label, const std::string& text) {
  (void)known_->of_class(label);
  classes_.push_back(label);
  texts_.push_back(text);
}

GivenConditions GivenConditions::read(const std::filesystem::path& path,
                                      const ConditionModel& known) {
  GivenConditions made(known);
  // The first line names the columns, however few follow; a single one may have blanks in its
  // cells.
  DialectWish dialect;
  dialect.header = HeaderKind::yes;
  if (made.names_.size() == 1) dialect.delimiter = DelimiterKind::comma;
  (void)places_of(made.names_, read_data_table({path}, dialect));
  const Table table = read_data_table({path}, dialect, wish_for(made.names_, known.classes()));
  const std::vector<std::size_t> places = places_of(made.names_, table);
  for (std::int64_t row = 0; row < table.rows; ++row) {
    for (const std::size_t place : places) {
      require_filled(table, row, place);
      const TableColumn& column = table.columns[place];
      const auto at = static_cast<std::size_t>(row);
      if (known.classes()) {
        const std::string& word = column.words[static_cast<std::size_t>(column.cells[at])];
        at_cell(table, row, place, [&] { made.add_class(known.class_named(word), word); });
      } else {
        made.vectors_.push_back(static_cast<float>(column.numbers[at]));
        made.texts_.push_back(exact_text(column.numbers[at]));
      }
    }
  }
  return made;
}

GivenConditions GivenConditions::of_array(const std::string& path, const ConditionModel& known) {
  Conditions read = read_conditions(path);
  (void)known.given(read.values, read.size);  // which says what is wrong with them
  GivenConditions made(known);
  made.names_ = vector_names(read.size);  // which a model of classes takes too
  for (const float value : read.values) made.texts_.push_back(float_text(value));
  made.vectors_ = std::move(read.values);
  return made;
}

std::optional<GivenConditions> GivenConditions::of(const GenerateRequest& request,
                                                   const ConditionModel& known) {
  const int wishes = (request.has_label() ? 1 : 0) + (request.per_label > 0 ? 1 : 0) +
                     (request.conditions.empty() ? 0 : 1) + (request.given.empty() ? 0 : 1);
  if (wishes > 1) {
    refuse_setting("label", "several of label, per-label, conditions, given", "one of them");
  }
  if (!request.conditions.empty()) return of_array(request.conditions, known);
  if (!request.given.empty()) return read(request.given, known);
  if (request.has_label()) {
    const std::int64_t label = known.class_named(request.label);
    GivenConditions made(known);
    made.add_class(label, known.class_text(label));
    return made;
  }
  if (request.per_label == 0) return std::nullopt;
  if (!known.classes()) {
    refuse_setting("per-label", std::to_string(request.per_label), "a model of classes",
                   "this one was not trained with --conditional");
  }
  GivenConditions made(known);
  for (const std::int64_t label : known.known_classes()) {
    made.add_class(label, known.class_text(label));
  }
  return made;
}

void GivenConditions::put(std::uint64_t row, TableLines& line) const {
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const std::string& text = texts_[row * names_.size() + i];
    if (vectors_.empty()) {
      line.add_word(text);
    } else {
      line.add_spelt(text);
    }
  }
}

ConditionFill GivenConditions::fill(std::uint64_t run) const {
  if (vectors_.empty()) return known_->of_classes(classes_, run);
  return known_->given(vectors_, known_->size(), run);
}

}  // namespace vgan
