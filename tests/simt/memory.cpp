#include "tests/simt/memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <map>
#include <new>
#include <utility>

#include "tests/simt/asan.hpp"

namespace simt {

namespace {

constexpr std::size_t granule = 256;  // CUDA's alignment
constexpr std::size_t page = 4096;
constexpr std::size_t arena_bytes = std::size_t{1} << 34;
constexpr std::size_t renewal_bytes = std::size_t{1} << 28;
constexpr int poison = 0xFF;  // NaN as float, double and bfloat16; -1 as an integer

char* reserve(std::size_t bytes, int protection) {
  void* pages =
      mmap(nullptr, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  return static_cast<char*>(pages);
}

std::size_t rounded(std::size_t bytes, std::size_t to) { return (bytes + to - 1) / to * to; }

struct Arena {
  std::uint32_t* owners =  // of each granule: the allocation's number, 0 for none
      reinterpret_cast<std::uint32_t*>(reserve(arena_bytes / granule * 4, PROT_READ | PROT_WRITE));
  std::deque<Allocation> allocations;  // by number - 1
  std::size_t used = 0;                // bytes from the start that were ever handed out
  std::size_t opened_from = 0;         // what can be touched now, as offsets of pages
  std::size_t opened_to = 0;
  std::size_t capacity = std::size_t{1} << 30;
  std::size_t in_use = 0;
  std::size_t count_in_use = 0;
  int openers = 0;
  bool always_open = false;
  std::map<const char*, std::size_t> pinned;
};

Arena& arena() {
  static Arena instance;
  return instance;
}

// What is in use lies between these offsets. Changing the protection of pages costs time by page,
// so freed ranges at either end are left out.
std::pair<std::size_t, std::size_t> pages_in_use() {
  const auto& all = arena().allocations;
  const auto live = [](const Allocation& each) { return each.live; };
  const auto first = std::find_if(all.begin(), all.end(), live);
  if (first == all.end()) return {0, 0};
  const auto last = std::find_if(all.rbegin(), all.rend(), live);
  return {static_cast<std::size_t>(first->base - device_begin) / page * page,
          rounded(static_cast<std::size_t>(last->base + last->bytes - device_begin), page)};
}

void open_all() {
  Arena& a = arena();
  if (a.always_open) return;
  const auto [from, to] = pages_in_use();
  if (from == a.opened_from && to == a.opened_to) return;
  if (to > from) mprotect(device_begin + from, to - from, PROT_READ | PROT_WRITE);
  a.opened_from = from;
  a.opened_to = to;
}

/// Opens the pages of one allocation, some of which may be another's too.
void open_pages(const Allocation& made) {
  const auto first = static_cast<std::size_t>(made.base - device_begin) / page * page;
  const auto end = rounded(static_cast<std::size_t>(made.base + made.bytes - device_begin), page);
  mprotect(device_begin + first, end - first, PROT_READ | PROT_WRITE);
}

void close_all() {
  Arena& a = arena();
  if (a.always_open) return;
  if (a.opened_to > a.opened_from)
    mprotect(device_begin + a.opened_from, a.opened_to - a.opened_from, PROT_NONE);
  a.opened_from = a.opened_to = 0;
}

}  // namespace

char* const device_begin = reserve(arena_bytes, PROT_NONE);
char* const device_end = device_begin + arena_bytes;

void* allocate_device(std::size_t bytes) {
  Arena& a = arena();
  const std::size_t body = rounded(bytes, granule);
  if (bytes > a.capacity || a.in_use + body > a.capacity) return nullptr;
  if (a.count_in_use == 0 && a.used > renewal_bytes) {  // all free: start again
    std::memset(a.owners, 0, a.used / granule * 4);
    a.allocations.clear();
    a.used = 0;
  }
  const std::size_t place = a.used + granule;
  if (place + body + granule > arena_bytes) return nullptr;
  Allocation made{device_begin + place, bytes, a.allocations.size() + 1, true};
  a.allocations.push_back(made);
  a.used = place + body + granule;
  a.in_use += body;
  ++a.count_in_use;
  for (std::size_t i = 0; i < body / granule; ++i)
    a.owners[place / granule + i] = static_cast<std::uint32_t>(made.number);
  const OpenDeviceMemory open;
  open_all();
  if (a.always_open) open_pages(made);
  ASAN_UNPOISON_MEMORY_REGION(made.base, bytes);
  std::memset(made.base, poison, bytes);
  ASAN_POISON_MEMORY_REGION(made.base - granule, granule);
  ASAN_POISON_MEMORY_REGION(made.base + bytes, body - bytes + granule);
  return made.base;
}

bool free_device(void* pointer) {
  Arena& a = arena();
  const Allocation* found = allocation_at(pointer);
  if (found == nullptr || found->base != pointer || !found->live) return false;
  a.allocations[found->number - 1].live = false;
  const std::size_t body = rounded(found->bytes, granule);
  a.in_use -= body;
  --a.count_in_use;
  ASAN_POISON_MEMORY_REGION(found->base, body);
  // Whole pages go back to the system, with their tables; the addresses stay ours.
  char* first = device_begin + rounded(static_cast<std::size_t>(found->base - device_begin), page);
  char* last =
      device_begin + static_cast<std::size_t>(found->base + body - device_begin) / page * page;
  if (last > first)
    mmap(first, static_cast<std::size_t>(last - first), PROT_NONE,
         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  return true;
}

void set_device_capacity(std::size_t bytes) { arena().capacity = std::min(bytes, arena_bytes / 2); }
std::size_t device_capacity() { return arena().capacity; }
std::size_t device_bytes_in_use() { return arena().in_use; }
std::size_t device_allocations_in_use() { return arena().count_in_use; }

const Allocation* allocation_at(const void* pointer) {
  if (!is_device(pointer)) return nullptr;
  Arena& a = arena();
  const auto offset = static_cast<std::size_t>(static_cast<const char*>(pointer) - device_begin);
  const std::uint32_t number = a.owners[offset / granule];
  return number == 0 ? nullptr : &a.allocations[number - 1];
}

std::string device_range_problem(const void* pointer, std::size_t bytes) {
  const auto* at = static_cast<const char*>(pointer);
  if (!is_device(at)) return "is not in device memory";
  const Allocation* owner = allocation_at(at);
  // Next to an allocation rather than in it: say which.
  for (std::size_t step = granule; owner == nullptr && step <= 4096; step += granule) {
    owner = allocation_at(at - step);
    if (owner == nullptr) owner = allocation_at(at + step);
  }
  if (owner == nullptr) return "is in no allocation";
  const std::string what = "allocation " + std::to_string(owner->number) + " of " +
                           std::to_string(owner->bytes) + " bytes";
  if (at < owner->base) return "is " + std::to_string(owner->base - at) + " bytes before " + what;
  if (at + bytes > owner->base + owner->bytes)
    return "ends " + std::to_string(at + bytes - owner->base - owner->bytes) + " bytes past " +
           what;
  return owner->live ? "" : "is in " + what + ", which was freed";
}

void add_pinned(void* pointer, std::size_t bytes) {
  arena().pinned[static_cast<const char*>(pointer)] = bytes;
}

bool remove_pinned(void* pointer) {
  return arena().pinned.erase(static_cast<const char*>(pointer)) != 0;
}

bool is_pinned(const void* pointer, std::size_t bytes) {
  const auto& pinned = arena().pinned;
  const auto* at = static_cast<const char*>(pointer);
  const auto after = pinned.upper_bound(at);
  if (after == pinned.begin()) return false;
  const auto& [base, size] = *std::prev(after);
  return at + bytes <= base + size;
}

void keep_device_memory_open() {
  open_all();
  arena().always_open = true;
}

OpenDeviceMemory::OpenDeviceMemory() {
  if (arena().openers++ == 0) open_all();
}

OpenDeviceMemory::~OpenDeviceMemory() {
  if (--arena().openers == 0) close_all();
}

}  // namespace simt
