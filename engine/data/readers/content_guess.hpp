// What a file that is not in the expected format probably is, for the error message.
#pragma once

#include <string>
#include <string_view>

namespace vgan {

struct ContentGuess {
  std::string found;   ///< "an HTML page", or the first bytes in hex
  std::string remedy;  ///< what usually helps in that case
};

/// Guesses from the first bytes of a file (`head`: 64 of them are enough; fewer do no harm).
ContentGuess guess_content(std::string_view head);

/// Whether it looks like plain text that is no page, document or other known thing.
bool is_text(std::string_view head);

}  // namespace vgan
