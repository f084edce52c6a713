#include "engine/base/memory.hpp"

#include <unistd.h>

#include <fstream>
#include <string>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "engine/base/number_text.hpp"

namespace vgan {

std::uint64_t machine_memory() {
  return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
         static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

// proc(5): writing 5 to clear_refs resets VmHWM, the peak resident set.
bool reset_peak_memory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
  std::ofstream file("/proc/self/clear_refs");
  file << "5" << std::flush;
  return file.good();
}

std::uint64_t peak_memory() {
  std::ifstream file("/proc/self/status");
  for (std::string word; file >> word;) {
    if (word == "VmHWM:" && file >> word) return read_number<std::uint64_t>(word).value_or(0) << 10;
  }
  return 0;
}

}  // namespace vgan
