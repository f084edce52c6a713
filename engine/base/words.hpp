// Settings that are words: an enum, and one table of its enumerators, their words and their help,
// which flags, config files, checkpoints, messages and --help all read.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace vgan {

/// One row of such a table. `help` stands in brackets behind the word in --help; it may be empty.
template <class Enum>
struct Word {
  Enum value;
  const char* text;
  const char* help = "";
};

/// Specialised beside each enum that is a setting: `setting`, its name as in `--name`, and `table`,
/// a constexpr array of Word with each enumerator once, in the order of the enum, which is the one
/// in which people read them.
template <class Enum>
struct WordTable;

template <class Type>
concept WordSetting = requires {
  WordTable<Type>::table;
};

/// Throws Error (bad_config): `found` is none of the `allowed` words of `setting`.
[[noreturn]] void refuse_word(const char* setting, const std::string& found,
                              const std::vector<std::string>& allowed);
/// "a, b or c".
std::string alternatives(const std::vector<std::string>& words);

/// Whether each row of a table has a word and stands at its enumerator.
template <WordSetting Enum>
constexpr bool is_in_order() {
  std::size_t at = 0;
  for (const Word<Enum>& word : WordTable<Enum>::table) {
    if (word.text == nullptr || word.value != static_cast<Enum>(at++)) return false;
  }
  return true;
}

template <WordSetting Enum>
std::string to_text(Enum value) {
  static_assert(is_in_order<Enum>());
  for (const Word<Enum>& word : WordTable<Enum>::table) {
    if (word.value == value) return word.text;
  }
  return "?";
}

template <WordSetting Enum>
std::vector<std::string> words_of() {
  std::vector<std::string> words;
  for (const Word<Enum>& word : WordTable<Enum>::table) words.emplace_back(word.text);
  return words;
}

/// The enumerator whose word is `text`; nothing where it is nobody's.
template <WordSetting Enum>
std::optional<Enum> find_word(const std::string& text) {
  for (const Word<Enum>& word : WordTable<Enum>::table) {
    if (text == word.text) return word.value;
  }
  return std::nullopt;
}

/// The enumerator whose word is `text`. Throws Error (bad_config) where it is nobody's.
template <WordSetting Enum>
Enum read_word(const std::string& text) {
  if (const std::optional<Enum> value = find_word<Enum>(text)) return *value;
  refuse_word(WordTable<Enum>::setting, text, words_of<Enum>());
}

/// All words with their help: "mlp, conv (images) or conv1d (curves)".
template <WordSetting Enum>
std::string words_help() {
  std::vector<std::string> items;
  for (const Word<Enum>& word : WordTable<Enum>::table) {
    const std::string help = word.help;
    items.push_back(word.text + (help.empty() ? "" : " (" + help + ")"));
  }
  return alternatives(items);
}

}  // namespace vgan
