// Any bytes as a .npy file: trials, labels and conditions are read, or refused in one line; trials
// that were read and written are read again as the same numbers.
#include <cmath>
#include <cstdint>
#include <string>
#include <variant>

#include "engine/data/labels.hpp"
#include "engine/data/readers/npy.hpp"
#include "tests/fuzz/fuzz_target.hpp"

namespace {

using vgan::Trials;
using vgan::testing::attempt;
using vgan::testing::fail;

// The trials as rows of a .npy file.
std::string written(const Trials& trials) {
  return std::visit(
      [&](const auto& values) {
        using Number = typename std::decay_t<decltype(values)>::value_type;
        const vgan::NpyStart start =
            vgan::npy_start(vgan::value_type_of<Number>(), {trials.count, trials.shape.size()},
                            "cannot write", "fuzz");
        if (start.data_bytes != values.size() * sizeof(Number)) fail("another size");
        return start.header + std::string(reinterpret_cast<const char*>(values.data()),
                                          values.size() * sizeof(Number));
      },
      trials.values);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const vgan::testing::MemoryFile file;
  file.put(data, size);
  for (const char* shape : {"4", "2x2", "hwc", "chw", "ct"}) {
    attempt([&] { vgan::read_npy_trials(file.path(), {.shape = shape}).require_consistent(); });
  }
  attempt([] { vgan::read_npy_trials(file.path(), {.curves = true}).require_consistent(); });
  attempt([] {
    for (const std::int32_t label : vgan::read_npy_labels(file.path()).classes) {
      if (label < 0) fail("a label below 0");
    }
  });
  attempt([] {
    for (const float number : vgan::read_conditions(file.path()).values) {
      if (!std::isfinite(number)) fail("a condition that is no number");
    }
  });
  Trials trials;
  if (!attempt([&] { trials = vgan::read_npy_trials(file.path()); })) return 0;
  trials.require_consistent();
  const std::string text = written(trials);
  file.put(text.data(), text.size());
  if (vgan::read_npy_trials(file.path()).values != trials.values) fail("other numbers");
  return 0;
}
