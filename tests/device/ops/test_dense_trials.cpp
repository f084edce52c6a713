// A generator's last layer in one operation, against its parts: the layer, then the map by plain
// loops on the host, bit for bit.
#include "kernels/math/pixel.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/device.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

struct Case {
  std::int64_t rows, inputs, outputs;
};

// Columns below, at and above a vector of floats, of bytes and a tile; rows past a tile.
const std::vector<Case> cases{{0, 3, 4},    {1, 1, 1},    {3, 16, 15},    {31, 33, 16},
                              {2, 7, 17},   {5, 31, 63},  {256, 40, 64},  {33, 20, 65},
                              {257, 9, 80}, {4, 65, 129}, {300, 100, 200}};
const std::vector<Activation> activations{Activation::identity, Activation::leaky_relu,
                                          Activation::tanh, Activation::sigmoid};
// To [0, 1], to pixels, to a range of its own.
const std::vector<OutputMap> maps{{-1.0F, 0.5F, 0.0F}, {-1.0F, 127.5F, 0.0F}, {0.0F, 7.3F, -2.1F}};

}  // namespace

TEST_CASE("dense_trials is dense_forward and then the map, bit for bit", "[kernels][dense]") {
  for (const std::string& name : usable_devices()) {
    Device device = open_device(name);
    for (const ElementType type : {ElementType::f32, ElementType::bf16}) {
      for (const Case& c : cases) {
        const DeviceMatrix x(device, c.rows, c.inputs, random_values(c.rows * c.inputs, 1, type),
                             type);
        const DeviceMatrix w(device, c.inputs, c.outputs,
                             random_values(c.inputs * c.outputs, 2, type), type);
        const DeviceMatrix b(device, 1, c.outputs, random_values(c.outputs, 3));
        for (const Activation activation : activations) {
          for (const bool with_bias : {true, false}) {
            INFO(name << (type == ElementType::bf16 ? " bf16" : " f32") << ", rows " << c.rows
                      << ", inputs " << c.inputs << ", outputs " << c.outputs << ", activation "
                      << static_cast<int>(activation));
            const auto bias = with_bias ? b.vector() : VectorView<float>{};
            const DeviceMatrix y(device, c.rows, c.outputs);
            device.backend->dense_forward(*device.queue, x.ref(), w.ref(), bias, y.ref(),
                                          {activation});
            const std::vector<double> outputs = y.get();
            for (const OutputMap& map : maps) {
              std::vector<double> floats;
              std::vector<double> pixels;
              for (const double output : outputs) {
                const float value = math::map_output(static_cast<float>(output), map);
                floats.push_back(value);
                pixels.push_back(math::round_pixel(value));
              }
              for (const ElementType to : {ElementType::f32, ElementType::u8}) {
                const DeviceMatrix trials(device, c.rows, c.outputs, to);
                device.backend->dense_trials(*device.queue, x.ref(), w.ref(), bias, trials.ref(),
                                             {activation}, map);
                CHECK((trials.get() == (to == ElementType::u8 ? pixels : floats)));
              }
            }
          }
        }
      }
    }
  }
}

TEST_CASE("dense_trials refuses other shapes and types before any work", "[kernels][dense]") {
  for (const std::string& name : usable_devices()) {
    Device device = open_device(name);
    const DeviceMatrix x(device, 2, 3);
    const DeviceMatrix w(device, 3, 4);
    const DeviceMatrix b(device, 1, 4);
    const auto refuse = [&](const DeviceMatrix& from, VectorView<float> bias, MatrixRef trials) {
      CHECK_THROWS_WITH(
          device.backend->dense_trials(*device.queue, from.ref(), w.ref(), bias, trials, {}, {}),
          ContainsSubstring("dense_trials"));
    };
    const DeviceMatrix narrow(device, 2, 3, ElementType::u8);
    const DeviceMatrix half(device, 2, 4, ElementType::bf16);
    const DeviceMatrix right(device, 2, 4, ElementType::u8);
    refuse(x, b.vector(), narrow.ref());
    refuse(x, b.vector(), half.ref());
    refuse(x, {b.vector().data, 3}, right.ref());
    refuse(DeviceMatrix(device, 2, 3, ElementType::bf16), b.vector(), right.ref());
    refuse(DeviceMatrix(device, 3, 3), b.vector(), right.ref());
  }
}
