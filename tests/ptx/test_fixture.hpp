// What the interpreter's own tests share: small kernels as text, run on memory of the test's own.
#pragma once

#include <cstring>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tests/ptx/library.hpp"
#include "tests/ptx/warp.hpp"
#include "tests/support/catch.hpp"

namespace ptx::testing {

/// Memory that kernels may touch, and a launch before that has run or not.
class TestWorld final : public World {
 public:
  std::uint64_t add(void* data, std::size_t bytes) {
    const auto address = reinterpret_cast<std::uint64_t>(data);
    ranges_[address] = bytes;
    return address;
  }
  Range allocation(std::uint64_t address) override {
    for (const auto& [begin, size] : ranges_) {
      if (address >= begin && address < begin + size) return {begin, begin + size};
    }
    return {};
  }
  std::string address_problem(std::uint64_t, std::size_t) override { return "is in no allocation"; }
  bool watches_order() override { return false; }
  std::string order_problem(std::uint64_t, std::size_t, Access access, const ThreadPlace&,
                            bool after_wait) override {
    return access == Access::read || after_wait ? "" : "writes without waiting";
  }
  bool must_wait() override { return before_has_yet_to_run; }
  void waited() override { ++waits; }

  bool before_has_yet_to_run = false;
  int waits = 0;

 private:
  std::map<std::uint64_t, std::size_t> ranges_;
};

struct Shape {
  std::uint32_t blocks = 1;
  std::uint32_t threads = 32;
  std::uint32_t dynamic_bytes = 0;
  bool programmatic = false;
  SharedAlignment alignment = SharedAlignment::as_declared;
  Choices choices{};
};

/// A module of one kernel that gets the address of `data` as its parameter: `%rd0` in the body.
inline std::string module_of(const std::string& body, const std::string& outside = "") {
  return ".version 9.0\n.target sm_90a\n.address_size 64\n" + outside +
         "\n.visible .entry planted(\n.param .u64 P0\n)\n{\n.reg .pred %p<9>;\n.reg .b16 %h<9>;\n"
         ".reg .b32 %r<20>;\n.reg .f32 %f<20>;\n.reg .b64 %rd<9>;\n.reg .f64 %d<9>;\n"
         "ld.param.u64 %rd0, [P0];\nmov.u32 %r0, %tid.x;\n" +
         body + "\nret;\n}\n";
}

/// A kernel's launch, block by block; its memory is an array of the test's.
class TestLaunch {
 public:
  TestLaunch(const std::string& module, std::vector<float>& data, const Shape& shape)
      : library_({{"planted", module}}, shape.alignment) {
    state_.kernel = &library_.kernel("planted");
    state_.grid = {shape.blocks, 1, 1};
    state_.block = {shape.threads, 1, 1};
    state_.dynamic_bytes = shape.dynamic_bytes;
    state_.programmatic = shape.programmatic;
    state_.world = &world;
    state_.shadow = &shadow_;
    state_.choices = shape.choices;
    const std::uint64_t address = world.add(data.data(), data.size() * sizeof(float));
    state_.parameters.resize(8);
    std::memcpy(state_.parameters.data(), &address, 8);
  }

  void run(std::uint64_t seed) {
    check_limits(state_);
    std::mt19937_64 random(seed);
    for (std::uint32_t rank = 0; rank < state_.grid.x; ++rank) {
      Block block;
      block.begin(state_, rank);
      if (block.run(random)) continue;
      world.before_has_yet_to_run = false;
      block.release_from_grid_wait();
      REQUIRE(block.run(random));
    }
  }

  TestWorld world;

 private:
  Library library_;
  Shadow shadow_;
  LaunchState state_;
};

/// The text of the fault that a kernel is stopped by in some order of its warps; "": none.
inline std::string fault_of(const std::string& module, const Shape& shape = {},
                            std::size_t floats = 256) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    std::vector<float> data(floats, 1.0F);
    TestLaunch launch(module, data, shape);
    launch.world.before_has_yet_to_run = shape.programmatic;
    try {
      launch.run(seed);
    } catch (const Fault& fault) {
      return fault.what();
    }
  }
  return "";
}

/// What 32 threads leave in memory, of which each finds `data`.
inline std::vector<float> results_of(const std::string& body, std::vector<float> data,
                                     const Shape& shape = {}) {
  TestLaunch launch(module_of(body), data, shape);
  launch.run(1);
  return data;
}

}  // namespace ptx::testing
