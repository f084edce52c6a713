// A StepState on a device under test, and the same body on every device there is.
#pragma once

#include "kernels/step_state.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/device_array.hpp"

namespace vgan::testing {

template <class Body>
void on_every_device(Body body) {
  for (const std::string& name : usable_devices()) {
    INFO(name);
    Device device = open_device(name);
    body(device);
  }
}

/// A StepState in device memory.
class DeviceState {
 public:
  explicit DeviceState(Device& device, const StepState& state = {})
      : device_(&device), buffer_(device.backend->allocate(sizeof(StepState), "state")) {
    device.backend->upload(*device.queue, &state, sizeof(state), buffer_.data());
  }
  StepState* get() const { return buffer_.as<StepState>(); }
  StepState read() const {
    StepState state;
    device_->backend->download(*device_->queue, buffer_.data(), sizeof(state), &state);
    device_->queue->synchronise();
    return state;
  }

 private:
  Device* device_;
  Buffer buffer_;
};

}  // namespace vgan::testing
