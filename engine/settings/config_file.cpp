// Config files: TOML in and out of the one table of settings.
#include <algorithm>
#include <type_traits>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/settings/config.hpp"
#include "engine/settings/setting_table.hpp"
#include "engine/settings/toml_file.hpp"

namespace vgan {
namespace {

[[noreturn]] void wrong_type(const std::string& where, const std::string& key,
                             const toml::node& node, const char* allowed) {
  throw Error(ErrorCode::bad_config,
              {"bad setting in a config file", where + ": " + key, toml_type(node), allowed, ""});
}

void read_value(const std::string& where, const std::string& key, const toml::node& node,
                std::string& field) {
  if (!node.is_string()) wrong_type(where, key, node, "a string");
  field = *node.value<std::string>();
}

void read_value(const std::string& where, const std::string& key, const toml::node& node,
                bool& field) {
  if (!node.is_boolean()) wrong_type(where, key, node, "true or false");
  field = *node.value<bool>();
}

void read_value(const std::string& where, const std::string& key, const toml::node& node,
                double& field) {
  if (!node.is_number()) wrong_type(where, key, node, "a number");
  field = *node.value<double>();
}

void read_value(const std::string& where, const std::string& key, const toml::node& node,
                std::int64_t& field) {
  if (!node.is_integer()) wrong_type(where, key, node, "a whole number");
  field = *node.value<std::int64_t>();
}

void read_value(const std::string& where, const SettingInfo& info, const toml::node& node,
                std::uint64_t& field) {
  std::int64_t value = 0;
  read_value(where, std::string(info.name), node, value);
  if (value < 0) {
    throw Error(ErrorCode::bad_config, {"bad setting in a config file", where + ": " + info.name,
                                        std::to_string(value), info.allowed, ""});
  }
  field = static_cast<std::uint64_t>(value);
}

void read_value(const std::string& where, const std::string& key, const toml::node& node,
                std::vector<std::int64_t>& field) {
  const toml::array* list = node.as_array();
  if (list == nullptr) wrong_type(where, key, node, "a list of whole numbers");
  field.clear();
  for (const toml::node& item : *list) {
    if (!item.is_integer()) wrong_type(where, key, item, "a list of whole numbers");
    field.push_back(*item.value<std::int64_t>());
  }
}

template <class Number>
void read_value(const std::string& where, const std::string& key, const toml::node& node,
                std::optional<Number>& field) {
  if (node.value<std::string>() == "auto") {
    field.reset();
    return;
  }
  if (node.is_string()) wrong_type(where, key, node, "a number, or 'auto'");
  if constexpr (std::is_same_v<Number, std::uint64_t>) {
    read_value(where, SettingInfo{key.c_str(), "", "", ""}, node, field.emplace());
  } else {
    read_value(where, key, node, field.emplace());
  }
}

template <WordSetting Enum>
void read_value(const std::string& where, const std::string& key, const toml::node& node,
                Enum& field) {
  std::string word;
  read_value(where, key, node, word);
  const std::optional<Enum> value = find_word<Enum>(word);
  if (!value) {
    throw Error(ErrorCode::bad_config, {"bad setting in a config file", where + ": " + key,
                                        "'" + word + "'", joined(words_of<Enum>()), ""});
  }
  field = *value;
}

void refuse_unknown_keys(const toml::table& table, const std::string& origin) {
  std::vector<std::string> known;
  TrainConfig defaults;
  visit_settings(defaults, [&](const SettingInfo& info, auto&) { known.emplace_back(info.name); });
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    throw Error(ErrorCode::bad_config,
                {"unknown setting in a config file", toml_place(origin, key.source()),
                 "'" + name + "'", "", suggestion(name, known)});
  }
}

// A literal string where there is nothing to escape.
std::string toml_text(const std::string& value) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  const bool plain =
      value.find('\'') == std::string::npos && std::none_of(value.begin(), value.end(), is_control);
  return plain ? "'" + value + "'" : toml_string(value);
}
std::string toml_text(bool value) { return value ? "true" : "false"; }
std::string toml_text(std::int64_t value) { return std::to_string(value); }
std::string toml_text(std::uint64_t value) { return std::to_string(value); }
std::string toml_text(double value) {
  // The fewest digits that read back to the same double, with six or more at hand so that 10 is no
  // 1e+01; TOML wants a point or an exponent.
  std::string text = exact_text(value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}
std::string toml_text(const std::vector<std::int64_t>& values) {
  std::string text = "[";
  for (const std::int64_t value : values)
    text += (text.size() > 1 ? ", " : "") + std::to_string(value);
  return text + "]";
}

template <class Number>
std::string toml_text(const std::optional<Number>& value) {
  return value ? toml_text(*value) : toml_text(std::string("auto"));
}
template <WordSetting Enum>
std::string toml_text(Enum value) {
  return toml_text(to_text(value));
}

bool is_other_model(const toml::table& table, std::optional<ModelKind> model) {
  return model && table.get("model") != nullptr &&
         table.get("model")->value_or(std::string()) != to_text(*model);
}

// What a file says for one model means something else, or nothing, to another.
bool is_of_one_model(const std::string& setting) {
  return setting == "latent-mixture" || setting == "latent-deviation" || setting == "output";
}

}  // namespace

TrainConfig parse_config(const std::string& toml_source, const std::string& origin,
                         const FlagsOverFile& flags, std::vector<std::string>* in_file) {
  const toml::table table = parse_toml(toml_source, origin, {});
  refuse_unknown_keys(table, origin);
  const auto overruled = [&](const std::string& name) { return flags.given && flags.given(name); };
  std::string base = flags.preset;
  if (base.empty()) {
    ModelKind trained = flags.model.value_or(ModelKind::gan);
    if (const toml::node* node = table.get("model");
        node != nullptr && !flags.model && !overruled("model")) {
      read_value(toml_place(origin, node->source()), "model", *node, trained);
    }
    base = preset_for(trained);
    if (const toml::node* node = table.get("preset")) {
      read_value(toml_place(origin, node->source()), "preset", *node, base);
    }
  }
  TrainConfig config = preset(base);
  const bool other_model = is_other_model(table, flags.model);
  visit_settings(config, [&](const SettingInfo& info, auto& field) {
    const toml::node* node = table.get(info.name);
    if (node == nullptr || std::string(info.name) == "preset") return;
    if (other_model && is_of_one_model(info.name)) return;
    using Field = std::decay_t<decltype(field)>;
    const std::string where = toml_place(origin, node->source());
    if constexpr (std::is_same_v<Field, std::uint64_t>) {
      read_value(where, info, *node, field);
    } else if (WordSetting<Field> && overruled(info.name)) {
      std::string word;  // any: a flag's stands in its place
      read_value(where, info.name, *node, word);
    } else {
      read_value(where, info.name, *node, field);
    }
    if (in_file != nullptr) in_file->emplace_back(info.name);
  });
  if (in_file == nullptr) {
    drop_overruled(config, [&](const std::string& name) { return table.contains(name); });
  }
  return config;
}

TrainConfig read_config(const std::filesystem::path& path, const FlagsOverFile& flags,
                        std::vector<std::string>* in_file) {
  const std::string content = read_toml_file(path, "cannot read a config file");
  return parse_config(content, path.string(), flags, in_file);
}

std::string print_config(const TrainConfig& config, bool comments) {
  std::string text;
  std::string group;
  visit_settings(config, [&](const SettingInfo& info, const auto& field) {
    if (comments && group != info.group) {
      text += (text.empty() ? "# " : "\n# ") + std::string(info.group) + "\n";
      group = info.group;
    }
    std::string line = std::string(info.name) + " = " + toml_text(field);
    if (comments) {
      line.resize(std::max<std::size_t>(line.size(), 30), ' ');
      line += "  # " + info.help;
    }
    text += line + "\n";
  });
  return text;
}

}  // namespace vgan
