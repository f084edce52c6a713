// Settings as people write them.
#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/base/number_text.hpp"
#include "engine/settings/config.hpp"
#include "engine/settings/setting_table.hpp"

namespace vgan {

template <class Field>
inline constexpr bool is_optional_setting = false;
template <class Number>
inline constexpr bool is_optional_setting<std::optional<Number>> = true;

/// The value of a setting as a flag takes it; a number reads back to the same.
template <class Field>
std::string setting_value(const Field& field) {
  if constexpr (std::is_same_v<Field, std::string>) {
    return field;
  } else if constexpr (std::is_same_v<Field, bool>) {
    return field ? "true" : "false";
  } else if constexpr (std::is_same_v<Field, double>) {
    return exact_text(field);
  } else if constexpr (std::is_same_v<Field, std::vector<std::int64_t>>) {
    std::string text;
    for (const std::int64_t one : field) text += (text.empty() ? "" : ",") + std::to_string(one);
    return text;
  } else if constexpr (is_optional_setting<Field>) {
    return field ? setting_value(*field) : "auto";
  } else if constexpr (WordSetting<Field>) {
    return to_text(field);
  } else {
    return std::to_string(field);
  }
}

/// All settings by their names, in the order of --help.
inline std::vector<std::pair<std::string, std::string>> setting_values(const TrainConfig& config) {
  std::vector<std::pair<std::string, std::string>> made;
  visit_settings(config, [&](const SettingInfo& info, const auto& field) {
    made.emplace_back(info.name, setting_value(field));
  });
  return made;
}

}  // namespace vgan
