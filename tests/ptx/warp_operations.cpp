// What lanes of a warp do together (PTX ISA, "shfl.sync", "vote.sync"), and two small instructions.
#include <array>

#include "tests/ptx/handlers.hpp"
#include "tests/ptx/lanes.hpp"

namespace ptx {

namespace {

struct Source {
  std::uint32_t lane;
  bool in_range;
};

/// The lane that a shuffle reads, by its b and c operands; its own where that is out of range.
Source source_of(int mode, std::uint32_t lane, std::uint32_t b, std::uint32_t c) {
  const std::uint32_t by = b & 31U;
  const std::uint32_t clamp = c & 31U;
  const std::uint32_t segment = c >> 8 & 31U;
  const std::uint32_t last = (lane & segment) | (clamp & ~segment);
  const std::uint32_t first = lane & segment;
  std::int32_t from = 0;
  switch (mode) {
    case 0: from = static_cast<std::int32_t>(lane) - static_cast<std::int32_t>(by); break;
    case 1: from = static_cast<std::int32_t>(lane + by); break;
    case 2: from = static_cast<std::int32_t>(lane ^ by); break;
    default: from = static_cast<std::int32_t>(first | (by & ~segment)); break;
  }
  const auto bound = static_cast<std::int32_t>(last);
  const bool in_range = mode == 0 ? from >= bound : from <= bound;
  return {in_range ? static_cast<std::uint32_t>(from) : lane, in_range};
}

void shuffle_lanes(Warp& warp, const Instruction& in, LaneMask lanes) {
  const Lanes<std::uint32_t> value(warp, in.operands[2]);
  const Lanes<std::uint32_t> b(warp, in.operands[3]);
  const Lanes<std::uint32_t> c(warp, in.operands[4]);
  std::array<std::uint32_t, warp_size> read{};
  LaneMask in_range = 0;
  for_each_lane(lanes, [&](int l) {
    const Source source = source_of(in.detail, static_cast<std::uint32_t>(l), b[l], c[l]);
    if ((lanes >> source.lane & 1U) == 0)
      fail(warp, in, l,
           "shuffles from lane " + std::to_string(source.lane) + ", which does not take part");
    read[static_cast<std::size_t>(l)] = value[static_cast<int>(source.lane)];
    in_range |= LaneMask{source.in_range} << l;
  });
  const Results<std::uint32_t> result(warp, in.operands[0]);
  for_each_lane(lanes, [&](int l) { result.set(l, read[static_cast<std::size_t>(l)]); });
  if (in.operands[1].kind == Operand::Kind::reg)
    set_predicate(warp, in.operands[1], lanes, in_range);
}

void vote_lanes(Warp& warp, const Instruction& in, LaneMask lanes) {
  const LaneMask yes = predicate(warp, in.operands[1]) & lanes;
  switch (in.detail) {
    case 0: set_predicate(warp, in.operands[0], lanes, yes == lanes ? all_lanes : 0); break;
    case 1: set_predicate(warp, in.operands[0], lanes, yes != 0 ? all_lanes : 0); break;
    default: {
      const Results<std::uint32_t> result(warp, in.operands[0]);
      for_each_lane(lanes, [&](int l) { result.set(l, yes); });
    }
  }
}

void launch_dependents(Warp& warp, const Instruction& in, LaneMask lanes) {
  for_each_lane(lanes, [&](int l) {
    if ((warp.after_wait >> l & 1U) == 0)
      fail(warp, in, l, "lets the next launch start without waiting for the one before");
  });
}

void stop_at_trap(Warp& warp, const Instruction& in, LaneMask lanes) {
  for_each_lane(lanes, [&](int l) { fail(warp, in, l, "runs into a trap"); });
}

}  // namespace

Handler shuffle() { return &shuffle_lanes; }
Handler vote() { return &vote_lanes; }
Handler let_dependents_start() { return &launch_dependents; }
Handler trap() { return &stop_at_trap; }

}  // namespace ptx
