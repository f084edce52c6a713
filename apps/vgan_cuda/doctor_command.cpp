// vgan_cuda doctor: what this machine offers, what is missing, and what to do about it.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "apps/shared/command_line.hpp"
#include "apps/vgan_cuda/commands.hpp"
#include "engine/base/error.hpp"
#include "engine/base/libraries.hpp"
#include "engine/base/text.hpp"
#include "engine/data/readers/open_trials.hpp"
#include "engine/device/devices.hpp"
#include "engine/device/instructions.hpp"

namespace vgan::app {
namespace {

std::string devices_text() {
  std::string text = "devices\n";
  for (const DeviceStatus& device : list_devices()) {
    text += fact_line(device.name, (device.usable ? "usable: " : "not usable: ") + device.detail);
  }
  return text;
}

std::string libraries_text() {
  std::string text = "libraries\n";
  for (const Library& library : libraries()) {
    text += fact_line(library.name,
                      library.version + (library.detail.empty() ? "" : ", ") + library.detail);
  }
  return text;
}

// The features that the products and the vectorised loops gain from, as the kernel names them.
std::string features_text() {
  std::set<std::string> offered;
  std::ifstream cpu("/proc/cpuinfo");
  for (std::string line; std::getline(cpu, line);) {
    if (!line.starts_with("flags") && !line.starts_with("Features")) continue;
    std::istringstream words(line.substr(line.find(':') + 1));
    for (std::string word; words >> word;) offered.insert(word);
    break;
  }
  std::string text;
#if defined(__x86_64__)
  for (const char* name : {"avx2", "fma", "avx512f", "avx512_bf16", "amx_tile", "amx_bf16"}) {
#else
  for (const char* name : {"asimd", "sve", "bf16"}) {
#endif
    text += (text.empty() ? "" : ", ") + std::string(offered.contains(name) ? "" : "no ") + name;
  }
  return fact_line("features", text);
}

std::string instructions_text() {
  const CpuInstructions cpu = cpu_instructions();
  return fact_line("instructions", cpu.used + ", " + cpu.why);
}

// Brings the default data in, if it lies there, so that what is wrong with it is said here.
std::string data_text() {
  DataRequest request;
  const std::filesystem::path folder = request.mnist_folder;
  std::error_code unreachable;
  if (!std::filesystem::exists(folder / "train-images-idx3-ubyte.gz", unreachable) &&
      !std::filesystem::exists(folder / "train-images-idx3-ubyte", unreachable)) {
    return fact_line(folder.string(),
                     "not there: without --data, the built-in digits are used; "
                     "data/get_mnist.sh brings it");
  }
  try {
    const Trials trials = open_trials(request);
    return fact_line(folder.string(), "verified: " + counted(trials.count, "image") + " of " +
                                          std::to_string(trials.shape.height) + " x " +
                                          std::to_string(trials.shape.width));
  } catch (const Error& error) {
    return fact_line(folder.string(), error.what());
  }
}

}  // namespace

int run_doctor(const Words& words) {
  CommandLine line("vgan_cuda doctor",
                   "Prints devices, libraries and data: what is there, what is missing, what to "
                   "do.");
  if (!line.parse(words)) return 0;
  std::fputs((version_text("vgan_cuda") + "\n" + devices_text() + instructions_text() +
              features_text() + "\n" + libraries_text() + "\ndata\n" + data_text())
                 .c_str(),
             stdout);
  return 0;
}

}  // namespace vgan::app
