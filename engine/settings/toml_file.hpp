// Files of TOML: their text, their parser, and where in them something stands.
#pragma once

#include <filesystem>
#include <string>

#include "engine/settings/toml_guard.hpp"

// The parser's own assertions are checked in every build.
#define TOML_ASSERT(holds) ((holds) ? static_cast<void>(0) : ::vgan::refuse_toml(#holds))
#include <toml++/toml.h>

namespace vgan {

/// The bytes of a regular file. Throws io, with `what`, where there is none or it cannot be read.
std::string read_toml_file(const std::filesystem::path& path, const char* what);

/// Throws bad_config, with line and column, for what require_plain_toml refuses, or the parser.
toml::table parse_toml(const std::string& text, const std::string& origin, const PlainToml& plain);

/// "FILE:3:7".
std::string toml_place(const std::string& origin, const toml::source_region& source);
/// "a TOML string": what stands where something else is wanted.
std::string toml_type(const toml::node& node);
/// `text` in double quotes.
std::string toml_string(const std::string& text);

}  // namespace vgan
