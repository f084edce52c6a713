#include "engine/metrics/measure_device.hpp"

#include "engine/device/devices.hpp"

namespace vgan {

MeasureDevice::MeasureDevice(const std::string& device, int threads)
    : owned_(open_backend(device, threads)),
      backend_(owned_.get()),
      queue_(backend_->make_queue("measures")) {}

MeasureDevice::MeasureDevice(Backend& backend)
    : backend_(&backend), queue_(backend.make_queue("measures")) {}

MatrixView<const float> MeasureDevice::bring(MatrixView<const float> host, Buffer& room) const {
  if (backend_->info().host_memory) return host;
  const std::size_t bytes = static_cast<std::size_t>(host.rows * host.stride) * sizeof(float);
  if (room.bytes() < bytes) room = backend_->allocate(bytes, "rows that are measured");
  backend_->upload(*queue_, host.data, bytes, room.data());
  return {room.as<float>(), host.rows, host.cols, host.stride};
}

}  // namespace vgan
