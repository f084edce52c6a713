// How the lanes of a warp take turns: those at the smallest place in the code run first, together,
// until they part or reach the others.
#include "tests/ptx/warp.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include "tests/ptx/lanes.hpp"

namespace ptx {

namespace {

constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();

/// Lanes that run together now.
struct Group {
  LaneMask lanes = 0;
  std::uint32_t pc = 0;
  std::uint32_t others = nowhere;  ///< the smallest place of a lane that can run and is not here
  /// Nobody else can run: what waits for more lanes waits forever.
  bool last_chance = false;
};

enum class Step : std::uint8_t {
  next,   ///< the group goes on
  parted  ///< lanes are at different places, or wait
};

void park(Warp& warp, LaneMask lanes, std::uint32_t pc) {
  for_each_lane(lanes, [&](int l) { warp.pc[static_cast<std::size_t>(l)] = pc; });
}

/// The group to run next; without lanes if there is none.
Group choose_group(Warp& warp) {
  Group group;
  LaneMask ready = warp.live & ~warp.held & ~warp.at_grid_wait;
  if (ready == 0) {
    // Who is held may still be joined by those that wait for the launch before.
    if (warp.at_grid_wait != 0) return group;
    ready = warp.held;
    group.last_chance = true;
  }
  group.pc = nowhere;
  for_each_lane(
      ready, [&](int l) { group.pc = std::min(group.pc, warp.pc[static_cast<std::size_t>(l)]); });
  for_each_lane(ready, [&](int l) {
    const std::uint32_t at = warp.pc[static_cast<std::size_t>(l)];
    if (at == group.pc) {
      group.lanes |= 1U << l;
    } else if (!group.last_chance) {
      group.others = std::min(group.others, at);
    }
  });
  if (group.last_chance) warp.held &= ~group.lanes;
  return group;
}

Step branch(Warp& warp, const Instruction& in, LaneMask taken, Group& group) {
  if (taken == group.lanes) {
    group.pc = in.target;
  } else if (taken == 0) {
    ++group.pc;
  } else {
    park(warp, taken, in.target);
    park(warp, group.lanes & ~taken, group.pc + 1);
    return Step::parted;
  }
  return Step::next;
}

Step leave(Warp& warp, LaneMask leaving, Group& group) {
  warp.live &= ~leaving;
  group.lanes &= ~leaving;
  ++group.pc;
  return group.lanes == 0 ? Step::parted : Step::next;
}

Step wait_for_launch(Warp& warp, LaneMask lanes, Group& group) {
  World& world = *warp.block->launch->world;
  const bool programmatic = warp.block->launch->programmatic;
  if (programmatic && lanes != 0) world.waited();
  const LaneMask waiting = programmatic && world.must_wait() ? lanes & ~warp.after_wait : 0;
  if (waiting == 0) {
    warp.after_wait |= lanes;
    ++group.pc;
    return Step::next;
  }
  warp.at_grid_wait |= waiting;
  park(warp, waiting, group.pc);
  park(warp, group.lanes & ~waiting, group.pc + 1);
  return Step::parted;
}

/// The lanes that must be there for the instruction.
LaneMask needed_lanes(const Warp& warp, const Instruction& in, const Group& group) {
  switch (in.flow) {
    case Flow::block_barrier: return warp.lanes;
    case Flow::warp_barrier:
    case Flow::masked: {
      const Operand& mask = in.flow == Flow::masked ? in.operands.back() : in.operands.front();
      return Lanes<std::uint32_t>(warp, mask)[std::countr_zero(group.lanes)];
    }
    default: return all_lanes;
  }
}

void synchronise_warp(Warp& warp, const Instruction& in, LaneMask lanes) {
  // A barrier of some lanes alone orders too little for the race check to know.
  if (lanes != warp.live) return;
  if (++warp.epoch > Moment::most_warp_barriers)
    fail(warp, in, 0, "has passed more barriers of its warp than the race check can count");
  if ((warp.after_wait & lanes) != 0) warp.after_wait |= lanes;
}

/// An instruction that lanes do together: those that have arrived wait for the rest.
Step act_together(Warp& warp, const Instruction& in, LaneMask active, Group& group) {
  if (active == 0) {
    ++group.pc;
    return Step::next;
  }
  if (active != group.lanes)
    fail(warp, in, std::countr_zero(active), "guards what its warp does together lane by lane");
  for_each_lane(warp.held, [&](int l) {
    if (warp.pc[static_cast<std::size_t>(l)] == group.pc) group.lanes |= 1U << l;
  });
  warp.held &= ~group.lanes;
  const LaneMask needed = needed_lanes(warp, in, group);
  if (group.lanes != needed) {
    const bool hopeless = group.last_chance || (needed & ~warp.live) != 0;
    if (hopeless)
      fail(warp, in, std::countr_zero(group.lanes),
           in.flow == Flow::block_barrier
               ? "waits at a barrier that other lanes of its warp do not reach"
               : "acts with its warp, of which other lanes than those named have come");
    warp.held |= group.lanes;
    park(warp, group.lanes, group.pc);
    return Step::parted;
  }
  if (in.flow == Flow::block_barrier) {
    park(warp, group.lanes, group.pc + 1);
    warp.at_block_barrier = true;
    return Step::parted;
  }
  if (in.flow == Flow::warp_barrier) synchronise_warp(warp, in, group.lanes);
  if (in.run != nullptr) in.run(warp, in, group.lanes);
  ++group.pc;
  return Step::next;
}

Step step(Warp& warp, const Instruction& in, Group& group) {
  LaneMask active = group.lanes;
  if (in.guard >= 0) {
    const LaneMask bits = warp.predicates[static_cast<std::size_t>(in.guard)];
    active &= in.guard_negated ? ~bits : bits;
  }
  switch (in.flow) {
    case Flow::plain:
      if (active != 0) in.run(warp, in, active);
      ++group.pc;
      return Step::next;
    case Flow::branch: return branch(warp, in, active, group);
    case Flow::exit: return leave(warp, active, group);
    case Flow::grid_wait: return wait_for_launch(warp, active, group);
    default: return act_together(warp, in, active, group);
  }
}

}  // namespace

void run_warp(Warp& warp) {
  const std::vector<Instruction>& code = warp.block->launch->kernel->code;
  while (warp.live != 0 && !warp.at_block_barrier) {
    Group group = choose_group(warp);
    if (group.lanes == 0) return;
    for (;;) {
      const Instruction& in = code[group.pc];
      if (++warp.block->executed > warp.block->launch->choices.most_instructions)
        fail(warp, in, std::countr_zero(group.lanes), "runs on and on");
      if (step(warp, in, group) == Step::parted) break;
      group.last_chance = false;
      if (group.pc >= group.others) {
        park(warp, group.lanes, group.pc);
        break;
      }
    }
  }
}

Place thread_place(const Warp& warp, int lane) {
  const auto l = static_cast<std::size_t>(lane);
  return {warp.specials[tid_x][l], warp.specials[tid_y][l], warp.specials[tid_z][l]};
}

void fail(const Warp& warp, const Instruction& instruction, int lane, const std::string& text,
          bool bad_address) {
  throw Fault(
      warp.block->place, thread_place(warp, lane),
      text + " (PTX line " + std::to_string(instruction.line) + ": " + instruction.text + ")",
      bad_address);
}

}  // namespace ptx
