// A file of [[column]] blocks, read.
#include "engine/settings/schema_file.hpp"

#include <algorithm>
#include <cmath>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/data/constraint_text.hpp"
#include "engine/data/date_format.hpp"
#include "engine/settings/schema_keys.hpp"
#include "engine/settings/toml_file.hpp"

namespace vgan {
namespace {

constexpr const char* what = "bad schema";
constexpr int most_decimals = 15;  // of a double

/// One [[column]] of a file.
class BlockReader {
 public:
  BlockReader(const toml::table& block, const std::string& origin)
      : block_(block), origin_(origin) {}

  ColumnWish read() {
    refuse_unknown_keys();
    wish_.place = origin_ + ":" + std::to_string(block_.source().begin.line);
    text("name", wish_.name);
    if (wish_.name.empty())
      refuse(block_, "", "no name", "name = \"Vel\", as in the table's header");
    word("kind", wish_.kind);
    word("role", wish_.role);
    text("unit", wish_.unit);
    text("format", wish_.format);
    text("derive", wish_.derive);
    value("low", wish_.low);
    value("high", wish_.high);
    decimals();
    missing();
    values();
    check_kind();
    check_bounds();
    return std::move(wish_);
  }

 private:
  [[noreturn]] void refuse(const toml::node& at, const std::string& key, const std::string& found,
                           const std::string& allowed, const std::string& remedy = "") const {
    const std::string whose = wish_.name.empty() ? "" : ": column '" + shortened(wish_.name) + "'";
    throw Error(ErrorCode::bad_config,
                {what, toml_place(origin_, at.source()) + whose + (key.empty() ? "" : ", " + key),
                 found, allowed, remedy});
  }

  void refuse_unknown_keys() const {
    const std::vector<std::string> known(schema_keys.begin(), schema_keys.end());
    for (const auto& [key, node] : block_) {
      const std::string name(key.str());
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      throw Error(ErrorCode::bad_config,
                  {"unknown key in a schema", toml_place(origin_, key.source()), "'" + name + "'",
                   joined(known), suggestion(name, known)});
    }
  }

  void text(const char* key, std::string& field) const {
    const toml::node* node = block_.get(key);
    if (node == nullptr) return;
    if (!node->is_string()) refuse(*node, key, toml_type(*node), "a text in quotes");
    field = *node->value<std::string>();
  }
  void text(const char* key, std::optional<std::string>& field) const {
    if (block_.contains(key)) text(key, field.emplace());
  }

  template <WordSetting Enum>
  void word(const char* key, std::optional<Enum>& field) const {
    const toml::node* node = block_.get(key);
    if (node == nullptr) return;
    std::string found;
    text(key, found);
    field = find_word<Enum>(found);
    const std::vector<std::string> known = words_of<Enum>();
    if (!field) refuse(*node, key, "'" + found + "'", joined(known), suggestion(found, known));
  }

  WishedValue value_of(const toml::node& node, const char* key) const {
    if (node.is_string()) return {*node.value<std::string>(), std::nullopt};
    if (!node.is_number()) {
      refuse(node, key, toml_type(node), "numbers, or texts in quotes",
             node.is_boolean() || !node.is_array() ? "put it in quotes" : "");
    }
    const double number = *node.value<double>();
    if (!std::isfinite(number)) refuse(node, key, "no finite number", "finite numbers");
    return {exact_text(number, 15), number};
  }

  void value(const char* key, std::optional<WishedValue>& field) const {
    if (const toml::node* node = block_.get(key)) field = value_of(*node, key);
  }

  void decimals() {
    const toml::node* node = block_.get("decimals");
    if (node == nullptr) return;
    const auto found = node->value<std::int64_t>();
    if (!node->is_integer() || *found < 0 || *found > most_decimals) {
      refuse(*node, "decimals", node->is_integer() ? std::to_string(*found) : toml_type(*node),
             "a whole number from 0 to " + std::to_string(most_decimals));
    }
    wish_.decimals = static_cast<int>(*found);
  }

  const toml::array& list(const toml::node& node, const char* key) const {
    const toml::array* found = node.as_array();
    if (found == nullptr) refuse(node, key, toml_type(node), "a list, such as [1, 2] or [\"a\"]");
    return *found;
  }

  void missing() {
    const toml::node* node = block_.get("missing");
    if (node == nullptr) return;
    wish_.missing.emplace();
    for (const toml::node& item : list(*node, "missing")) {
      wish_.missing->push_back(value_of(item, "missing").text);
    }
  }

  void values() {
    const toml::node* node = block_.get("values");
    if (node == nullptr) return;
    wish_.values.emplace();
    for (const toml::node& item : list(*node, "values")) {
      WishedValue found = value_of(item, "values");
      const bool twice =
          std::any_of(wish_.values->begin(), wish_.values->end(), [&](const WishedValue& value) {
            return value.number ? value.number == found.number : value == found;
          });
      if (twice) refuse(item, "values", "'" + shortened(found.text) + "' twice", "each value once");
      wish_.values->push_back(std::move(found));
    }
    if (wish_.values->empty()) {
      refuse(*node, "values", "no value", "one value or more",
             "leave values out to have them found");
    }
  }

  // Drops what was left from another kind, so that a kind can be edited alone.
  void check_kind() {
    if (wish_.format && !wish_.kind) wish_.kind = ColumnKind::datetime;
    if (wish_.format && !DateFormat::of(*wish_.format)) {
      refuse(*block_.get("format"), "format", "'" + shortened(*wish_.format) + "'",
             "such as YYYY-MM-DD, DD.MM.YYYY, M/D/YYYY, YYYY-MM-DD HH:MM:SS or HH:MM");
    }
    if (!wish_.kind) return;
    const ColumnKind kind = *wish_.kind;
    if (!is_used("format", kind)) wish_.format.reset();
    if (!is_used("low", kind)) wish_.low.reset(), wish_.high.reset();
    if (!is_used("decimals", kind)) wish_.decimals.reset();
    if (!is_used("values", kind)) wish_.values.reset();
    if (!is_used("derive", kind)) wish_.derive.reset();
    if (kind == ColumnKind::curve && !wish_.name.ends_with('*')) {
      refuse(block_, "name", "'" + shortened(wish_.name) + "' of kind curve",
             "PREFIX*, such as t_* for t_0, t_1, t_2 and so on");
    }
  }

  void check_bounds() const {
    if (wish_.derive && (wish_.low || wish_.high || wish_.values)) {
      refuse(*block_.get("derive"), "derive", "low, high or values beside a formula",
             "one that is what the formula makes of the other columns", "leave them out");
    }
    const auto number = [](const std::optional<WishedValue>& value, double none) {
      return value ? value->number.value_or(none) : none;
    };
    const double low = number(wish_.low, -HUGE_VAL), high = number(wish_.high, HUGE_VAL);
    if (low > high) {
      refuse(*block_.get("low"), "low", wish_.low->text + ", above high " + wish_.high->text,
             "low up to high");
    }
    for (const WishedValue& value : wish_.values.value_or(std::vector<WishedValue>())) {
      if (!value.number || (*value.number >= low && *value.number <= high)) continue;
      refuse(*block_.get("values"), "values", value.text + ", outside low to high",
             "values within them");
    }
  }

  const toml::table& block_;
  const std::string& origin_;
  ColumnWish wish_;
};

std::vector<ConstraintWish> constraints_of(const toml::node& node, const std::string& origin) {
  const toml::array* list = node.as_array();
  std::vector<ConstraintWish> wishes;
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const toml::node& item = (*list)[i];
    if (!item.is_string()) list = nullptr;
    if (list == nullptr) break;
    wishes.push_back(
        {*item.value<std::string>(), origin + ":" + std::to_string(item.source().begin.line), {}});
  }
  if (list != nullptr) return wishes;
  throw Error(ErrorCode::bad_config,
              {what, toml_place(origin, node.source()) + ", constraints", toml_type(node),
               "a list of texts in quotes, such as [\"low <= high\"]", ""});
}

}  // namespace

SchemaWish parse_schema_file(const std::string& text, const std::string& origin) {
  const toml::table file = parse_toml(text, origin, {"cannot read a schema as TOML", "[[column]]"});
  SchemaWish wish;
  wish.origin = origin;
  for (const auto& [key, node] : file) {
    if (key.str() == "column" && node.is_array_of_tables()) continue;
    if (key.str() == "constraints") {
      wish.constraints = constraints_of(node, origin);
      continue;
    }
    throw Error(ErrorCode::bad_config,
                {what, toml_place(origin, key.source()),
                 "'" + std::string(key.str()) + "' before any [[column]]",
                 "constraints, and blocks of [[column]]", "put it below the one it is about"});
  }
  const toml::array* columns =
      file.get("column") == nullptr ? nullptr : file.get("column")->as_array();
  if (columns == nullptr) return wish;
  for (const toml::node& block : *columns) {
    ColumnWish read = BlockReader(*block.as_table(), origin).read();
    for (const ColumnWish& before : wish.columns) {
      if (before.name != read.name) continue;
      throw Error(ErrorCode::bad_config,
                  {what, read.place, "a second column '" + shortened(read.name) + "'",
                   "one for each, the first is at " + before.place, "leave one of them out"});
    }
    wish.columns.push_back(std::move(read));
  }
  return wish;
}

SchemaWish read_schema_file(const std::filesystem::path& path) {
  return parse_schema_file(read_toml_file(path, "cannot read a schema"), path.string());
}

SchemaWish wish_of(const Schema& schema, const std::string& origin) {
  SchemaWish wish = parse_schema_file(schema_file_text(schema, origin), origin);
  for (ColumnWish& column : wish.columns) column.place = origin;
  auto combination = schema.constraints.combinations.begin();
  for (ConstraintWish& constraint : wish.constraints) {
    constraint.place = origin;
    if (is_combination(constraint.text)) constraint.seen = (combination++)->seen;
  }
  wish.of_tables_alone = true;
  return wish;
}

}  // namespace vgan
