// Which devices a build has code for, by the list of architectures that it was compiled for.
#pragma once

#include <charconv>
#include <string_view>

namespace vgan::cuda {

/// Whether one entry of CMAKE_CUDA_ARCHITECTURES ("80-real", "90", "90a-virtual") gives code that a
/// device of this compute capability runs. Machine code runs on the same major version from its own
/// minor one on, PTX on everything newer; with a letter both stay with their own. Words such as
/// "native" do not say, and are taken for yes.
inline bool target_serves(std::string_view target, int major, int minor) {
  int compiled = 0;
  const auto [end, error] = std::from_chars(target.data(), target.data() + target.size(), compiled);
  if (error != std::errc()) return true;
  const std::string_view rest = target.substr(static_cast<std::size_t>(end - target.data()));
  const int device = 10 * major + minor;
  if (rest.starts_with("a")) return device == compiled;
  const bool same_major = compiled / 10 == major && device >= compiled;
  if (rest.starts_with("f") || rest == "-real") return same_major;
  return device >= compiled;
}

/// Whether any of `targets`, which spaces part, does.
inline bool has_code_for(std::string_view targets, int major, int minor) {
  while (!targets.empty()) {
    const std::size_t space = targets.find(' ');
    if (target_serves(targets.substr(0, space), major, minor)) return true;
    targets.remove_prefix(space == std::string_view::npos ? targets.size() : space + 1);
  }
  return false;
}

}  // namespace vgan::cuda
