// Integer and floating-point arithmetic (PTX ISA, "Integer Arithmetic Instructions" and those after
// it), lane by lane.
#include <map>

#include "tests/ptx/handlers.hpp"
#include "tests/ptx/operators.hpp"

namespace ptx {

namespace {

template <class F, class T>
void unary(Warp& warp, const Instruction& in, LaneMask lanes) {
  const Results<T> result(warp, in.operands[0]);
  const Lanes<T> a(warp, in.operands[1]);
  for_each_lane(lanes, [&](int l) { result.set(l, F{}(a[l])); });
}
template <class F, class T>
void binary(Warp& warp, const Instruction& in, LaneMask lanes) {
  const Results<T> result(warp, in.operands[0]);
  const Lanes<T> a(warp, in.operands[1]);
  const Lanes<T> b(warp, in.operands[2]);
  for_each_lane(lanes, [&](int l) { result.set(l, F{}(a[l], b[l])); });
}
template <class F, class T>
void ternary(Warp& warp, const Instruction& in, LaneMask lanes) {
  const Results<T> result(warp, in.operands[0]);
  const Lanes<T> a(warp, in.operands[1]);
  const Lanes<T> b(warp, in.operands[2]);
  const Lanes<T> c(warp, in.operands[3]);
  for_each_lane(lanes, [&](int l) { result.set(l, F{}(a[l], b[l], c[l])); });
}

/// A shift by the width or more moves everything out; to the right the sign moves in.
template <bool Left, class T>
void shift(Warp& warp, const Instruction& in, LaneMask lanes) {
  const Results<T> result(warp, in.operands[0]);
  const Lanes<T> a(warp, in.operands[1]);
  const Lanes<std::uint32_t> by(warp, in.operands[2]);
  constexpr std::uint32_t bits = 8 * sizeof(T);
  for_each_lane(lanes, [&](int l) {
    const std::uint32_t n = by[l];
    T value = a[l];
    if (Left) {
      value = n >= bits ? T{0} : static_cast<T>(modular(value) << n);
    } else {
      value = n >= bits ? static_cast<T>(value < T{0} ? -1 : 0) : static_cast<T>(value >> n);
    }
    result.set(l, value);
  });
}

enum class Types : std::uint8_t { all, integers, floats };

struct Operation {
  std::size_t operands;
  Types types;
  Handler (*handler)(Type);
};

template <class F>
Operation one(Types types) {
  return {2, types, [](Type type) {
            return for_type(type, []<class T>(T) -> Handler { return &unary<F, T>; });
          }};
}
template <class F>
Operation two(Types types) {
  return {3, types, [](Type type) {
            return for_type(type, []<class T>(T) -> Handler { return &binary<F, T>; });
          }};
}
template <class F>
Operation three(Types types) {
  return {4, types, [](Type type) {
            return for_type(type, []<class T>(T) -> Handler { return &ternary<F, T>; });
          }};
}
template <bool Left>
Operation shift_operation() {
  return {3, Types::integers, [](Type type) {
            return for_type(type, []<class T>(T) -> Handler {
              if constexpr (is_float_type<T>)
                return nullptr;
              else
                return &shift<Left, T>;
            });
          }};
}

const std::map<std::string, Operation>& operations() {
  static const std::map<std::string, Operation> all = {
      {"mov", one<Move>(Types::all)},
      {"add", two<Add>(Types::all)},
      {"sub", two<Subtract>(Types::all)},
      {"mul", two<Multiply>(Types::floats)},
      {"mul.lo", two<Multiply>(Types::integers)},
      {"mul.hi", two<MultiplyHigh>(Types::integers)},
      {"mad.lo", three<MultiplyAdd>(Types::integers)},
      {"fma", three<MultiplyAdd>(Types::floats)},
      {"div", two<Divide>(Types::all)},
      {"rem", two<Remainder>(Types::integers)},
      {"min", two<Minimum>(Types::all)},
      {"max", two<Maximum>(Types::all)},
      {"neg", one<Negate>(Types::all)},
      {"abs", one<Absolute>(Types::all)},
      {"sqrt", one<SquareRoot>(Types::floats)},
      {"rcp", one<Reciprocal>(Types::floats)},
      {"and", two<And>(Types::integers)},
      {"or", two<Or>(Types::integers)},
      {"xor", two<ExclusiveOr>(Types::integers)},
      {"not", one<Not>(Types::integers)},
      {"shl", shift_operation<true>()},
      {"shr", shift_operation<false>()}};
  return all;
}

template <class T>
void wide_product(Warp& warp, const Instruction& in, LaneMask lanes) {
  using Wide =
      std::conditional_t<sizeof(T) == 4,
                         std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>,
                         std::conditional_t<std::is_signed_v<T>, std::int32_t, std::uint32_t>>;
  const Results<Wide> result(warp, in.operands[0]);
  const Lanes<T> a(warp, in.operands[1]);
  const Lanes<T> b(warp, in.operands[2]);
  for_each_lane(lanes, [&](int l) {
    result.set(l, static_cast<Wide>(static_cast<Wide>(a[l]) * static_cast<Wide>(b[l])));
  });
}

}  // namespace

Handler arithmetic(const std::string& name, Type type, std::size_t& operands) {
  const auto found = operations().find(name);
  if (found == operations().end()) return nullptr;
  const Operation& operation = found->second;
  if (operation.types == Types::integers && is_float(type)) return nullptr;
  if (operation.types == Types::floats && !is_float(type)) return nullptr;
  operands = operation.operands;
  return operation.handler(type);
}

Handler multiply_wide(Type type) {
  switch (type) {
    case Type::u16: return &wide_product<std::uint16_t>;
    case Type::s16: return &wide_product<std::int16_t>;
    case Type::u32: return &wide_product<std::uint32_t>;
    case Type::s32: return &wide_product<std::int32_t>;
    default: return nullptr;
  }
}

}  // namespace ptx
