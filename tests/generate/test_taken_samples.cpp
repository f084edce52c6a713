// Samples that are handed to a program are those that a file of them has.
#include <cmath>
#include <filesystem>
#include <span>
#include <vector>

#include "engine/data/readers/npy.hpp"
#include "engine/generate/generate.hpp"
#include "engine/run/run.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/tiny_images.hpp"

using namespace vgan;
using namespace vgan::testing;

TEST_CASE("samples are taken as they would be written", "[engine][generate]") {
  const TempDir folder;
  write_tiny_images(folder.path() / "tiny.npy");
  RunRequest run;
  run.config = small_config();
  run.config.data = (folder.path() / "tiny.npy").string();
  run.config.out = (folder.path() / "run").string();
  run.config.epochs = 3;
  run.config.evaluate_every = 0;
  (void)run_training(run);

  GenerateRequest request;
  request.model = run.config.out;
  request.count = 300;  // more than a block
  request.device = "cpu";
  request.threads = 1;
  std::vector<double> taken;
  request.take = [&](std::span<const double> block) {
    CHECK(block.size() % 64 == 0);
    taken.insert(taken.end(), block.begin(), block.end());
  };
  CHECK(generate(request).count == 300);
  REQUIRE(taken.size() == 300 * 64);
  CHECK_FALSE(std::filesystem::exists("samples.npy"));

  request.take = nullptr;
  request.out = (folder.path() / "s.npy").string();
  (void)generate(request);
  const Trials written = read_npy_trials(request.out);
  const auto& pixels = std::get<std::vector<std::uint8_t>>(written.values);
  REQUIRE(pixels.size() == taken.size());
  // Bytes are rounded in the file: by the device there, by whoever takes them here.
  for (std::size_t i = 0; i < taken.size(); ++i) {
    INFO(i);
    REQUIRE(std::abs(taken[i] - pixels[i]) <= 0.501);
  }
}
