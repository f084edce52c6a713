// What a model over cells computes in, on either kind of device.
#include "engine/base/error.hpp"
#include "engine/models/generator_model.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;
using namespace vgan::testing;

TEST_CASE("bf16 of a model over cells is for training on the CPU", "[models][cells]") {
  DeviceInfo cpu, gpu;
  cpu.kind = "cpu";
  gpu.kind = "cuda";
  gpu.name = "A GPU";
  gpu.fast_bf16 = gpu.tf32 = true;
  for (const DeviceInfo& device : {cpu, gpu}) {
    CHECK(training_precision_over_cells(PrecisionKind::automatic, device) == PrecisionKind::fp32);
    CHECK(training_precision_over_cells(PrecisionKind::fp32, device) == PrecisionKind::fp32);
    CHECK(training_precision_over_cells(PrecisionKind::tf32, device) == PrecisionKind::tf32);
  }
  CHECK(training_precision_over_cells(PrecisionKind::bf16, cpu) == PrecisionKind::bf16);
  const auto refusal = [](auto call) {
    try {
      call();
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::bad_config);
      return std::string(error.what());
    }
    return std::string();
  };
  const std::string refused =
      refusal([&] { (void)training_precision_over_cells(PrecisionKind::bf16, gpu); });
  CHECK_THAT(refused, ContainsSubstring("A GPU") && ContainsSubstring("--device cpu"));
  // Rows are drawn in f32.
  CHECK_THAT(refusal([] { (void)precision_over_cells(PrecisionKind::bf16); }),
             ContainsSubstring("bf16"));
}
