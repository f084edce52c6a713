// Text that a terminal can be shown, whatever is in it.
#pragma once

#include <string>
#include <string_view>

namespace vgan {

/// `text` with every control character (C0, DEL, C1) and every byte that is not UTF-8 written as
/// "\x1b", so that a name can neither move the cursor nor break a line.
std::string printable(std::string_view text);

}  // namespace vgan
