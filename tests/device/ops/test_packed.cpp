// Packed weights: through the seam on every backend, and their layout on the CPU.
#include <cmath>
#include <cstring>
#include <functional>

#include "kernels/cpu/products/amx.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/reference.hpp"
#include "tests/support/skip.hpp"

using namespace vgan;
using namespace vgan::testing;
using math::BFloat16;

namespace {

constexpr float slope = 0.2F;

struct Case {
  std::int64_t rows, inputs, outputs;
};
// Around the tile's 16 and 32, a slice's 64 and 256, and with a step of k cut short.
const std::vector<Case> cases{{1, 16, 16},    {5, 15, 40},   {31, 33, 31},   {32, 32, 32},
                              {33, 17, 65},   {64, 100, 64}, {257, 31, 130}, {128, 784, 48},
                              {300, 64, 257}, {40, 1057, 33}};

// f32 sums of k products of either sign, then 8 bits of result.
Tolerance bf16_tolerance(std::int64_t k) {
  return {0x1p-24 * (static_cast<double>(k) + 8.0), 1.0 / 256.0};
}

/// The copy that a backend's products read of a [inputs, outputs] weight.
class WeightOnDevice {
 public:
  WeightOnDevice(Device& device, const reference::Values& w, std::int64_t inputs,
                 std::int64_t outputs)
      : copy_(device.backend->weight_copy(inputs, outputs)),
        f32_(device, 1, inputs * outputs, w),
        buffer_(device.backend->allocate(static_cast<std::size_t>(copy_.elements) * 2, "a copy")),
        ref_{buffer_.data(), ElementType::bf16, inputs, outputs, outputs, copy_.packed} {
    const MatrixView<const float> from{f32_.view().data, inputs, outputs, outputs};
    device.backend->pack_weights(*device.queue, from, ref_);
  }
  ConstMatrixRef ref() const { return ref_; }

 private:
  WeightCopy copy_;
  DeviceMatrix f32_;
  Buffer buffer_;
  MatrixRef ref_;
};

template <class Body>
void for_each_case(Body body) {
  on_every_device([&](Device& device) {
    for (const Case& c : cases) {
      INFO("rows " << c.rows << ", " << c.inputs << " x " << c.outputs);
      body(device, c);
    }
  });
}

BFloat16 rounded(float value) { return math::to_bfloat16(value); }

/// Element (i, j) of a packed [k, n], as kernels/cpu/products/amx.hpp tells it.
std::size_t packed_at(std::int64_t k, std::int64_t i, std::int64_t j) {
  const std::int64_t tiles = (k + 31) / 32;
  return static_cast<std::size_t>((j / 16 * tiles + i / 32) * 512 + i % 32 / 2 * 32 + j % 16 * 2 +
                                  i % 2);
}

std::vector<float> floats(std::int64_t count, std::uint64_t seed) {
  const auto values = random_values(count, seed);
  std::vector<float> out(values.begin(), values.end());
  out[out.size() / 2] = math::float_from_bits(0x7FFFFFFFU);  // NaN that rounding would carry over
  out[out.size() / 4] = math::float_from_bits(0x7F800001U);  // NaN in the bits that are cut off
  out[out.size() / 3] = 0x1.FFFFFEp127F;                     // rounds to infinity
  out[0] = -0.0F;
  return out;
}

/// Packed memory that starts as something else than zeros.
cpu::amx::Lines lines_of(std::int64_t elements) {
  cpu::amx::Lines lines(static_cast<std::size_t>(elements / 32));
  std::memset(static_cast<void*>(lines.data()), 0x5A, lines.size() * sizeof(cpu::amx::Line));
  return lines;
}

void require_packed(const cpu::amx::Lines& got, std::int64_t k, std::int64_t n,
                    const std::function<BFloat16(std::int64_t, std::int64_t)>& want) {
  const BFloat16* numbers = got.data()->numbers;
  for (std::int64_t i = 0; i < cpu::amx::padded(k); ++i) {
    for (std::int64_t j = 0; j < cpu::amx::padded(n); ++j) {
      const BFloat16 value = i < k && j < n ? want(i, j) : BFloat16{0};
      if (numbers[packed_at(k, i, j)].bits != value.bits) {
        INFO("k " << k << ", n " << n << ": element " << i << ", " << j);
        REQUIRE(numbers[packed_at(k, i, j)].bits == value.bits);
      }
    }
  }
}

}  // namespace

TEST_CASE("a packed weight gives the forward product of the plain one", "[kernels][packed]") {
  for_each_case([](Device& device, const Case& c) {
    const auto x = random_values(c.rows * c.inputs, 1, ElementType::bf16);
    const auto w = random_values(c.inputs * c.outputs, 2, ElementType::bf16);
    const auto b = random_values(c.outputs, 3);
    const DeviceMatrix dx(device, c.rows, c.inputs, x, ElementType::bf16);
    const DeviceMatrix db(device, 1, c.outputs, b);
    const WeightOnDevice weight(device, w, c.inputs, c.outputs);
    for (const bool with_bias : {true, false}) {
      const auto sums = reference::product(x, w, c.rows, c.inputs, c.outputs,
                                           with_bias ? b : reference::Values{});
      for (const Activation activation :
           {Activation::identity, Activation::leaky_relu, Activation::tanh, Activation::sigmoid}) {
        DeviceMatrix y(device, c.rows, c.outputs, ElementType::bf16);
        device.backend->dense_forward(*device.queue, dx.ref(), weight.ref(),
                                      with_bias ? db.vector() : VectorView<float>{}, y.ref(),
                                      {activation, slope});
        reference::Values want;
        for (const double sum : sums) want.push_back(reference::activate(activation, sum, slope));
        require_close("y", y.get(), want, bf16_tolerance(c.inputs));
      }
    }
    DeviceMatrix trials(device, c.rows, c.outputs, ElementType::u8);
    const math::OutputMap map{0.0F, 127.5F, 127.5F};
    device.backend->dense_trials(*device.queue, dx.ref(), weight.ref(), db.vector(), trials.ref(),
                                 {Activation::tanh}, map);
    const auto sums = reference::product(x, w, c.rows, c.inputs, c.outputs, b);
    reference::Values want;
    for (const double sum : sums) want.push_back(std::tanh(sum) * 127.5 + 127.5);
    require_close("trials", trials.get(), want, {0.51, 0.0});  // rounded to whole numbers
  });
}

TEST_CASE("a packed weight gives the input gradient of the plain one", "[kernels][packed]") {
  for_each_case([](Device& device, const Case& c) {
    const auto dy = random_values(c.rows * c.outputs, 4, ElementType::bf16);
    const auto w = random_values(c.inputs * c.outputs, 5, ElementType::bf16);
    const auto at = random_values(c.rows * c.inputs, 6, ElementType::bf16);
    const DeviceMatrix ddy(device, c.rows, c.outputs, dy, ElementType::bf16);
    const DeviceMatrix dat(device, c.rows, c.inputs, at, ElementType::bf16);
    const WeightOnDevice weight(device, w, c.inputs, c.outputs);
    const auto sums = reference::product(dy, reference::transpose(w, c.inputs, c.outputs), c.rows,
                                         c.outputs, c.inputs);
    for (const Activation activation : {Activation::identity, Activation::leaky_relu}) {
      DeviceMatrix dx(device, c.rows, c.inputs, ElementType::bf16);
      device.backend->dense_backward_input(
          *device.queue, ddy.ref(), weight.ref(),
          activation == Activation::identity ? ConstMatrixRef{} : dat.ref(), dx.ref(),
          {activation, slope});
      auto want = sums;
      for (std::size_t i = 0; i < want.size(); ++i) {
        want[i] *= reference::derivative_from_output(activation, at[i], slope);
      }
      require_close("dx", dx.get(), want, bf16_tolerance(c.outputs));
    }
  });
}

TEST_CASE("packing is a permutation of the rounded numbers and zeros", "[kernels][packed]") {
  if (!cpu::amx::usable()) VGAN_SKIP("no bf16 tiles on this processor");
  using namespace cpu::amx;
  for (const Case& c : cases) {
    const std::int64_t k = c.inputs, n = c.outputs;
    const auto from = floats(k * n, 7);
    const MatrixView<const float> f32{from.data(), k, n, n};
    std::vector<BFloat16> half;
    for (const float value : from) half.push_back(rounded(value));
    const MatrixView<const BFloat16> bf16{half.data(), k, n, n};
    const auto want = [&](std::int64_t i, std::int64_t j) { return rounded(*(f32.row(i) + j)); };
    const auto turned = [&](std::int64_t i, std::int64_t j) { return want(j, i); };
    Lines whole = lines_of(packed_size(k, n)), blocks = whole, narrow = whole;
    Lines transposed = whole, transposed_blocks = whole;
    pack(f32, {0, k, 0, n}, whole.data()->numbers);
    pack(bf16, {0, k, 0, n}, narrow.data()->numbers);
    pack_transposed(f32, {0, k, 0, n}, transposed.data()->numbers);
    for (std::int64_t i = 0; i < k; i += 32) {
      for (std::int64_t j = 0; j < n; j += 64) {
        const Block block{i, std::min<std::int64_t>(32, k - i), j,
                          std::min<std::int64_t>(64, n - j)};
        pack(f32, block, blocks.data()->numbers);
        pack_transposed(f32, block, transposed_blocks.data()->numbers);
      }
    }
    require_packed(whole, k, n, want);
    require_packed(narrow, k, n, want);
    require_packed(blocks, k, n, want);
    require_packed(transposed, n, k, turned);
    require_packed(transposed_blocks, n, k, turned);

    Lines rows = lines_of(n * padded(k));
    for (std::int64_t j = 0; j < n; j += 48) {
      transpose(bf16, j, std::min<std::int64_t>(48, n - j), rows.data()->numbers);
    }
    for (std::int64_t j = 0; j < n; ++j) {
      for (std::int64_t i = 0; i < padded(k); ++i) {
        const BFloat16 value = i < k ? *(bf16.row(i) + j) : BFloat16{0};
        REQUIRE(rows.data()->numbers[j * padded(k) + i].bits == value.bits);
      }
    }
  }
}

TEST_CASE("products on packed weights do not depend on the thread count", "[kernels][packed]") {
  const Case c{150, 100, 1057};
  const auto run = [&](int threads) {
    Device device = open_device("cpu", threads);
    const WeightOnDevice weight(device, random_values(c.inputs * c.outputs, 1, ElementType::bf16),
                                c.inputs, c.outputs);
    const DeviceMatrix x(device, c.rows, c.inputs,
                         random_values(c.rows * c.inputs, 2, ElementType::bf16), ElementType::bf16);
    DeviceMatrix y(device, c.rows, c.outputs, ElementType::bf16);
    DeviceMatrix dx(device, c.rows, c.inputs, ElementType::bf16);
    device.backend->dense_forward(*device.queue, x.ref(), weight.ref(), {}, y.ref(), {});
    device.backend->dense_backward_input(*device.queue, y.ref(), weight.ref(), x.ref(), dx.ref(),
                                         {Activation::leaky_relu, slope});
    return std::pair{y.get(), dx.get()};
  };
  const auto one = run(1);
  for (const int threads : {2, 3, 5}) CHECK(run(threads) == one);
}
