// Each instruction on numbers whose result is known.
#include <bit>
#include <cmath>
#include <limits>

#include "tests/ptx/test_fixture.hpp"

namespace ptx::testing {
namespace {

struct Known {
  std::string code;  ///< on a, b, c, with its result in d
  std::vector<std::uint64_t> operands;
  std::uint64_t result;
};

std::uint64_t bits(float value) { return std::bit_cast<std::uint32_t>(value); }
std::uint64_t bits(double value) { return std::bit_cast<std::uint64_t>(value); }
std::uint64_t low(std::int64_t value) { return static_cast<std::uint32_t>(value); }

/// One thread loads a, b, c, computes d and stores it, all with registers of 32 or 64 bits.
std::uint64_t evaluate(const Known& known, bool wide_operands, bool wide_result) {
  std::vector<std::uint64_t> memory(4, 0);
  std::copy(known.operands.begin(), known.operands.end(), memory.begin());
  const std::string width = wide_operands ? ".b64" : ".b32";
  const std::string result = wide_result ? ".b64" : ".b32";
  std::string text =
      ".entry planted(.param .u64 P0)\n{\n.reg .b64 %rd0;\n.reg .pred p;\n.reg .b16 h;\n.reg " +
      width + " a, b, c;\n.reg " + result + " d;\nld.param.u64 %rd0, [P0];\n";
  const char* names[] = {"a", "b", "c"};
  for (std::size_t i = 0; i < 3; ++i)
    text += "ld.global" + width + " " + names[i] + ", [%rd0+" + std::to_string(8 * i) + "];\n";
  text += known.code + "\nst.global" + result + " [%rd0+24], d;\nret;\n}\n";
  std::vector<float> data(8);
  std::memcpy(data.data(), memory.data(), 32);
  TestLaunch launch(text, data, {1, 1});
  launch.run(1);
  std::memcpy(memory.data(), data.data(), 32);
  return wide_result ? memory[3] : static_cast<std::uint32_t>(memory[3]);
}

void check(const std::vector<Known>& table, bool wide_operands, bool wide_result) {
  for (const Known& known : table) {
    INFO(known.code);
    CHECK(evaluate(known, wide_operands, wide_result) == known.result);
  }
}
void check_32(const std::vector<Known>& table) { check(table, false, false); }
void check_64(const std::vector<Known>& table) { check(table, true, true); }

constexpr std::uint64_t ones = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t float_nan = 0x7FFFFFFF;

TEST_CASE("ptx: arithmetic of integers wraps around", "[ptx]") {
  check_32({{"add.s32 d, a, b;", {0xFFFFFFFF, 2}, 1},
            {"sub.s32 d, a, b;", {1, 2}, 0xFFFFFFFF},
            {"mul.lo.s32 d, a, b;", {0x10001, 0x10001}, 0x20001},
            {"mul.hi.u32 d, a, b;", {0xFFFFFFFF, 0xFFFFFFFF}, 0xFFFFFFFE},
            {"mul.hi.s32 d, a, b;", {0xFFFFFFFF, 2}, 0xFFFFFFFF},
            {"mad.lo.s32 d, a, b, c;", {3, low(-4), 5}, low(-7)},
            {"div.s32 d, a, b;", {low(-7), 2}, low(-3)},
            {"div.s32 d, a, b;", {0x80000000, low(-1)}, 0x80000000},
            {"div.u32 d, a, b;", {low(-7), 2}, 0x7FFFFFFC},
            {"rem.s32 d, a, b;", {low(-7), 2}, low(-1)},
            {"rem.u32 d, a, 10;", {4294967295, 0}, 5},
            {"min.s32 d, a, b;", {low(-1), 1}, low(-1)},
            {"min.u32 d, a, b;", {low(-1), 1}, 1},
            {"max.s32 d, a, b;", {low(-1), 1}, 1},
            {"neg.s32 d, a;", {5}, low(-5)},
            {"abs.s32 d, a;", {low(-5)}, 5}});
  check_64({{"add.s64 d, a, b;", {ones, 2}, 1},
            {"mul.lo.s64 d, a, b;", {ones, 3}, ones - 2},
            {"mul.hi.u64 d, a, b;", {ones, ones}, ones - 1},
            {"mul.hi.s64 d, a, b;", {ones, 2}, ones},
            {"div.s64 d, a, -2;", {7}, ones - 2},
            {"rem.s64 d, a, b;", {ones - 6, 2}, ones},
            {"max.u64 d, a, b;", {ones, 1}, ones}});
  check({{"mul.wide.u32 d, a, b;", {0xFFFFFFFF, 0xFFFFFFFF}, 0xFFFFFFFE00000001},
         {"mul.wide.s32 d, a, b;", {low(-2), 3}, ones - 5}},
        false, true);
}

TEST_CASE("ptx: logic, shifts and bits", "[ptx]") {
  check_32({{"and.b32 d, a, b;", {0xC, 0xA}, 0x8},
            {"or.b32 d, a, b;", {0xC, 0xA}, 0xE},
            {"xor.b32 d, a, b;", {0xC, 0xA}, 0x6},
            {"not.b32 d, a;", {0xF}, 0xFFFFFFF0},
            {"shl.b32 d, a, b;", {3, 4}, 0x30},
            {"shl.b32 d, a, b;", {3, 32}, 0},
            {"shr.u32 d, a, b;", {0x80000000, 31}, 1},
            {"shr.u32 d, a, b;", {0x80000000, 99}, 0},
            {"shr.s32 d, a, b;", {0x80000000, 31}, 0xFFFFFFFF},
            {"shr.s32 d, a, b;", {0x80000000, 99}, 0xFFFFFFFF},
            {"prmt.b32 d, a, b, 0x5410;", {0xDDCCBBAA, 0x44332211}, 0x2211BBAA},
            {"prmt.b32 d, a, b, 0x000B;", {0xDDCCBBAA, 0}, 0xAAAAAAFF},
            {"bfi.b32 d, a, b, 8, 4;", {0xFF, 0}, 0xF00},
            {"bfi.b32 d, a, b, 28, 16;", {0xFF, 1}, 0xF0000001},
            {"mov.b32 {h, h}, a; mov.b32 d, {h, h};", {0x12345678}, 0x12341234}});
  check_64({{"shl.b64 d, a, 63;", {3}, 0x8000000000000000},
            {"shr.s64 d, a, 63;", {ones - 1}, ones},
            {"shr.u64 d, a, 64;", {ones}, 0}});
}

TEST_CASE("ptx: arithmetic of floats rounds once", "[ptx]") {
  const float third = 1.0F / 3.0F;
  check_32({{"add.rn.f32 d, a, b;", {bits(1.0F), bits(0x1p-24F)}, bits(1.0F)},
            {"add.f32 d, a, b;", {bits(INFINITY), bits(-INFINITY)}, float_nan},
            {"sub.rn.f32 d, a, b;", {bits(1.0F), bits(0x1p-24F)}, bits(1.0F - 0x1p-24F)},
            {"mul.rn.f32 d, a, b;", {bits(third), bits(3.0F)}, bits(third * 3.0F)},
            {"fma.rn.f32 d, a, b, c;",
             {bits(third), bits(3.0F), bits(-1.0F)},
             bits(std::fma(third, 3.0F, -1.0F))},
            {"div.rn.f32 d, a, b;", {bits(1.0F), bits(3.0F)}, bits(third)},
            {"sqrt.rn.f32 d, a;", {bits(2.0F)}, bits(std::sqrt(2.0F))},
            {"sqrt.rn.f32 d, a;", {bits(-2.0F)}, float_nan},
            {"rcp.rn.f32 d, a;", {bits(3.0F)}, bits(third)},
            {"neg.f32 d, a;", {bits(0.0F)}, bits(-0.0F)},
            {"abs.f32 d, a;", {bits(-2.0F)}, bits(2.0F)},
            {"min.f32 d, a, b;", {float_nan, bits(2.0F)}, bits(2.0F)},
            {"min.f32 d, a, b;", {bits(0.0F), bits(-0.0F)}, bits(-0.0F)},
            {"max.f32 d, a, b;", {bits(-0.0F), bits(0.0F)}, bits(0.0F)},
            {"max.f32 d, a, b;", {float_nan, float_nan}, float_nan}});
  check_64({{"add.rn.f64 d, a, b;", {bits(1.0), bits(0x1p-53)}, bits(1.0)},
            {"div.rn.f64 d, a, b;", {bits(1.0), bits(3.0)}, bits(1.0 / 3.0)},
            {"max.f64 d, a, 0d4000000000000000;", {bits(1.0)}, bits(2.0)}});
}

TEST_CASE("ptx: conversions", "[ptx]") {
  check_32({{"cvt.rn.f32.s32 d, a;", {low(-16777219)}, bits(-16777220.0F)},
            {"cvt.rn.f32.u32 d, a;", {0xFFFFFFFF}, bits(0x1p32F)},
            {"cvt.u16.u32 h, a; cvt.u32.u16 d, h;", {0x12345678}, 0x5678},
            {"cvt.u16.u32 h, a; cvt.s32.s16 d, h;", {0x8000}, low(-32768)},
            {"cvt.rna.tf32.f32 d, a;", {bits(1.0F + 0x1p-11F)}, bits(1.0F + 0x1p-10F)},
            {"cvt.rna.tf32.f32 d, a;", {bits(-1.0F - 0x1p-11F)}, bits(-1.0F - 0x1p-10F)},
            {"cvt.rna.tf32.f32 d, a;", {bits(INFINITY)}, bits(INFINITY)}});
  check({{"cvt.s64.s32 d, a;", {low(-5)}, ones - 4},
         {"cvt.u64.u32 d, a;", {low(-5)}, 0xFFFFFFFB},
         {"cvt.f64.f32 d, a;", {bits(0.1F)}, bits(static_cast<double>(0.1F))},
         {"cvt.rn.f64.s32 d, a;", {low(-3)}, bits(-3.0)}},
        false, true);
  check({{"cvt.rn.f32.f64 d, a;", {bits(0.1)}, bits(0.1F)},
         {"cvt.rn.f32.u64 d, a;", {ones}, bits(0x1p64F)},
         {"cvt.u32.u64 d, a;", {0x123456789}, 0x23456789}},
        true, false);
}

TEST_CASE("ptx: comparisons and selection", "[ptx]") {
  const auto yes = [](const std::string& comparison) {
    return comparison + " p, a, b; selp.u32 d, 1, 0, p;";
  };
  check_32(
      {{yes("setp.lt.s32"), {low(-1), 1}, 1},
       {yes("setp.lt.u32"), {low(-1), 1}, 0},
       {yes("setp.hi.u32"), {low(-1), 1}, 1},
       {yes("setp.eq.f32"), {bits(0.0F), bits(-0.0F)}, 1},
       {yes("setp.ne.f32"), {float_nan, bits(1.0F)}, 0},
       {yes("setp.neu.f32"), {float_nan, bits(1.0F)}, 1},
       {yes("setp.leu.f32"), {bits(2.0F), bits(1.0F)}, 0},
       {yes("setp.nan.f32"), {float_nan, bits(1.0F)}, 1},
       {yes("setp.num.f32"), {bits(2.0F), bits(1.0F)}, 1},
       {"setp.eq.s32 p, a, a; setp.eq.and.s32 p, a, b, !p; selp.b32 d, 1, 2, p;", {5, 5}, 2},
       {"setp.eq.s32 p, a, b; xor.pred p, p, p; not.pred p, p; selp.b32 d, 1, 2, p;", {5, 6}, 1},
       {"mov.u32 d, 7; setp.eq.s32 p, a, b; @p mov.u32 d, 8; @!p mov.u32 d, 9;", {5, 6}, 9}});
}

TEST_CASE("ptx: what is not known is refused with its line", "[ptx]") {
  const auto refusal = [](const std::string& body) -> std::string {
    std::vector<float> data(8);
    try {
      TestLaunch(module_of(body), data, {});
    } catch (const ParseError& error) {
      return error.what();
    }
    return "";
  };
  CHECK(refusal("add.s32 %r1, %r2, %r3;").empty());
  CHECK_THAT(refusal("\n\nadd.sat.s32 %r1, %r2, %r3;"),
             ContainsSubstring("line 19 `add.sat.s32 %r1, %r2, %r3`"));
  for (const char* unknown :
       {"sqrt.approx.f32 %f1, %f2;", "add.s32 %r1, %r2, %rd3;", "add.f32 %f1, %f2, %f99;",
        "cvt.rzi.s32.f32 %r1, %f1;", "bra $nowhere;", "wgmma.fence.sync.aligned;",
        "mov.u32 7, %r1;", "ld.global.v4.f32 {%f1, %f2, %f3}, [%rd0];",
        "cp.async.cg.shared.global [%r1], [%rd0], 8;", "setp.lt.s32 %p1, %r1;", "bar.sync 1;",
        "call something;", "st.local.u32 [%rd0], %r1;"}) {
    INFO(unknown);
    CHECK(!refusal(unknown).empty());
  }
}

}  // namespace
}  // namespace ptx::testing
