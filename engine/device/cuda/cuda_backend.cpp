// CUDA behind the seam: the operations that are kernels of our own, on the queue's stream.
#include "engine/base/error.hpp"
#include "engine/device/cuda/cuda_driver.hpp"
#include "engine/device/cuda/cuda_error.hpp"
#include "engine/device/cuda/cuda_products.hpp"
#include "engine/device/devices.hpp"
#include "kernels/cuda/operations.hpp"

namespace vgan::cuda {
namespace {

class CudaBackend final : public CudaProducts {
 public:
  using CudaProducts::CudaProducts;
  /// Libraries give back what they hold on the device that is current.
  ~CudaBackend() override { (void)make_current(device()); }

 private:
#define VGAN_DEFINE(Task)                                  \
  void do_run(Queue& queue, const Task& task) override {   \
    QueueScratch memory = scratch_of(queue);               \
    check(cuda::run(on(queue), task, memory), Task::name); \
  }
  VGAN_OPERATIONS(VGAN_DEFINE)
#undef VGAN_DEFINE
};

}  // namespace
}  // namespace vgan::cuda

namespace vgan {

std::unique_ptr<Backend> make_cuda_backend(int ordinal) {
  const std::vector<DeviceStatus> devices = list_cuda_devices();
  const DeviceStatus& first = devices.front();
  const std::string name = "cuda:" + std::to_string(ordinal);
  if (ordinal >= static_cast<int>(devices.size()) && first.name != "cuda") {
    throw Error(ErrorCode::no_device,
                {"cannot use the device", name, "",
                 "cuda:0 to cuda:" + std::to_string(devices.size() - 1), "see vgan_cuda doctor"});
  }
  const DeviceStatus wanted =
      first.name == "cuda" ? first
                           : cuda::opened(devices[static_cast<std::size_t>(ordinal)], ordinal);
  if (!wanted.usable) {
    throw Error(ErrorCode::no_device, {"cannot use the device", name, wanted.detail, "",
                                       "use --device cpu or --device auto"});
  }
  try {
    return std::make_unique<cuda::CudaBackend>(ordinal);
  } catch (const Error& error) {
    // Before any work, whatever CUDA says is a reason not to use the device.
    throw Error(ErrorCode::no_device,
                {"cannot use the device", name, error.detail().where + ", " + error.detail().found,
                 "", "see vgan_cuda doctor, or use --device cpu"});
  }
}

}  // namespace vgan
