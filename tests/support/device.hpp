// Devices under test: one test body for every one there is, and numbers on it and back.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/device/devices.hpp"
#include "engine/nn/layout.hpp"
#include "kernels/ops/step_state.hpp"
#include "tests/support/catch.hpp"

namespace vgan::testing {

/// A backend and a queue on it.
struct Device {
  explicit Device(std::unique_ptr<Backend> opened)
      : backend(std::move(opened)), queue(backend->make_queue("test")) {}
  std::unique_ptr<Backend> backend;
  std::unique_ptr<Queue> queue;
};

/// Names of the devices that tests can use here: the CPU, and CUDA where there is one. With
/// $VGAN_REQUIRE_DEVICE=cuda its absence is an error, not one device fewer.
inline std::vector<std::string> usable_devices() {
  std::vector<std::string> names{"cpu"};
  const DeviceStatus cuda = cuda_status();
  if (cuda.usable) names.push_back("cuda");
  const char* required = std::getenv("VGAN_REQUIRE_DEVICE");
  if (required != nullptr && std::string(required) == "cuda" && !cuda.usable) {
    throw std::runtime_error("VGAN_REQUIRE_DEVICE=cuda: " + cuda.detail);
  }
  return names;
}

inline Device open_device(const std::string& name, int threads = 2) {
  return Device(open_backend(name, threads));
}

/// body(device) on each of usable_devices(), whose name stands in every message.
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

constexpr ElementType float_types[] = {ElementType::f32, ElementType::bf16};

/// Half a unit in the last place of what is stored as `type`, for results that were rounded once.
constexpr double rounding_of(ElementType type) {
  return type == ElementType::bf16 ? 0x1p-8 : 0x1p-24;
}

/// A rows x cols matrix in device memory, with padded rows; the padding is poisoned with NaN, so
/// that reading it shows.
class DeviceMatrix {
 public:
  DeviceMatrix(Device& device, std::int64_t rows, std::int64_t cols,
               ElementType type = ElementType::f32)
      : device_(&device),
        buffer_(device.backend->allocate(nn::matrix_bytes(rows, cols, type) + 64, "a test matrix")),
        ref_(nn::Carver(buffer_.data()).take(rows, cols, type)) {
    set(std::vector<double>(static_cast<std::size_t>(rows * cols), 0.0));
  }
  DeviceMatrix(Device& device, std::int64_t rows, std::int64_t cols,
               const std::vector<double>& values, ElementType type = ElementType::f32)
      : DeviceMatrix(device, rows, cols, type) {
    set(values);
  }

  void set(const std::vector<double>& values) {
    const float poison = std::nanf("");
    std::vector<std::byte> host(padded_bytes());
    for (std::int64_t i = 0; i < ref_.rows; ++i) {
      for (std::int64_t j = 0; j < ref_.stride; ++j) {
        const float value =
            j < ref_.cols ? static_cast<float>(values[static_cast<std::size_t>(i * ref_.cols + j)])
                          : poison;
        store(host, i * ref_.stride + j, value);
      }
    }
    device_->backend->upload(*device_->queue, host.data(), host.size(), ref_.data);
  }

  std::vector<double> get() const {
    std::vector<std::byte> host(padded_bytes());
    device_->backend->download(*device_->queue, ref_.data, host.size(), host.data());
    device_->queue->synchronise();
    std::vector<double> values;
    for (std::int64_t i = 0; i < ref_.rows; ++i) {
      for (std::int64_t j = 0; j < ref_.cols; ++j)
        values.push_back(load(host, i * ref_.stride + j));
    }
    return values;
  }

  MatrixRef ref() const { return ref_; }
  MatrixView<float> view() const { return ref_.as<float>(); }
  VectorView<float> vector() const { return {static_cast<float*>(ref_.data), ref_.cols}; }

 private:
  std::size_t padded_bytes() const {
    return static_cast<std::size_t>(ref_.rows * ref_.stride) * element_size(ref_.type);
  }
  void store(std::vector<std::byte>& host, std::int64_t at, float value) const {
    const math::BFloat16 half = math::to_bfloat16(value);
    const auto i = static_cast<std::size_t>(at);
    if (ref_.type == ElementType::bf16) std::memcpy(host.data() + 2 * i, &half, 2);
    if (ref_.type == ElementType::f32) std::memcpy(host.data() + 4 * i, &value, 4);
    if (ref_.type == ElementType::u8)
      host[i] = static_cast<std::byte>(std::isnan(value) ? 0.0F : value);
  }
  double load(const std::vector<std::byte>& host, std::int64_t at) const {
    const auto i = static_cast<std::size_t>(at);
    if (ref_.type == ElementType::u8) return static_cast<double>(host[i]);
    float value = 0.0F;
    math::BFloat16 half{};
    if (ref_.type == ElementType::f32) std::memcpy(&value, host.data() + 4 * i, 4);
    if (ref_.type == ElementType::bf16) {
      std::memcpy(&half, host.data() + 2 * i, 2);
      value = math::to_float(half);
    }
    return value;
  }

  Device* device_;
  Buffer buffer_;
  MatrixRef ref_;
};

/// A StepState in device memory.
class DeviceState {
 public:
  explicit DeviceState(Device& device, const StepState& state = {})
      : device_(&device), buffer_(device.backend->allocate(sizeof(StepState), "state")) {
    device.backend->upload(*device.queue, &state, sizeof(state), buffer_.data());
    device.queue->synchronise();
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

/// Reproducible numbers in [-1, 1], already rounded to `type` so that device and reference start
/// from the same values.
inline std::vector<double> random_values(std::int64_t count, std::uint64_t seed,
                                         ElementType type = ElementType::f32) {
  std::vector<double> values(static_cast<std::size_t>(count));
  std::uint64_t state = seed * 2654435769U + 88172645463325252U;
  for (double& value : values) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    const float unit = static_cast<float>(state >> 40) * 0x1p-23F - 1.0F;
    value = type == ElementType::bf16 ? math::to_float(math::to_bfloat16(unit)) : unit;
  }
  return values;
}

}  // namespace vgan::testing
