// Loads, stores and atomics (PTX ISA, "ld", "st", "atom"), and what is checked about them.
#include "tests/ptx/memory.hpp"

#include <algorithm>
#include <cstring>

#include "tests/ptx/handlers.hpp"
#include "tests/ptx/lanes.hpp"

namespace ptx {

namespace {

constexpr const char* how_far[] = {"", "another lane of its warp", "another warp of its block",
                                   "another block"};

Moment moment_of(const Warp& warp, int lane) {
  return Moment::of(warp.block->rank, warp.number * warp_size + static_cast<std::uint32_t>(lane),
                    warp.block->epoch, warp.epoch);
}

Cell& cell_of(Cell& cell) { return cell; }
Cell& cell_of(SharedCell& shared) { return shared.cell; }

[[noreturn]] void fail_of_race(const Warp& warp, const Instruction& in, int lane,
                               const std::string& access, Conflict found, Moment other) {
  fail(warp, in, lane,
       "race: " + access + " memory, which " + how_far[static_cast<int>(found)] + " (block " +
           std::to_string(other.block()) + ", thread " + std::to_string(other.thread()) +
           ") touches with no barrier between");
}

/// Notes an access in the cells of its bytes, of which `first` is the first.
template <class AnyCell>
void check_races(Warp& warp, const Instruction& in, int lane, std::uint64_t address,
                 std::uint32_t bytes, bool write, AnyCell* first) {
  const Moment now = moment_of(warp, lane);
  const std::uint32_t launch = warp.block->launch->serial;
  // A byte alone is half a cell; every other access is of whole ones.
  const std::uint8_t mask = bytes >= cell_bytes ? 3 : static_cast<std::uint8_t>(1U << address % 2);
  Moment other;
  for (AnyCell* cell = first; cell < first + (bytes + 1) / cell_bytes; ++cell) {
    const Conflict found = write ? note_write(cell_of(*cell), mask, now, launch, other)
                                 : note_read(cell_of(*cell), mask, now, launch, other);
    if (found == Conflict::none) continue;
    const bool shared = std::is_same_v<AnyCell, SharedCell>;
    fail_of_race(warp, in, lane,
                 access_text(write ? Access::write : Access::read, bytes) +
                     (shared ? " of shared" : " of global"),
                 found, other);
  }
}

/// Whether these bytes are in one allocation.
bool may_touch(const LaunchState& launch, std::uint64_t address, std::uint32_t bytes) {
  if (launch.recent[0].holds(address, bytes)) return true;
  std::swap(launch.recent[0], launch.recent[1]);
  if (launch.recent[0].holds(address, bytes)) return true;
  launch.recent[0] = launch.world->allocation(address);
  return launch.recent[0].holds(address, bytes);
}

SharedCell& shared_cell(Block& block, std::uint64_t address) {
  return block.cells[(address - shared_start) / cell_bytes];
}

unsigned char* touch_parameter(Warp& warp, const Instruction& in, int lane, std::uint64_t address,
                               std::uint32_t bytes, bool write) {
  const std::uint64_t offset = address - param_window;
  if (write) fail(warp, in, lane, "writes to a parameter", true);
  auto& parameters = const_cast<LaunchState*>(warp.block->launch)->parameters;
  if (offset + bytes > parameters.size())
    fail(warp, in, lane, access_text(Access::read, bytes) + " past the parameters", true);
  if (offset % bytes != 0) fail(warp, in, lane, "reads a misaligned parameter", true);
  return parameters.data() + offset;
}

/// Before it has waited for the launch before, a thread reads through the second-level cache alone:
/// what the first level holds may be older than what a later launch is to see.
void check_early_load(const Warp& warp, const Instruction& in, int lane) {
  const bool early = warp.block->launch->programmatic && (warp.after_wait >> lane & 1U) == 0;
  if (early && in.run == load() && !in.past_l1)
    fail(warp, in, lane,
         "reads through the first-level cache before it has waited for the launch before");
}

unsigned char* touch(Warp& warp, const Instruction& in, int lane, std::uint32_t bytes, bool write) {
  std::uint64_t address = lane_address(warp, in.address, lane);
  Space space = in.space;
  if (space == Space::generic) {
    space = address >= shared_window  ? Space::shared
            : address >= param_window ? Space::param
                                      : Space::global;
    if (space == Space::shared) address -= shared_window;
  }
  if (space == Space::param) return touch_parameter(warp, in, lane, address, bytes, write);
  if (space == Space::shared) return touch_shared(warp, in, lane, address, bytes, write);
  check_early_load(warp, in, lane);
  return touch_global(warp, in, lane, address, bytes, write ? Access::write : Access::read);
}

std::uint64_t extended(std::uint64_t bits, Type type) {
  switch (type) {
    case Type::s8: return static_cast<std::uint64_t>(static_cast<std::int8_t>(bits));
    case Type::s16: return static_cast<std::uint64_t>(static_cast<std::int16_t>(bits));
    case Type::s32: return static_cast<std::uint64_t>(static_cast<std::int32_t>(bits));
    default: return bits;
  }
}

void load_lanes(Warp& warp, const Instruction& in, LaneMask lanes) {
  const std::uint32_t size = size_of(in.type);
  for_each_lane(lanes, [&](int l) {
    const unsigned char* from = touch(warp, in, l, size * in.vector, false);
    for (unsigned i = 0; i < in.vector; ++i) {
      std::uint64_t bits = 0;
      std::memcpy(&bits, from + i * size, size);
      bits = extended(bits, in.type);
      const Operand& to = in.operands[i];
      if (to.file == RegisterFile::wide) {
        Results<std::uint64_t>(warp, to).set(l, bits);
      } else {
        Results<std::uint32_t>(warp, to).set(l, static_cast<std::uint32_t>(bits));
      }
    }
  });
}

void store_lanes(Warp& warp, const Instruction& in, LaneMask lanes) {
  const std::uint32_t size = size_of(in.type);
  for_each_lane(lanes, [&](int l) {
    unsigned char* to = touch(warp, in, l, size * in.vector, true);
    for (unsigned i = 0; i < in.vector; ++i) {
      const Operand& from = in.operands[i];
      const bool is_wide =
          from.kind == Operand::Kind::reg ? from.file == RegisterFile::wide : size == 8;
      const std::uint64_t bits =
          is_wide ? Lanes<std::uint64_t>(warp, from)[l] : Lanes<std::uint32_t>(warp, from)[l];
      std::memcpy(to + i * size, &bits, size);
    }
  });
}

struct SetBits {
  std::uint32_t operator()(std::uint32_t old, std::uint32_t value) const { return old | value; }
};
struct Accumulate {
  std::uint32_t operator()(std::uint32_t old, std::uint32_t value) const { return old + value; }
};

template <class Update>
void update_lanes(Warp& warp, const Instruction& in, LaneMask lanes) {
  const Results<std::uint32_t> result(warp, in.operands[0]);
  const Lanes<std::uint32_t> value(warp, in.operands[1]);
  for_each_lane(lanes, [&](int l) {
    unsigned char* at =
        touch_global(warp, in, l, lane_address(warp, in.address, l), 4, Access::atomic);
    std::uint32_t old = 0;
    std::memcpy(&old, at, 4);
    const std::uint32_t updated = Update{}(old, value[l]);
    std::memcpy(at, &updated, 4);
    result.set(l, old);
  });
}

}  // namespace

std::string access_text(Access access, std::uint32_t bytes) {
  const char* verb = access == Access::read    ? "reads "
                     : access == Access::write ? "writes "
                                               : "atomically updates ";
  return verb + std::to_string(bytes) + " bytes";
}

std::uint64_t lane_address(const Warp& warp, const Address& address, int lane) {
  const Operand& base = address.base;
  const bool is_narrow = base.kind == Operand::Kind::reg && base.file == RegisterFile::narrow;
  const std::uint64_t at =
      is_narrow ? Lanes<std::uint32_t>(warp, base)[lane] : Lanes<std::uint64_t>(warp, base)[lane];
  return at + static_cast<std::uint64_t>(address.offset);
}

unsigned char* touch_global(Warp& warp, const Instruction& in, int lane, std::uint64_t address,
                            std::uint32_t bytes, Access access) {
  const LaunchState& launch = *warp.block->launch;
  if (!may_touch(launch, address, bytes))
    fail(warp, in, lane,
         access_text(access, bytes) + ", which " + launch.world->address_problem(address, bytes),
         true);
  if (address % bytes != 0)
    fail(warp, in, lane, access_text(access, bytes) + " at a misaligned address", true);
  const bool after_wait = (warp.after_wait >> lane & 1U) != 0;
  if (!after_wait || launch.watches_order) {
    const ThreadPlace who{warp.block->place, thread_place(warp, lane)};
    const std::string problem =
        launch.world->order_problem(address, bytes, access, who, after_wait);
    if (!problem.empty()) fail(warp, in, lane, problem);
  }
  // Aligned, so all of its cells lie side by side.
  if (access != Access::atomic)
    check_races(warp, in, lane, address, bytes, access == Access::write,
                launch.shadow->cells(address));
  return reinterpret_cast<unsigned char*>(address);
}

unsigned char* touch_shared(Warp& warp, const Instruction& in, int lane, std::uint64_t address,
                            std::uint32_t bytes, bool write) {
  Block& block = *warp.block;
  const Access access = write ? Access::write : Access::read;
  const std::uint64_t offset = address - shared_start;
  const auto describe = [&](const std::string& what) {
    return access_text(access, bytes) + " at offset " +
           std::to_string(static_cast<std::int64_t>(offset)) + " of its shared memory of " +
           std::to_string(block.shared.size()) + " bytes" + what;
  };
  if (address < shared_start || offset + bytes > block.shared.size())
    fail(warp, in, lane, describe(""), true);
  if (offset % bytes != 0) fail(warp, in, lane, describe(", which is misaligned"), true);
  for (std::uint64_t at = address; at < address + bytes; at += cell_bytes) {
    SharedCell& cell = shared_cell(block, at);
    if (!cell.owned) fail(warp, in, lane, describe(", which belongs to no variable"), true);
    if (cell.in_flight != 0)
      fail(warp, in, lane, describe(", to which an asynchronous copy is on its way"));
    if (!write && !cell.written) fail(warp, in, lane, describe(", which nobody has written"));
    cell.written = true;
  }
  check_races(warp, in, lane, address, bytes, write, &shared_cell(block, address));
  return block.shared.data() + offset;
}

void begin_flight(Warp& warp, const Instruction& in, int lane, std::uint32_t to,
                  std::uint32_t bytes) {
  Block& block = *warp.block;
  for (std::uint32_t at = to; at < to + bytes; at += cell_bytes) {
    if (shared_cell(block, at).in_flight != 0)
      fail(warp, in, lane, "copies to where another asynchronous copy is on its way");
  }
  check_races(warp, in, lane, to, bytes, true, &shared_cell(block, to));
  for (std::uint32_t at = to; at < to + bytes; at += cell_bytes) ++shared_cell(block, at).in_flight;
}

void end_flight(Block& block, std::uint32_t to, std::uint32_t bytes) {
  for (std::uint32_t at = to; at < to + bytes; at += cell_bytes) --shared_cell(block, at).in_flight;
}

Handler load() { return &load_lanes; }
Handler store() { return &store_lanes; }
Handler atomic(const std::string& name, Type type) {
  if (size_of(type) != 4 || is_float(type)) return nullptr;
  if (name == "or") return &update_lanes<SetBits>;
  if (name == "add") return &update_lanes<Accumulate>;
  return nullptr;
}

}  // namespace ptx
