#include "tests/ptx/text.hpp"

#include <algorithm>
#include <cctype>

namespace ptx {

namespace {

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

int lines_in(std::string_view text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

/// The end of the block whose opening bracket is at `begin`: one past its closing bracket.
std::size_t block_end(const std::string& text, std::size_t begin) {
  int depth = 0;
  for (std::size_t at = begin; at < text.size(); ++at) {
    if (text[at] == '{') ++depth;
    if (text[at] == '}' && --depth == 0) return at + 1;
  }
  throw ParseError("the text ends in a block");
}

std::vector<std::string> blank_separated(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text) {
    if (!is_space(c)) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  if (!word.empty()) words.push_back(word);
  return words;
}

Entry read_entry(const std::string& text, std::size_t begin, std::size_t& end) {
  Entry entry;
  const std::size_t open = text.find_first_of("({", begin);
  if (open == std::string::npos) throw ParseError("a kernel without a body");
  entry.name = common_name(trimmed(std::string_view(text).substr(begin, open - begin)));
  std::size_t at = open;
  if (text[open] == '(') {
    at = text.find(')', open);
    if (at == std::string::npos) throw ParseError("parameters of " + entry.name + " do not end");
    entry.parameters = text.substr(open + 1, at - open - 1);
    ++at;
  }
  const std::size_t body = text.find('{', at);
  if (body == std::string::npos) throw ParseError("a kernel without a body: " + entry.name);
  entry.directives = text.substr(at, body - at);
  end = block_end(text, body);
  entry.body = text.substr(body + 1, end - body - 2);
  entry.line = 1 + lines_in(std::string_view(text).substr(0, body + 1));
  return entry;
}

}  // namespace

std::string trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return std::string(text);
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '{' || c == '[' || c == '(') ++depth;
    if (c == '}' || c == ']' || c == ')') --depth;
    if (c == ',' && depth == 0) {
      parts.push_back(trimmed(text.substr(begin, at - begin)));
      begin = at + 1;
    }
  }
  const std::string last = trimmed(text.substr(begin));
  if (!last.empty()) parts.push_back(last);
  return parts;
}

std::vector<std::string> split_words(const std::string& opcode) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at <= opcode.size();) {
    const std::size_t dot = std::min(opcode.find('.', at), opcode.size());
    words.push_back(opcode.substr(at, dot - at));
    at = dot + 1;
  }
  return words;
}

std::string without_comments(std::string_view text) {
  std::string kept;
  kept.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (text.compare(at, 2, "//") == 0) {
      at = std::min(text.find('\n', at), text.size());
    } else if (text.compare(at, 2, "/*") == 0) {
      const std::size_t end = std::min(text.find("*/", at), text.size() - 2) + 2;
      kept.append(static_cast<std::size_t>(lines_in(text.substr(at, end - at))), '\n');
      at = end;
    } else {
      kept += text[at++];
    }
  }
  return kept;
}

std::string common_name(std::string_view mangled) {
  constexpr std::string_view mark = "_GLOBAL__N__";
  std::string name;
  for (;;) {
    const std::size_t at = mangled.find(mark);
    if (at == std::string_view::npos) return name + std::string(mangled);
    std::size_t digits = at;
    while (digits > 0 && is_digit(mangled[digits - 1])) --digits;
    // No namespace around an anonymous one may end with a digit.
    const std::size_t length = std::stoul(std::string(mangled.substr(digits, at - digits)));
    if (at + length > mangled.size()) throw ParseError("name " + std::string(mangled));
    name += std::string(mangled.substr(0, digits)) + "12_GLOBAL__N_1";
    mangled.remove_prefix(at + length);
  }
}

ModuleText read_module(const std::string& source) {
  const std::string text = without_comments(source);
  ModuleText module;
  std::size_t at = 0;
  while ((at = text.find('.', at)) != std::string::npos) {
    const std::size_t end = text.find_first_of(";{\n", at);
    const std::string head = text.substr(at, end == std::string::npos ? end : end - at);
    const std::size_t entry = head.find(".entry");
    if (entry != std::string::npos) {
      module.entries.push_back(read_entry(text, at + entry + 6, at));
      continue;
    }
    if (head.find(".func") != std::string::npos) throw ParseError("a function: " + head);
    if (head.starts_with(".extern .shared")) {
      module.dynamic_shared = read_declaration(head.substr(7)).name;
    } else if (head.starts_with(".shared")) {
      module.shared_declarations.push_back(head);
    }
    // Variables with values go on to their semicolon, directives to the end of their line.
    const bool variable = head.starts_with(".global") || head.starts_with(".const") ||
                          head.starts_with(".extern") || head.starts_with(".visible");
    at = text.find(variable ? ';' : '\n', at);
  }
  return module;
}

std::vector<Statement> statements_of(const Entry& entry) {
  std::vector<Statement> all;
  Statement now;
  int line = entry.line;
  int depth = 0;
  const auto end = [&] {
    now.text = trimmed(now.text);
    if (!now.text.empty()) all.push_back(std::move(now));
    now = {};
  };
  for (const char c : entry.body) {
    // A block within the body has nothing before it; braces of a vector do.
    const bool begins = now.text.empty();
    if (c == '\n') ++line;
    if (begins && (is_space(c) || c == '{' || c == '}')) continue;
    if (begins) now.line = line;
    if (c == '{') ++depth;
    if (c == '}') --depth;
    if (c == ';' && depth == 0) {
      end();
      continue;
    }
    now.text += c;
    const bool label = c == ':' && depth == 0 && now.text.find_first_of(" \t") == std::string::npos;
    const bool location = c == '\n' && now.text.starts_with(".loc");
    if (label || location) end();
  }
  end();
  return all;
}

Declaration read_declaration(const std::string& text) {
  std::vector<std::string> words = blank_separated(text);
  Declaration made;
  Type type = Type::none;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] == ".align") {
      made.alignment = static_cast<std::uint32_t>(std::stoul(words[++i]));
    } else {
      (void)find_type(words[i].substr(1), type);
    }
  }
  if (type == Type::none || words.empty()) throw ParseError("declaration " + text);
  const std::string& last = words.back();
  const std::size_t bracket = last.find('[');
  made.name = last.substr(0, bracket);
  made.bytes = size_of(type);
  if (made.alignment == 0) made.alignment = made.bytes;
  if (bracket != std::string::npos && last[bracket + 1] != ']')
    made.bytes *= static_cast<std::uint32_t>(std::stoul(last.substr(bracket + 1)));
  return made;
}

std::uint32_t size_of(Type type) {
  switch (type) {
    case Type::u8:
    case Type::s8: return 1;
    case Type::u16:
    case Type::s16: return 2;
    case Type::u32:
    case Type::s32:
    case Type::f32: return 4;
    case Type::u64:
    case Type::s64:
    case Type::f64: return 8;
    case Type::none:
    case Type::pred: return 0;
  }
  return 0;
}

bool find_type(const std::string& name, Type& type) {
  static const std::map<std::string, Type> names = {
      {"u8", Type::u8},   {"b8", Type::u8},   {"s8", Type::s8},    {"u16", Type::u16},
      {"b16", Type::u16}, {"s16", Type::s16}, {"u32", Type::u32},  {"b32", Type::u32},
      {"s32", Type::s32}, {"u64", Type::u64}, {"b64", Type::u64},  {"s64", Type::s64},
      {"f32", Type::f32}, {"f64", Type::f64}, {"pred", Type::pred}};
  const auto found = names.find(name);
  if (found == names.end()) return false;
  type = found->second;
  return true;
}

}  // namespace ptx
