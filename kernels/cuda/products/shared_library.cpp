#include "kernels/cuda/products/shared_library.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "kernels/cuda/products/dynamic_linker.hpp"

namespace vgan::cuda {
namespace {

using Folders = std::vector<std::filesystem::path>;

std::filesystem::path folder_named_by(const std::string& variable) {
  const char* value = std::getenv(variable.c_str());
  return value == nullptr ? "" : value;
}

// Folders in `parent`, in the order of their names.
Folders folders_in(const std::filesystem::path& parent) {
  Folders found;
  std::error_code unreachable;
  for (std::filesystem::directory_iterator each(parent, unreachable), end;
       !unreachable && each != end; each.increment(unreachable)) {
    found.push_back(each->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

// Where NVIDIA's wheels put libraries: nvidia/cublas/lib, nvidia/cudnn/lib, from CUDA 13 on
// nvidia/cu13/lib, beside the packages of Python that use them.
void add_wheels(const std::filesystem::path& packages, Folders& folders) {
  for (const auto& wheel : folders_in(packages / "nvidia")) folders.push_back(wheel / "lib");
}

Folders folders_of(const LibraryRequest& request) {
  Folders folders;
  if (const std::filesystem::path own = own_folder(); !own.empty()) {
    folders.insert(folders.end(), {own, own.parent_path() / "lib"});
    add_wheels(own.parent_path(), folders);
  }
  for (const std::string& variable : request.homes) {
    const auto home = folder_named_by(variable);
    if (!home.empty()) folders.insert(folders.end(), {home / "lib64", home / "lib"});
  }
  if (const auto venv = folder_named_by("VIRTUAL_ENV"); !venv.empty()) {
    for (const auto& python : folders_in(venv / "lib")) {
      add_wheels(python / "site-packages", folders);
    }
  }
  if (const auto conda = folder_named_by("CONDA_PREFIX"); !conda.empty()) {
    folders.push_back(conda / "lib");
  }
#ifdef VGAN_CUDA_LIBRARY_DIR
  folders.emplace_back(VGAN_CUDA_LIBRARY_DIR);  // of the toolkit that compiled this
#endif
  folders.emplace_back("/usr/local/cuda/lib64");
  return folders;
}

std::string list_of(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

std::string list_of(const std::vector<int>& numbers, const char* between) {
  std::vector<std::string> words;
  for (const int number : numbers) words.push_back(std::to_string(number));
  return list_of(words, between);
}

// The folders that are there, each once.
std::vector<std::string> present(const Folders& folders) {
  std::vector<std::string> names;
  for (const auto& folder : folders) {
    std::error_code unreachable;
    const auto real = std::filesystem::canonical(folder, unreachable);
    if (unreachable || std::find(names.begin(), names.end(), real.string()) != names.end())
      continue;
    names.push_back(real.string());
  }
  return names;
}

}  // namespace

SharedLibrary::SharedLibrary(const LibraryRequest& request) : name_(request.name) {
  const std::vector<std::string> folders = present(folders_of(request));
  std::vector<std::string> files, errors;
  for (const int major : request.majors) {
    files.push_back(request.stem + std::to_string(major));
    std::vector<std::string> places{files.back()};
    for (const std::string& folder : folders) places.push_back(folder + "/" + files.back());
    for (const std::string& place : places) {
      OpenedLibrary opened = open_library(place);
      if (opened.handle != nullptr) {
        handle_ = opened.handle;
        path_ = std::move(opened.path);
        remedy_ = "put another in its place: " + request.packages;
        return;
      }
      if (!opened.error.empty()) errors.push_back(opened.error);
    }
  }
  remedy_ = "install " + request.packages;
  if (!request.homes.empty()) {
    remedy_ += ", or set " + list_of(request.homes, " or ") + " to the folder whose lib64 has it";
  }
  if (!errors.empty()) {
    problem_ = "cannot be loaded: " + list_of(errors, "; ");
    return;
  }
  problem_ = "is missing: no " + list_of(files, " or ") + " on the loader's path";
  if (!folders.empty()) problem_ += " or in " + list_of(folders, ", ");
}

void* SharedLibrary::find(const char* symbol) {
  if (!usable()) return nullptr;
  void* found = find_symbol(handle_, symbol);
  if (found == nullptr) problem_ = "cannot be used: " + path_ + " lacks " + symbol;
  return found;
}

void SharedLibrary::check_version(const std::string& version, const std::vector<int>& majors) {
  version_ = version;
  for (const int major : majors) {
    if (version.starts_with(std::to_string(major) + ".")) return;
  }
  problem_ =
      "cannot be used: " + path_ + " has version " + version + "; allowed " + list_of(majors, ", ");
}

std::string version_text(std::size_t version) {
  return std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) + "." +
         std::to_string(version % 100);
}

}  // namespace vgan::cuda
