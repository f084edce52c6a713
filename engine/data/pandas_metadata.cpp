#include "engine/data/pandas_metadata.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "engine/base/json_text.hpp"

namespace vgan {
namespace {

using nlohmann::json;

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// An index without a name, which pandas calls so in its files.
bool is_index_level(std::string_view name) {
  constexpr std::string_view begin = "__index_level_", end = "__";
  return name.starts_with(begin) && name.ends_with(end) && name.size() > begin.size() + end.size();
}

// Types of pandas' own, which have a value for what is missing; those of NumPy a file's types give.
bool is_own_type(const std::string& type) {
  constexpr std::size_t longest = 40;
  if (type.empty() || type.size() > longest) return false;
  return (type[0] >= 'A' && type[0] <= 'Z') || type == "boolean" || type.starts_with("string") ||
         type.ends_with("[pyarrow]");
}

}  // namespace

PandasMetadata read_pandas_metadata(const std::string& text) {
  PandasMetadata made;
  const json object = read_json(text);
  if (!object.is_object()) return made;
  if (const auto index = object.find("index_columns"); index != object.end()) {
    for (const json& name : *index) {
      if (name.is_string() && is_index_level(name.get_ref<const std::string&>())) {
        made.index_columns.push_back(name.get<std::string>());
      }
    }
  }
  const auto columns = object.find("columns");
  if (columns == object.end() || !columns->is_array()) return made;
  for (const json& column : *columns) {
    if (!column.is_object()) continue;
    const std::string type = text_of(column, "numpy_type");
    if (is_own_type(type)) made.types.emplace(text_of(column, "field_name"), type);
  }
  return made;
}

std::string pandas_metadata(const Schema& schema) {
  json columns = json::array();
  for (const ColumnSchema& column : schema.columns) {
    if (column.style.pandas_type.empty()) continue;
    columns.push_back({{"name", column.name},
                       {"field_name", column.name},
                       {"pandas_type", "object"},
                       {"numpy_type", column.style.pandas_type},
                       {"metadata", nullptr}});
  }
  if (columns.empty()) return "";
  return json{{"index_columns", json::array()},
              {"column_indexes", json::array()},
              {"columns", std::move(columns)}}
      .dump();
}

}  // namespace vgan
