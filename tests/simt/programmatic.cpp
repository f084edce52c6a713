// Programmatic launches: a kernel may start when the one before it on its stream says so or is
// about to end, and sees what that one wrote once it has waited for it.
//
// CUDA C++ Programming Guide, "Programmatic Dependent Launch and Synchronization"; PTX ISA,
// griddepcontrol; cudaTriggerProgrammaticLaunchCompletion in CUDA's headers. From the last: where
// no block gives the signal, it comes after all warps have finished but before the grid has, and in
// no case does it make memory visible. So a launch that starts before the one before it has written
// anything sees what it may see on a device, whether that one gives the signal or not.
//
// That is the earliest start only if every kernel waits before it gives the signal: then all
// launches but the one before have ended. Another order is a finding here, though CUDA allows it.
#include "tests/simt/gang.hpp"
#include "tests/simt/memory.hpp"

namespace simt {

namespace {

constexpr std::uintptr_t word_bytes = 4;

/// Calls `visit(word, mask)` for each word of which [address, address + bytes) has a part; bit b of
/// the mask is its byte b.
template <class Visit>
void for_each_word(const void* address, std::size_t bytes, const Visit& visit) {
  const auto first = reinterpret_cast<std::uintptr_t>(address);
  const std::uintptr_t end = first + bytes;
  for (std::uintptr_t at = first; at < end;) {
    const std::uintptr_t word = at / word_bytes;
    unsigned mask = 0;
    for (; at < end && at / word_bytes == word; ++at) mask |= 1U << at % word_bytes;
    visit(word, mask);
  }
}

std::string location_text(const void* address) {
  const Allocation* owner = allocation_at(address);
  return "allocation " + std::to_string(owner->number) + " at offset " +
         std::to_string(static_cast<const char*>(address) - owner->base);
}

}  // namespace

void EarlyReads::add(const void* address, std::size_t bytes, const Reader& reader) {
  for_each_word(address, bytes, [&](std::uintptr_t word, unsigned mask) {
    const auto [found, is_new] = words_.try_emplace(word, Word{0, reader});
    found->second.bytes |= mask;
  });
}

const EarlyReads::Reader* EarlyReads::find(const void* address, std::size_t bytes) const {
  const Reader* reader = nullptr;
  for_each_word(address, bytes, [&](std::uintptr_t word, unsigned mask) {
    const auto found = words_.find(word);
    if (found != words_.end() && (found->second.bytes & mask) != 0) reader = &found->second.reader;
  });
  return reader;
}

std::string launch_order_problem(const void* address, std::size_t bytes, Access access,
                                 const EarlyReads::Reader& who, bool after_wait) {
  if (access == Access::read) {
    if (launch_now->ahead && !after_wait) launch_now->reads.add(address, bytes, who);
    return "";
  }
  if (!after_wait)
    return access_text(access, bytes) + " of " + location_text(address) +
           " without waiting for the launch before (cudaGridDependencySynchronize)";
  for (const RunningLaunch* next : launch_now->next) {
    const EarlyReads::Reader* reader = next->reads.find(address, bytes);
    if (reader == nullptr) continue;
    return access_text(access, bytes) + " of " + location_text(address) + ", which kernel " +
           next->name + ", block " + place(reader->block) + ", thread " + place(reader->thread) +
           " has read without waiting for this launch (cudaGridDependencySynchronize)";
  }
  return "";
}

void check_launch_order(const void* address, std::size_t bytes, Access access) {
  const auto problem = [&] {
    return launch_order_problem(address, bytes, access, {running->block->index, running->index},
                                running->after_wait);
  };
  if (!problem().empty()) stop_thread(problem);
}

void wait_for_previous_launch() {
  launch_now->waited = true;
  if (launch_now->ahead && !running->after_wait) current_gang().wait_for_previous_launch();
  running->after_wait = true;
}

void let_next_launch_start() {
  if (!running->after_wait)
    stop_thread([] {
      return "lets the next launch start (cudaTriggerProgrammaticLaunchCompletion) without waiting "
             "for the one before (cudaGridDependencySynchronize)";
    });
}

}  // namespace simt
