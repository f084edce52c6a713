// One machine as several: products of bf16 where oneDNN has none, loops at every vector width, and
// what oneDNN says when it refuses. The CLI's tests run whole commands under ONEDNN_MAX_CPU_ISA.
#include <algorithm>
#include <cstring>

#include "engine/base/error.hpp"
#include "kernels/cpu/convert_row.hpp"
#include "kernels/cpu/products/library_error.hpp"
#include "kernels/cpu/products/widened_matmul.hpp"
#include "kernels/cpu/team/clones.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"
#include "tests/support/reference.hpp"
#include "tests/support/skip.hpp"

using namespace vgan;
using namespace vgan::testing;
using cpu::InstructionSet;
using math::BFloat16;

namespace {

std::vector<BFloat16> rounded(const reference::Values& values) {
  std::vector<BFloat16> out;
  for (const double value : values) out.push_back(math::to_bfloat16(static_cast<float>(value)));
  return out;
}

reference::Values wide(const std::vector<BFloat16>& values) {
  reference::Values out;
  for (const BFloat16 value : values) out.push_back(math::to_float(value));
  return out;
}

// A product [5, 37] x [37, 19] with room between the rows of every operand.
struct Case {
  bool a_transposed, b_transposed, bias, leaky, accumulate;
  ElementType output;

  cpu::MatmulShape shape() const {
    cpu::MatmulShape s;
    s.m = 5, s.n = 19, s.k = 37;
    s.a_stride = (a_transposed ? s.m : s.k) + 3, s.b_stride = (b_transposed ? s.k : s.n) + 2;
    s.c_stride = s.n + 4;
    s.a_transposed = a_transposed, s.b_transposed = b_transposed;
    s.input = ElementType::bf16, s.output = output;
    s.bias = bias, s.leaky = leaky, s.slope = leaky ? 0.2F : 0.0F, s.accumulate = accumulate;
    return s;
  }
};

/// The [rows, cols] at the front of rows that are `stride` apart.
reference::Values dense(const reference::Values& from, std::int64_t rows, std::int64_t cols,
                        std::int64_t stride) {
  reference::Values out;
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < cols; ++j) out.push_back(from[reference::at(i, j, stride)]);
  }
  return out;
}

/// [m, n] of a `shape` in double, `before` what was in c.
reference::Values wanted(const cpu::MatmulShape& s, const reference::Values& a,
                         const reference::Values& b, const std::vector<float>& bias,
                         const reference::Values& before) {
  const auto plain = [](const reference::Values& from, bool transposed, std::int64_t rows,
                        std::int64_t cols, std::int64_t stride) {
    if (!transposed) return dense(from, rows, cols, stride);
    return reference::transpose(dense(from, cols, rows, stride), cols, rows);
  };
  reference::Values c = reference::product(
      plain(a, s.a_transposed, s.m, s.k, s.a_stride),
      plain(b, s.b_transposed, s.k, s.n, s.b_stride), s.m, s.k, s.n,
      s.bias ? reference::Values(bias.begin(), bias.end()) : reference::Values{});
  for (std::size_t i = 0; i < c.size(); ++i) {
    if (s.accumulate) c[i] += before[i];
    if (s.leaky && c[i] < 0.0) c[i] *= 0.2;
  }
  return c;
}

template <class T>
std::vector<T> stored(const reference::Values& values) {
  std::vector<T> out;
  for (const double value : values) out.push_back(math::from_float<T>(static_cast<float>(value)));
  return out;
}

/// c after the widened product; what lies between c's rows must be as it was.
template <class T>
reference::Values computed(const Case& c, const std::vector<BFloat16>& a,
                           const std::vector<BFloat16>& b, const std::vector<float>& bias,
                           const reference::Values& before) {
  const cpu::MatmulShape s = c.shape();
  cpu::MatmulCache products(1);
  cpu::WidenedMatmul product(s, products.get(cpu::widened(s)), 1);
  std::vector<T> result = stored<T>(before);
  product.execute(0, a.data(), b.data(), c.bias ? bias.data() : nullptr, result.data());
  reference::Values values;
  for (const T value : result) values.push_back(math::to_float(value));
  for (std::int64_t i = 0; i < s.m; ++i) {
    for (std::int64_t j = s.n; j < s.c_stride; ++j) {
      CHECK(values[reference::at(i, j, s.c_stride)] == before[reference::at(i, j, s.c_stride)]);
    }
  }
  return dense(values, s.m, s.n, s.c_stride);
}

template <class Function>
Error error_of(Function function) {
  try {
    function();
  } catch (const Error& error) {
    return error;
  }
  throw std::runtime_error("nothing was thrown");
}

}  // namespace

TEST_CASE("bf16 products by f32 ones are those of plain loops in double", "[kernels][isa]") {
  const Case c{GENERATE(false, true), GENERATE(false, true),
               GENERATE(false, true), GENERATE(false, true),
               GENERATE(false, true), GENERATE(ElementType::f32, ElementType::bf16)};
  const cpu::MatmulShape s = c.shape();
  const auto numbers = [](std::int64_t rows, std::int64_t stride, std::uint64_t seed) {
    return rounded(random_values(rows * stride, seed));
  };
  const auto a = numbers(c.a_transposed ? s.k : s.m, s.a_stride, 1);
  const auto b = numbers(c.b_transposed ? s.n : s.k, s.b_stride, 2);
  const reference::Values before = wide(numbers(s.m, s.c_stride, 3));
  const std::vector<float> bias = stored<float>(random_values(s.n, 4));
  const reference::Values got = c.output == ElementType::bf16
                                    ? computed<BFloat16>(c, a, b, bias, before)
                                    : computed<float>(c, a, b, bias, before);
  const auto want = wanted(s, wide(a), wide(b), bias, dense(before, s.m, s.n, s.c_stride));
  // f32 sums of 37 products of numbers of order 1 of either sign, then one rounding.
  require_close("c", got, want, {0x1p-24 * 64.0, rounding_of(c.output)});
}

TEST_CASE("loops give the same bits at every vector width", "[kernels][isa]") {
  const auto best = cpu::processor().best;
  if (best < InstructionSet::avx2) {
    VGAN_SKIP("this processor has one vector width: " + std::string(cpu::name_of(best)));
  }
#if defined(VGAN_CPU_CLONES)
  const auto loop = VGAN_WIDEST(cpu::convert_row);
  for (std::int64_t count = 0; count < 70; ++count) {
    const std::vector<float> from = stored<float>(random_values(count, 7));
    const auto run = [&](auto clone) {
      std::vector<std::uint16_t> to(static_cast<std::size_t>(count) + 1, 77);
      clone(from.data(), to.data());
      return to;
    };
    const auto want = run([&](const float* in, std::uint16_t* out) {
      for (std::int64_t i = 0; i < count; ++i) out[i] = math::to_bfloat16(in[i]).bits;
    });
    const auto bf16 = [](std::uint16_t* to) { return reinterpret_cast<BFloat16*>(to); };
    CHECK(run([&](const float* in, auto* out) { loop.baseline(in, count, bf16(out)); }) == want);
    CHECK(run([&](const float* in, auto* out) { loop.avx2(in, count, bf16(out)); }) == want);
    CHECK(run([&](const float* in, auto* out) { loop(in, count, bf16(out)); }) == want);
    if (best < InstructionSet::avx512) continue;
    CHECK(run([&](const float* in, auto* out) { loop.avx512(in, count, bf16(out)); }) == want);
  }
#else
  VGAN_SKIP("this compiler's build has no clones");
#endif
}

TEST_CASE("what is used is never more than what there is", "[kernels][isa]") {
  const cpu::Processor& one = cpu::processor();
  CHECK(one.used <= one.best);
  CHECK(cpu::instruction_set() == one.used);
  CHECK((one.used == one.best || !one.limit.empty()));
  CHECK((one.used < InstructionSet::avx512 || cpu::onednn_has_bf16()));
  CHECK(open_device("cpu").backend->info().fast_bf16 == (one.used == InstructionSet::amx));
}

TEST_CASE("what oneDNN refuses names the operation, its shapes and types", "[kernels][isa]") {
  cpu::MatmulShape shape;
  shape.m = 3, shape.k = 5, shape.n = 7;
  shape.a_stride = 5, shape.b_stride = 2, shape.c_stride = 7;  // rows of b overlap
  cpu::MatmulCache products(1);
  for (int time = 0; time < 2; ++time) {  // a refusal leaves nothing behind
    try {
      products.get(shape);
      FAIL("nothing was thrown");
    } catch (const cpu::LibraryError& error) {
      CHECK(error.operation() == "product [3, 5] x [5, 7], f32 to f32");
      CHECK(std::string(error.what()).find("invalid_arguments") != std::string::npos);
    }
  }
}

TEST_CASE("what oneDNN refuses is our error at the seam", "[kernels][isa]") {
  Device device = open_device("cpu", 1);
  const ElementType type = GENERATE(ElementType::f32, ElementType::bf16);
  std::vector<float> numbers(64);
  const ConstMatrixRef x{numbers.data(), type, 3, -5, 8};
  const ConstMatrixRef w{numbers.data(), type, -5, 7, 8};
  const MatrixRef y{numbers.data(), type, 3, 7, 8};
  const Error error = error_of(
      [&] { device.backend->dense_forward(*device.queue, x, w, {}, y, ForwardOptions{}); });
  CHECK(error.code() == ErrorCode::internal);
  CHECK_THAT(error.what(), ContainsSubstring("oneDNN cannot compute: product [3, -5] x [-5, 7], "));
}
