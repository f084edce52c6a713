// One command's flags: what it takes, what --help says, and what was given.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "apps/shared/values.hpp"
#include "engine/settings/config.hpp"
#include "engine/settings/setting_table.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace vgan::app {

/// `usage` is the line after "usage: "; `about` one or more lines about the command.
class CommandLine {
 public:
  CommandLine(std::string usage, std::string about);
  ~CommandLine();

  /// `--name VALUE`. `fallback` is what holds where the flag is not given.
  template <class Field>
  void add(const SettingInfo& info, const Field& fallback) {
    add_flag(info, value_text(fallback));
  }
  /// `--name`, without a value.
  void add(const SettingInfo& info, bool fallback) { add_switch(info, value_text(fallback)); }
  /// `--name [VALUE]`.
  void add_optional(const SettingInfo& info, const std::string& fallback);
  /// `--name VALUE`, which may come several times, each with a value of its own.
  void add_repeated(const SettingInfo& info, const std::string& fallback);
  /// A word that is not a flag, and must be there; `info.several`: one or more.
  void add_word(const SettingInfo& info);
  /// Lines at the end of --help.
  void set_footer(const std::string& footer);

  /// Reads the words after the command. False: --help was asked for and printed; there is nothing
  /// more to do. Throws Error (usage) for an unknown flag, naming the nearest, for a missing value
  /// and for a word too many. The last of several equal flags counts. A flag that takes several
  /// values has all words up to the next flag, as join_data_names puts them together.
  bool parse(const std::vector<std::string>& words);

  bool given(const std::string& name) const;
  /// Sets `field` where `--name` was given, else leaves it; says which. Throws as parse_value does.
  template <class Field>
  bool read(const std::string& name, Field& field) const {
    if (!given(name)) return false;
    if constexpr (std::is_same_v<Field, std::uint64_t>) {
      parse_value("--" + name, text(name), field, allowed_.at(name));
    } else {
      parse_value("--" + name, text(name), field);
    }
    return true;
  }
  bool read(const std::string& name, bool& field) const;
  /// The values of a flag of add_repeated, in their order.
  std::vector<std::string> values(const std::string& name) const;

  std::string help() const;

 private:
  void add_flag(const SettingInfo& info, const std::string& fallback);
  void add_switch(const SettingInfo& info, const std::string& fallback);
  void describe(CLI::Option& option, const SettingInfo& info, const std::string& fallback);
  void refuse_mistakes() const;
  const CLI::Option* find(const std::string& name) const;  ///< null where there is none
  std::string text(const std::string& name) const;
  std::vector<std::string> with_lists(const std::vector<std::string>& words) const;

  std::string usage_;
  std::set<std::string> lists_;                 ///< the names of those that take several values
  std::map<std::string, std::string> allowed_;  ///< SettingInfo::allowed by name
  std::unique_ptr<CLI::App> app_;
};

/// `text` in lines of at most `width` characters, all but the first behind `indent` blanks.
std::string wrap(const std::string& text, std::size_t indent, std::size_t width);

}  // namespace vgan::app
