// The names of files that are written: their endings, their folders, and what they may not take the
// place of.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace vgan {

/// ASCII letters in lower case, other bytes as they are.
std::string in_lower_case(std::string text);
/// The ending with its dot, in lower case: ".png" of "LOOK.PNG"; empty where there is none.
std::string ending_of(const std::filesystem::path& file);

/// Makes the folder, and those above it, where there is none. Throws Error io where the system
/// refuses.
void make_folder_of(const std::filesystem::path& file);

/// Whether two names are one file, with links followed, whether the files are there or not. A
/// second hard link is another file: AtomicFile, which replaces a name, leaves it as it was.
bool same_file(const std::filesystem::path& a, const std::filesystem::path& b);

/// What a command reads, it does not write over: throws usage where `written`, the value of `flag`,
/// is one of the files `read`. Empty names are none.
void require_kept(const std::string& flag, const std::string& written,
                  const std::vector<std::string>& read);

}  // namespace vgan
