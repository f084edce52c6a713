// The host as a device: its memory, and work that is done at once and in order.
#pragma once

#include "engine/device/backend.hpp"
#include "kernels/cpu/team/thread_team.hpp"

namespace vgan {

/// The half of the CPU backend that is no operation.
class CpuContext : public Backend {
 public:
  explicit CpuContext(int threads);

  const DeviceInfo& info() const override { return info_; }
  /// Zeroed, at 64 bytes or at a huge page.
  Buffer allocate(std::size_t bytes, const std::string& what) override;
  std::unique_ptr<Queue> make_queue(const std::string& name) override;
  std::unique_ptr<Program> record(Queue& origin, std::function<void()> body) override;
  Buffer allocate_host(std::size_t bytes, const std::string& what) override {
    return allocate(bytes, what);
  }
  std::unique_ptr<Stopwatch> make_stopwatch() override;
  void upload(Queue& queue, const void* host, std::size_t bytes, void* device) override;
  void download(Queue& queue, const void* device, std::size_t bytes, void* host) override;
  MatrixRef patch_memory(Queue& queue, std::int64_t rows, std::int64_t cols, ElementType type,
                         std::size_t product_scratch) override;

 protected:
  cpu::ThreadTeam team_;

 private:
  DeviceInfo info_;
  std::shared_ptr<Memory> memory_;
};

}  // namespace vgan
