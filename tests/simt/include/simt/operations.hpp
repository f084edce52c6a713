// Barriers and warp operations, by name.
#pragma once

#include <cstddef>
#include <cstdint>

namespace simt {

enum class WarpOp : std::uint8_t {
  sync,
  shuffle,
  shuffle_up,
  shuffle_down,
  shuffle_xor,
  ballot,
  any,
  all,
  reduce_add,
  reduce_min_unsigned,
  reduce_max_unsigned,
  reduce_min_signed,
  reduce_max_signed,
  reduce_and,
  reduce_or,
  reduce_xor,
  exchange,
};
enum class BlockOp : std::uint8_t { sync, count, all, any };

int block_barrier(BlockOp op, int predicate);
/// Blocks of one cooperative launch, or of one cluster, wait for each other.
void gang_barrier();
/// griddepcontrol.wait: the launch before has ended. Returns at once in a launch without the
/// attribute.
void wait_for_previous_launch();
/// griddepcontrol.launch_dependents.
void let_next_launch_start();
std::uint64_t warp_operation(WarpOp op, unsigned mask, std::uint64_t value, int argument,
                             int width);
/// Each lane that `mask` names gives `bytes` bytes, at most 64, and gets those of lane l at
/// `all + l * bytes`; of other lanes zeros. Orders no memory.
void warp_exchange(unsigned mask, const void* mine, std::size_t bytes, void* all);
unsigned active_lanes();
/// The block's dynamic shared memory; its size is the launch's.
void* dynamic_shared();
/// Stops the launch where the caller's block has not `threads` threads in one dimension.
void require_block(unsigned threads);
/// An atomic access is about to be made: checked like any other, but it races only with plain ones.
void atomic_access(const void* address, std::size_t bytes);

}  // namespace simt
