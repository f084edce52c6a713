// A kernel as its PTX says it: registers, parameters, shared variables, instructions.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace ptx {

constexpr int warp_size = 32;
/// Bit l: lane l of a warp.
using LaneMask = std::uint32_t;
constexpr LaneMask all_lanes = 0xFFFFFFFFU;

/// Bits without a type (.b32) are unsigned.
enum class Type : std::uint8_t { none, pred, u8, s8, u16, s16, u32, s32, u64, s64, f32, f64 };
std::uint32_t size_of(Type type);
/// False if no type has that name.
bool find_type(const std::string& name, Type& type);
constexpr bool is_float(Type type) { return type == Type::f32 || type == Type::f64; }

enum class Space : std::uint8_t { generic, global, shared, param };

/// Registers lie in one of three files; 16 bits take a register of 32.
enum class RegisterFile : std::uint8_t { predicate, narrow, wide };

struct Operand {
  enum class Kind : std::uint8_t { none, reg, constant, special };
  Kind kind = Kind::none;
  RegisterFile file = RegisterFile::narrow;  ///< of a register
  bool negated = false;                      ///< of a predicate
  std::uint32_t index = 0;                   ///< of the register, constant or special register
};

struct Address {
  Operand base;
  std::int64_t offset = 0;
};

/// What an instruction does to the order in which lanes run.
enum class Flow : std::uint8_t {
  plain,
  branch,
  exit,
  block_barrier,
  warp_barrier,  ///< lanes that operand 0 names go on together
  masked,        ///< lanes that the last operand names act together
  whole_warp,    ///< all 32 lanes act together
  grid_wait,     ///< for the launch before
};

struct Warp;
struct Instruction;
/// Does what the instruction says for these lanes.
using Handler = void (*)(Warp&, const Instruction&, LaneMask);

struct Instruction {
  Handler run = nullptr;  ///< null: the flow is all there is
  Flow flow = Flow::plain;
  Type type = Type::none;
  Type to_type = Type::none;  ///< of a conversion
  int guard = -1;             ///< predicate register; -1: none
  bool guard_negated = false;
  std::vector<Operand> operands;  ///< destinations first
  Address address;
  Address source;  ///< of an asynchronous copy
  Space space = Space::generic;
  std::uint8_t vector = 1;  ///< elements of a load or store
  std::uint8_t detail = 0;  ///< a comparison, a mode, a count of bytes or matrices
  bool transposed = false;
  bool past_l1 = false;  ///< .cg: through the second-level cache alone
  std::string label;     ///< of a branch
  std::uint32_t target = 0;
  int line = 0;
  std::string text;
};

struct Parameter {
  std::string name;
  std::uint32_t offset = 0;
  std::uint32_t bytes = 0;
};

struct SharedVariable {
  std::string name;
  std::uint32_t offset = 0;
  std::uint32_t bytes = 0;
};

struct Kernel {
  std::string name;
  std::vector<Instruction> code;
  std::array<std::uint32_t, 3> registers{};  ///< in each file
  /// One value for each lane, so that constants read as registers do.
  std::vector<std::array<std::uint32_t, warp_size>> narrow_constants;
  std::vector<std::array<std::uint64_t, warp_size>> wide_constants;
  std::vector<Parameter> parameters;
  std::uint32_t parameter_bytes = 0;
  std::vector<SharedVariable> shared;  ///< static
  std::uint32_t shared_end = 0;        ///< of these, with gaps between them
  std::uint32_t most_threads = 1024;   ///< of a block: __launch_bounds__

  /// Where dynamic shared memory begins.
  std::uint32_t dynamic_offset() const { return (shared_end + 15) / 16 * 16; }
};

/// Special registers, as operands name them.
enum Special : std::uint32_t {
  tid_x,
  tid_y,
  tid_z,
  ctaid_x,
  ctaid_y,
  ctaid_z,
  ntid_x,
  ntid_y,
  ntid_z,
  nctaid_x,
  nctaid_y,
  nctaid_z,
  laneid,
  special_count
};

// Windows of generic addresses. Addresses of shared memory begin at 1,024, as on sm_90, where the
// first kibibyte is the system's.
constexpr std::uint64_t shared_window = 0xF000000000000000U;
constexpr std::uint64_t param_window = 0xD000000000000000U;
constexpr std::uint32_t shared_start = 1024;

}  // namespace ptx
