#include "engine/models/schema_json.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

#include "engine/base/error.hpp"
#include "engine/base/json_text.hpp"
#include "engine/data/constraint_rules.hpp"
#include "engine/data/constraint_text.hpp"
#include "engine/data/date_format.hpp"
#include "engine/data/readers/dialect_guess.hpp"

namespace vgan {
namespace {

using nlohmann::json;

// One character, for JSON; no character is an empty text.
std::string text_of(char c) { return c == '\0' ? "" : std::string(1, c); }

template <class Visitor, class D>
void visit_dialect(D& dialect, Visitor&& visitor) {
  visitor("delimiter", dialect.delimiter);
  visitor("decimal", dialect.decimal);
  visitor("comment", dialect.comment);
  visitor("header", dialect.header);
  visitor("byte_order_mark", dialect.byte_order_mark);
  visitor("crlf", dialect.crlf);
  visitor("blank_after", dialect.blank_after);
  visitor("quoted_words", dialect.quoted_words);
}

// Types are there of columns of files that have some alone.
template <class Visitor, class C>
void visit_column(C& column, Visitor&& visitor) {
  visitor("name", column.name);
  visitor("unit", column.unit);
  visitor("kind", column.kind);
  visitor("role", column.role);
  visitor("format", column.format);
  visitor("numeric", column.numeric);
  visitor("low", column.low);
  visitor("high", column.high);
  visitor("values", column.values);
  visitor("distinct", column.distinct);
  visitor("missing", column.missing);
  visitor("missing_mark", column.missing_mark);
  visitor("marks", column.marks);
  visitor("least_decimals", column.style.least_decimals);
  visitor("most_decimals", column.style.most_decimals);
  visitor("digits", column.style.digits);
  visitor("exponents", column.style.exponents);
  visitor("words", column.words);
  visitor.if_any("stored_type", column.style.stored_type);
  visitor.if_any("pandas_type", column.style.pandas_type);
}

template <class Visitor, class C>
void visit_constraints(C& constraints, Visitor&& visitor) {
  visitor("texts", constraints.texts);
  visitor("derived", constraints.derived);
  visitor("combinations", constraints.combinations);
}

json json_of(const std::vector<Constraints::Derived>& all) {
  json list = json::array();
  for (const Constraints::Derived& one : all) list.push_back({one.column, one.formula});
  return list;
}
json json_of(const std::vector<Constraints::Combination>& all) {
  json list = json::array();
  for (const Constraints::Combination& one : all) list.push_back(one.seen);
  return list;
}
template <class Value>
const Value& json_of(const Value& value) {
  return value;
}

struct Writing {
  json& object;
  void operator()(const char* key, char value) const { object[key] = text_of(value); }
  template <WordSetting Enum>
  void operator()(const char* key, const Enum& value) const {
    object[key] = to_text(value);
  }
  template <class Value>
  void operator()(const char* key, const Value& value) const {
    object[key] = json_of(value);
  }
  void if_any(const char* key, const std::string& text) const {
    if (!text.empty()) object[key] = text;
  }
};

/// Reads what Writing wrote, and nothing else.
class Reading {
 public:
  Reading(const json& object, const std::string& origin) : object_(object), origin_(origin) {
    if (!object.is_object()) fail("something else than an object");
  }

  template <class Value>
  void operator()(const char* key, Value& value) {
    const auto found = object_.find(key);
    if (found == object_.end()) fail("no '" + std::string(key) + "'");
    if (!read(*found, value)) fail("another type of '" + std::string(key) + "'");
    ++read_;
  }
  void if_any(const char* key, std::string& text) {
    if (object_.contains(key)) (*this)(key, text);
  }
  void finish() const {
    if (object_.size() != read_) fail("keys that are not known");
  }
  [[noreturn]] void fail(const std::string& found) const {
    throw Error(ErrorCode::bad_data, {"cannot use a checkpoint", origin_ + ", its schema", found,
                                      "what this program writes", ""});
  }

 private:
  static bool read(const json& from, bool& value) {
    if (from.is_boolean()) value = from.get<bool>();
    return from.is_boolean();
  }
  static bool read(const json& from, double& value) {
    if (from.is_number()) value = from.get<double>();
    return from.is_number() && std::isfinite(value);
  }
  static bool read(const json& from, std::int64_t& value) {
    if (from.is_number_integer()) value = from.get<std::int64_t>();
    return from.is_number_integer() && value >= 0;
  }
  static bool read(const json& from, int& value) {
    std::int64_t wide = 0;
    if (!read(from, wide) || wide > 17) return false;
    value = static_cast<int>(wide);
    return true;
  }
  static bool read(const json& from, Constraints::Derived& value) {
    std::int64_t column = 0;
    if (!from.is_array() || from.size() != 2 || !read(from[0], column)) return false;
    value.column = static_cast<std::size_t>(column);
    return read(from[1], value.formula);
  }
  static bool read_place(const json& from, std::int32_t& value) {
    if (!from.is_number_integer()) return false;
    const auto wide = from.get<std::int64_t>();
    value = static_cast<std::int32_t>(wide);
    return wide >= -1 && wide <= std::numeric_limits<std::int32_t>::max();
  }
  static bool read(const json& from, Constraints::Combination& value) {
    if (!from.is_array()) return false;
    for (const json& one : from) {
      if (!one.is_array()) return false;
      std::vector<std::int32_t>& places = value.seen.emplace_back();
      for (const json& place : one) {
        if (!read_place(place, places.emplace_back())) return false;
      }
    }
    return true;
  }
  static bool read(const json& from, std::string& value) {
    if (from.is_string()) value = from.get<std::string>();
    return from.is_string();
  }
  static bool read(const json& from, char& value) {
    std::string text;
    if (!read(from, text) || text.size() > 1) return false;
    value = text.empty() ? '\0' : text[0];
    return true;
  }
  template <WordSetting Enum>
  static bool read(const json& from, Enum& value) {
    std::string text;
    if (!read(from, text)) return false;
    const auto found = find_word<Enum>(text);
    if (found) value = *found;
    return found.has_value();
  }
  template <class Item>
  static bool read(const json& from, std::vector<Item>& values) {
    if (!from.is_array()) return false;
    values.resize(from.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!read(from[i], values[i])) return false;
    }
    return true;
  }

  const json& object_;
  const std::string& origin_;
  std::size_t read_ = 0;
};

bool is_known_mark(const ColumnSchema& column) {
  const auto& marks = column.marks;
  // How a number that is a mark is spelt may differ from cell to cell.
  return is_missing_text(column.missing_mark) || !marks.empty();
}

bool has_format(const ColumnSchema& column) {
  const bool dates = column.kind == ColumnKind::datetime;
  return column.format.empty() ? !dates
                               : column.numeric && DateFormat::of(column.format).has_value();
}

void require_sense(const Schema& schema, const Reading& reading) {
  const std::string delimiters = ",;\t| ";
  const Dialect& dialect = schema.dialect;
  if (delimiters.find(dialect.delimiter) == std::string::npos || dialect.delimiter == '\0' ||
      (dialect.decimal != '.' && dialect.decimal != ',') ||
      (dialect.comment != '\0' && dialect.comment != '#' && dialect.comment != '%')) {
    reading.fail("a dialect that is none");
  }
  for (const ColumnSchema& column : schema.columns) {
    if (!(column.low <= column.high) ||
        !std::is_sorted(column.values.begin(), column.values.end()) ||
        (!column.values.empty() &&
         (column.values.front() < column.low || column.values.back() > column.high)) ||
        !is_known_mark(column) || !has_format(column) ||
        column.style.least_decimals > column.style.most_decimals ||
        (!column.numeric && column.drawn() && column.words.empty())) {
      reading.fail("a column '" + column.name + "' that contradicts itself");
    }
  }
}

// Makes of a checkpoint's constraints what their texts say; `saved` has the rest.
void read_constraints(const json& saved, const std::string& origin, Schema& schema) {
  Reading reading(saved, origin);
  Constraints kept;
  visit_constraints(kept, reading);
  reading.finish();
  std::vector<std::string> names;
  for (const ColumnSchema& column : schema.columns) names.push_back(column.name);
  Constraints& made = schema.constraints;
  const std::string where = origin + ", its schema";
  for (const std::string& text : kept.texts) read_constraint(text, names, where, made);
  made.derived = std::move(kept.derived);
  bool sound = made.texts.size() == kept.texts.size() &&
               made.combinations.size() == kept.combinations.size();
  for (const Constraints::Derived& derived : made.derived) {
    sound = sound && derived.column < schema.columns.size();
  }
  for (std::size_t i = 0; sound && i < made.combinations.size(); ++i) {
    Constraints::Combination& one = made.combinations[i];
    one.seen = std::move(kept.combinations[i].seen);
    sound = !one.seen.empty() && std::is_sorted(one.seen.begin(), one.seen.end());
    for (const std::vector<std::int32_t>& places : one.seen) {
      sound = sound && places.size() == one.columns.size();
      for (std::size_t k = 0; sound && k < places.size(); ++k) {
        const ColumnSchema& column = schema.columns[one.columns[k]];
        const std::size_t values = column.numeric ? column.values.size() : column.words.size();
        sound = places[k] < static_cast<std::int64_t>(values);
      }
    }
  }
  if (!sound) reading.fail("constraints that contradict themselves");
  require_sound_constraints(schema, where);
}

}  // namespace

std::string schema_json(const Schema& schema) {
  json object = {{"rows", schema.rows}, {"dialect", json::object()}, {"columns", json::array()}};
  visit_dialect(schema.dialect, Writing{object["dialect"]});
  for (const ColumnSchema& column : schema.columns) {
    json made = json::object();
    visit_column(column, Writing{made});
    object["columns"].push_back(std::move(made));
  }
  if (!schema.constraints.empty()) {
    visit_constraints(schema.constraints, Writing{object["constraints"]});
  }
  return object.dump();
}

Schema read_schema(const std::string& text, const std::string& origin) {
  const json object = read_json(text);
  Reading whole(object, origin);
  Schema schema;
  whole("rows", schema.rows);
  const bool constrained = object.contains("constraints");
  if (!object.contains("dialect") || !object.contains("columns") ||
      object.size() != (constrained ? 4U : 3U) || !object["columns"].is_array()) {
    whole.fail("other keys than rows, dialect, columns and constraints");
  }
  Reading dialect(object["dialect"], origin);
  visit_dialect(schema.dialect, dialect);
  dialect.finish();
  for (const json& one : object["columns"]) {
    Reading column(one, origin);
    visit_column(schema.columns.emplace_back(), column);
    column.finish();
  }
  require_sense(schema, whole);
  if (constrained) read_constraints(object["constraints"], origin, schema);
  return schema;
}

}  // namespace vgan
