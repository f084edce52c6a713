// What does the work of each instruction. Null: there is none for this type.
#pragma once

#include <string>

#include "tests/ptx/program.hpp"

namespace ptx {

// ---- arithmetic.cpp ----------------------------------------------------------------------------

/// The handler of `name` (add, mul.hi, sqrt, ...) with registers of one type. `operands` becomes
/// the count of its operands, the destination among them.
Handler arithmetic(const std::string& name, Type type, std::size_t& operands);
/// mul.wide: a result of twice the width.
Handler multiply_wide(Type type);

// ---- logic.cpp ---------------------------------------------------------------------------------

/// and, or, xor, not, mov of predicates
Handler predicate_logic(const std::string& name, std::size_t& operands);
/// setp; `detail` of the instruction is the comparison, times 4, plus how it goes on
/// (combinations).
Handler compare(Type type);
inline constexpr const char* comparisons[] = {"eq",  "ne",  "lt",  "le",  "gt",  "ge",
                                              "equ", "neu", "ltu", "leu", "gtu", "geu",
                                              "num", "nan", "lo",  "ls",  "hi",  "hs"};
inline constexpr const char* combinations[] = {"", "and", "or", "xor"};
Handler select(Type type);
Handler permute_bytes();
Handler insert_bits();
/// mov of two registers into one of twice the width, and back
Handler pack(Type type);
Handler unpack(Type type);

// ---- convert.cpp -------------------------------------------------------------------------------

Handler convert(Type to, Type from);
Handler round_to_tf32();
/// cvta: between generic addresses and those of a space
Handler to_generic(Space space);
Handler from_generic(Space space);

// ---- memory.cpp --------------------------------------------------------------------------------

Handler load();
Handler store();
/// or, add, min, max, exch on u32
Handler atomic(const std::string& name, Type type);

// ---- copies.cpp --------------------------------------------------------------------------------

Handler copy_async();
Handler commit_copies();
/// All but the latest `detail` groups, or all (255).
Handler wait_for_copies();
constexpr std::uint8_t no_group_may_be_pending = 255;

// ---- warp_operations.cpp -----------------------------------------------------------------------

inline constexpr const char* shuffle_modes[] = {"up", "down", "bfly", "idx"};
Handler shuffle();
/// all, any, ballot; `detail` is the place in this table
inline constexpr const char* votes[] = {"all", "any", "ballot"};
Handler vote();
/// griddepcontrol.launch_dependents
Handler let_dependents_start();
Handler trap();

// ---- tensor_core.cpp ---------------------------------------------------------------------------

Handler multiply_bf16();
Handler multiply_tf32();
/// ldmatrix of `detail` matrices
Handler load_matrices();

}  // namespace ptx
