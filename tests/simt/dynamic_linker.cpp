// The executor's dynamic linker: CUDA's libraries are the executor's own, found by the names that
// the system's linker finds them by, and by no path.
#include "kernels/cuda/products/dynamic_linker.hpp"

#include <map>
#include <set>

#include "kernels/cuda/products/cublaslt.hpp"
#include "kernels/cuda/products/cudnn.hpp"
#include "tests/simt/control.hpp"
#include "tests/simt/simt.hpp"

namespace simt {
namespace {

using Functions = std::map<std::string, void*>;

// What tests ask for, and what was opened; forgotten by a reset.
struct Wishes {
  std::set<std::string> hidden;
  std::map<std::string, std::string> broken;
  std::map<std::string, std::string> added;  // name, and whose functions it has
  std::map<std::string, std::size_t> versions;
  std::set<std::string> opened;
};

Wishes& wishes() {
  static Wishes instance;
  return instance;
}

// NVRTC's, which is opened for cuDNN and compiles nothing here.
int nvrtcVersion(int* major, int* minor) {
  *major = CUDART_VERSION / 1000;
  *minor = CUDART_VERSION % 1000 / 10;
  return 0;
}

std::map<std::string, Functions>& libraries() {
#define VGAN_ENTRY(function) {#function, reinterpret_cast<void*>(&::function)},
  static std::map<std::string, Functions> all{
      {"libcublasLt.so.13", {VGAN_CUBLASLT_FUNCTIONS(VGAN_ENTRY)}},
      {"libcudnn.so.9", {VGAN_CUDNN_FUNCTIONS(VGAN_ENTRY)}},
      {"libnvrtc.so.13", {{"nvrtcVersion", reinterpret_cast<void*>(&nvrtcVersion)}}}};
#undef VGAN_ENTRY
  return all;
}

}  // namespace

void hide_symbol(const std::string& name) {
  const std::lock_guard lock(runtime_mutex());
  wishes().hidden.insert(name);
}

void break_library(const std::string& name, const std::string& error) {
  const std::lock_guard lock(runtime_mutex());
  wishes().broken[name] = error;
}

void add_library(const std::string& name, const std::string& like) {
  const std::lock_guard lock(runtime_mutex());
  wishes().added[name] = like;
}

std::vector<std::string> opened_libraries() {
  const std::lock_guard lock(runtime_mutex());
  return {wishes().opened.begin(), wishes().opened.end()};
}

void set_version(const std::string& function, std::size_t version) {
  const std::lock_guard lock(runtime_mutex());
  wishes().versions[function] = version;
}

std::size_t version_of(const std::string& function, std::size_t usual) {
  const std::lock_guard lock(runtime_mutex());
  const auto found = wishes().versions.find(function);
  return found == wishes().versions.end() ? usual : found->second;
}

bool is_broken(const std::string& name) {
  const std::lock_guard lock(runtime_mutex());
  return wishes().broken.contains(name);
}

void forget_library_wishes() { wishes() = {}; }

}  // namespace simt

namespace vgan::cuda {

OpenedLibrary open_library(const std::string& name) {
  const std::lock_guard lock(simt::runtime_mutex());
  simt::count_call("open_library");
  simt::Wishes& wishes = simt::wishes();
  const auto added = wishes.added.find(name);
  const auto found = simt::libraries().find(added == wishes.added.end() ? name : added->second);
  if (found == simt::libraries().end()) return {};
  const auto broken = wishes.broken.find(name);
  if (broken != wishes.broken.end()) return {.error = broken->second};
  wishes.opened.insert(name);
  return {.handle = &found->second, .path = "simt/" + name};
}

void* find_symbol(void* library, const char* name) {
  const std::lock_guard lock(simt::runtime_mutex());
  if (simt::wishes().hidden.contains(name)) return nullptr;
  const auto& functions = *static_cast<simt::Functions*>(library);
  const auto found = functions.find(name);
  return found == functions.end() ? nullptr : found->second;
}

std::string own_folder() { return ""; }

}  // namespace vgan::cuda
