// Samples in bulk, on every device: bit for bit what one block at a time gives, and true errors.
#include <chrono>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <thread>

#include "engine/base/error.hpp"
#include "engine/nn/inference.hpp"
#include "engine/sample/latents.hpp"
#include "engine/sample/sampler.hpp"
#include "kernels/math/pixel.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/device.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

constexpr std::int64_t latent = 7;
constexpr std::int64_t trial = 36;
constexpr float slope = 0.2F;

std::vector<nn::LayerSpec> layers_of(Activation last) {
  return nn::dense_stack({latent, 24, trial}, last);
}

OutputRange range_of(Activation last) {
  // A network with an identity has data with a range of their own, one with another has u8 data.
  if (last == Activation::identity) return {last, -3.0F, 11.5F, false};
  return {last, 0.0F, 255.0F, true};
}

Sampler make_sampler(Device& device, Activation last, ElementType type, const Sampler::Room& room) {
  Sampler sampler(*device.backend, layers_of(last), slope, type, range_of(last), room);
  sampler.network().initialise(*device.queue, 5, 0);
  return sampler;
}

std::vector<std::byte> samples_of(Device& device, Sampler& sampler, const SampleRequest& request) {
  std::vector<std::byte> all;
  sampler.sample(*device.queue, request, [&](ConstMatrixRef block) {
    CHECK(block.cols == trial);
    CHECK(block.stride == trial);
    const auto* bytes = static_cast<const std::byte*>(block.data);
    const std::size_t size = static_cast<std::size_t>(block.size()) * element_size(block.type);
    all.insert(all.end(), bytes, bytes + size);
  });
  return all;
}

/// The slow twin: one block, one layer, one copy at a time; the map by plain loops.
class OneByOne {
 public:
  OneByOne(Device& device, Activation last, ElementType type, std::int64_t rows)
      : device_(&device),
        rows_(rows),
        last_(last),
        network_(*device.backend, layers_of(last), slope,
                 {.training = false, .average = false, .shadow = type == ElementType::bf16},
                 "twin"),
        tape_(*device.backend, layers_of(last), rows,
              nn::TapeOptions{type, ElementType::f32, false}, "twin"),
        z_(device, rows, latent, type) {
    network_.initialise(*device.queue, 5, 0);
  }

  std::vector<std::byte> samples(const SampleRequest& request) {
    std::vector<std::byte> all;
    if (request.mixture.components != components_) block_ = none;
    components_ = request.mixture.components;
    for (std::uint64_t n = request.first; n < request.first + request.count; ++n) {
      const std::uint64_t block = n / static_cast<std::uint64_t>(rows_);
      if (block != block_) compute(request, block);
      const auto row = static_cast<std::int64_t>(n % static_cast<std::uint64_t>(rows_));
      for (std::int64_t j = 0; j < trial; ++j) {
        append(host_[static_cast<std::size_t>(row * stride_ + j)], request.type, all);
      }
    }
    return all;
  }

 private:
  void compute(const SampleRequest& request, std::uint64_t block) {
    block_ = none;  // what throws below leaves no block
    const std::uint64_t number = block * static_cast<std::uint64_t>(rows_ * latent);
    const RandomStream stream{request.seed, request.purpose, number};
    draw_latents(*device_->backend, *device_->queue, stream, request.mixture, z_.ref());
    network_.forward(*device_->queue, z_.ref(), tape_.tape());
    const MatrixRef y = tape_.tape().outputs.back();
    stride_ = y.stride;
    host_.resize(static_cast<std::size_t>(rows_ * stride_));
    device_->backend->download(*device_->queue, y.data, host_.size() * sizeof(float), host_.data());
    device_->queue->synchronise();
    block_ = block;
  }

  void append(float output, ElementType type, std::vector<std::byte>& all) const {
    const OutputRange range = range_of(last_);
    const float unit = (output - range.output_low()) / (1.0F - range.output_low());
    if (type == ElementType::u8) {
      all.push_back(static_cast<std::byte>(math::round_pixel(255.0F * unit)));
      return;
    }
    const float gain = (range.high - range.low) / (1.0F - range.output_low());
    const float own = range.low + (output - range.output_low()) * gain;
    const float value = range.from_u8 ? unit : own;
    std::byte bytes[sizeof(float)];
    std::memcpy(bytes, &value, sizeof(float));
    all.insert(all.end(), bytes, bytes + sizeof(float));
  }

  Device* device_;
  std::int64_t rows_, stride_ = 0;
  Activation last_;
  nn::Network network_;
  nn::TapeStorage tape_;
  DeviceMatrix z_;
  std::vector<float> host_;
  static constexpr std::uint64_t none = ~std::uint64_t{0};
  std::uint64_t block_ = none;  ///< what host_ has, of this many components
  std::int64_t components_ = 1;
};

struct Part {
  std::uint64_t first, count;
};

}  // namespace

TEST_CASE("samples in bulk are those of one block at a time, bit for bit",
          "[engine][sampler][no_ptx]") {
  const std::vector<Part> parts{{0, 1},   {0, 255},    {0, 256},   {0, 257},   {255, 2},
                                {256, 1}, {250, 1300}, {511, 513}, {1023, 700}};
  for (const std::string& name : usable_devices()) {
    Device device = open_device(name);
    for (const ElementType type : {ElementType::f32, ElementType::bf16}) {
      for (const Activation last : {Activation::tanh, Activation::sigmoid, Activation::identity}) {
        for (const Sampler::Room& room : {Sampler::small, Sampler::Room{256, 2},
                                          Sampler::Room{512, 2}, Sampler::Room{512, 3}}) {
          Sampler sampler = make_sampler(device, last, type, room);
          OneByOne twin(device, last, type, sampler.unit_rows());
          for (const Part& part : parts) {
            for (const ElementType to : {ElementType::f32, ElementType::u8}) {
              INFO(name << ", " << room.slots << " slots of " << room.block_rows << " rows, first "
                        << part.first << ", count " << part.count << ", activation "
                        << static_cast<int>(last) << (to == ElementType::u8 ? ", u8" : ", f32"));
              SampleRequest request{9, Purpose::sample, part.first, part.count, to};
              if (part.count > 255) request.mixture = math::mixture_of(3, 8, 0.6);
              CHECK((samples_of(device, sampler, request) == twin.samples(request)));
            }
          }
        }
      }
    }
  }
}

TEST_CASE("the slow twin computes again what threw before", "[engine][sampler]") {
  Device device = open_device("cpu");
  OneByOne twin(device, Activation::tanh, ElementType::f32, 256);
  OneByOne fresh(device, Activation::tanh, ElementType::f32, 256);
  SampleRequest request{9, Purpose::sample, 3, 4, ElementType::f32};
  SampleRequest refused = request;
  refused.mixture.components = -1;  // the seam refuses it
  CHECK_THROWS_AS(twin.samples(refused), Error);
  CHECK_THROWS_AS(twin.samples(refused), Error);
  CHECK((twin.samples(request) == fresh.samples(request)));
}

TEST_CASE("blocks of any size give the CPU's samples bit for bit", "[engine][sampler]") {
  Device device = open_device("cpu");
  for (const ElementType type : {ElementType::f32, ElementType::bf16}) {
    Sampler one = make_sampler(device, Activation::tanh, type, Sampler::small);
    Sampler many = make_sampler(device, Activation::tanh, type, {1024, 3});
    const SampleRequest request{4, Purpose::sample, 77, 5000, ElementType::f32};
    CHECK((samples_of(device, one, request) == samples_of(device, many, request)));
  }
}

TEST_CASE("blocks in bulk are smaller for wide networks", "[engine][sampler]") {
  for (const std::string& name : usable_devices()) {
    Device device = open_device(name);
    const auto room_of = [&](std::int64_t pixels) {
      return Sampler::bulk(*device.backend, nn::dense_stack({9, pixels}, Activation::tanh),
                           ElementType::f32);
    };
    CHECK(room_of(784).block_rows > 256);
    CHECK(room_of(1 << 20).block_rows == 256);
    CHECK(room_of(1 << 20).slots == room_of(784).slots);
  }
}

TEST_CASE("u8 samples of u8 data are round(255 x) of the f32 samples", "[engine][sampler]") {
  for (const std::string& name : usable_devices()) {
    Device device = open_device(name);
    for (const Activation last : {Activation::tanh, Activation::sigmoid}) {
      Sampler sampler = make_sampler(device, last, ElementType::f32, {512, 2});
      SampleRequest request{3, Purpose::sample, 0, 3000, ElementType::f32};
      const std::vector<std::byte> floats = samples_of(device, sampler, request);
      request.type = ElementType::u8;
      const std::vector<std::byte> pixels = samples_of(device, sampler, request);
      REQUIRE(floats.size() == 4 * pixels.size());
      std::size_t right = 0;
      for (std::size_t i = 0; i < pixels.size(); ++i) {
        float value = 0.0F;
        std::memcpy(&value, floats.data() + 4 * i, 4);
        right +=
            std::to_integer<int>(pixels[i]) == static_cast<int>(std::nearbyint(255.0F * value));
      }
      CHECK(right == pixels.size());
    }
  }
}

TEST_CASE("what a taker or the caller throws ends sampling, and the sampler goes on",
          "[engine][sampler]") {
  for (const std::string& name : usable_devices()) {
    for (const int slots : {1, 2, 3}) {
      INFO(name << ", " << slots << " slots");
      Device device = open_device(name);
      Sampler sampler = make_sampler(device, Activation::tanh, ElementType::f32, {256, slots});
      const SampleRequest request{1, Purpose::sample, 0, 2000, ElementType::u8};
      const std::vector<std::byte> whole = samples_of(device, sampler, request);
      for (const int failing : {0, 1, 5}) {
        int blocks = 0;
        CHECK_THROWS_WITH(sampler.sample(*device.queue, request,
                                         [&](ConstMatrixRef) {
                                           if (blocks++ == failing) {
                                             throw std::runtime_error("the disk is full");
                                           }
                                         }),
                          "the disk is full");
        CHECK(blocks == failing + 1);
        CHECK((samples_of(device, sampler, request) == whole));

        int asked = 0;
        const auto stop = [&] {
          if (asked++ == failing) throw std::runtime_error("stopped");
        };
        CHECK_THROWS_WITH(sampler.sample(
                              *device.queue, request, [](ConstMatrixRef) {}, stop),
                          "stopped");
        CHECK((samples_of(device, sampler, request) == whole));
      }
    }
  }
}

TEST_CASE("room for products is that of the layer with the most, convolutions included",
          "[engine][sampler]") {
  ConvGeometry g;
  g.height = g.width = 16;
  g.small_height = g.small_width = 8;
  g.channels = 3;
  g.filters = 12;
  g.kernel_h = g.kernel_w = 4;
  g.stride_h = g.stride_w = 2;
  g.pad_h = g.pad_w = 1;
  nn::LayerSpec conv;
  conv.kind = nn::LayerKind::conv;
  conv.inputs = g.large_size();
  conv.outputs = g.small_size();
  conv.geometry = g;
  const nn::LayerSpec dense{g.small_size(), 5, Activation::identity};
  const std::vector<nn::LayerSpec> layers{conv, dense};
  for (const std::string& name : usable_devices()) {
    INFO(name);
    const Device device = open_device(name);
    const Backend& backend = *device.backend;
    for (const ElementType type : {ElementType::f32, ElementType::bf16}) {
      const std::size_t of_conv = backend.conv_scratch(g, Inference::block_rows, type);
      const std::size_t of_dense = backend.product_scratch(Inference::block_rows, 5, type);
      CHECK(forward_scratch(backend, layers, type, Inference::block_rows) ==
            std::max(of_conv, of_dense));
      // What Inference counts beside the layers' own memory is not less.
      const std::size_t own =
          nn::Network::bytes(backend, layers, {false, false, type == ElementType::bf16}) +
          nn::TapeStorage::bytes(layers, Inference::block_rows,
                                 {type, ElementType::f32, false, true});
      CHECK(Inference::bytes(backend, layers, type) >= own + of_conv);
    }
  }
}

TEST_CASE("the seconds of the stages are those of their work", "[engine][sampler]") {
  for (const std::string& name : usable_devices()) {
    Device device = open_device(name);
    Sampler sampler = make_sampler(device, Activation::tanh, ElementType::f32, {256, 2});
    const SampleRequest request{1, Purpose::sample, 0, 1024, ElementType::f32};
    const StageSeconds stages = sampler.sample(*device.queue, request, [](ConstMatrixRef) {
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
    });
    CHECK(stages.computing > 0.0);
    CHECK((stages.copying > 0.0) == !device.backend->info().host_memory);
    CHECK(stages.taking >= 4 * 0.003);
  }
}
