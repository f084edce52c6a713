// A block from its first thread to its last.
#include <algorithm>

#include "tests/ptx/lanes.hpp"
#include "tests/ptx/warp.hpp"

namespace ptx {

namespace {

// What registers hold before they are written: NaN as floats, and no good address.
constexpr std::uint32_t junk = 0x7FC0DEADU;
constexpr std::uint64_t wide_junk = 0x7FF8DEADBEEF7FC0U;

std::uint32_t volume(const Place& size) { return size.x * size.y * size.z; }

Place unrank(std::uint32_t rank, const Place& size) {
  return {rank % size.x, rank / size.x % size.y, rank / size.x / size.y};
}

std::size_t count_of(const Kernel& kernel, RegisterFile file) {
  return kernel.registers[static_cast<std::size_t>(file)];
}

}  // namespace

void check_limits(const LaunchState& launch) {
  const Kernel& kernel = *launch.kernel;
  const auto refuse = [](const std::string& text) { throw Fault({}, {}, text, false); };
  const std::uint32_t threads = volume(launch.block);
  if (threads > kernel.most_threads)
    refuse("is launched with " + std::to_string(threads) +
           " threads to a block, and its bound is " + std::to_string(kernel.most_threads));
  std::uint32_t bytes = launch.dynamic_bytes;
  for (const SharedVariable& each : kernel.shared) bytes += each.bytes;
  if (bytes > most_shared_bytes)
    refuse("needs " + std::to_string(bytes) + " bytes of shared memory, and a block has " +
           std::to_string(most_shared_bytes));
}

void Block::begin(const LaunchState& state, std::uint32_t block_rank) {
  launch = &state;
  rank = block_rank;
  place = unrank(rank, state.grid);
  epoch = 1;
  executed = 0;
  const Kernel& kernel = *state.kernel;
  shared.assign(kernel.dynamic_offset() + state.dynamic_bytes, 0xFF);
  cells.assign(shared.size() / cell_bytes + 1, {});
  const auto own = [&](std::size_t offset, std::size_t bytes) {
    for (std::size_t at = offset / cell_bytes; at < (offset + bytes + 1) / cell_bytes; ++at)
      cells[at].owned = true;
  };
  for (const SharedVariable& each : kernel.shared) own(each.offset, each.bytes);
  own(kernel.dynamic_offset(), state.dynamic_bytes);
  warps.resize((volume(state.block) + warp_size - 1) / warp_size);
  for (std::uint32_t i = 0; i < warps.size(); ++i) begin_warp(warps[i], i);
}

void Block::begin_warp(Warp& warp, std::uint32_t number) {
  const Kernel& kernel = *launch->kernel;
  warp.block = this;
  warp.number = number;
  const std::uint32_t left = volume(launch->block) - number * warp_size;
  warp.lanes = left >= warp_size ? all_lanes : (LaneMask{1} << left) - 1;
  warp.live = warp.lanes;
  warp.held = warp.at_grid_wait = 0;
  warp.after_wait = launch->programmatic ? 0 : all_lanes;
  warp.at_block_barrier = false;
  warp.epoch = 0;
  warp.pc.fill(0);
  warp.predicates.resize(count_of(kernel, RegisterFile::predicate), junk);
  warp.narrow.resize(count_of(kernel, RegisterFile::narrow) * warp_size, junk);
  warp.wide.resize(count_of(kernel, RegisterFile::wide) * warp_size, wide_junk);
  for (CopyQueue& queue : warp.copies) {
    queue.open.clear();
    queue.groups.clear();
  }
  for (std::uint32_t l = 0; l < warp_size; ++l) {
    const Place thread = unrank(number * warp_size + l, launch->block);
    const std::uint32_t values[special_count] = {thread.x,
                                                 thread.y,
                                                 thread.z,
                                                 place.x,
                                                 place.y,
                                                 place.z,
                                                 launch->block.x,
                                                 launch->block.y,
                                                 launch->block.z,
                                                 launch->grid.x,
                                                 launch->grid.y,
                                                 launch->grid.z,
                                                 l};
    for (std::size_t i = 0; i < special_count; ++i) warp.specials[i][l] = values[i];
  }
}

bool Block::run(std::mt19937_64& random) {
  std::vector<Warp*> order;
  for (Warp& warp : warps) order.push_back(&warp);
  for (;;) {
    std::shuffle(order.begin(), order.end(), random);
    for (Warp* warp : order) run_warp(*warp);
    const auto at_barrier =
        std::count_if(warps.begin(), warps.end(), [](const Warp& w) { return w.at_block_barrier; });
    const bool waits =
        std::any_of(warps.begin(), warps.end(), [](const Warp& w) { return w.at_grid_wait != 0; });
    if (waits) return false;
    if (at_barrier == 0) break;
    if (at_barrier != static_cast<std::ptrdiff_t>(warps.size()))
      throw Fault(place, {}, "has a barrier that warps which have ended do not reach", false);
    pass_barrier();
  }
  end();
  return true;
}

void Block::pass_barrier() {
  if (++epoch > Moment::most_block_barriers)
    throw Fault(place, {}, "has passed more barriers than the race check can count", false);
  const bool after_wait = std::any_of(warps.begin(), warps.end(),
                                      [](const Warp& w) { return (w.after_wait & w.live) != 0; });
  for (Warp& warp : warps) {
    warp.at_block_barrier = false;
    if (after_wait) warp.after_wait = all_lanes;
  }
}

void Block::release_from_grid_wait() {
  for (Warp& warp : warps) {
    for_each_lane(warp.at_grid_wait, [&](int l) { ++warp.pc[static_cast<std::size_t>(l)]; });
    warp.after_wait |= warp.at_grid_wait;
    warp.at_grid_wait = 0;
  }
}

void Block::end() {
  for (const Warp& warp : warps) {
    for (std::size_t l = 0; l < warp_size; ++l) {
      std::size_t left = warp.copies[l].open.size();
      for (const std::vector<Copy>& group : warp.copies[l].groups) left += group.size();
      if (left != 0)
        throw Fault(place, thread_place(warp, static_cast<int>(l)),
                    "ends with asynchronous copies (" + std::to_string(left) +
                        ") that it has not waited for",
                    false);
    }
  }
}

}  // namespace ptx
