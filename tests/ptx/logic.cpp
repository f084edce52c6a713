// Predicates, comparisons, selection and bits (PTX ISA, "Comparison and Selection Instructions",
// "Logic and Shift Instructions", "prmt", "bfi").
#include <array>

#include "tests/ptx/handlers.hpp"
#include "tests/ptx/lanes.hpp"

namespace ptx {

namespace {

template <class F>
void predicate_binary(Warp& warp, const Instruction& in, LaneMask lanes) {
  const LaneMask a = predicate(warp, in.operands[1]);
  const LaneMask b = predicate(warp, in.operands[2]);
  set_predicate(warp, in.operands[0], lanes, F{}(a, b));
}
template <bool Negate>
void predicate_move(Warp& warp, const Instruction& in, LaneMask lanes) {
  const LaneMask a = predicate(warp, in.operands[1]);
  set_predicate(warp, in.operands[0], lanes, Negate ? ~a : a);
}

enum Comparison : std::uint8_t {
  eq,
  ne,
  lt,
  le,
  gt,
  ge,
  equ,
  neu,
  ltu,
  leu,
  gtu,
  geu,
  num,
  nan,
  lo,
  ls,
  hi,
  hs
};

/// An ordered comparison is false where an operand is NaN, the others (..u) are true.
template <class T>
bool holds(int comparison, T a, T b) {
  const bool unordered = a != a || b != b;
  switch (comparison) {
    case eq: return a == b;
    case ne: return !unordered && a != b;
    case lt:
    case lo: return a < b;
    case le:
    case ls: return a <= b;
    case gt:
    case hi: return a > b;
    case ge:
    case hs: return a >= b;
    case equ: return unordered || a == b;
    case neu: return unordered || a != b;
    case ltu: return unordered || a < b;
    case leu: return unordered || a <= b;
    case gtu: return unordered || a > b;
    case geu: return unordered || a >= b;
    case num: return !unordered;
    default: return unordered;
  }
}

template <class T>
void set_where(Warp& warp, const Instruction& in, LaneMask lanes) {
  const Lanes<T> a(warp, in.operands[1]);
  const Lanes<T> b(warp, in.operands[2]);
  const int comparison = in.detail / 4;
  LaneMask bits = 0;
  for_each_lane(
      lanes, [&](int l) { bits |= static_cast<LaneMask>(holds<T>(comparison, a[l], b[l])) << l; });
  switch (in.detail % 4) {
    case 1: bits &= predicate(warp, in.operands[3]); break;
    case 2: bits |= predicate(warp, in.operands[3]); break;
    case 3: bits ^= predicate(warp, in.operands[3]); break;
    default: break;
  }
  set_predicate(warp, in.operands[0], lanes, bits);
}

template <class T>
void choose(Warp& warp, const Instruction& in, LaneMask lanes) {
  const Results<T> result(warp, in.operands[0]);
  const Lanes<T> a(warp, in.operands[1]);
  const Lanes<T> b(warp, in.operands[2]);
  const LaneMask first = predicate(warp, in.operands[3]);
  for_each_lane(lanes, [&](int l) { result.set(l, (first >> l & 1U) != 0 ? a[l] : b[l]); });
}

/// prmt: each byte of the result is one of eight, or its sign, as four bits of the selector say.
void permute(Warp& warp, const Instruction& in, LaneMask lanes) {
  const Results<std::uint32_t> result(warp, in.operands[0]);
  const Lanes<std::uint32_t> low(warp, in.operands[1]);
  const Lanes<std::uint32_t> high(warp, in.operands[2]);
  const Lanes<std::uint32_t> selector(warp, in.operands[3]);
  for_each_lane(lanes, [&](int l) {
    const std::uint64_t eight = std::uint64_t{high[l]} << 32 | low[l];
    std::uint32_t value = 0;
    for (unsigned i = 0; i < 4; ++i) {
      const std::uint32_t choice = selector[l] >> (4 * i) & 0xFU;
      auto byte = static_cast<std::uint32_t>(eight >> (8 * (choice & 7U)) & 0xFFU);
      if ((choice & 8U) != 0) byte = (byte & 0x80U) != 0 ? 0xFFU : 0;
      value |= byte << (8 * i);
    }
    result.set(l, value);
  });
}

/// bfi: `length` bits of a, put into b from `position` on.
void insert(Warp& warp, const Instruction& in, LaneMask lanes) {
  const Results<std::uint32_t> result(warp, in.operands[0]);
  const Lanes<std::uint32_t> a(warp, in.operands[1]);
  const Lanes<std::uint32_t> b(warp, in.operands[2]);
  const Lanes<std::uint32_t> position(warp, in.operands[3]);
  const Lanes<std::uint32_t> length(warp, in.operands[4]);
  for_each_lane(lanes, [&](int l) {
    const std::uint32_t at = position[l] & 0xFFU;
    const std::uint32_t bits = length[l] & 0xFFU;
    const std::uint64_t ones = bits >= 32 ? 0xFFFFFFFFU : (std::uint64_t{1} << bits) - 1;
    const auto mask = at >= 32 ? 0U : static_cast<std::uint32_t>(ones << at);
    const auto moved = at >= 32 ? 0U : static_cast<std::uint32_t>(std::uint64_t{a[l]} << at);
    result.set(l, (b[l] & ~mask) | (moved & mask));
  });
}

void pack_64(Warp& warp, const Instruction& in, LaneMask lanes) {
  const Results<std::uint64_t> result(warp, in.operands[0]);
  const Lanes<std::uint32_t> low(warp, in.operands[1]);
  const Lanes<std::uint32_t> high(warp, in.operands[2]);
  for_each_lane(lanes, [&](int l) { result.set(l, std::uint64_t{high[l]} << 32 | low[l]); });
}
void pack_32(Warp& warp, const Instruction& in, LaneMask lanes) {
  const Results<std::uint32_t> result(warp, in.operands[0]);
  const Lanes<std::uint16_t> low(warp, in.operands[1]);
  const Lanes<std::uint16_t> high(warp, in.operands[2]);
  for_each_lane(lanes, [&](int l) { result.set(l, std::uint32_t{high[l]} << 16 | low[l]); });
}
void unpack_64(Warp& warp, const Instruction& in, LaneMask lanes) {
  const Results<std::uint32_t> low(warp, in.operands[0]);
  const Results<std::uint32_t> high(warp, in.operands[1]);
  const Lanes<std::uint64_t> both(warp, in.operands[2]);
  for_each_lane(lanes, [&](int l) {
    const std::uint64_t value = both[l];
    low.set(l, static_cast<std::uint32_t>(value));
    high.set(l, static_cast<std::uint32_t>(value >> 32));
  });
}
void unpack_32(Warp& warp, const Instruction& in, LaneMask lanes) {
  const Results<std::uint16_t> low(warp, in.operands[0]);
  const Results<std::uint16_t> high(warp, in.operands[1]);
  const Lanes<std::uint32_t> both(warp, in.operands[2]);
  for_each_lane(lanes, [&](int l) {
    const std::uint32_t value = both[l];
    low.set(l, static_cast<std::uint16_t>(value));
    high.set(l, static_cast<std::uint16_t>(value >> 16));
  });
}

}  // namespace

Handler predicate_logic(const std::string& name, std::size_t& operands) {
  operands = name == "not" || name == "mov" ? 2 : 3;
  if (name == "and") return &predicate_binary<std::bit_and<LaneMask>>;
  if (name == "or") return &predicate_binary<std::bit_or<LaneMask>>;
  if (name == "xor") return &predicate_binary<std::bit_xor<LaneMask>>;
  if (name == "not") return &predicate_move<true>;
  if (name == "mov") return &predicate_move<false>;
  return nullptr;
}

Handler compare(Type type) {
  return for_type(type, []<class T>(T) -> Handler { return &set_where<T>; });
}
Handler select(Type type) {
  return for_type(type, []<class T>(T) -> Handler { return &choose<T>; });
}
Handler permute_bytes() { return &permute; }
Handler insert_bits() { return &insert; }
Handler pack(Type type) {
  return size_of(type) == 8 ? &pack_64 : size_of(type) == 4 ? &pack_32 : nullptr;
}
Handler unpack(Type type) {
  return size_of(type) == 8 ? &unpack_64 : size_of(type) == 4 ? &unpack_32 : nullptr;
}

}  // namespace ptx
