#include "apps/bench/memory_pass.hpp"

#include <algorithm>

namespace vgan::bench {
namespace {

constexpr float change = 1e-6F;

void touch(float* __restrict w, const float* __restrict g, float* __restrict m, float* __restrict v,
           std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    w[i] += g[i];
    m[i] += change;
    v[i] += change;
  }
}

void touch_average(float* __restrict average, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) average[i] += change;
}

void write_shadow(const float* __restrict w, std::uint16_t* __restrict shadow, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) shadow[i] = static_cast<std::uint16_t>(w[i]);
}

}  // namespace

MemoryPass::MemoryPass(const std::vector<AdamTraffic>& networks, int threads)
    : threads_(threads), gate_(threads) {
  for (const AdamTraffic& network : networks) {
    const std::int64_t sections = 4 + (network.average ? 1 : 0);
    const std::int64_t floats =
        network.parameters * sections + (network.shadow ? (network.parameters + 1) / 2 : 0);
    networks_.push_back({network, std::vector<float>(static_cast<std::size_t>(floats), change)});
  }
  for (int member = 1; member < threads; ++member) {
    others_.emplace_back([this, member] { serve(member); });
  }
}

MemoryPass::~MemoryPass() {
  stopping_ = true;
  gate_.arrive_and_wait();
  for (std::thread& other : others_) other.join();
}

void MemoryPass::run() {
  gate_.arrive_and_wait();
  pass(0);
  gate_.arrive_and_wait();
}

void MemoryPass::serve(int member) {
  for (;;) {
    gate_.arrive_and_wait();
    if (stopping_) return;
    pass(member);
    gate_.arrive_and_wait();
  }
}

// In pieces that stay in the first-level cache until the average and the shadow are done, as
// Adam's own pass.
void MemoryPass::pass(int member) {
  constexpr std::int64_t piece = 2048;
  for (Arena& arena : networks_) {
    const std::int64_t size = arena.traffic.parameters;
    float* const w = arena.block.data();
    float* const average = w + 4 * size;
    float* const shadow = w + (arena.traffic.average ? 5 : 4) * size;
    const std::int64_t end = size * (member + 1) / threads_;
    for (std::int64_t at = size * member / threads_; at < end; at += piece) {
      const std::int64_t count = std::min(piece, end - at);
      touch(w + at, w + size + at, w + 2 * size + at, w + 3 * size + at, count);
      if (arena.traffic.average) touch_average(average + at, count);
      if (arena.traffic.shadow) {
        write_shadow(w + at, reinterpret_cast<std::uint16_t*>(shadow) + at, count);
      }
    }
  }
}

double MemoryPass::bytes() const {
  double sum = 0.0;
  for (const Arena& arena : networks_) {
    const double each =
        28.0 + (arena.traffic.average ? 8.0 : 0.0) + (arena.traffic.shadow ? 2.0 : 0.0);
    sum += each * static_cast<double>(arena.traffic.parameters);
  }
  return sum;
}

}  // namespace vgan::bench
