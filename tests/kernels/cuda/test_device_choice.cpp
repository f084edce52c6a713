// The chosen one of several devices alone gets a context, and the calling thread keeps its own.
#include <cuda_runtime_api.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/error.hpp"
#include "engine/device/cuda/cuda_targets.hpp"
#include "engine/device/devices.hpp"
#include "engine/generate/generate.hpp"
#include "engine/run/run.hpp"
#include "engine/train/trainer.hpp"
#include "tests/simt/simt.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/tiny_images.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

/// A process that has done nothing yet, on a machine with three devices; restored at the end.
struct ThreeDevices {
  ThreeDevices() {
    simt::reset();
    simt::set_device_count(3);
    simt::forget_contexts();
  }
  ~ThreeDevices() {
    simt::reset();
    simt::forget_contexts();
    (void)cudaSetDevice(0);
  }
};

TrainConfig on_device(const std::string& device) {
  TrainConfig config = small_config();
  config.device = device;
  return config;
}

int current_device() {
  int device = -1;
  REQUIRE(cudaGetDevice(&device) == cudaSuccess);
  return device;
}

/// Each public call of a trainer on cuda:1, by name, in an order that works.
void call_everything(const std::function<void(const std::string&)>& called) {
  const Trials images = bar_images();
  std::optional<Trainer> trainer(std::in_place, on_device("cuda:1"), images);
  called("Trainer");
  (void)trainer->train_epoch();
  called("train_epoch");
  trainer->train(2, [](const StepReport&) { return true; });
  called("train");
  (void)trainer->sample(3, 1);
  called("sample");
  (void)trainer->preview(3);
  called("preview");
  const Checkpoint checkpoint = trainer->checkpoint();
  called("checkpoint");
  trainer->restore(checkpoint);
  called("restore");
  trainer->start_from(checkpoint);
  called("start_from");
  trainer->end_here();
  called("end_here");
  *trainer = Trainer(on_device("cuda:1"), images);
  called("operator=");
  trainer.reset();
  called("~Trainer");
}

/// Runs on disk, from training to samples.
void call_runs(const std::function<void(const std::string&)>& called) {
  const TempDir folder;
  write_tiny_images(folder.path() / "tiny.npy");
  RunRequest request;
  request.config = on_device("cuda:1");
  request.config.data = (folder.path() / "tiny.npy").string();
  request.config.out = (folder.path() / "run").string();
  request.config.epochs = 2;
  (void)run_training(request);
  called("run_training");
  GenerateRequest samples;
  samples.model = folder.path() / "run";
  samples.out = (folder.path() / "samples.npy").string();
  samples.count = 4;
  samples.device = "cuda:1";
  (void)generate(samples);
  called("generate");
}

}  // namespace

TEST_CASE("what devices there are is asked without a context on any", "[cuda][device_choice]") {
  const ThreeDevices restored;
  const std::vector<DeviceStatus> devices = list_cuda_devices();
  REQUIRE(devices.size() == 3);
  for (const DeviceStatus& device : devices) {
    INFO(device.name << ": " << device.detail);
    CHECK(device.usable);
    CHECK_THAT(device.detail, ContainsSubstring("compute capability 9.0, 4 SMs, 1 GiB"));
  }
  CHECK(simt::devices_with_contexts().empty());
}

TEST_CASE("only the chosen device gets a context", "[cuda][device_choice]") {
  const ThreeDevices restored;
  call_everything([](const std::string& call) {
    INFO(call);
    CHECK(simt::devices_with_contexts() == std::set<int>{1});
  });
  call_runs([](const std::string& call) {
    INFO(call);
    CHECK(simt::devices_with_contexts() == std::set<int>{1});
  });
  // A thread that had chosen nothing is still on the first device, which has been left alone.
  CHECK(current_device() == 0);
}

TEST_CASE("a program's current device is its own after every public call",
          "[cuda][device_choice]") {
  const ThreeDevices restored;
  REQUIRE(cudaSetDevice(2) == cudaSuccess);
  const auto require_kept = [](const std::string& call) {
    INFO(call);
    CHECK(current_device() == 2);
  };
  call_everything(require_kept);
  call_runs(require_kept);
  (void)cuda_status();
  require_kept("cuda_status");
  (void)list_devices();
  require_kept("list_devices");
}

TEST_CASE("a trainer that cannot be made leaves the current device too", "[cuda][device_choice]") {
  const ThreeDevices restored;
  REQUIRE(cudaSetDevice(2) == cudaSuccess);
  const Trials images = bar_images();
  simt::fail_call("cudaMalloc", 2, 3);
  CHECK_THROWS_AS(Trainer(on_device("cuda:1"), images), Error);
  CHECK(current_device() == 2);
  CHECK_THROWS_AS(Trainer(on_device("cuda:7"), images), Error);
  CHECK(current_device() == 2);
}

TEST_CASE("a device that cannot be opened is named with the reason, and auto takes the CPU",
          "[cuda][device_choice]") {
  const ThreeDevices restored;
  constexpr int in_use = 46;
  simt::fail_call("cuDevicePrimaryCtxRetain", in_use);
  simt::fail_call("cudaFuncGetAttributes", in_use);
  try {
    (void)open_backend("cuda:1", 1);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::no_device);
    CHECK_THAT(error.what(), ContainsSubstring("cuda:1") &&
                                 ContainsSubstring("exclusive use by another process"));
  }
  simt::reset();
  simt::set_device_count(3);
  simt::fail_call("cudaFuncGetAttributes", in_use);
  CHECK(open_backend("auto", 1)->info().kind == "cpu");
}

TEST_CASE("which devices a build has code for", "[cuda][device_choice]") {
  using cuda::has_code_for;
  // Machine code: its own major version, from its minor one on.
  CHECK(has_code_for("80-real", 8, 0));
  CHECK(has_code_for("80-real", 8, 9));
  CHECK_FALSE(has_code_for("86-real", 8, 0));
  CHECK_FALSE(has_code_for("80-real", 9, 0));
  // PTX: everything newer.
  CHECK(has_code_for("90-virtual", 12, 0));
  CHECK_FALSE(has_code_for("90-virtual", 8, 9));
  CHECK(has_code_for("80-real 90", 10, 3));
  CHECK(has_code_for("80-real 90", 8, 6));
  CHECK_FALSE(has_code_for("90", 8, 9));
  // An architecture with a letter serves itself alone.
  CHECK(has_code_for("90a-real", 9, 0));
  CHECK_FALSE(has_code_for("90a-virtual", 10, 0));
  CHECK(has_code_for("100f-real", 10, 3));
  CHECK_FALSE(has_code_for("100f-real", 12, 0));
  CHECK(has_code_for("80-real 86-real 89-real 90a-real 90-virtual", 9, 0));
  CHECK(has_code_for("80-real 86-real 89-real 90a-real 90-virtual", 12, 1));
  CHECK_FALSE(has_code_for("80-real 86-real 89-real 90a-real", 10, 0));
  CHECK_FALSE(has_code_for("", 9, 0));
  CHECK(has_code_for("native", 9, 0));
}
