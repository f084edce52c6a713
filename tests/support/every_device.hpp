// One test body for every device there is, and what such bodies share.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/device_array.hpp"

namespace vgan::testing {

constexpr ElementType float_types[] = {ElementType::f32, ElementType::bf16};

/// Half a unit in the last place of what is stored as `type`, for results that were rounded once.
constexpr double rounding_of(ElementType type) {
  return type == ElementType::bf16 ? 0x1p-8 : 0x1p-24;
}

template <class Body>
void on_every_device(Body body) {
  for (const std::string& name : usable_devices()) {
    INFO(name);
    Device device = open_device(name);
    body(device);
  }
}

/// What `results(device)` gives on the CPU with one thread, which two and three must repeat bit for
/// bit.
template <class Results>
void require_same_for_any_threads(Results results) {
  Device one = open_device("cpu", 1);
  const auto want = results(one);
  for (const int threads : {2, 3}) {
    INFO(threads << " threads");
    Device device = open_device("cpu", threads);
    REQUIRE((results(device) == want));
  }
}

/// A StepState in device memory.
class DeviceState {
 public:
  explicit DeviceState(Device& device, const StepState& state = {})
      : buffer_(device.backend->allocate(sizeof(StepState), "state")) {
    device.backend->upload(*device.queue, &state, sizeof(state), buffer_.data());
    device.queue->synchronise();
  }
  StepState* get() const { return buffer_.as<StepState>(); }

 private:
  Buffer buffer_;
};

/// d f / d x[i] for every i by central differences of `step`, in double.
template <class Function>
std::vector<double> central_differences(std::vector<double> x, double step, Function f) {
  std::vector<double> gradient;
  for (double& value : x) {
    const double at = value;
    value = at + step;
    const double above = f(x);
    value = at - step;
    const double below = f(x);
    value = at;
    gradient.push_back((above - below) / (2.0 * step));
  }
  return gradient;
}

}  // namespace vgan::testing
