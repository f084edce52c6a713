// Device memory: one range of addresses that the host cannot touch, except while queued work runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace simt {

struct Allocation {
  char* base = nullptr;
  std::size_t bytes = 0;
  std::uint64_t number = 0;  ///< counted from 1
  bool live = false;
};

/// Device memory of `bytes`, filled with NaN, at a multiple of 256; null past the capacity. Between
/// any two allocations lie at least 256 bytes that belong to nobody, and freed addresses do not
/// come back.
void* allocate_device(std::size_t bytes);
/// False if nothing that is in use starts there.
bool free_device(void* pointer);
void set_device_capacity(std::size_t bytes);
std::size_t device_capacity();
std::size_t device_bytes_in_use();
std::size_t device_allocations_in_use();

extern char* const device_begin;
extern char* const device_end;
inline bool is_device(const void* pointer) {
  const auto* at = static_cast<const char*>(pointer);
  return at >= device_begin && at < device_end;
}
/// The allocation that owns the 256 bytes around `pointer`, in use or freed; else null.
const Allocation* allocation_at(const void* pointer);
/// "" if [pointer, pointer + bytes) lies in one allocation that is in use, else what is wrong.
std::string device_range_problem(const void* pointer, std::size_t bytes);

void add_pinned(void* pointer, std::size_t bytes);
bool remove_pinned(void* pointer);
bool is_pinned(const void* pointer, std::size_t bytes);

/// From now on the host can touch device memory at any time, and nothing notices. Saves what
/// closing it costs where another run of the same tests has it closed.
void keep_device_memory_open();

/// Device memory can be touched while one of these lives.
class OpenDeviceMemory {
 public:
  OpenDeviceMemory();
  ~OpenDeviceMemory();
  OpenDeviceMemory(const OpenDeviceMemory&) = delete;
  OpenDeviceMemory& operator=(const OpenDeviceMemory&) = delete;
};

}  // namespace simt
