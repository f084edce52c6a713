// Warp operations: lanes wait until all that the mask names have arrived, then the last one
// computes for all.
#include <algorithm>
#include <bit>
#include <cstring>

#include "tests/simt/executor.hpp"

namespace simt {

namespace {

constexpr std::size_t max_exchange_bytes = 64;

std::string lanes_text(unsigned lanes) {
  std::string text;
  for (unsigned lane = 0; lane < warp_size; ++lane) {
    if ((lanes >> lane & 1U) != 0) text += (text.empty() ? "" : ",") + std::to_string(lane);
  }
  return text;
}

bool is_shuffle(WarpOp op) { return op >= WarpOp::shuffle && op <= WarpOp::shuffle_xor; }

// The lane that a shuffle reads; its own where the source would be outside the segment.
// CUDA C++ Programming Guide, "Warp Shuffle Functions".
unsigned source_lane(const Thread& thread) {
  const WarpRequest& request = thread.request;
  const int lane = static_cast<int>(thread.lane);
  const int first = lane & ~(request.width - 1);
  int source = lane;
  switch (request.op) {
    case WarpOp::shuffle: source = first + (request.argument & (request.width - 1)); break;
    case WarpOp::shuffle_up: source = lane - request.argument; break;
    case WarpOp::shuffle_down: source = lane + request.argument; break;
    default: source = lane ^ request.argument; break;
  }
  const bool outside =
      request.op == WarpOp::shuffle_up ? source < first : source >= first + request.width;
  return static_cast<unsigned>(outside ? lane : source);
}

std::uint64_t combine(WarpOp op, std::uint64_t a, std::uint64_t b) {
  const auto x = static_cast<std::uint32_t>(a);
  const auto y = static_cast<std::uint32_t>(b);
  const auto signed_x = static_cast<std::int32_t>(x);
  const auto signed_y = static_cast<std::int32_t>(y);
  switch (op) {
    case WarpOp::reduce_add: return x + y;
    case WarpOp::reduce_min_unsigned: return std::min(x, y);
    case WarpOp::reduce_max_unsigned: return std::max(x, y);
    case WarpOp::reduce_min_signed: return static_cast<std::uint32_t>(std::min(signed_x, signed_y));
    case WarpOp::reduce_max_signed: return static_cast<std::uint32_t>(std::max(signed_x, signed_y));
    case WarpOp::reduce_and: return x & y;
    case WarpOp::reduce_or: return x | y;
    default: return x ^ y;
  }
}

std::uint64_t vote_or_reduce(const Warp& warp, WarpOp op, unsigned lanes) {
  unsigned ballot = 0;
  std::uint64_t total = warp.threads[std::countr_zero(lanes)].request.value;
  for (unsigned rest = lanes; rest != 0; rest &= rest - 1) {
    const auto lane = static_cast<unsigned>(std::countr_zero(rest));
    const std::uint64_t value = warp.threads[lane].request.value;
    if (value != 0) ballot |= 1U << lane;
    if (rest != lanes) total = combine(op, total, value);
  }
  if (op == WarpOp::ballot) return ballot;
  if (op == WarpOp::any) return ballot != 0;
  if (op == WarpOp::all) return ballot == lanes;
  return total;
}

// What any of `lanes` did is before what any of them does next.
void order_lanes(Warp& warp, unsigned lanes) {
  std::uint32_t known[warp_size] = {};
  bool after_wait = false;
  for (unsigned rest = lanes; rest != 0; rest &= rest - 1) {
    const int lane = std::countr_zero(rest);
    after_wait |= warp.threads[lane].after_wait;
    for (unsigned u = 0; u < warp_size; ++u) known[u] = std::max(known[u], warp.seen[lane][u]);
    known[lane] = warp.time;
  }
  ++warp.time;
  for (unsigned rest = lanes; rest != 0; rest &= rest - 1) {
    const int lane = std::countr_zero(rest);
    std::copy(std::begin(known), std::end(known), warp.seen[lane]);
    warp.threads[lane].after_wait = after_wait;
  }
}

const ExchangeRequest& exchange_of(const Thread& thread) {
  return *reinterpret_cast<const ExchangeRequest*>(thread.request.value);
}

// Every lane's bytes to every lane, while all of `lanes` wait and their stacks stand still.
void exchange(const Warp& warp, unsigned lanes) {
  const std::size_t bytes = exchange_of(warp.threads[std::countr_zero(lanes)]).bytes;
  unsigned char all[warp_size * max_exchange_bytes] = {};
  for (unsigned rest = lanes; rest != 0; rest &= rest - 1) {
    const int lane = std::countr_zero(rest);
    std::memcpy(all + static_cast<std::size_t>(lane) * bytes, exchange_of(warp.threads[lane]).mine,
                bytes);
  }
  for (unsigned rest = lanes; rest != 0; rest &= rest - 1)
    std::memcpy(exchange_of(warp.threads[std::countr_zero(rest)]).all, all, warp_size * bytes);
}

// All of `lanes` have arrived.
void finish(Warp& warp, WarpOp op, unsigned lanes) {
  if (op == WarpOp::sync) {
    order_lanes(warp, lanes);
  } else if (op == WarpOp::exchange) {
    exchange(warp, lanes);
  } else if (is_shuffle(op)) {
    std::uint64_t values[warp_size];
    for (unsigned rest = lanes; rest != 0; rest &= rest - 1) {
      const int lane = std::countr_zero(rest);
      values[lane] = warp.threads[lane].request.value;
    }
    for (unsigned rest = lanes; rest != 0; rest &= rest - 1) {
      Thread& thread = warp.threads[std::countr_zero(rest)];
      thread.request.value = values[source_lane(thread)];
    }
  } else {
    const std::uint64_t result = vote_or_reduce(warp, op, lanes);
    for (unsigned rest = lanes; rest != 0; rest &= rest - 1)
      warp.threads[std::countr_zero(rest)].request.value = result;
  }
}

void check_request(const Thread& me) {
  const WarpRequest& request = me.request;
  const Warp& warp = *me.warp;
  if ((request.mask >> me.lane & 1U) == 0)
    stop_thread([&] {
      return "calls a warp operation whose mask does not name lane " + std::to_string(me.lane);
    });
  if ((request.mask & warp.exited) != 0)
    stop_thread([&] {
      return "calls a warp operation with lanes that have left the kernel: " +
             lanes_text(request.mask & warp.exited);
    });
  if (is_shuffle(request.op)) {
    if (!std::has_single_bit(static_cast<unsigned>(request.width)) || request.width > 32)
      stop_thread([&] { return "shuffles with width " + std::to_string(request.width); });
    const unsigned source = source_lane(me);
    if (((request.mask & warp.lanes) >> source & 1U) == 0)
      stop_thread([&] {
        return "shuffles from lane " + std::to_string(source) + ", which does not take part";
      });
  }
  for (unsigned rest = warp.waiting & request.mask; rest != 0; rest &= rest - 1) {
    const Thread& other = warp.threads[std::countr_zero(rest)];
    bool same = other.request.mask == request.mask && other.request.op == request.op;
    if (same && request.op == WarpOp::exchange)
      same = exchange_of(other).bytes == exchange_of(me).bytes;
    if (!same && (other.request.mask >> me.lane & 1U) != 0)
      stop_thread([&] {
        return "and lane " + std::to_string(other.lane) +
               " name each other, but call different warp operations";
      });
  }
}

}  // namespace

std::uint64_t warp_operation(WarpOp op, unsigned mask, std::uint64_t value, int argument,
                             int width) {
  Thread& me = *running;
  Warp& warp = *me.warp;
  me.request = {op, mask, value, argument, width};
  check_request(me);
  const unsigned lanes = mask & warp.lanes;
  warp.waiting |= 1U << me.lane;
  bool complete = (warp.waiting & lanes) == lanes;
  for (unsigned rest = lanes; complete && rest != 0; rest &= rest - 1) {
    const WarpRequest& other = warp.threads[std::countr_zero(rest)].request;
    complete = other.op == op && other.mask == mask;
  }
  if (!complete) {
    me.state = ThreadState::in_warp_operation;
    wait_for_release();
    return me.request.value;
  }
  finish(warp, op, lanes);
  warp.waiting &= ~lanes;
  for (unsigned rest = lanes & ~(1U << me.lane); rest != 0; rest &= rest - 1)
    release(warp.threads[std::countr_zero(rest)]);
  return me.request.value;
}

void warp_exchange(unsigned mask, const void* mine, std::size_t bytes, void* all) {
  if (bytes > max_exchange_bytes)
    stop_thread([&] { return "exchanges " + std::to_string(bytes) + " bytes with its warp"; });
  const ExchangeRequest request{mine, bytes, all};
  warp_operation(WarpOp::exchange, mask, reinterpret_cast<std::uintptr_t>(&request), 0, 32);
}

unsigned active_lanes() {
  // Any set that holds the caller is allowed; lanes run one by one here.
  return 1U << running->lane;
}

}  // namespace simt
