#include "kernels/cuda/products/dynamic_linker.hpp"

#include <dlfcn.h>
#include <link.h>
#include <filesystem>

namespace vgan::cuda {

OpenedLibrary open_library(const std::string& name) {
  OpenedLibrary opened;
  std::error_code unreachable;
  const bool is_path = name.find('/') != std::string::npos;
  if (is_path && !std::filesystem::exists(name, unreachable)) return opened;
  opened.handle = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (opened.handle == nullptr) {
    const char* said = dlerror();
    opened.error = said == nullptr ? "no reason is given" : said;
    // What glibc says of a name that it finds nowhere, rather than of something that this needs.
    const bool found_nowhere = opened.error.starts_with(name + ": cannot open shared object file");
    if (!is_path && found_nowhere) opened.error.clear();
    return opened;
  }
  link_map* map = nullptr;
  if (dlinfo(opened.handle, RTLD_DI_LINKMAP, &map) == 0 && map != nullptr)
    opened.path = map->l_name;
  if (opened.path.empty()) opened.path = name;
  return opened;
}

void* find_symbol(void* library, const char* name) { return dlsym(library, name); }

std::string own_folder() {
  Dl_info here{};
  if (dladdr(reinterpret_cast<const void*>(&open_library), &here) == 0) return "";
  std::error_code unreachable;
  const auto file = std::filesystem::canonical(here.dli_fname, unreachable);
  return unreachable ? "" : file.parent_path().string();
}

}  // namespace vgan::cuda
