// Memory as threads see it: every access is checked, noted, and then made by the caller.
#pragma once

#include <cstdint>
#include <string>

#include "tests/ptx/warp.hpp"

namespace ptx {

/// Where `bytes` of global memory are that a lane is about to touch; throws its Fault.
unsigned char* touch_global(Warp& warp, const Instruction& in, int lane, std::uint64_t address,
                            std::uint32_t bytes, Access access);
/// Where `bytes` of shared memory are, by their address in the shared window; throws the lane's
/// Fault.
unsigned char* touch_shared(Warp& warp, const Instruction& in, int lane, std::uint64_t address,
                            std::uint32_t bytes, bool write);
/// An asynchronous copy has been asked for: a write at some time from now on.
void begin_flight(Warp& warp, const Instruction& in, int lane, std::uint32_t to,
                  std::uint32_t bytes);
void end_flight(Block& block, std::uint32_t to, std::uint32_t bytes);

/// The address that a lane names.
std::uint64_t lane_address(const Warp& warp, const Address& address, int lane);
/// "reads 4 bytes"
std::string access_text(Access access, std::uint32_t bytes);

}  // namespace ptx
