// Any bytes as an IDX file: images and labels are read, or refused in one line.
#include <cstdint>

#include "engine/data/readers/idx.hpp"
#include "tests/fuzz/fuzz_target.hpp"

using vgan::testing::attempt;
using vgan::testing::fail;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const vgan::testing::MemoryFile file;
  file.put(data, size);
  for (const char* shape : {"", "4", "2x2", "hwc", "chw", "p", "ct"}) {
    attempt([&] { vgan::read_idx_trials(file.path(), {.shape = shape}).require_consistent(); });
  }
  attempt([] { vgan::read_idx_trials(file.path(), {.curves = true}).require_consistent(); });
  attempt([] {
    const vgan::Labels labels = vgan::read_idx_labels(file.path());
    if (labels.classes.empty()) fail("no label");
    for (const std::int32_t label : labels.classes) {
      if (label < 0) fail("a label below 0");
    }
  });
  return 0;
}
