// cvt and cvta (PTX ISA, "Data Movement and Conversion Instructions").
#include "tests/ptx/handlers.hpp"
#include "tests/ptx/lanes.hpp"

namespace ptx {

namespace {

/// The low bits of a register count, which may be wider than the type.
template <class From>
From read_low(const Warp& warp, const Operand& operand, int lane) {
  if constexpr (sizeof(From) < 8) {
    if (operand.kind == Operand::Kind::reg && operand.file == RegisterFile::wide)
      return static_cast<From>(Lanes<std::uint64_t>(warp, operand)[lane]);
  }
  return Lanes<From>(warp, operand)[lane];
}

/// A result is extended to its register, with its sign if it has one.
template <class To>
void write_extended(Warp& warp, const Operand& operand, int lane, To value) {
  if constexpr (std::is_integral_v<To> && sizeof(To) < 8) {
    const auto extended = static_cast<std::int64_t>(value);
    if (operand.file == RegisterFile::wide)
      return Results<std::uint64_t>(warp, operand).set(lane, static_cast<std::uint64_t>(extended));
    Results<std::uint32_t>(warp, operand).set(lane, static_cast<std::uint32_t>(extended));
  } else {
    Results<To>(warp, operand).set(lane, value);
  }
}

template <class To, class From>
void convert_lanes(Warp& warp, const Instruction& in, LaneMask lanes) {
  for_each_lane(lanes, [&](int l) {
    const From value = read_low<From>(warp, in.operands[1], l);
    write_extended<To>(warp, in.operands[0], l, canonical<To>(static_cast<To>(value)));
  });
}

/// cvt.rna.tf32.f32: 10 bits of mantissa, to nearest, ties away from zero; the low bits are zeros.
std::uint32_t nearest_tf32_bits(std::uint32_t bits) {
  constexpr std::uint32_t exponent = 0x7F800000U;
  if ((bits & exponent) == exponent) return (bits & 0x7FFFFFU) != 0 ? 0x7FFFFFFFU : bits;
  return (bits + 0x1000U) & 0xFFFFE000U;
}

void to_tf32(Warp& warp, const Instruction& in, LaneMask lanes) {
  const Results<std::uint32_t> result(warp, in.operands[0]);
  const Lanes<std::uint32_t> a(warp, in.operands[1]);
  for_each_lane(lanes, [&](int l) { result.set(l, nearest_tf32_bits(a[l])); });
}

template <std::uint64_t Difference>
void move_window(Warp& warp, const Instruction& in, LaneMask lanes) {
  const Results<std::uint64_t> result(warp, in.operands[0]);
  const Lanes<std::uint64_t> a(warp, in.operands[1]);
  for_each_lane(lanes, [&](int l) { result.set(l, a[l] + Difference); });
}

}  // namespace

Handler convert(Type to, Type from) {
  // Floats to integers need a rounding, which no kernel asks for.
  if (is_float(from) && !is_float(to)) return nullptr;
  return for_type(to, [from]<class To>(To) -> Handler {
    return for_type(from, []<class From>(From) -> Handler { return &convert_lanes<To, From>; });
  });
}

Handler round_to_tf32() { return &to_tf32; }

// Addresses of global memory and of parameters are generic ones.
Handler to_generic(Space space) {
  return space == Space::shared ? &move_window<shared_window> : &move_window<0>;
}
Handler from_generic(Space space) {
  return space == Space::shared ? &move_window<0 - shared_window> : &move_window<0>;
}

}  // namespace ptx
