// How lanes part and meet, what they exchange, and what a block does together.
#include <algorithm>

#include "tests/ptx/test_fixture.hpp"

namespace ptx::testing {
namespace {

const std::string store_result =  // %f1, at the thread's own place
    "mul.wide.u32 %rd1, %r0, 4;\nadd.s64 %rd1, %rd0, %rd1;\nst.global.f32 [%rd1], %f1;\n";

std::vector<float> lanes_after(const std::string& body, const Shape& shape = {}) {
  return results_of(body + "cvt.rn.f32.s32 %f1, %r1;\n" + store_result,
                    std::vector<float>(shape.threads * shape.blocks), shape);
}

TEST_CASE("ptx: lanes part at a branch and meet after it", "[ptx]") {
  const std::vector<float> got = lanes_after(
      "mov.u32 %r1, 0;\nmov.u32 %r2, 0;\n$loop:\nadd.s32 %r1, %r1, 2;\nadd.s32 %r2, %r2, 1;\n"
      "setp.le.u32 %p1, %r2, %r0;\n@%p1 bra $loop;\n"
      "and.b32 %r3, %r0, 1;\nsetp.eq.s32 %p2, %r3, 0;\n@%p2 bra $even;\nadd.s32 %r1, %r1, 100;\n"
      "bra.uni $join;\n$even:\nadd.s32 %r1, %r1, 1000;\n$join:\n"
      "shfl.sync.bfly.b32 %r1|%p3, %r1, 1, 31, -1;\n");
  for (int lane = 0; lane < 32; ++lane) {
    const int other = lane ^ 1;
    const int want = 2 * (other + 1) + (other % 2 == 0 ? 1000 : 100);
    INFO(lane);
    CHECK(got[static_cast<std::size_t>(lane)] == static_cast<float>(want));
  }
}

TEST_CASE("ptx: shuffles read the lane that the ISA says", "[ptx]") {
  struct Mode {
    const char* name;
    int by;
    int clamp;
    int segment;  // lanes of each
    int (*from)(int lane, int by, int first, int last);
  };
  const Mode modes[] = {
      {"down", 3, 31, 32, [](int l, int by, int, int last) { return l + by > last ? l : l + by; }},
      {"down", 1, 31, 8, [](int l, int by, int, int last) { return l + by > last ? l : l + by; }},
      {"up", 2, 0, 32, [](int l, int by, int first, int) { return l - by < first ? l : l - by; }},
      {"up", 1, 0, 4, [](int l, int by, int first, int) { return l - by < first ? l : l - by; }},
      {"bfly", 5, 31, 32, [](int l, int by, int, int) { return l ^ by; }},
      {"idx", 6, 31, 8, [](int, int by, int first, int) { return first + by; }}};
  for (const Mode& mode : modes) {
    const int c = (32 - mode.segment) << 8 | mode.clamp;
    const std::vector<float> got =
        lanes_after("shfl.sync." + std::string(mode.name) + ".b32 %r1|%p1, %r0, " +
                    std::to_string(mode.by) + ", " + std::to_string(c) + ", -1;\n");
    for (int lane = 0; lane < 32; ++lane) {
      const int first = lane / mode.segment * mode.segment;
      INFO(mode.name << " by " << mode.by << ", lane " << lane);
      CHECK(got[static_cast<std::size_t>(lane)] ==
            static_cast<float>(mode.from(lane, mode.by, first, first + mode.segment - 1)));
    }
  }
}

TEST_CASE("ptx: votes", "[ptx]") {
  const std::string some = "setp.lt.u32 %p1, %r0, 3;\n";
  CHECK(lanes_after(some + "vote.sync.ballot.b32 %r1, %p1, -1;\n")[31] == 7.0F);
  CHECK(lanes_after(some + "vote.sync.any.pred %p2, %p1, -1;\nselp.b32 %r1, 1, 0, %p2;\n")[31] ==
        1.0F);
  CHECK(lanes_after(some + "vote.sync.all.pred %p2, %p1, -1;\nselp.b32 %r1, 1, 0, %p2;\n")[0] ==
        0.0F);
}

TEST_CASE("ptx: a block adds up through shared memory", "[ptx]") {
  const Shape shape{2, 96};
  const std::vector<float> got = results_of(
      ".shared .align 4 .u32 sums[96];\nmov.u32 %r2, sums;\nshl.b32 %r3, %r0, 2;\n"
      "add.s32 %r3, %r2, %r3;\nst.shared.u32 [%r3], %r0;\nmov.u32 %r4, 48;\n$loop:\nbar.sync 0;\n"
      "setp.ge.u32 %p1, %r0, %r4;\n@%p1 bra $next;\nshl.b32 %r5, %r4, 2;\nadd.s32 %r5, %r3, %r5;\n"
      "ld.shared.u32 %r6, [%r5];\nld.shared.u32 %r7, [%r3];\nadd.s32 %r7, %r7, %r6;\n"
      "st.shared.u32 [%r3], %r7;\n$next:\nsetp.eq.s32 %p2, %r4, 3;\nshr.u32 %r4, %r4, 1;\n"
      "@!%p2 bra $loop;\nbar.sync 0;\nld.shared.v2.u32 {%r8, %r9}, [%r2];\n"
      "ld.shared.u32 %r10, [%r2+8];\nadd.s32 %r8, %r8, %r9;\nadd.s32 %r8, %r8, %r10;\n"
      "cvt.rn.f32.u32 %f1, %r8;\nmov.u32 %r11, %ctaid.x;\nmov.u32 %r12, %ntid.x;\n"
      "mad.lo.s32 %r0, %r11, %r12, %r0;\n" +
          store_result,
      std::vector<float>(192), {2, 96, 0, false, SharedAlignment::generous});
  for (const float value : got) CHECK(value == 96.0F * 95.0F / 2.0F);
  (void)shape;
}

TEST_CASE("ptx: tensor cores may cut their sums", "[ptx]") {
  // c is 1, and each of 16 products 2^-25: exact sum 1 + 2^-21, which cut sums lose.
  const std::string body =
      "mov.f32 %f1, 0f3F800000;\nmov.b32 %r1, 0x39803980;\nmov.b32 %r2, 0x39003900;\n"
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%f1, %f2, %f3, %f4}, "
      "{%r1, %r1, %r1, %r1}, {%r2, %r2}, {%f1, %f1, %f1, %f1};\n" +
      store_result;
  CHECK(results_of(body, std::vector<float>(32))[5] == 1.0F + 0x1p-21F);
  Shape cut;
  cut.choices.cut_sums = true;
  CHECK(results_of(body, std::vector<float>(32), cut)[5] == 1.0F);
}

}  // namespace
}  // namespace ptx::testing
