#include "apps/shared/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <sstream>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/text.hpp"
#include "engine/data/readers/data_files.hpp"
#include "engine/settings/setting_table.hpp"

namespace vgan::app {
namespace {

constexpr std::size_t help_column = 26;
constexpr std::size_t help_width = 80;
constexpr char unbreakable = '\x1f';  // a blank at which no line is broken

[[noreturn]] void usage_error(const std::string& where, const std::string& found,
                              const std::string& allowed, const std::string& remedy) {
  throw Error(ErrorCode::usage, {"bad command line", where, found, allowed, remedy});
}

std::string default_note(const std::string& fallback) {
  return std::string(" (default:") + unbreakable + fallback + ")";
}

std::string help_lines(const CLI::Option& option) {
  std::string left = "  ";
  if (option.nonpositional()) left += option.get_name(false, true);
  if (left.size() > 2 && !option.get_option_text().empty()) left += ' ';
  left += option.get_option_text();
  std::string right = option.get_description();
  if (!option.get_default_str().empty()) right += default_note(option.get_default_str());
  if (left.size() + 2 > help_column) {
    left += "\n";
    left.append(help_column, ' ');
  } else {
    left.resize(help_column, ' ');
  }
  right = wrap(right, help_column, help_width);
  std::replace(right.begin(), right.end(), unbreakable, ' ');
  return left + right + "\n";
}

std::string help_text(const CLI::App& app, const std::string& usage) {
  std::string text = "usage: " + wrap(usage, 7, help_width) + "\n\n" + app.get_description() + "\n";
  std::vector<std::string> groups = app.get_groups();
  std::rotate(groups.begin(), groups.begin() + 1,
              groups.end());  // --help is the first and goes last
  for (const std::string& group : groups) {
    const auto options =
        app.get_options([&](const CLI::Option* option) { return option->get_group() == group; });
    if (options.empty()) continue;
    text += "\n" + group + ":\n";
    for (const CLI::Option* option : options) text += help_lines(*option);
  }
  if (!app.get_footer().empty()) text += "\n" + app.get_footer() + "\n";
  return text;
}

}  // namespace

std::string wrap(const std::string& text, std::size_t indent, std::size_t width) {
  std::istringstream words(text);
  std::string result;
  std::size_t column = indent;
  for (std::string word; words >> word;) {
    if (column > indent && column + 1 + word.size() > width) {
      result += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      result += ' ';
      ++column;
    }
    result += word;
    column += word.size();
  }
  return result;
}

CommandLine::CommandLine(std::string usage, std::string about)
    : usage_(std::move(usage)), app_(std::make_unique<CLI::App>(std::move(about))) {
  app_->allow_extras();  // so that refuse_mistakes can name the nearest flag
  app_->set_help_flag("-h,--help", "print this and exit")->group("Help");
  app_->option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

CommandLine::~CommandLine() = default;

void CommandLine::describe(CLI::Option& option, const SettingInfo& info,
                           const std::string& fallback) {
  allowed_[info.name] = info.allowed;
  if (info.several) lists_.insert(info.name);
  option.group(info.group)->default_str(fallback);
  option.option_text(std::string(info.value) + (info.several ? " ..." : ""));
}

void CommandLine::add_flag(const SettingInfo& info, const std::string& fallback) {
  describe(*app_->add_option("--" + std::string(info.name))->description(info.help)->expected(1),
           info, fallback);
}

void CommandLine::add_switch(const SettingInfo& info, const std::string& fallback) {
  describe(*app_->add_flag("--" + std::string(info.name), info.help), info, fallback);
}

void CommandLine::add_optional(const SettingInfo& info, const std::string& fallback) {
  // CLI11 would take its own default for the value where there is none.
  const std::string about = info.help + default_note(fallback);
  describe(*app_->add_option("--" + std::string(info.name))->description(about)->expected(0, 1),
           info, "");
}

void CommandLine::add_repeated(const SettingInfo& info, const std::string& fallback) {
  CLI::Option* const option = app_->add_option("--" + std::string(info.name));
  option->description(info.help)->expected(1);
  option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->allow_extra_args(false);
  describe(*option, info, fallback);
}

void CommandLine::add_word(const SettingInfo& info) {
  CLI::Option* const option = app_->add_option(info.name)->description(info.help)->expected(1);
  describe(*option, info, "");
  if (!info.several) return;
  option->expected(1, -1)->allow_extra_args();
  option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void CommandLine::set_footer(const std::string& footer) { app_->footer(footer); }

bool CommandLine::parse(const std::vector<std::string>& words) {
  std::vector<std::string> reversed = with_lists(words);
  std::reverse(reversed.begin(), reversed.end());  // as CLI11 wants them
  try {
    app_->parse(reversed);
  } catch (const CLI::CallForHelp&) {
    std::fputs(help().c_str(), stdout);
    return false;
  } catch (const CLI::ArgumentMismatch&) {  // only the last word can be a flag without its value
    usage_error(words.back(), "", "", "this flag needs a value");
  } catch (const CLI::Error& error) {
    usage_error(error.what(), "", "", "");
  }
  refuse_mistakes();
  return true;
}

// The words, with one in place of the values of each flag that takes several: CLI11 would add those
// of equal flags up, of which the last counts.
std::vector<std::string> CommandLine::with_lists(const std::vector<std::string>& words) const {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < words.size(); ++i) {
    all.push_back(words[i]);
    if (!words[i].starts_with("--") || !lists_.contains(words[i].substr(2))) continue;
    std::vector<std::string> values;
    while (i + 1 < words.size() && (!words[i + 1].starts_with('-') || words[i + 1] == "-")) {
      values.push_back(words[++i]);
    }
    if (!values.empty()) all.push_back(join_data_names(values));
  }
  return all;
}

// What CLI11 lets pass: a flag where a value should be, and words that nothing asked for.
void CommandLine::refuse_mistakes() const {
  std::vector<std::string> known;
  for (const CLI::Option* option : app_->get_options()) {
    if (option->nonpositional()) known.push_back(option->get_name(false, false));
  }
  for (const CLI::Option* option : app_->get_options()) {
    for (const std::string& value : option->results()) {
      if (std::find(known.begin(), known.end(), value.substr(0, value.find('='))) == known.end()) {
        continue;
      }
      usage_error(option->get_name(false, false), "the flag '" + value + "' in place of its value",
                  "", "");
    }
  }
  const std::vector<std::string> left = app_->remaining();
  if (left.empty()) return;
  const auto flag =
      std::find_if(left.begin(), left.end(), [](const std::string& w) { return w[0] == '-'; });
  if (flag == left.end()) usage_error(left.front(), "", "", "this word belongs to no flag");
  const std::string name = flag->substr(0, flag->find('='));
  const std::string nearest = suggestion(name, known);
  usage_error(name, "", "", "no such flag; " + (nearest.empty() ? "see --help" : nearest));
}

bool CommandLine::given(const std::string& name) const {
  const CLI::Option* option = find(name);
  return option != nullptr && option->count() > 0;
}

const CLI::Option* CommandLine::find(const std::string& name) const {
  const CLI::Option* option = app_->get_option_no_throw("--" + name);
  return option != nullptr ? option : app_->get_option_no_throw(name);
}

std::string CommandLine::text(const std::string& name) const {
  const CLI::Option& option = *find(name);
  const bool all = option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
  return all ? join_data_names(option.results()) : option.results().back();
}

bool CommandLine::read(const std::string& name, bool& field) const {
  if (!given(name)) return false;
  try {
    field = app_->get_option("--" + name)->as<bool>();
  } catch (const CLI::Error&) {
    usage_error("--" + name, "'" + text(name) + "'", "no value, or true or false", "");
  }
  return true;
}

std::vector<std::string> CommandLine::values(const std::string& name) const {
  return find(name)->results();
}

std::string CommandLine::help() const { return help_text(*app_, usage_); }

}  // namespace vgan::app
