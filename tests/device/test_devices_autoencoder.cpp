// Codes, samples and reconstructions of an autoencoder on every device, beside the CPU's.
#include <cstring>

#include "engine/train/trainer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/small_run.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

std::vector<float> tensor_of(const Checkpoint& checkpoint, const std::string& name) {
  const auto& bytes = checkpoint.tensors.at(name).bytes;
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

}  // namespace

TEST_CASE("codes and reconstructions are the CPU's, on every device", "[engine][devices]") {
  const Trials images = bar_images(300);  // one block and a part of the next
  for (const std::string& device : usable_devices()) {
    for (const char* model : {"vae", "ae"}) {
      INFO(device << ", " << model);
      TrainConfig config = small_config();
      config.model = vgan::read_word<vgan::ModelKind>(model);
      config.latent = 3;
      config.ema = 0.5;
      config.device = device;
      Trainer here(config, images);
      for (int epoch = 0; epoch < 10; ++epoch) here.train_epoch();
      const Checkpoint checkpoint = here.checkpoint();
      config.device = "cpu";
      Trainer there(config, images);
      there.restore(checkpoint);

      // Sums of at most 40 products in another order; a pixel on the edge may round the other way.
      require_close("reconstructions", here.reconstruct(images), there.reconstruct(images),
                    {1.0, 0.0});
      if (config.model == vgan::ModelKind::vae) continue;
      CHECK(here.samples_from() == "a Gaussian fitted to 300 codes");
      const Checkpoint again = there.checkpoint();
      for (const char* name : {"codes.mean", "codes.factor"}) {
        require_close(name, tensor_of(checkpoint, name), tensor_of(again, name), {1e-5, 1e-3});
      }
      require_close("samples", here.sample(20, 3), there.sample(20, 3), {1e-3, 0.0});
    }
  }
}
