// What the TOML parser may be given. toml++ 3.3.0, Debian 12's, aborts or leaves what C++ defines
// on some inputs: '[' before a line's end, U+FCFF in a key. Settings need neither tables nor such
// keys, and schemas but one kind of block.
#pragma once

#include <string>

namespace vgan {

/// What is read, for messages, and the lines that begin a block of keys, such as [[column]], or
/// nothing.
struct PlainToml {
  std::string what = "cannot read a config file as TOML";
  std::string block = {};
};

/// Throws bad_config, with line and column, unless `text` is lines of KEY = VALUE, comments,
/// blanks, and those of blocks: bare keys of ASCII letters, digits, '-' and '_'; values that are
/// strings, numbers, words, or lists of these over one line or several. Whether a value is right
/// TOML is left to the parser.
void require_plain_toml(const std::string& text, const std::string& origin,
                        const PlainToml& plain = {});

/// Throws bad_config for an assertion of the parser's, `what`, that does not hold.
[[noreturn]] void refuse_toml(const char* what);

}  // namespace vgan
