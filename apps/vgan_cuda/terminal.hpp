// What the terminal can show.
#pragma once

#include <cstddef>
#include <string>

namespace vgan::app {

/// Whether standard output and standard error both go to a terminal that can redraw a line.
bool is_interactive();

/// Columns of the terminal behind standard error: asked of the system, else COLUMNS, else 80.
std::size_t terminal_width();

/// Whether the user's locale says UTF-8.
bool speaks_utf8();

/// `word` as a shell reads it back: quoted where it has to be.
std::string shell_word(const std::string& word);

/// 95 s -> "1:35", 3725 s -> "1:02:05".
std::string clock_text(double seconds);

}  // namespace vgan::app
