// Convolutional layers and batch normalisation against PyTorch in double: outputs and all
// gradients. The values and their recipe come from tests/golden/make_conv_layers.py.
#include <nlohmann/json.hpp>

#include "engine/checkpoint/safetensors.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/conv_reference.hpp"
#include "tests/support/paths.hpp"

using namespace vgan;
using namespace vgan::testing;
using math::Activation;

namespace {

// Sums of up to some 200 products of standard normal numbers, in f32.
constexpr Tolerance tolerance{2e-5, 1e-5};
constexpr float slope = 0.2F;

class GoldenLayer {
 public:
  GoldenLayer(const SafetensorsReader& file, std::string name)
      : file_(&file), name_(std::move(name)) {}

  std::vector<double> operator[](const char* tensor) const {
    const std::vector<float> values = file_->read_f32(name_ + "/" + tensor);
    return {values.begin(), values.end()};
  }

 private:
  const SafetensorsReader* file_;
  std::string name_;
};

SafetensorsReader golden_file() {
  return SafetensorsReader::open(source_dir() + "/tests/golden/conv_layers.safetensors");
}

nlohmann::json described(const SafetensorsReader& file, const char* what) {
  return nlohmann::json::parse(file.header().metadata.at(what));
}

ConvGeometry geometry_of(const nlohmann::json& layer) {
  ConvGeometry g;
  g.height = layer["height"], g.width = layer["width"], g.channels = layer["channels"];
  g.small_height = layer["small_height"], g.small_width = layer["small_width"];
  g.filters = layer["filters"];
  g.kernel_h = layer["kernel_h"], g.kernel_w = layer["kernel_w"];
  g.stride_h = layer["stride_h"], g.stride_w = layer["stride_w"];
  g.pad_h = layer["pad_h"], g.pad_w = layer["pad_w"];
  return g;
}

void check_convolution(Device& device, const nlohmann::json& layer, const GoldenLayer& golden) {
  const ConvGeometry g = geometry_of(layer);
  const bool transposed = layer["transposed"];
  const std::int64_t n = layer["n"];
  const std::int64_t x_size = transposed ? g.small_size() : g.large_size();
  const std::int64_t y_size = transposed ? g.large_size() : g.small_size();
  const std::int64_t y_channels = transposed ? g.channels : g.filters;
  Backend& backend = *device.backend;
  Queue& queue = *device.queue;
  const TightMatrix x(device, n, x_size, golden["x"]), dy(device, n, y_size, golden["dy"]);
  const TightMatrix w(device, g.patch_size(), g.filters, golden["w"]);
  const DeviceMatrix b(device, 1, y_channels, golden["b"]);
  TightMatrix y(device, n, y_size), dx(device, n, x_size), dw(device, g.patch_size(), g.filters);
  DeviceMatrix db(device, 1, y_channels);
  backend.conv(queue, {g, transposed, x.ref(), w.ref(), b.vector(), {}, y.ref()}, {});
  require_close("y", y.get(), golden["y"], tolerance);
  backend.conv(queue, {g, !transposed, dy.ref(), w.ref(), {}, {}, dx.ref()}, {});
  require_close("dx", dx.get(), golden["dx"], tolerance);
  backend.conv_backward_weights(queue, g, transposed ? dy.ref() : x.ref(),
                                transposed ? x.ref() : dy.ref(), dw.view(), {});
  require_close("dw", dw.get(), golden["dw"], tolerance);
  backend.run(queue, ChannelSumsTask{dy.ref(), db.vector(), false});
  require_close("db", db.get(), golden["db"], tolerance);
}

}  // namespace

TEST_CASE("convolutions are PyTorch's, forward and gradients", "[kernels][conv][golden]") {
  const SafetensorsReader file = golden_file();
  const nlohmann::json layers = described(file, "convolutions");
  for (const std::string& name : usable_devices()) {
    Device device = open_device(name);
    for (const auto& [layer, description] : layers.items()) {
      INFO(name << ", " << layer);
      check_convolution(device, description, GoldenLayer(file, layer));
    }
  }
}

TEST_CASE("batch normalisation is PyTorch's, forward and gradients",
          "[kernels][batch_norm][golden]") {
  const SafetensorsReader file = golden_file();
  const nlohmann::json layers = described(file, "normalisations");
  for (const std::string& name : usable_devices()) {
    Device device = open_device(name);
    for (const std::string layer : layers) {
      INFO(name << ", " << layer);
      const GoldenLayer golden(file, layer);
      const auto channels = static_cast<std::int64_t>(golden["gamma"].size());
      const auto pixels = static_cast<std::int64_t>(golden["x"].size()) / channels;
      const auto vector = [&](const std::vector<double>& values) {
        return DeviceMatrix(device, 1, channels, values);
      };
      const std::vector<double> zeros(golden["gamma"].size(), 0.0);
      DeviceMatrix gamma = vector(golden["gamma"]), beta = vector(golden["beta"]),
                   mean = vector(golden["running_mean"]),
                   variance = vector(golden["running_variance"]), batch_mean = vector(zeros),
                   inverse = vector(zeros), dgamma = vector(zeros), dbeta = vector(zeros);
      const TightMatrix x(device, pixels, channels, golden["x"]);
      TightMatrix y(device, pixels, channels), dy(device, pixels, channels, golden["dy"]);
      Backend& backend = *device.backend;
      BatchNormTask task{x.ref(),          gamma.vector(), beta.vector(),     batch_mean.vector(),
                         inverse.vector(), mean.vector(),  variance.vector(), y.ref()};
      task.activation = Activation::leaky_relu;
      task.slope = slope;
      backend.run(*device.queue, task);
      require_close("y", y.get(), golden["y"], tolerance);
      require_close("running mean", mean.get(), golden["new_running_mean"], tolerance);
      require_close("running variance", variance.get(), golden["new_running_variance"], tolerance);
      backend.run(*device.queue,
                  ActivationBackwardTask{y.ref(), dy.ref(), Activation::leaky_relu, slope});
      backend.run(*device.queue, BatchNormBackwardTask{x.ref(), gamma.vector(), batch_mean.vector(),
                                                       inverse.vector(), dy.ref(), dgamma.vector(),
                                                       dbeta.vector()});
      require_close("dx", dy.get(), golden["dx"], tolerance);
      require_close("dgamma", dgamma.get(), golden["dgamma"], tolerance);
      require_close("dbeta", dbeta.get(), golden["dbeta"], tolerance);
      task.inference = true;
      backend.run(*device.queue, task);
      require_close("inference", y.get(), golden["inference"], tolerance);
    }
  }
}
