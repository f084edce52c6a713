// Adam's memory traffic without Adam: what its step cannot be faster than.
#pragma once

#include <barrier>
#include <cstdint>
#include <thread>
#include <vector>

namespace vgan::bench {

/// Which of a network's vectors Adam touches.
struct AdamTraffic {
  std::int64_t parameters = 0;
  bool average = false;  ///< one more f32 vector is read and written
  bool shadow = false;   ///< a vector of 2-byte numbers is written
};

/// One pass over the vectors of some networks, each split among threads of its own: w, m, v (and
/// the average) are read, changed by one addition and written, the gradient is read, the shadow is
/// written.
class MemoryPass {
 public:
  /// `threads` >= 1; the caller of `run` is one of them.
  MemoryPass(const std::vector<AdamTraffic>& networks, int threads);
  ~MemoryPass();
  MemoryPass(const MemoryPass&) = delete;
  MemoryPass& operator=(const MemoryPass&) = delete;

  void run();
  /// Bytes that a pass reads and writes.
  double bytes() const;

 private:
  /// One network, in one block as nn::ParameterArena lays it out: w | g | m | v | average | shadow.
  struct Arena {
    AdamTraffic traffic;
    std::vector<float> block;
  };

  void serve(int member);
  void pass(int member);

  int threads_;
  std::vector<Arena> networks_;
  std::barrier<> gate_;
  bool stopping_ = false;
  std::vector<std::thread> others_;
};

}  // namespace vgan::bench
