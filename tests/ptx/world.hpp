// What a kernel finds around it: global memory, and the launch before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace ptx {

struct Place {
  std::uint32_t x = 0, y = 0, z = 0;
};

struct ThreadPlace {
  Place block;
  Place thread;
};

/// Addresses from `begin` up to `end`, which is not one of them.
struct Range {
  std::uint64_t begin = 0, end = 0;
  bool holds(std::uint64_t address, std::size_t bytes) const {
    return address >= begin && address + bytes <= end;
  }
};

enum class Access : std::uint8_t { read, write, atomic };

class World {
 public:
  virtual ~World() = default;
  /// The memory around an address that kernels may touch, all of it one allocation; empty if there
  /// is none. It stays as it is while a launch runs.
  virtual Range allocation(std::uint64_t address) = 0;
  /// What is wrong with the place of an access that is not inside of one, as in "is in no
  /// allocation".
  virtual std::string address_problem(std::uint64_t address, std::size_t bytes) = 0;
  /// Whether order_problem() is to be asked about accesses of threads that have waited.
  virtual bool watches_order() = 0;
  /// What is wrong with an access in the order of launches; "": nothing. `after_wait`: the thread
  /// has waited for the launch before.
  virtual std::string order_problem(std::uint64_t address, std::size_t bytes, Access access,
                                    const ThreadPlace& who, bool after_wait) = 0;
  /// Whether the launch before has yet to run.
  virtual bool must_wait() = 0;
  /// A thread has waited for it.
  virtual void waited() = 0;
};

}  // namespace ptx
