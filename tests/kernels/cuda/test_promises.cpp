// What the CUDA backend promises when CUDA says no: run on the host executor, where any call can
// be made to fail.
#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

#include "engine/device/devices.hpp"
#include "engine/run/run.hpp"
#include "engine/train/trainer.hpp"
#include "tests/kernels/cuda/executor_run.hpp"
#include "tests/simt/simt.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/same_tensors.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

TrainConfig on_cuda(const std::string& precision = "fp32") {
  TrainConfig config = small_config();
  config.device = "cuda";
  config.precision = vgan::read_word<vgan::PrecisionKind>(precision);
  return config;
}

/// The error that `body` ends in; fails the test if there is none.
template <class Body>
Error error_of(Body body) {
  try {
    body();
  } catch (const Error& error) {
    return error;
  }
  throw std::runtime_error("no error was thrown");
}

}  // namespace

TEST_CASE("without a driver or a device --device cuda says why, and auto takes the CPU",
          "[cuda][faults]") {
  const Restored restored;
  for (const int code : {35, 100}) {
    simt::reset();
    simt::fail_call("cudaGetDeviceCount", code);
    const Error error = error_of([] { (void)open_backend("cuda", 1); });
    INFO(error.what());
    CHECK(error.code() == ErrorCode::no_device);
    CHECK_THAT(error.what(), ContainsSubstring("(" + std::to_string(code) + ")"));
    CHECK_THAT(error.what(), ContainsSubstring("--device cpu"));

    simt::reset();
    simt::fail_call("cudaGetDeviceCount", code);
    CHECK(open_backend("auto", 1)->info().kind == "cpu");
  }
  simt::reset();
  simt::set_device_count(0);
  CHECK(error_of([] { (void)open_backend("cuda", 1); }).code() == ErrorCode::no_device);
}

TEST_CASE("a device that is not there is refused by number", "[cuda][faults]") {
  const Restored restored;
  simt::set_device_count(2);
  CHECK(open_backend("cuda:1", 1)->info().kind == "cuda");
  const Error error = error_of([] { (void)open_backend("cuda:2", 1); });
  CHECK(error.code() == ErrorCode::no_device);
  CHECK_THAT(error.what(), ContainsSubstring("cuda:0 to cuda:1"));
}

TEST_CASE("a plan that exceeds the device's memory names the largest batch that fits",
          "[cuda][faults]") {
  const Restored restored;
  simt::set_memory(std::size_t{261} << 20);  // 5 MiB beside what is held back
  TrainConfig config = on_cuda();
  config.r1 = 0.0;  // two variants of the step, which run once each, in place of four
  config.r1_every = 1;
  config.batch = 4096;
  config.g_layers = {2048};
  config.clusters = 0;
  const Trials images = bar_images(5000);
  const Error error = error_of([&] { const Trainer trainer(config, images); });
  INFO(error.what());
  CHECK(error.code() == ErrorCode::no_device);
  CHECK_THAT(error.what(), ContainsSubstring("largest batch that fits is "));
  const std::string text = error.what();
  const auto at = text.find("fits is ") + 8;
  config.batch = std::stoll(text.substr(at));
  CHECK(config.batch >= 1);
  CHECK(config.batch < 4096);
  Trainer fits(config, images);
  CHECK(fits.preview(1).size() == 36);
  ++config.batch;
  CHECK(error_of([&] { const Trainer trainer(config, images); }).code() == ErrorCode::no_device);
}

TEST_CASE("an allocation that fails is an unfit device, and harms nothing", "[cuda][faults]") {
  const Restored restored;
  const Trials images = bar_images();
  // Wherever on the way: data, networks, activations, workspaces.
  int failed = 0;
  for (int after = 0; after < 100; ++after) {
    simt::reset();
    simt::fail_call("cudaMalloc", 2, after);
    try {
      Trainer trainer(on_cuda("bf16"), images);
      trainer.train_epoch();
      (void)trainer.sample(4, 1);
      break;
    } catch (const Error& error) {
      INFO(after << ": " << error.what());
      CHECK(error.code() == ErrorCode::no_device);
      ++failed;
    }
    // The next one finds the device as it was.
    simt::reset();
    Trainer next(on_cuda(), images);
    CHECK(next.train_epoch().epoch == 1);
  }
  CHECK(failed >= 8);
  CHECK(failed < 100);
}

TEST_CASE("an error in capture, instantiation, replay or a copy ends training as internal",
          "[cuda][faults]") {
  const Restored restored;
  const Trials images = bar_images();
  // The message names the call, or the operation whose launch failed.
  const std::map<std::string, std::string> named{
      {"cudaStreamBeginCapture", "cudaStreamBeginCapture"},
      {"cudaStreamEndCapture", "cudaStreamEndCapture"},
      {"cudaGraphInstantiate", "cudaGraphInstantiate"},
      {"cudaGraphLaunch", "cudaGraphLaunch"},
      {"cudaMemcpyAsync", "cudaMemcpyAsync"},
      {"cudaStreamSynchronize", "cudaStreamSynchronize"},
      {"cudaEventRecord", "cudaEventRecord"},
      {"cudaStreamWaitEvent", "cudaStreamWaitEvent"},
      {"cudaLaunchKernelEx", "uniform"},
      {"cublasLtMatmul", "cublasLtMatmul"}};
  for (const auto& [call, said] : named) {
    for (const int code : {1, 700}) {
      INFO(call << ", error " << code);
      simt::reset();
      simt::fail_call(call, call == "cublasLtMatmul" ? 14 : code);
      const Error error = error_of([&] {
        Trainer trainer(on_cuda(), images);
        for (int epoch = 0; epoch < 3; ++epoch) trainer.train_epoch();
      });
      INFO(error.what());
      CHECK(error.code() == ErrorCode::internal);
      CHECK_THAT(error.what(), ContainsSubstring(said));
    }
  }
  simt::reset();
  Trainer trainer(on_cuda(), images);
  CHECK(trainer.train_epoch().epoch == 1);
}

TEST_CASE("a lost context names the newest checkpoint and saves nothing of its own",
          "[cuda][faults]") {
  const Restored restored;
  const TempDir folder;
  RunRequest request = run_on_cuda(folder);
  request.config.sample_every = 0;
  struct Faulty final : RunObserver {
    void started(const Trainer&, const Trials&, const std::filesystem::path&,
                 std::uint64_t) override {}
    void note(const std::string&) override {}
    void epoch_done(const StepReport& report) override {
      // Inside queued work of a later epoch, so that it shows when something waits for it.
      if (report.epoch == 15) simt::fail_work("advance", 700, 3);
    }
  } observer;
  request.observer = &observer;
  const Error error = error_of([&] { (void)run_training(request); });
  INFO(error.what());
  CHECK(error.code() == ErrorCode::internal);
  CHECK_THAT(error.what(), ContainsSubstring("epoch-00000010.safetensors"));
  CHECK_THAT(error.what(), ContainsSubstring("--resume"));
  std::vector<std::string> kept;
  for (const auto& entry :
       std::filesystem::directory_iterator(folder.path() / "run" / "checkpoints")) {
    kept.push_back(entry.path().filename().string());
  }
  std::sort(kept.begin(), kept.end());
  CHECK(kept ==
        std::vector<std::string>{"epoch-00000000.safetensors", "epoch-00000010.safetensors"});

  // The run goes on from there, in a context of its own.
  simt::reset();
  request.observer = nullptr;
  request.resume = true;
  request.resume_from = folder.path() / "run";
  CHECK(run_training(request).epochs == 30);
}

TEST_CASE("results do not depend on the order in which ready work runs", "[cuda][order]") {
  const Restored restored;
  const Trials images = bar_images();
  std::optional<Checkpoint> first;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    simt::reset(seed);
    TrainConfig config = on_cuda("bf16");
    config.instance_noise = 0.1;
    Trainer trainer(config, images);
    trainer.train(12, [](const StepReport&) { return true; });
    const Checkpoint now = trainer.checkpoint();
    if (!first) first = now;
    INFO("seed " << seed);
    CHECK(same_tensors(now, *first));
  }
  CHECK(simt::take_findings().empty());
}
