// Where the large work of measures is done: a device and a queue on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/device/backend.hpp"
#include "engine/stats/principal_components.hpp"

namespace vgan {

/// One caller at a time. Results do not depend on the number of threads, and distances are the same
/// on every device.
class MeasureDevice {
 public:
  /// Opens a device as open_backend does: "auto", "cpu", "cuda" or "cuda:N"; `threads`: of a CPU, 0
  /// for all that the process may use. Throws no_device, and bad_config for another word.
  explicit MeasureDevice(const std::string& device = "cpu", int threads = 0);
  /// Works on a device that is open already and must outlive it.
  explicit MeasureDevice(Backend& backend);

  Backend& backend() const { return *backend_; }
  Queue& queue() const { return *queue_; }

  /// A matrix of the host for the device to read: where it lies if the device's memory is the
  /// host's, else a copy in `room`, which is made larger where it must be. The copy is made on the
  /// queue, so the host's matrix stays until the queue is empty.
  MatrixView<const float> bring(MatrixView<const float> host, Buffer& room) const;
  /// `count` numbers of T in device memory, zero.
  template <class T>
  Buffer room_for(std::int64_t count, const char* what) const {
    return backend_->allocate(static_cast<std::size_t>(count) * sizeof(T), what);
  }
  /// The first of the device's numbers, as many as `host` has, when the queue is empty.
  template <class T>
  void fetch(const Buffer& from, std::vector<T>& host) const {
    backend_->download(*queue_, from.data(), host.size() * sizeof(T), host.data());
    queue_->synchronise();
  }

 private:
  std::unique_ptr<Backend> owned_;
  Backend* backend_;
  std::unique_ptr<Queue> queue_;
};

/// Rows [first, first + count) of features.
inline MatrixView<const float> rows_of(const Features& features, std::int64_t first,
                                       std::int64_t count) {
  return {features.row(first), count, features.columns, features.columns};
}

}  // namespace vgan
