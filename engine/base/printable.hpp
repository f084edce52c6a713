// Text as UTF-8: whether it is, and how a terminal is shown what is not.
#pragma once

#include <string>
#include <string_view>

namespace vgan {

/// `text` with every control character (C0, DEL, C1) and every byte that is not UTF-8 written as
/// "\x1b", so that a name can neither move the cursor nor break a line.
std::string printable(std::string_view text);

/// Whether `text` is well-formed UTF-8.
bool is_utf8(std::string_view text);

}  // namespace vgan
