#include "engine/device/cpu/cpu_context.hpp"

#include <sys/mman.h>
#include <sys/sysinfo.h>

#include <chrono>
#include <cstdlib>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "engine/base/error.hpp"
#include "kernels/cpu/products/amx.hpp"

namespace vgan {
namespace {

constexpr std::size_t huge_page = std::size_t{2} << 20;

class HostMemory final : public Memory {
 public:
  void release(void* data, std::size_t) noexcept override { std::free(data); }
};

/// Runs work when it is put there, so there is never anything to wait for.
class InlineQueue final : public Queue {
 public:
  using Queue::Queue;
  void wait_for(Queue&) override {}
  void synchronise() override {}

  Buffer patches;  ///< of Backend::patch_memory, as large as was asked for
};

class InlineProgram final : public Program {
 public:
  explicit InlineProgram(std::function<void()> body) : body_(std::move(body)) {}
  void replay() override { body_(); }

 private:
  std::function<void()> body_;
};

class HostStopwatch final : public Stopwatch {
 public:
  void start(Queue&) override { start_ = std::chrono::steady_clock::now(); }
  void stop(Queue&) override { stop_ = std::chrono::steady_clock::now(); }
  double seconds() const override { return seconds_of(stop_ - start_); }
  double seconds_after(const Stopwatch& earlier) const override {
    return seconds_of(start_ - static_cast<const HostStopwatch&>(earlier).start_);
  }

 private:
  using Clock = std::chrono::steady_clock;

  static double seconds_of(Clock::duration passed) {
    return std::chrono::duration<double>(passed).count();
  }

  Clock::time_point start_, stop_;
};

std::string processor_name() {
#if defined(__x86_64__)
  unsigned words[12] = {};
  for (unsigned leaf = 0; leaf < 3; ++leaf) {
    unsigned* at = words + 4 * leaf;
    if (!__get_cpuid(0x80000002U + leaf, at, at + 1, at + 2, at + 3)) return "x86-64 processor";
  }
  char text[49] = {};
  std::memcpy(text, words, 48);
  const std::string name = text;
  const auto first = name.find_first_not_of(' ');
  return first == std::string::npos ? "x86-64 processor" : name.substr(first);
#else
  return "processor";
#endif
}

std::size_t physical_memory() {
  struct sysinfo info {};
  return sysinfo(&info) == 0 ? std::size_t{info.totalram} * info.mem_unit : 0;
}

}  // namespace

CpuContext::CpuContext(int threads) : team_(threads), memory_(std::make_shared<HostMemory>()) {
  info_ = {processor_name(), "cpu", physical_memory(), team_.size(), cpu::amx::usable(), false};
  info_.host_memory = true;
}

Buffer CpuContext::allocate(std::size_t bytes, const std::string& what) {
  // Large memory starts at a huge page: with small ones a pass over weights and moments misses
  // the TLB every 4 KiB, and hardware prefetching ends there.
  const std::size_t alignment = bytes < huge_page ? 64 : huge_page;
  const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  void* data = rounded < bytes || rounded > info_.memory
                   ? nullptr
                   : std::aligned_alloc(alignment, rounded == 0 ? 64 : rounded);
  if (data == nullptr) {
    throw Error(
        ErrorCode::no_device,
        {"not enough memory for " + what, "cpu", std::to_string(bytes >> 20) + " MiB wanted",
         "what the system grants", "use a smaller --batch or narrower layers"});
  }
  if (alignment == huge_page) madvise(data, rounded, MADV_HUGEPAGE);  // a wish; refusal is fine
  std::memset(data, 0, rounded);
  return {data, bytes, memory_};
}

std::unique_ptr<Queue> CpuContext::make_queue(const std::string& name) {
  return std::make_unique<InlineQueue>(name);
}

std::unique_ptr<Program> CpuContext::record(Queue&, std::function<void()> body) {
  return std::make_unique<InlineProgram>(std::move(body));
}

void CpuContext::upload(Queue&, const void* host, std::size_t bytes, void* device) {
  if (bytes > 0) std::memcpy(device, host, bytes);
}

void CpuContext::download(Queue&, const void* device, std::size_t bytes, void* host) {
  if (bytes > 0) std::memcpy(host, device, bytes);
}

MatrixRef CpuContext::patch_memory(Queue& queue, std::int64_t rows, std::int64_t cols,
                                   ElementType type, std::size_t) {
  Buffer& memory = static_cast<InlineQueue&>(queue).patches;
  const std::size_t bytes = static_cast<std::size_t>(rows * cols) * element_size(type);
  if (memory.bytes() < bytes || memory.data() == nullptr) memory = allocate(bytes, "patches");
  return {memory.data(), type, rows, cols, cols};
}

std::unique_ptr<Stopwatch> CpuContext::make_stopwatch() {
  return std::make_unique<HostStopwatch>();
}

}  // namespace vgan
