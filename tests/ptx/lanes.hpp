// Registers of a warp: one value for each lane.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "tests/ptx/warp.hpp"

namespace ptx {

/// Where the lanes of an operand lie, by its width.
inline const std::uint32_t* narrow(const Warp& warp, const Operand& operand) {
  switch (operand.kind) {
    case Operand::Kind::reg: return &warp.narrow[operand.index * warp_size];
    case Operand::Kind::constant:
      return warp.block->launch->kernel->narrow_constants[operand.index].data();
    default: return warp.specials[operand.index].data();
  }
}
inline const std::uint64_t* wide(const Warp& warp, const Operand& operand) {
  if (operand.kind == Operand::Kind::reg) return &warp.wide[operand.index * warp_size];
  return warp.block->launch->kernel->wide_constants[operand.index].data();
}
/// For each lane a bit.
inline LaneMask predicate(const Warp& warp, const Operand& operand) {
  if (operand.kind == Operand::Kind::constant) return *narrow(warp, operand) != 0 ? all_lanes : 0;
  const LaneMask bits = warp.predicates[operand.index];
  return operand.negated ? ~bits : bits;
}
inline void set_predicate(Warp& warp, const Operand& operand, LaneMask lanes, LaneMask bits) {
  LaneMask& old = warp.predicates[operand.index];
  old = (old & ~lanes) | (bits & lanes);
}

/// The lanes of an operand as numbers of type T; 16 bits and fewer are the low ones of 32.
template <class T>
class Lanes {
 public:
  using Word = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;

  Lanes(const Warp& warp, const Operand& operand) {
    if constexpr (sizeof(T) == 8) {
      words_ = wide(warp, operand);
    } else {
      words_ = narrow(warp, operand);
    }
  }
  T operator[](int lane) const {
    if constexpr (sizeof(T) >= 4) {
      return std::bit_cast<T>(words_[lane]);
    } else {
      return static_cast<T>(words_[lane]);
    }
  }

 private:
  const Word* words_;
};

/// The lanes of a register to write to.
template <class T>
class Results {
 public:
  using Word = typename Lanes<T>::Word;

  Results(Warp& warp, const Operand& operand) {
    if constexpr (sizeof(T) == 8) {
      words_ = &warp.wide[operand.index * warp_size];
    } else {
      words_ = &warp.narrow[operand.index * warp_size];
    }
  }
  void set(int lane, T value) const {
    if constexpr (sizeof(T) >= 4) {
      words_[lane] = std::bit_cast<Word>(value);
    } else {
      words_[lane] = static_cast<std::make_unsigned_t<T>>(value);
    }
  }

 private:
  Word* words_;
};

template <class Body>
inline void for_each_lane(LaneMask lanes, const Body& body) {
  if (lanes == all_lanes) {  // which compilers make vectors of
    for (int lane = 0; lane < warp_size; ++lane) body(lane);
    return;
  }
  for (LaneMask rest = lanes; rest != 0; rest &= rest - 1) body(std::countr_zero(rest));
}

/// A NaN that arithmetic gives has these bits, whatever its operands were.
template <class T>
inline T canonical(T value) {
  if constexpr (std::is_same_v<T, float>) {
    if (value != value) return std::bit_cast<float>(0x7FFFFFFFU);
  }
  if constexpr (std::is_same_v<T, double>) {
    if (value != value) return std::bit_cast<double>(0x7FFFFFFFFFFFFFFFU);
  }
  return value;
}

/// visit(T{}) for the C++ type of `type`.
template <class Visit>
inline Handler for_type(Type type, const Visit& visit) {
  switch (type) {
    case Type::u8: return visit(std::uint8_t{});
    case Type::s8: return visit(std::int8_t{});
    case Type::u16: return visit(std::uint16_t{});
    case Type::s16: return visit(std::int16_t{});
    case Type::u32: return visit(std::uint32_t{});
    case Type::s32: return visit(std::int32_t{});
    case Type::u64: return visit(std::uint64_t{});
    case Type::s64: return visit(std::int64_t{});
    case Type::f32: return visit(float{});
    case Type::f64: return visit(double{});
    default: return nullptr;
  }
}

}  // namespace ptx
