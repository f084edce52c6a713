#include "engine/device/cuda/cuda_graph.hpp"

#include <utility>

#include <cuda_runtime_api.h>

#include "engine/device/cuda/cuda_driver.hpp"
#include "engine/device/cuda/cuda_error.hpp"
#include "engine/device/cuda/handle.hpp"

namespace vgan::cuda {
namespace {

class GraphProgram final : public Program {
 public:
  GraphProgram(GraphExecHandle graph, CudaQueue& origin, int device)
      : graph_(std::move(graph)), origin_(&origin), device_(device) {}
  ~GraphProgram() override { (void)make_current(device_); }
  void replay() override {
    check(make_current(device_), "cuCtxSetCurrent");
    origin_->end_chain();
    check(cudaGraphLaunch(graph_.get(), origin_->stream()), "cudaGraphLaunch");
  }

 private:
  GraphExecHandle graph_;
  CudaQueue* origin_;
  int device_;
};

}  // namespace

std::unique_ptr<Program> capture(CudaQueue& origin, int device, const std::function<void()>& body) {
  origin.end_chain();
  // Relaxed, in case a library takes memory of its own. This project's own plans and memory are
  // made before (DeviceInfo::captures), for a plan may wait for the device, which no mode allows.
  check(cudaStreamBeginCapture(origin.stream(), cudaStreamCaptureModeRelaxed),
        "cudaStreamBeginCapture");
  GraphHandle graph;
  try {
    body();
  } catch (...) {
    (void)cudaStreamEndCapture(origin.stream(), graph.out());
    (void)cudaGetLastError();
    throw;
  }
  check(cudaStreamEndCapture(origin.stream(), graph.out()), "cudaStreamEndCapture");
  origin.end_chain();
  GraphExecHandle executable;
  check(cudaGraphInstantiate(executable.out(), graph.get(), 0), "cudaGraphInstantiate");
  check(cudaGraphUpload(executable.get(), origin.stream()), "cudaGraphUpload");
  return std::make_unique<GraphProgram>(std::move(executable), origin, device);
}

}  // namespace vgan::cuda
