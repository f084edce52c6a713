// Asynchronous copies to shared memory (PTX ISA, "cp.async"). One that is allowed to arrive late
// arrives when its thread waits for it: whoever reads before that is found.
#include <algorithm>
#include <cstring>

#include "tests/ptx/handlers.hpp"
#include "tests/ptx/lanes.hpp"
#include "tests/ptx/memory.hpp"

namespace ptx {

namespace {

/// The copy arrives: its source is read in elements, for it may be shorter than the copy.
void arrive(Warp& warp, const Instruction& in, int lane, const Copy& copy) {
  unsigned char* to = touch_shared(warp, in, lane, copy.to, copy.bytes, true);
  for (std::uint32_t i = 0; i < copy.valid; i += copy.grain) {
    const unsigned char* from =
        touch_global(warp, in, lane, copy.from + i, copy.grain, Access::read);
    std::memcpy(to + i, from, copy.grain);
  }
  std::memset(to + copy.valid, 0, copy.bytes - copy.valid);
}

void arrive_late(Warp& warp, const Instruction& in, int lane, const std::vector<Copy>& group) {
  for (const Copy& copy : group) {
    end_flight(*warp.block, copy.to, copy.bytes);
    arrive(warp, in, lane, copy);
  }
}

Copy read_copy(Warp& warp, const Instruction& in, int lane) {
  Copy copy;
  copy.to = static_cast<std::uint32_t>(lane_address(warp, in.address, lane));
  copy.from = lane_address(warp, in.source, lane);
  copy.bytes = copy.valid = in.detail;
  if (!in.operands.empty()) copy.valid = Lanes<std::uint32_t>(warp, in.operands[0])[lane];
  if (copy.valid > copy.bytes)
    fail(warp, in, lane,
         "copies " + std::to_string(copy.valid) + " bytes to " + std::to_string(copy.bytes));
  if (copy.from % copy.bytes != 0) fail(warp, in, lane, "copies from a misaligned address", true);
  copy.grain = copy.valid == copy.bytes ? copy.bytes
               : copy.valid % 4 == 0    ? 4
               : copy.valid % 2 == 0    ? 2
                                        : 1;
  return copy;
}

void check_destination(const Warp& warp, const Instruction& in, int lane, const Copy& copy) {
  const std::uint64_t offset = std::uint64_t{copy.to} - shared_start;
  if (copy.to < shared_start || offset + copy.bytes > warp.block->shared.size())
    fail(warp, in, lane,
         "copies " + std::to_string(copy.bytes) +
             " bytes to outside of its shared "
             "memory of " +
             std::to_string(warp.block->shared.size()) + " bytes",
         true);
  if (offset % copy.bytes != 0) fail(warp, in, lane, "copies to a misaligned address", true);
}

/// Before its thread has waited for the launch before, a copy is made at once, the earliest that
/// the hardware may; and it must not go through the first-level cache, as those of 4 and 8 bytes
/// do.
bool is_early(const Warp& warp, const Instruction& in, int lane, const Copy& copy) {
  if (!warp.block->launch->programmatic || (warp.after_wait >> lane & 1U) != 0) return false;
  if (copy.bytes != 16 && copy.valid != 0)
    fail(warp, in, lane,
         "copies through the first-level cache before it has waited for the launch before");
  return true;
}

void copy_lanes(Warp& warp, const Instruction& in, LaneMask lanes) {
  for_each_lane(lanes, [&](int l) {
    Copy copy = read_copy(warp, in, l);
    check_destination(warp, in, l, copy);
    if (is_early(warp, in, l, copy)) {
      for (std::uint32_t i = 0; i < copy.valid; i += copy.grain)
        (void)touch_global(warp, in, l, copy.from + i, copy.grain, Access::read);
    }
    if (!warp.block->launch->choices.late_copies) return arrive(warp, in, l, copy);
    begin_flight(warp, in, l, copy.to, copy.bytes);
    warp.copies[static_cast<std::size_t>(l)].open.push_back(copy);
  });
}

void commit_lanes(Warp& warp, const Instruction&, LaneMask lanes) {
  for_each_lane(lanes, [&](int l) {
    CopyQueue& queue = warp.copies[static_cast<std::size_t>(l)];
    queue.groups.push_back(std::move(queue.open));
    queue.open.clear();
  });
}

void wait_lanes(Warp& warp, const Instruction& in, LaneMask lanes) {
  const bool all = in.detail == no_group_may_be_pending;
  if (all) commit_lanes(warp, in, lanes);
  const std::size_t pending = all ? 0 : in.detail;
  for_each_lane(lanes, [&](int l) {
    CopyQueue& queue = warp.copies[static_cast<std::size_t>(l)];
    for (; queue.groups.size() > pending; queue.groups.erase(queue.groups.begin()))
      arrive_late(warp, in, l, queue.groups.front());
  });
}

}  // namespace

Handler copy_async() { return &copy_lanes; }
Handler commit_copies() { return &commit_lanes; }
Handler wait_for_copies() { return &wait_lanes; }

}  // namespace ptx
