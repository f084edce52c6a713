// cp.async: copies that a thread starts now and sees, at the earliest, when it has waited for them.
//
// Their source is read at the start and their target written at the wait, which are both allowed;
// between the two the target is poison. For the race check both ends of the copy are writes of the
// thread that started it.
#include <algorithm>
#include <cstring>

#include "tests/simt/executor.hpp"
#include "tests/simt/include/cuda_runtime.h"
#include "tests/simt/memory.hpp"
#include "tests/simt/simt.hpp"

namespace simt {

namespace {

constexpr int poison = 0xFF;

bool is_aligned(const void* pointer, unsigned bytes) {
  return reinterpret_cast<std::uintptr_t>(pointer) % bytes == 0;
}

void check_copy(const void* shared, const void* global, unsigned bytes, unsigned valid) {
  if ((bytes != 4 && bytes != 8 && bytes != 16) || valid > bytes)
    stop_thread([&] {
      return "copies " + std::to_string(valid) + " of " + std::to_string(bytes) +
             " bytes asynchronously";
    });
  if (!is_aligned(shared, bytes) || !is_aligned(global, bytes))
    stop_thread(
        [&] {
          return "copies " + std::to_string(bytes) + " bytes asynchronously " +
                 (is_aligned(shared, bytes) ? "from" : "to") + " a misaligned address";
        },
        cudaErrorMisalignedAddress);
  if (is_device(shared) || (valid != 0 && !is_device(global)))
    stop_thread([&] {
      return std::string("copies asynchronously ") +
             (is_device(shared) ? "to global memory" : "from what is not global memory");
    });
}

void check(const void* address, std::size_t bytes, Access access) {
  if (has_memory_hooks() && bytes != 0) check_access(address, bytes, access);
}

}  // namespace

void copy_async(void* shared, const void* global, unsigned bytes, unsigned valid) {
  check_copy(shared, global, bytes, valid);
  check(global, valid, Access::read);
  check(shared, bytes, Access::write);
  PendingCopy copy{shared, bytes, running->copy_groups, {}};
  std::memcpy(copy.data, global, valid);
  std::memset(shared, poison, bytes);
  running->copies.push_back(copy);
}

void commit_copies() { ++running->copy_groups; }

void wait_for_copies(int pending) {
  Thread& me = *running;
  // The copies of groups 0 to committed - pending - 1; those of no group yet stay on their way.
  const auto arrived = [&](const PendingCopy& copy) {
    return copy.group + static_cast<std::uint32_t>(pending) < me.copy_groups;
  };
  for (const PendingCopy& copy : me.copies) {
    if (!arrived(copy)) continue;
    check(copy.to, copy.bytes, Access::write);
    std::memcpy(copy.to, copy.data, copy.bytes);
  }
  me.copies.erase(std::remove_if(me.copies.begin(), me.copies.end(), arrived), me.copies.end());
}

}  // namespace simt
