// Memory as threads see it: who may touch what, and who must wait for whom.
//
// The race check follows FastTrack (C. Flanagan, S. Freund, PLDI 2009, doi:10.1145/1542476.1542490)
// for the one structure that a block has: __syncthreads orders all of it, __syncwarp orders the
// lanes that it names, and nothing else orders anything.
#include <sys/mman.h>

#include <bit>
#include <cstring>
#include <map>
#include <new>

#include "tests/simt/asan.hpp"
#include "tests/simt/executor.hpp"
#include "tests/simt/include/cuda_runtime.h"
#include "tests/simt/memory.hpp"
#include "tests/simt/simt.hpp"
#include "tests/simt/symbols.hpp"

namespace simt {

namespace {

constexpr int poison = 0xFF;

// Threads that touched a byte in the same way since the block's last barrier.
struct Touched {
  std::uint32_t warps = 0;
  std::uint32_t lanes = 0;  // of the warp, while there is one
  std::uint32_t time = 0;   // of the latest
};

// One byte of shared memory in this phase: its last writer, and who has touched it since.
struct Cell {
  std::uint32_t phase = 0;
  std::uint32_t write_time = 0;
  std::uint16_t writer = 0;  // rank + 1, of the last plain write
  Touched reads;             // since that write
  Touched atomics;           // likewise
};

struct SharedVariable {
  const Symbol* symbol = nullptr;
  std::string name;
  std::uint32_t owner = 0;  // the block (by its serial number) whose contents are in place
  std::vector<Cell> cells;
};

std::map<const Symbol*, SharedVariable> shared_variables;
SharedVariable* recent = nullptr;
std::uint32_t last_phase = 0;

}  // namespace

struct SharedCopy {
  SharedVariable* variable;
  std::vector<char> bytes;
  std::vector<Cell> cells;
};

/// A block's dynamic shared memory, with room around it that no thread may touch.
class DynamicShared {
 public:
  static constexpr std::size_t margin = 65536;
  static constexpr std::size_t mapped = margin + max_dynamic_bytes + margin;

  DynamicShared() {
    void* pages = mmap(nullptr, mapped, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (pages == MAP_FAILED) throw std::bad_alloc();
    pages_ = static_cast<char*>(pages);
    ASAN_POISON_MEMORY_REGION(pages_, mapped);
  }
  ~DynamicShared() {
    ASAN_UNPOISON_MEMORY_REGION(pages_, mapped);
    munmap(pages_, mapped);
  }
  DynamicShared(const DynamicShared&) = delete;
  DynamicShared& operator=(const DynamicShared&) = delete;

  void begin(std::size_t bytes) {
    ASAN_POISON_MEMORY_REGION(data(), max_dynamic_bytes);
    ASAN_UNPOISON_MEMORY_REGION(data(), bytes);
    std::memset(data(), poison, bytes);
    if (cells.size() < bytes) cells.resize(bytes);
  }
  char* data() const { return pages_ + margin; }
  bool is_near(const char* at) const { return at >= pages_ && at < pages_ + mapped; }

  std::vector<Cell> cells;

 private:
  char* pages_;
};

namespace {

std::string thread_text(const Block& block, unsigned rank) {
  return "thread " + place(block.threads[rank].index);
}

bool comes_before(const Thread& me, unsigned lane, std::uint32_t time) {
  return lane == me.lane || me.warp->seen[me.lane][lane] >= time;
}

// A thread among those that touched the byte and does not come before this one, as text.
std::string unordered(const Touched& touched, const Thread& me, const char* verb) {
  const unsigned mine = 1U << (me.rank / warp_size);
  if ((touched.warps & ~mine) != 0)
    return "a thread of warp " + std::to_string(std::countr_zero(touched.warps & ~mine)) + verb;
  if (touched.warps == 0) return "";
  for (unsigned rest = touched.lanes; rest != 0; rest &= rest - 1) {
    const auto lane = static_cast<unsigned>(std::countr_zero(rest));
    if (!comes_before(me, lane, touched.time))
      return thread_text(*me.block, me.rank - me.lane + lane) + verb;
  }
  return "";
}

// The thread whose access this one races with, as text; "" if there is none.
std::string opponent(const Cell& cell, const Thread& me, Access access) {
  if (cell.writer != 0) {
    const Thread& writer = me.block->threads[cell.writer - 1U];
    if (writer.warp != me.warp || !comes_before(me, writer.lane, cell.write_time))
      return thread_text(*me.block, writer.rank) + " wrote";
  }
  std::string found;
  if (access != Access::read) found = unordered(cell.reads, me, " read");
  if (access != Access::atomic && found.empty())
    found = unordered(cell.atomics, me, " atomically updated");
  return found;
}

void add(Touched& touched, const Thread& me) {
  const std::uint32_t now = me.warp->time;
  const unsigned mine = 1U << (me.rank / warp_size);
  if (touched.warps == mine && touched.time != now) {
    // Those that come before this one need not be kept: what comes after this comes after them.
    unsigned kept = 0;
    for (unsigned rest = touched.lanes; rest != 0; rest &= rest - 1) {
      const auto lane = static_cast<unsigned>(std::countr_zero(rest));
      if (!comes_before(me, lane, touched.time)) kept |= 1U << lane;
    }
    touched.lanes = kept;
  }
  if (touched.warps == 0) touched.lanes = 0;
  touched.warps |= mine;
  touched.lanes |= 1U << me.lane;
  touched.time = now;
}

void note(Cell& cell, const Thread& me, Access access) {
  switch (access) {
    case Access::read: return add(cell.reads, me);
    case Access::atomic: return add(cell.atomics, me);
    case Access::write:
      cell = {cell.phase, me.warp->time, static_cast<std::uint16_t>(me.rank + 1), {}, {}};
  }
}

void check_race(Cell* cells, std::size_t offset, std::size_t bytes, Access access,
                const std::string& name) {
  const Thread& me = *running;
  for (Cell* cell = cells + offset; cell != cells + offset + bytes; ++cell) {
    if (cell->phase != me.block->phase) *cell = {me.block->phase, 0, 0, {}, {}};
    if (!opponent(*cell, me, access).empty())
      stop_thread([&] {
        return "race: " + access_text(access, bytes) + " of shared memory " + name + " at offset " +
               std::to_string(offset) + ", which " + opponent(*cell, me, access) +
               " with no barrier between";
      });
    note(*cell, me, access);
  }
}

void check_dynamic(DynamicShared& shared, const char* at, std::size_t bytes, Access access) {
  const std::size_t size = launch_now->shape.dynamic_bytes;
  if (at < shared.data() || at + bytes > shared.data() + size)
    stop_thread(
        [&] {
          return access_text(access, bytes) + " at offset " + std::to_string(at - shared.data()) +
                 " of its dynamic shared memory of " + std::to_string(size) + " bytes";
        },
        cudaErrorIllegalAddress);
  check_race(shared.cells.data(), static_cast<std::size_t>(at - shared.data()), bytes, access,
             "(dynamic)");
}

void check_static(SharedVariable& variable, const char* at, std::size_t bytes, Access access) {
  const Symbol& symbol = *variable.symbol;
  if (variable.owner != running->block->serial) {
    variable.owner = running->block->serial;
    std::memset(symbol.base, poison, symbol.bytes);
  }
  check_race(variable.cells.data(), static_cast<std::size_t>(at - symbol.base), bytes, access,
             variable.name);
}

// A variable of the program: shared memory if a function declares it and it can be written.
void check_program(const char* at, std::size_t bytes, Access access, bool writable) {
  if (access != Access::read && !writable)
    stop_thread([&] { return access_text(access, bytes) + " of constant memory"; },
                cudaErrorIllegalAddress);
  const Symbol* symbol = variable_at(at);
  if (symbol == nullptr || !writable) return;
  if (at + bytes > symbol->base + symbol->bytes)
    stop_thread(
        [&] {
          return access_text(access, bytes) + " that end " +
                 std::to_string(at + bytes - symbol->base - symbol->bytes) + " bytes past " +
                 readable(symbol->name) + " of " + std::to_string(symbol->bytes) + " bytes";
        },
        cudaErrorIllegalAddress);
  if (!symbol->function_local) return;
  SharedVariable& variable = shared_variables[symbol];
  if (variable.symbol == nullptr) {
    variable.symbol = symbol;
    variable.name = readable(symbol->name);
    variable.cells.resize(symbol->bytes);
  }
  recent = &variable;
  check_static(variable, at, bytes, access);
}

}  // namespace

std::string access_text(Access access, std::size_t bytes) {
  const char* verb = access == Access::read    ? "reads "
                     : access == Access::write ? "writes "
                                               : "atomically updates ";
  return verb + std::to_string(bytes) + " bytes";
}

std::uint32_t next_phase() { return ++last_phase; }

void begin_block(Block& block) {
  block.phase = next_phase();
  block.serial = block.phase;
  block.set_aside.reset();
  if (launch_now->shape.dynamic_bytes != 0) {
    if (block.dynamic == nullptr) block.dynamic = std::make_shared<DynamicShared>();
    block.dynamic->begin(launch_now->shape.dynamic_bytes);
  }
  if (has_memory_hooks()) return;  // they poison each variable as it is first touched
  for (const Symbol* each : variables_of(launch_now->call->kernel))
    std::memset(each->base, poison, each->bytes);
}

void set_shared_aside(Block& block) {
  block.set_aside = std::make_shared<std::vector<SharedCopy>>();
  for (auto& [symbol, variable] : shared_variables) {
    if (variable.owner == block.serial)
      block.set_aside->push_back(
          {&variable, {symbol->base, symbol->base + symbol->bytes}, variable.cells});
  }
}

void bring_shared_back(Block& block) {
  if (block.set_aside == nullptr) return;
  for (const SharedCopy& each : *block.set_aside) {
    std::memcpy(each.variable->symbol->base, each.bytes.data(), each.bytes.size());
    each.variable->owner = block.serial;
    each.variable->cells = each.cells;
  }
}

bool can_live_together(const void* kernel) {
  return has_memory_hooks() || variables_of(kernel).empty();
}

void* dynamic_shared() {
  return running->block->dynamic == nullptr ? nullptr : running->block->dynamic->data();
}

void check_access(const void* address, std::size_t bytes, Access access) {
  const auto* at = static_cast<const char*>(address);
  if (running->fibre->holds(at)) return;
  if (is_device(at)) {
    const Allocation* owner = allocation_at(at);
    const bool inside = owner != nullptr && owner->live && at + bytes <= owner->base + owner->bytes;
    if (inside) return check_launch_order(at, bytes, access);
    stop_thread(
        [&] { return access_text(access, bytes) + ", which " + device_range_problem(at, bytes); },
        cudaErrorIllegalAddress);
  }
  DynamicShared* dynamic = running->block->dynamic.get();
  if (dynamic != nullptr && dynamic->is_near(at)) return check_dynamic(*dynamic, at, bytes, access);
  if (recent != nullptr && at >= recent->symbol->base &&
      at + bytes <= recent->symbol->base + recent->symbol->bytes)
    return check_static(*recent, at, bytes, access);
  const auto* parameters = reinterpret_cast<const char*>(launch_now->call.get());
  if (at >= parameters && at + bytes <= parameters + launch_now->call->bytes) return;
  bool writable = false;
  if (in_program(at, &writable)) return check_program(at, bytes, access, writable);
  if (is_pinned(at, bytes)) return;
  stop_thread([&] { return access_text(access, bytes) + " of the host's memory"; },
              cudaErrorIllegalAddress);
}

void atomic_access(const void* address, std::size_t bytes) {
  if (has_memory_hooks()) check_access(address, bytes, Access::atomic);
}

}  // namespace simt
