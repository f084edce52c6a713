// Operations of stabilisers and autoencoders against PyTorch in double. The values and their recipe
// come from tests/golden/make_model_ops.py.
#include "engine/checkpoint/safetensors.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/paths.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

// Values of up to 10, computed in f32 from the same inputs.
constexpr Tolerance tolerance{2e-6, 4e-6};

/// The tensors of one group.
class Golden {
 public:
  explicit Golden(std::string group)
      : group_(std::move(group)),
        file_(SafetensorsReader::open(source_dir() + "/tests/golden/model_ops.safetensors")) {}

  std::vector<double> values(const std::string& name) const {
    const auto stored = file_.read_f32(group_ + "/" + name);
    return {stored.begin(), stored.end()};
  }
  void require(const std::string& name, const std::vector<double>& got) const {
    require_close(group_ + "/" + name, got, values(name), tolerance);
  }

 private:
  std::string group_;
  SafetensorsReader file_;
};

}  // namespace

TEST_CASE("spectral normalisation agrees with PyTorch", "[kernels][spectral][golden]") {
  on_every_device([](Device& device) {
    for (const int iterations : {1, 3}) {
      const Golden golden("spectral_" + std::to_string(iterations));
      const DeviceMatrix w(device, 33, 20, golden.values("w")),
          u(device, 1, 20, golden.values("u")), v(device, 1, 33), sigma(device, 1, 1),
          normalised(device, 33, 20), g(device, 33, 20, golden.values("g"));
      for (int k = 0; k < iterations; ++k) {
        device.backend->run(*device.queue, SpectralTask{w.view(), u.vector(), v.vector(),
                                                        sigma.view().data, normalised.view()});
      }
      golden.require("u_after", u.get());
      golden.require("v_after", v.get());
      golden.require("sigma", sigma.get());
      golden.require("normalised", normalised.get());
      device.backend->run(*device.queue,
                          SpectralGradientTask{normalised.view(), u.vector(), v.vector(),
                                               sigma.view().data, g.view()});
      golden.require("dw", g.get());
    }
  });
}

TEST_CASE("minibatch standard deviation agrees with PyTorch",
          "[kernels][minibatch_stddev][golden]") {
  on_every_device([](Device& device) {
    const Golden golden("stddev");
    const DeviceMatrix x(device, 8, 37, golden.values("x")), ds(device, 8, 1, golden.values("ds")),
        statistic(device, 8, 1), dx(device, 8, 37);
    device.backend->run(*device.queue, MinibatchStddevTask{x.ref(), statistic.ref(), 4});
    golden.require("statistic", statistic.get());
    device.backend->run(*device.queue, MinibatchStddevBackwardTask{x.ref(), ds.ref(), dx.ref(), 4});
    golden.require("dx", dx.get());
  });
}

TEST_CASE("an autoencoder's terms agree with PyTorch", "[kernels][autoencoder][golden]") {
  on_every_device([](Device& device) {
    const Golden golden("vae");
    const DeviceMatrix statistics(device, 6, 10, golden.values("statistics")),
        noise(device, 6, 5, golden.values("noise")), dz(device, 6, 5, golden.values("dz")),
        dstatistics(device, 6, 10), kl(device, 1, 1);
    device.backend->run(*device.queue,
                        LatentLossTask{statistics.ref(), noise.ref(), dz.ref(), dstatistics.ref(),
                                       0.7F, nullptr, kl.view().data});
    golden.require("kl", kl.get());
    golden.require("dstatistics", dstatistics.get());

    const DeviceMatrix y(device, 6, 9, golden.values("y")), x(device, 6, 9, golden.values("x")),
        dy(device, 6, 9), bce(device, 1, 1), mse(device, 1, 1);
    device.backend->run(*device.queue,
                        ReconstructionTask{y.ref(), x.ref(), dy.ref(), Likelihood::bernoulli,
                                           bce.view().data, mse.view().data});
    golden.require("bce", bce.get());
    golden.require("mse", mse.get());
    golden.require("dy", dy.get());
  });
}
