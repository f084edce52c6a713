// The names of files that are written: their endings and their folders.
#pragma once

#include <filesystem>
#include <string>

namespace vgan {

/// ASCII letters in lower case, other bytes as they are.
std::string in_lower_case(std::string text);
/// The ending with its dot, in lower case: ".png" of "LOOK.PNG"; empty where there is none.
std::string ending_of(const std::filesystem::path& file);

/// Makes the folder, and those above it, where there is none. Throws Error io where the system
/// refuses.
void make_folder_of(const std::filesystem::path& file);

}  // namespace vgan
