#include "engine/features/onnx_runtime.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include "engine/base/error.hpp"
#include "engine/base/text.hpp"

namespace vgan::onnx {
namespace {

// The interface's versions keep the places of all functions of older ones. Version 11 is that of
// ONNX Runtime 1.11, of 2022.
constexpr std::uint32_t interface_version = 11;

/// What the library's one symbol, OrtGetApiBase, returns.
struct Base {
  const void* const* (*functions)(std::uint32_t version);  ///< null: it has not this version
  const char* (*version)();
};

// The places of functions in the table, counted from 0: those of version 1 of the interface, which
// ends with place 101. Source: the order of ort_api_1_to_10 and the static_assert after it in
// onnxruntime/core/session/onnxruntime_c_api.cc of github.com/microsoft/onnxruntime, release 1.11,
// and docs/C_API of its documentation for what each is called with.
void fill(const void* const* table, Functions& functions) {
  const auto take = [table](auto& function, std::size_t place) {
    static_assert(sizeof(function) == sizeof(void*));
    std::memcpy(&function, &table[place], sizeof(function));
  };
  take(functions.error_message, 2);
  take(functions.create_environment, 3);
  take(functions.create_session, 7);
  take(functions.run, 9);
  take(functions.create_options, 10);
  take(functions.set_threads, 24);
  take(functions.input_count, 30);
  take(functions.output_count, 31);
  take(functions.input_type, 33);
  take(functions.output_type, 34);
  take(functions.input_name, 36);
  take(functions.output_name, 37);
  take(functions.create_tensor, 49);
  take(functions.tensor_data, 51);
  take(functions.shape_of_type, 55);
  take(functions.element_type, 60);
  take(functions.rank, 61);
  take(functions.extents, 62);
  take(functions.shape_of_value, 65);
  take(functions.cpu_memory, 69);
  take(functions.free_memory, 76);
  take(functions.default_allocator, 78);
  take(functions.release_environment, 92);
  take(functions.release_status, 93);
  take(functions.release_memory_info, 94);
  take(functions.release_session, 95);
  take(functions.release_value, 96);
  take(functions.release_type_info, 98);
  take(functions.release_shape_info, 99);
  take(functions.release_options, 100);
}

// The libraries in a folder, the newest name first.
std::vector<std::string> libraries_in(const std::filesystem::path& folder) {
  std::vector<std::string> found;
  std::error_code unreachable;
  for (std::filesystem::directory_iterator each(folder, unreachable), end;
       !unreachable && each != end; each.increment(unreachable)) {
    const std::string name = each->path().filename().string();
    if (name.starts_with("libonnxruntime.so")) found.push_back(each->path().string());
  }
  std::sort(found.rbegin(), found.rend());
  return found;
}

void add_packages(const char* variable, std::vector<std::string>& places) {
  const char* home = std::getenv(variable);
  if (home == nullptr || *home == '\0') return;
  const std::filesystem::path lib = std::filesystem::path(home) / "lib";
  std::vector<std::filesystem::path> folders{lib};
  std::error_code unreachable;
  for (std::filesystem::directory_iterator each(lib, unreachable), end; !unreachable && each != end;
       each.increment(unreachable)) {
    if (!each->path().filename().string().starts_with("python")) continue;
    folders.push_back(each->path() / "site-packages" / "onnxruntime" / "capi");
  }
  for (const auto& folder : folders) {
    for (std::string& library : libraries_in(folder)) places.push_back(std::move(library));
  }
}

// Where it may be, the first place first. What the user names is the only one.
std::vector<std::string> places_of(const char* named) {
  if (named != nullptr && *named != '\0') {
    std::error_code unreachable;
    if (std::filesystem::is_directory(named, unreachable)) return libraries_in(named);
    return {std::string(named).find('/') == std::string::npos ? "./" + std::string(named) : named};
  }
  std::vector<std::string> places{"libonnxruntime.so.1", "libonnxruntime.so"};
  add_packages("VIRTUAL_ENV", places);
  add_packages("CONDA_PREFIX", places);
  return places;
}

[[noreturn]] void refuse(const std::string& where, const std::string& found) {
  throw Error(
      ErrorCode::bad_config,
      {"cannot run a network as .onnx", where, found, "ONNX Runtime 1.11 or newer",
       "install Python's onnxruntime or Debian's libonnxruntime, or set VGAN_ONNXRUNTIME to "
       "the file libonnxruntime.so.1.VERSION"});
}

}  // namespace

std::shared_ptr<const Runtime> Runtime::load() {
  const char* named = std::getenv("VGAN_ONNXRUNTIME");
  std::string said;
  for (const std::string& place : places_of(named)) {
    void* library = dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == nullptr) {
      const char* reason = dlerror();
      if (named != nullptr || place.find('/') != std::string::npos) {
        said = reason == nullptr ? place : reason;
      }
      continue;
    }
    void* symbol = dlsym(library, "OrtGetApiBase");
    if (symbol == nullptr) refuse(place, "a library without OrtGetApiBase");
    const Base* (*base_of)() = nullptr;
    std::memcpy(&base_of, &symbol, sizeof(base_of));
    const Base* base = base_of();
    const std::string version = base->version();
    const void* const* table = base->functions(interface_version);
    if (table == nullptr) refuse(place, "version " + shortened(version));
    auto made = std::make_shared<Runtime>();
    fill(table, made->functions_);
    made->version_ = version;
    made->path_ = place;
    return made;
  }
  if (said.empty()) said = "no libonnxruntime.so";
  refuse(named != nullptr && *named != '\0' ? "VGAN_ONNXRUNTIME=" + std::string(named) : "", said);
}

void Runtime::check(Status* status, const std::string& what, const std::string& where) const {
  if (status == nullptr) return;
  std::string message = functions_.error_message(status);
  functions_.release_status(status);
  std::replace(message.begin(), message.end(), '\n', ' ');
  throw Error(ErrorCode::bad_data, {what, where, message, "", ""});
}

}  // namespace vgan::onnx
