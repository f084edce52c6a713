#include "engine/settings/toml_file.hpp"

#include <fstream>
#include <iterator>

#include "engine/base/error.hpp"

namespace vgan {

std::string read_toml_file(const std::filesystem::path& path, const char* what) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) {
    throw Error(
        ErrorCode::io,
        {what, path.string(),
         std::filesystem::exists(path, ignored) ? "something that is not a file" : "nothing there",
         "a TOML file", ""});
  }
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), {}};
  if (!file || file.bad()) throw Error(ErrorCode::io, {what, path.string(), "", "", ""});
  return content;
}

toml::table parse_toml(const std::string& text, const std::string& origin, const PlainToml& plain) {
  require_plain_toml(text, origin, plain);
  try {
    return toml::parse(text, origin);
  } catch (const toml::parse_error& error) {
    throw Error(ErrorCode::bad_config, {plain.what, toml_place(origin, error.source()),
                                        std::string(error.description()), "", ""});
  }
}

std::string toml_place(const std::string& origin, const toml::source_region& source) {
  return origin + ":" + std::to_string(source.begin.line) + ":" +
         std::to_string(source.begin.column);
}

std::string toml_type(const toml::node& node) {
  const char* const kind = node.is_string()    ? "string"
                           : node.is_boolean() ? "boolean"
                           : node.is_integer() ? "integer"
                           : node.is_number()  ? "floating-point number"
                           : node.is_array()   ? "array"
                                               : "date, time or table";
  return std::string("a TOML ") + kind;
}

std::string toml_string(const std::string& value) {
  std::string text = "\"";
  for (const char c : value) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      constexpr const char* digits = "0123456789ABCDEF";
      text += std::string("\\u00") + digits[(c >> 4) & 0xF] + digits[c & 0xF];
      continue;
    }
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"";
}

}  // namespace vgan
