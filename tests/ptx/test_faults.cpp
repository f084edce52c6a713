// Each planted fault is found, and its right twin is not.
#include "tests/ptx/test_fixture.hpp"

namespace ptx::testing {
namespace {

const std::string own_address =  // %rd1: the thread's own float
    "mul.wide.u32 %rd1, %r0, 4;\nadd.s64 %rd1, %rd0, %rd1;\n";
const std::string shared_tile =  // %r1: the thread's own float of a static shared array
    ".shared .align 4 .b8 tile[256];\nmov.u32 %r2, tile;\nshl.b32 %r1, %r0, 2;\n"
    "add.s32 %r1, %r2, %r1;\n";
const std::string dynamic = ".extern .shared .align 16 .b8 more[];\n";

void expect(const std::string& module, const std::string& text, const Shape& shape = {}) {
  INFO(module);
  const std::string fault = fault_of(module, shape);
  if (text.empty()) {
    CHECK(fault.empty());
  } else {
    CHECK_THAT(fault, ContainsSubstring(text));
  }
}
void expect_body(const std::string& body, const std::string& text, const Shape& shape = {}) {
  expect(module_of(body), text, shape);
}

TEST_CASE("ptx: accesses outside of memory are found", "[ptx]") {
  expect_body(own_address + "st.global.f32 [%rd1+896], %f1;", "");
  expect_body(own_address + "st.global.f32 [%rd1+900], %f1;", "writes 4 bytes, which is in no");
  expect_body(own_address + "ld.global.f32 %f1, [%rd1+-4];", "reads 4 bytes, which is in no");
  expect_body("ld.global.f32 %f1, [%rd0+2];", "misaligned");
  expect_body("ld.global.v4.f32 {%f1, %f2, %f3, %f4}, [%rd0+8];", "misaligned");
  expect_body("ld.f32 %f1, [%rd0];", "");
  expect_body("ld.param.u64 %rd1, [P0+8];", "past the parameters");
  expect_body(shared_tile + "st.shared.f32 [%r1+128], %f1;", "");
  expect_body(shared_tile + "st.shared.f32 [%r1+132], %f1;", "belongs to no variable");
  expect_body(shared_tile + "st.shared.f32 [%r1+-1024], %f1;", "of its shared memory of");
  expect(module_of("st.shared.f32 [%r2], %f1;", dynamic), "of its shared memory of");
  const std::string own_dynamic =
      "mov.u32 %r2, more;\nshl.b32 %r1, %r0, 2;\nadd.s32 %r1, %r2, %r1;\n"
      "st.shared.f32 [%r1], %f1;";
  expect(module_of(own_dynamic, dynamic), "", {1, 32, 128});
  expect(module_of(own_dynamic, dynamic), "writes 4 bytes at offset 124", {1, 32, 124});
}

TEST_CASE("ptx: static shared memory is aligned no better than it says", "[ptx]") {
  const std::string wide =
      ".shared .align 4 .b8 tile[512];\nmov.u32 %r2, tile;\nshl.b32 %r1, %r0, 4;\n"
      "add.s32 %r1, %r2, %r1;\nst.shared.v4.f32 [%r1], {%f1, %f1, %f1, %f1};";
  expect_body(wide, "misaligned");
  Shape generous;
  generous.alignment = SharedAlignment::generous;
  expect_body(wide, "", generous);
  std::string aligned = wide;
  aligned.replace(aligned.find("align 4"), 7, "align 16");
  expect_body(aligned, "");
}

TEST_CASE("ptx: shared memory that nobody wrote is found", "[ptx]") {
  expect_body(shared_tile + "ld.shared.f32 %f1, [%r1];", "which nobody has written");
  expect_body(shared_tile + "st.shared.f32 [%r1], %f1;\nld.shared.f32 %f1, [%r1];", "");
}

TEST_CASE("ptx: races in shared memory are found", "[ptx]") {
  const Shape two_warps{1, 64};
  const std::string write = shared_tile + "st.shared.f32 [%r1], %f1;\n";
  const std::string other_warp =
      "xor.b32 %r3, %r0, 32;\nshl.b32 %r3, %r3, 2;\nadd.s32 %r3, %r2, %r3;\n";
  const std::string neighbour =
      "xor.b32 %r3, %r0, 1;\nshl.b32 %r3, %r3, 2;\nadd.s32 %r3, %r2, %r3;\n";
  const std::string read = "ld.shared.f32 %f1, [%r3];\n";
  expect_body(write + "bar.sync 0;\n" + other_warp + read, "", two_warps);
  // In either order of the warps the array is read before it is written, or in a race.
  CHECK(!fault_of(module_of(write + other_warp + read), two_warps).empty());
  expect_body(write + neighbour + read, "race: reads 4 bytes of shared memory, which another lane");
  expect_body(write + "bar.warp.sync -1;\n" + neighbour + read, "");
  // Read, then written by others.
  const std::string all = write + "bar.sync 0;\nld.shared.f32 %f1, [%r2];\n";
  expect_body(all + "bar.sync 0;\nsetp.eq.s32 %p1, %r0, 0;\n@%p1 st.shared.f32 [%r2], %f1;", "",
              two_warps);
  expect_body(all + "setp.eq.s32 %p1, %r0, 0;\n@%p1 st.shared.f32 [%r2], %f1;", "race: writes",
              two_warps);
  expect_body(all + "setp.eq.s32 %p1, %r0, 0;\n@%p1 st.shared.f32 [%r2], %f1;",
              "which another lane");
  expect_body(shared_tile + "st.shared.f32 [%r2], %f1;", "race: writes");
}

TEST_CASE("ptx: races in global memory are found", "[ptx]") {
  expect_body("st.global.f32 [%rd0], %f1;", "race: writes 4 bytes of global memory");
  const std::string once = "setp.eq.s32 %p1, %r0, 0;\n@%p1 st.global.f32 [%rd0], %f1;\n";
  expect_body(once, "");
  expect_body(once, "which another block (block 0, thread 0)", {2, 32});
  expect_body(once + "ld.global.f32 %f1, [%rd0];", "race: reads");
  expect_body("ld.global.f32 %f1, [%rd0];", "", {2, 64});
  expect_body("ld.global.f32 %f1, [%rd0];\n" + once, "race: writes");
  expect_body("atom.global.or.b32 %r1, [%rd0], 1;", "", {2, 64});
  // Neighbouring bytes and halves are not the same place.
  expect_body("cvt.u64.u32 %rd1, %r0;\nadd.s64 %rd1, %rd0, %rd1;\nst.global.u8 [%rd1], %r1;", "");
  expect_body("mul.wide.u32 %rd1, %r0, 2;\nadd.s64 %rd1, %rd0, %rd1;\nst.global.u16 [%rd1], %h1;",
              "");
}

TEST_CASE("ptx: barriers that not all threads reach are found", "[ptx]") {
  const Shape two_warps{1, 64};
  expect_body("bar.sync 0;", "", two_warps);
  expect_body("setp.lt.u32 %p1, %r0, 32;\n@%p1 bra $skip;\nbar.sync 0;\n$skip:", "have ended",
              two_warps);
  expect_body("setp.lt.u32 %p1, %r0, 5;\n@%p1 bra $skip;\nbar.sync 0;\nbra $skip;\n$skip:",
              "other lanes of its warp do not reach");
  expect_body("setp.lt.u32 %p1, %r0, 5;\n@%p1 bar.sync 0;", "lane by lane");
}

TEST_CASE("ptx: warp operations without all their lanes are found", "[ptx]") {
  const std::string shuffle = "shfl.sync.down.b32 %r1|%p2, %r0, 1, 31, -1;\n";
  expect_body(shuffle, "");
  expect_body("setp.lt.u32 %p1, %r0, 5;\n@%p1 bra $skip;\n" + shuffle + "$skip:",
              "acts with its warp");
  expect_body(
      "setp.lt.u32 %p1, %r0, 16;\n@!%p1 bra $skip;\n"
      "shfl.sync.idx.b32 %r1|%p2, %r0, 20, 31, 0xFFFF;\n$skip:",
      "lane 20, which does not take part");
  const std::string matrix = shared_tile +
                             "and.b32 %r3, %r0, 7;\nshl.b32 %r3, %r3, 4;\nadd.s32 %r1, %r2, %r3;\n"
                             "setp.lt.u32 %p1, %r0, 8;\n@!%p1 bra $skip;\n"
                             "st.shared.v4.f32 [%r1], {%f1, %f1, %f1, %f1};\n";
  const std::string load = "ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r4}, [%r1];\n";
  Shape generous;
  generous.alignment = SharedAlignment::generous;
  expect_body(matrix + "$skip:\nbar.warp.sync -1;\n" + load, "", generous);
  expect_body(matrix + load + "$skip:", "acts with its warp", generous);
}

TEST_CASE("ptx: asynchronous copies that are used too early are found", "[ptx]") {
  const std::string copy =
      ".shared .align 16 .b8 tile[512];\nmov.u32 %r2, tile;\n"
      "shl.b32 %r3, %r0, 4;\nadd.s32 %r1, %r2, %r3;\ncvt.u64.u32 %rd1, %r3;\n"
      "add.s64 %rd1, %rd0, %rd1;\n"
      "cp.async.cg.shared.global [%r1], [%rd1], 16;\n"
      "cp.async.commit_group;\n";
  const std::string wait = "cp.async.wait_group 0;\n";
  const std::string read = "ld.shared.f32 %f1, [%r1];\n";
  expect_body(copy + wait + read, "");
  expect_body(copy + "cp.async.wait_all;\n" + read, "");
  expect_body(copy + read + wait, "to which an asynchronous copy is on its way");
  expect_body(copy + "cp.async.wait_group 1;\n" + read, "to which an asynchronous copy");
  expect_body(copy, "has not waited for");
  expect_body(copy + "cp.async.cg.shared.global [%r1], [%rd1], 16;\n" + wait,
              "where another asynchronous copy is on its way");
  expect_body(copy + wait + "xor.b32 %r3, %r3, 16;\nadd.s32 %r1, %r2, %r3;\n" + read,
              "race: reads");
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = copy + wait;
    changed.replace(changed.find(from), from.size(), to);
    return changed;
  };
  expect_body(with("[%rd1], 16", "[%rd1+4], 16"), "copies from a misaligned address");
  expect_body(with("[%r1], [%rd1]", "[%r1+8], [%rd1]"), "copies to a misaligned address");
  expect_body(with("[%r1], [%rd1]", "[%r1+4096], [%rd1]"), "to outside of its shared memory");
  expect_body(with("[%rd1], 16", "[%rd1+1024], 16"), "which is in no allocation");
  expect_body(with("[%rd1], 16", "[%rd1+1024], 16, 0"), "");
  expect_body(with("[%rd1], 16", "[%rd1], 16, 17"), "copies 17 bytes to 16");
  Shape at_once;
  at_once.choices.late_copies = false;
  expect_body(copy + wait + read, "", at_once);
}

TEST_CASE("ptx: in a programmatic launch, what is done before the wait is found", "[ptx]") {
  const Shape early{1, 64, 0, true};
  const std::string wait = "griddepcontrol.wait;\n";
  const std::string write = own_address + "st.global.f32 [%rd1], %f1;\n";
  expect_body(wait + write, "", early);
  expect_body(write + wait, "writes without waiting", early);
  expect_body(write, "", {1, 64});
  expect_body("ld.global.f32 %f1, [%rd0];\n" + wait, "through the first-level cache", early);
  expect_body("ld.global.cg.f32 %f1, [%rd0];\n" + wait, "", early);
  expect_body("griddepcontrol.launch_dependents;\n" + wait, "lets the next launch start", early);
  expect_body(wait + "griddepcontrol.launch_dependents;\n", "", early);
  // One thread waits, and a barrier lets the others know.
  const std::string one = "setp.eq.s32 %p1, %r0, 0;\n@%p1 griddepcontrol.wait;\n";
  expect_body(one + "bar.sync 0;\n" + write, "", early);
  expect_body(one + write, "writes without waiting", early);
}

TEST_CASE("ptx: launches that cannot be are found", "[ptx]") {
  std::string bounded = module_of("");
  bounded.replace(bounded.find(")\n{"), 3, ")\n.maxntid 64, 1, 1\n{");
  expect(bounded, "", {1, 64});
  expect(bounded, "its bound is 64", {1, 65});
  expect(module_of("", dynamic), "", {1, 32, most_shared_bytes});
  expect_body(shared_tile, "a block has 232448", {1, 32, most_shared_bytes});
}

TEST_CASE("ptx: what never ends, traps or leaves its registers is found", "[ptx]") {
  Shape short_patience;
  short_patience.choices.most_instructions = 10000;
  expect_body("$again:\nbra.uni $again;", "runs on and on", short_patience);
  expect_body("trap;", "runs into a trap");
  expect_body("cvt.u64.u32 %rd1, %r5;\nadd.s64 %rd1, %rd0, %rd1;\nld.global.u8 %r1, [%rd1];",
              "which is in no allocation");  // %r5 was never written
}

TEST_CASE("ptx: a fault names its block, thread and instruction", "[ptx]") {
  std::vector<float> data(256);
  const std::string body = "setp.eq.s32 %p1, %r0, 7;\n@%p1 st.global.f32 [%rd0+4096], %f1;";
  TestLaunch launch(module_of(body), data, {1, 32});
  try {
    launch.run(1);
    FAIL("nothing was found");
  } catch (const Fault& fault) {
    CHECK(fault.who.block.x == 0);
    CHECK(fault.who.thread.x == 7);
    CHECK(fault.bad_address);
    CHECK_THAT(fault.what(),
               ContainsSubstring("(PTX line 18: @%p1 st.global.f32 [%rd0+4096], %f1)"));
  }
}

}  // namespace
}  // namespace ptx::testing
