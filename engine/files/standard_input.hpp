// Standard input as a file that can be read more than once and from anywhere.
#pragma once

#include <filesystem>
#include <string>

namespace vgan {

/// What stands for standard input where a file may be named. A file of this name is meant by "./-".
inline constexpr const char* standard_input_word = "-";

/// What a path is called in messages: itself, or "standard input".
std::string input_name(const std::filesystem::path& path);

/// The descriptor of a regular file that holds all of standard input, from its first byte on, for
/// as long as the process lives: standard input itself where it is such a file, else a temporary
/// file without a name, in TMPDIR or /tmp, which the first call fills. Throws Error io, which
/// `what` begins, for a terminal and where the system refuses.
int standard_input_file(const std::string& what);

}  // namespace vgan
