// Convolutions on the CPU touch their tensors alone: first all tensors end at pages that no one may
// touch, then all begin there. The library that computes them loads vectors of up to 64 bytes and
// tiles of up to 1 KiB, and may be wrong about the last of them.
#include <memory>
#include <vector>

#include "kernels/cpu/products/library_error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/conv_reference.hpp"
#include "tests/support/guarded.hpp"

using namespace vgan;
using namespace vgan::testing;
using math::Activation;

namespace {

struct Tensor {
  Tensor(Device& device, std::int64_t rows, std::int64_t cols, ElementType type, Edge edge,
         std::uint64_t seed)
      : memory(static_cast<std::size_t>(rows * cols) * element_size(type), edge),
        ref{memory.data(), type, rows, cols, cols} {
    const TightMatrix values(device, rows, cols, random_values(rows * cols, seed, type), type);
    std::memcpy(memory.data(), values.ref().data,
                static_cast<std::size_t>(rows * cols) * element_size(type));
  }
  std::vector<double> values() const {
    std::vector<double> all;
    for (std::int64_t i = 0; i < ref.size(); ++i) {
      all.push_back(ref.type == ElementType::f32
                        ? static_cast<double>(static_cast<const float*>(ref.data)[i])
                        : math::to_float(static_cast<const math::BFloat16*>(ref.data)[i]));
    }
    return all;
  }
  VectorView<float> vector() const { return {static_cast<float*>(ref.data), ref.cols}; }

  GuardedMemory memory;
  MatrixRef ref;
};

}  // namespace

TEST_CASE("a convolution on the CPU touches its tensors alone", "[kernels][conv][isa]") {
  Device device = open_device("cpu");
  for (const Edge edge : {Edge::back, Edge::front}) {
    for (const ElementType type : {ElementType::f32, ElementType::bf16}) {
      for (const ConvGeometry& g : odd_geometries()) {
        for (const std::int64_t n : {1, 3}) {
          INFO((edge == Edge::back ? "the page after, " : "the page before, ")
               << cpu::name_of(type) << ", " << to_text(g) << ", " << n << " images");
          const Tensor large(device, n, g.large_size(), type, edge, 1);
          const Tensor small(device, n, g.small_size(), type, edge, 2);
          const Tensor w(device, g.patch_size(), g.filters, type, edge, 3);
          const Tensor b_small(device, 1, g.filters, ElementType::f32, edge, 4);
          const Tensor b_large(device, 1, g.channels, ElementType::f32, edge, 5);
          const Tensor to_small(device, n, g.small_size(), type, edge, 6);
          const Tensor to_large(device, n, g.large_size(), type, edge, 7);
          const Tensor dw(device, g.patch_size(), g.filters, ElementType::f32, edge, 8);
          Backend& backend = *device.backend;
          for (const Activation activation : {Activation::leaky_relu, Activation::tanh}) {
            backend.conv(*device.queue,
                         {g, false, large.ref, w.ref, b_small.vector(), {}, to_small.ref},
                         {activation, 0.2F});
            backend.conv(*device.queue,
                         {g, true, small.ref, w.ref, b_large.vector(), {}, to_large.ref},
                         {activation, 0.2F});
            backend.conv(*device.queue, {g, false, large.ref, w.ref, {}, small.ref, to_small.ref},
                         {activation, 0.2F});
            backend.conv(*device.queue, {g, true, small.ref, w.ref, {}, large.ref, to_large.ref},
                         {activation, 0.2F});
          }
          backend.conv_backward_weights(*device.queue, g, large.ref, small.ref, dw.ref.as<float>(),
                                        {.accumulate = false});
          backend.conv(*device.queue, {g, false, large.ref, w.ref, {}, {}, to_small.ref}, {});
          backend.conv(*device.queue, {g, true, small.ref, w.ref, {}, {}, to_large.ref}, {});
          device.queue->synchronise();
          const auto x = random_values(n * g.large_size(), 1, type);
          const auto y = random_values(n * g.small_size(), 2, type);
          const auto weights = random_values(g.patch_size() * g.filters, 3, type);
          const Tolerance rounded{1e-3, type == ElementType::bf16 ? 1.0 / 256.0 : 1e-5};
          require_close("dw", dw.values(), reference::conv_weight_gradient(g, x, y, n),
                        {1e-3, 1e-5});
          require_close("small", to_small.values(), reference::conv(g, false, x, weights, n),
                        rounded);
          require_close("large", to_large.values(), reference::conv(g, true, y, weights, n),
                        rounded);
        }
      }
    }
  }
}
