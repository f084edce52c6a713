// The host executor's third way: with $VGAN_PTX=90a (or 80) in the environment it runs what nvcc
// made of a kernel for that architecture, in place of what g++ did.
#include "tests/simt/executor.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/ptx/library.hpp"
#include "tests/ptx/warp.hpp"
#include "tests/simt/control.hpp"
#include "tests/simt/include/cuda_runtime.h"
#include "tests/simt/memory.hpp"
#include "tests/simt/symbols.hpp"

namespace ptx {

namespace {

const char* setting(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? nullptr : value;
}

Place as_place(uint3 at) { return {at.x, at.y, at.z}; }
uint3 as_uint3(const Place& at) { return {at.x, at.y, at.z}; }

/// Pinned memory from `at` on, as far as one access may go.
Range pinned_around(const char* at) {
  const auto address = reinterpret_cast<std::uint64_t>(at);
  for (const std::size_t bytes : {16, 8, 4, 2, 1}) {
    if (simt::is_pinned(at, bytes)) return {address, address + bytes};
  }
  return {};
}

/// The executor's memory, and its order of launches.
class ExecutorWorld final : public World {
 public:
  Range allocation(std::uint64_t address) override {
    const auto* at = reinterpret_cast<const char*>(address);
    if (!simt::is_device(at)) return pinned_around(at);
    const simt::Allocation* owner = simt::allocation_at(at);
    if (owner == nullptr || !owner->live) return {};
    const auto begin = reinterpret_cast<std::uint64_t>(owner->base);
    return {begin, begin + owner->bytes};
  }
  std::string address_problem(std::uint64_t address, std::size_t bytes) override {
    return simt::device_range_problem(reinterpret_cast<const char*>(address), bytes);
  }
  bool watches_order() override { return !simt::launch_now->next.empty(); }
  std::string order_problem(std::uint64_t address, std::size_t bytes, Access access,
                            const ThreadPlace& who, bool after_wait) override {
    const auto* at = reinterpret_cast<const void*>(address);
    if (!simt::is_device(at)) return "";
    const simt::Access same = access == Access::read    ? simt::Access::read
                              : access == Access::write ? simt::Access::write
                                                        : simt::Access::atomic;
    return simt::launch_order_problem(at, bytes, same, {as_uint3(who.block), as_uint3(who.thread)},
                                      after_wait);
  }
  bool must_wait() override { return simt::launch_now->ahead; }
  void waited() override { simt::launch_now->waited = true; }
};

Files chosen_files(const std::string& architecture) {
  if (const char* folder = setting("VGAN_PTX_FOLDER")) return read_folder(folder, architecture);
#ifdef VGAN_PTX_FOLDER
  return read_folder(VGAN_PTX_FOLDER, architecture);
#else
  if (architecture != VGAN_PTX_FIXTURE_ARCHITECTURE)
    throw std::runtime_error(VGAN_PTX_FIXTURE " has PTX for " VGAN_PTX_FIXTURE_ARCHITECTURE
                                              " alone, not for " +
                             architecture + ", which takes nvcc");
  return read_fixture(VGAN_PTX_FIXTURE).files;
#endif
}

Files some_files(const std::string& architecture) {
  Files files = chosen_files(architecture);
  if (files.empty()) throw std::runtime_error("there is no PTX for " + architecture);
  return files;
}

Library& library() {
  static Library all(some_files(setting("VGAN_PTX")));
  return all;
}

/// Who touched device memory, for all launches of the process.
Shadow& shadow() {
  static Shadow all;
  return all;
}

/// Blocks of the current launch as PTX.
class InterpretedBlocks final : public simt::LiveBlocks {
 public:
  void start(const std::vector<unsigned>& block_ranks, std::mt19937_64& random) override {
    if (!begun_ && !guard([&] { begin(random); })) return;
    launch_.watches_order = world_.watches_order();
    for (std::size_t i = 0; i < block_ranks.size(); ++i) {
      if (blocks_.size() <= waiting_) blocks_.push_back(std::make_unique<Block>());
      Block& block = *blocks_[waiting_];
      bool ended = true;
      const bool good = guard([&] {
        block.begin(launch_, block_ranks[i]);
        ended = block.run(random);
      });
      if (!good) return drop();
      if (!ended) ++waiting_;
    }
    random_ = &random;
  }
  void resume() override {
    launch_.watches_order = world_.watches_order();
    for (std::size_t i = 0; i < waiting_; ++i) {
      Block& block = *blocks_[i];
      const bool good = guard([&] {
        block.release_from_grid_wait();
        block.run(*random_);
      });
      if (!good) break;
    }
    drop();
  }
  void drop() override { waiting_ = 0; }

 private:
  void begin(std::mt19937_64& random) {
    const simt::RunningLaunch& now = *simt::launch_now;
    begun_ = true;
    launch_.kernel = &library().kernel(simt::symbol_name(now.call->kernel));
    launch_.grid = as_place(now.shape.grid);
    launch_.block = as_place(now.shape.block);
    launch_.dynamic_bytes = static_cast<std::uint32_t>(now.shape.dynamic_bytes);
    launch_.programmatic = now.shape.programmatic;
    launch_.world = &world_;
    launch_.shadow = &shadow();
    shadow().begin_launch();
    static std::uint32_t launches = 0;
    launch_.serial = ++launches;
    launch_.choices.late_copies = random() % 4 != 0;
    launch_.choices.cut_sums = setting("VGAN_PTX_CUT_SUMS") != nullptr;
    take_arguments(*now.call);
    check_limits(launch_);
  }

  void take_arguments(const simt::KernelCall& call) {
    const Kernel& kernel = *launch_.kernel;
    const std::vector<simt::Argument> arguments = call.arguments();
    launch_.parameters.assign(kernel.parameter_bytes, 0);
    if (arguments.size() != kernel.parameters.size())
      throw ParseError("it is launched with " + std::to_string(arguments.size()) +
                       " arguments, its PTX has " + std::to_string(kernel.parameters.size()));
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const Parameter& parameter = kernel.parameters[i];
      if (arguments[i].bytes != parameter.bytes)
        throw ParseError("argument " + std::to_string(i) + " has " +
                         std::to_string(arguments[i].bytes) + " bytes, the PTX's parameter " +
                         std::to_string(parameter.bytes));
      std::memcpy(&launch_.parameters[parameter.offset], arguments[i].data, parameter.bytes);
    }
  }

  /// Whether nothing was found; a fault becomes a finding of the executor.
  template <class Body>
  bool guard(const Body& body) {
    const std::string kernel = "kernel " + simt::launch_now->name;
    try {
      body();
      return true;
    } catch (const Fault& fault) {
      simt::record_finding(kernel + ", block " + simt::place(as_uint3(fault.who.block)) +
                               ", thread " + simt::place(as_uint3(fault.who.thread)) + ": " +
                               fault.what(),
                           fault.bad_address ? cudaErrorIllegalAddress : cudaErrorLaunchFailure);
    } catch (const std::exception& error) {
      simt::record_finding(kernel + ": " + error.what(), cudaErrorLaunchFailure);
    }
    return false;
  }

  ExecutorWorld world_;
  LaunchState launch_;
  bool begun_ = false;
  std::vector<std::unique_ptr<Block>> blocks_;
  std::size_t waiting_ = 0;  // of blocks_, from the first: have begun and not ended
  std::mt19937_64* random_ = nullptr;
};

[[maybe_unused]] const bool installed = [] {
  const char* architecture = setting("VGAN_PTX");
  if (architecture == nullptr) return false;
  if (std::string(architecture) != "90a" && std::string(architecture) != "80") {
    std::fprintf(stderr, "VGAN_PTX: found '%s'; allowed 90a, 80\n", architecture);
    std::_Exit(2);
  }
  simt::keep_device_memory_open();
  simt::run_kernels_by(
      {[]() -> std::unique_ptr<simt::LiveBlocks> { return std::make_unique<InterpretedBlocks>(); },
       [](std::unique_ptr<simt::LiveBlocks>) {}, [](const void*) { return true; },
       std::atoi(architecture) / 10});
  return true;
}();

}  // namespace

}  // namespace ptx
