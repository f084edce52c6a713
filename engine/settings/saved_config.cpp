#include "engine/settings/saved_config.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <type_traits>

#include "engine/base/error.hpp"
#include "engine/base/json_text.hpp"
#include "engine/settings/setting_table.hpp"

namespace vgan {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::string& origin, const std::string& found,
                         const std::string& allowed) {
  throw Error(ErrorCode::bad_config, {"bad saved settings", origin, found, allowed, ""});
}

bool read(const json& value, std::string& field) {
  if (!value.is_string()) return false;
  field = value.get<std::string>();
  return true;
}

bool read(const json& value, bool& field) {
  if (!value.is_boolean()) return false;
  field = value.get<bool>();
  return true;
}

bool read(const json& value, double& field) {
  if (!value.is_number()) return false;
  field = value.get<double>();
  return std::isfinite(field);
}

bool read(const json& value, std::uint64_t& field) {
  if (!value.is_number_unsigned()) return false;
  field = value.get<std::uint64_t>();
  return true;
}

bool read(const json& value, std::int64_t& field) {
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  if (!value.is_number_integer()) return false;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > most) return false;
  field = value.get<std::int64_t>();
  return true;
}

bool read(const json& value, std::vector<std::int64_t>& field) {
  if (!value.is_array()) return false;
  field.assign(value.size(), 0);
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (!read(value[i], field[i])) return false;
  }
  return true;
}

template <WordSetting Enum>
bool read(const json& value, Enum& field) {
  if (!value.is_string()) return false;
  field = read_word<Enum>(value.get<std::string>());
  return true;
}

template <class Number>
bool read(const json& value, std::optional<Number>& field) {
  if (value == "auto") {
    field.reset();
    return true;
  }
  return read(value, field.emplace());
}

template <WordSetting Enum>
const char* type_of(Enum) {
  return "a string";
}
const char* type_of(const std::string&) { return "a string"; }
const char* type_of(bool) { return "true or false"; }
const char* type_of(double) { return "a finite number"; }
const char* type_of(std::uint64_t) { return "a whole number from 0 to 2^64 - 1"; }
const char* type_of(std::int64_t) { return "a whole number from -2^63 to 2^63 - 1"; }
const char* type_of(const std::optional<double>&) { return "a finite number, or \"auto\""; }
const char* type_of(const std::optional<std::uint64_t>&) {
  return "a whole number from 0 to 2^64 - 1, or \"auto\"";
}
const char* type_of(const std::vector<std::int64_t>&) { return "a list of whole numbers"; }

void refuse_unknown(const json& object, const std::string& origin) {
  std::vector<std::string> known;
  const TrainConfig defaults;
  visit_settings(defaults,
                 [&](const SettingInfo& info, const auto&) { known.emplace_back(info.name); });
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    refuse(origin, "the key '" + key + "'", "the names of settings");
  }
}

template <class Field>
struct IsOptional : std::false_type {};
template <class Number>
struct IsOptional<std::optional<Number>> : std::true_type {};

// Earlier versions held out nothing, or the last trials, where they were told to, and had no
// clusters, whatever the preset has today.
void keep_earlier_choices(TrainConfig& config, const Given& given) {
  if (!given("hold-out")) config.hold_out = 0.0;
  if (!given("clusters")) config.clusters = 0;
  if (!given("hold-out-part")) config.hold_out_part = HoldOutPart::last;
}

// The preset that the settings name, or else that of the model that they name.
TrainConfig base_of(const json& object, const std::string& origin) {
  ModelKind model = ModelKind::gan;
  std::string name;
  const auto read_key = [&](const char* key, auto& field) {
    if (object.contains(key) && !read(object[key], field)) refuse(origin, key, "a string");
  };
  read_key("model", model);
  read_key("preset", name);
  return preset(name.empty() ? preset_for(model) : name);
}

}  // namespace

std::string saved_config(const TrainConfig& config) {
  json object = json::object();
  visit_settings(config, [&](const SettingInfo& info, const auto& field) {
    if constexpr (WordSetting<std::decay_t<decltype(field)>>) {
      object[info.name] = to_text(field);
    } else if constexpr (IsOptional<std::decay_t<decltype(field)>>::value) {
      object[info.name] = field ? json(*field) : json("auto");
    } else {
      object[info.name] = field;
    }
  });
  return object.dump();
}

TrainConfig read_saved_config(const std::string& text, const std::string& origin) {
  if (!text.starts_with('{')) {
    std::vector<std::string> keys;
    TrainConfig config = parse_config(text, origin, {}, &keys);
    const Given given = [&](const std::string& name) {
      return std::find(keys.begin(), keys.end(), name) != keys.end();
    };
    drop_overruled(config, given);
    keep_earlier_choices(config, given);
    return config;
  }
  const json object = read_json(text);
  if (!object.is_object()) refuse(origin, "something else", "one JSON object");
  refuse_unknown(object, origin);
  TrainConfig config = base_of(object, origin);
  visit_settings(config, [&](const SettingInfo& info, auto& field) {
    const auto found = object.find(info.name);
    if (found == object.end() || std::string(info.name) == "preset") return;
    if (!read(*found, field))
      refuse(origin, "another type of " + std::string(info.name), type_of(field));
  });
  const Given given = [&](const std::string& name) { return object.contains(name); };
  drop_overruled(config, given);
  keep_earlier_choices(config, given);
  return config;
}

}  // namespace vgan
