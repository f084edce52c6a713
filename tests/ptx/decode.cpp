#include "tests/ptx/decode.hpp"

#include <algorithm>
#include <map>

#include "tests/ptx/decode_parts.hpp"
#include "tests/ptx/handlers.hpp"

namespace ptx {

namespace {

void decode_arithmetic(Parts& p) {
  p.take_type();
  std::string name = p.words[0];
  const bool integer_product =
      (name == "mul" || name == "mad") && !is_float(p.in.type) && p.words.size() == 3;
  if (integer_product && p.words[1] == "wide") {
    p.need(name == "mul");
    p.handle(multiply_wide(p.in.type));
    p.take(3);
    p.need(has_width(p.in.operands[0], size_of(p.in.type) == 4 ? Type::u64 : Type::u32));
    return need_width(p, p.in.type, 1, 3);
  }
  if (integer_product) {
    name += "." + p.words[1];
  } else {
    p.allow({"rn"});
  }
  // These round as the hardware likes unless told how.
  const bool told = p.words.size() == 3;
  if (is_float(p.in.type) && (name == "div" || name == "sqrt" || name == "rcp" || name == "fma"))
    p.need(told);
  std::size_t operands = 0;
  p.handle(p.in.type == Type::pred ? predicate_logic(name, operands)
                                   : arithmetic(name, p.in.type, operands));
  p.take(operands);
  const bool shift = name == "shl" || name == "shr";
  need_width(p, p.in.type, 0, shift ? 2 : operands);
  if (shift) p.need(has_width(p.in.operands[2], Type::u32));
}

void decode_move(Parts& p) {
  p.need(p.arguments.size() == 2);
  const bool packs = p.arguments[1][0] == '{';
  if (!packs && p.arguments[0][0] != '{') return decode_arithmetic(p);
  p.take_type();
  p.handle(packs ? pack(p.in.type) : unpack(p.in.type));
  for (const std::string& each : p.arguments) {
    for (const Operand& operand : p.kernel.operands(each)) p.in.operands.push_back(operand);
  }
  p.need(p.in.operands.size() == 3);
}

void decode_compare(Parts& p) {
  p.take_type();
  p.need(p.words.size() == 3 || p.words.size() == 4);
  const std::uint8_t comparison = place_in(comparisons, p.words[1], p);
  const std::uint8_t combination =
      p.words.size() == 4 ? place_in(combinations, p.words[2], p) : std::uint8_t{0};
  p.in.detail = static_cast<std::uint8_t>(comparison * 4 + combination);
  p.handle(compare(p.in.type));
  p.take(combination == 0 ? 3 : 4);
  need_width(p, p.in.type, 1, 3);
}

void decode_select(Parts& p) {
  p.take_type();
  p.handle(select(p.in.type));
  p.take(4);
  need_width(p, p.in.type, 0, 3);
}

void decode_convert(Parts& p) {
  if (p.opcode == "cvt.rna.tf32.f32") {
    p.handle(round_to_tf32());
    return p.take(2);
  }
  p.take_type();
  p.need(p.words.size() == 3 || (p.words.size() == 4 && p.words[1] == "rn"));
  p.need(find_type(p.words[p.words.size() - 2], p.in.to_type));
  p.handle(convert(p.in.to_type, p.in.type));
  p.take(2);
  const auto wide_enough = [&](const Operand& operand, Type type) {
    p.need(operand.kind != Operand::Kind::reg || operand.file != RegisterFile::predicate);
    const bool exact = is_float(type) || size_of(type) == 8;
    p.need(!exact || has_width(operand, type));
  };
  wide_enough(p.in.operands[0], p.in.to_type);
  wide_enough(p.in.operands[1], p.in.type);
}

Space space_of(const std::string& word, const Parts& p) {
  static const std::map<std::string, Space> names = {
      {"global", Space::global}, {"shared", Space::shared}, {"param", Space::param}};
  const auto found = names.find(word);
  p.need(found != names.end());
  return found->second;
}

void decode_address_space(Parts& p) {
  p.need(p.words.back() == "u64");
  const bool to_space = p.words[1] == "to";
  const Space space = space_of(p.words[to_space ? 2 : 1], p);
  p.handle(to_space ? from_generic(space) : to_generic(space));
  p.take(2);
  need_width(p, Type::u64, 0, 2);
}

void decode_access(Parts& p) {
  p.take_type();
  for (std::size_t i = 1; i + 1 < p.words.size(); ++i) {
    const std::string& word = p.words[i];
    if (word == "v2" || word == "v4") {
      p.in.vector = word == "v2" ? 2 : 4;
    } else if (word == "cg") {
      p.in.past_l1 = true;
    } else if (word != "ca" && word != "nc") {
      p.in.space = space_of(word, p);
    }
  }
  const bool loads = p.words[0] == "ld";
  p.handle(loads ? load() : store());
  p.need(p.arguments.size() == 2);
  p.in.operands = p.kernel.operands(p.arguments[loads ? 0 : 1]);
  p.in.address = p.kernel.address(p.arguments[loads ? 1 : 0]);
  p.need(p.in.operands.size() == p.in.vector);
  for (const Operand& each : p.in.operands) {
    p.need(!loads || each.kind == Operand::Kind::reg);
    if (each.kind != Operand::Kind::reg) continue;
    p.need(each.file != RegisterFile::predicate);
    p.need(size_of(p.in.type) != 8 || each.file == RegisterFile::wide);
  }
}

void decode_atomic(Parts& p) {
  p.take_type();
  p.need(p.words.size() == 4 && p.words[1] == "global" && p.arguments.size() == 3);
  p.handle(atomic(p.words[2], p.in.type));
  p.in.operands = {p.kernel.operand(p.arguments[0]), p.kernel.operand(p.arguments[2])};
  p.in.address = p.kernel.address(p.arguments[1]);
}

void decode_copy(Parts& p) {
  if (p.opcode == "cp.async.commit_group") return p.handle(commit_copies());
  p.in.detail = no_group_may_be_pending;
  if (p.opcode == "cp.async.wait_all") return p.handle(wait_for_copies());
  if (p.opcode == "cp.async.wait_group") {
    p.need(p.arguments.size() == 1);
    p.in.detail = static_cast<std::uint8_t>(p.kernel.value_of(p.kernel.operand(p.arguments[0])));
    return p.handle(wait_for_copies());
  }
  const bool cached = p.opcode == "cp.async.ca.shared.global";
  p.need(cached || p.opcode == "cp.async.cg.shared.global");
  p.need(p.arguments.size() == 3 || p.arguments.size() == 4);
  p.handle(copy_async());
  p.in.address = p.kernel.address(p.arguments[0]);
  p.in.source = p.kernel.address(p.arguments[1]);
  p.in.detail = static_cast<std::uint8_t>(std::stoi(p.arguments[2]));
  p.need(p.in.detail == 16 || (cached && (p.in.detail == 4 || p.in.detail == 8)));
  if (p.arguments.size() == 4) p.in.operands.push_back(p.kernel.operand(p.arguments[3]));
}

void decode_branch(Parts& p) {
  for (std::size_t i = 1; i < p.words.size(); ++i) p.need(p.words[i] == "uni");
  p.need(p.arguments.size() == 1);
  p.in.flow = Flow::branch;
  p.in.label = p.arguments[0];
}

void decode_grid(Parts& p) {
  if (p.opcode == "griddepcontrol.wait") {
    p.in.flow = Flow::grid_wait;
    return;
  }
  p.need(p.opcode == "griddepcontrol.launch_dependents");
  p.handle(let_dependents_start());
}

void decode_bits(Parts& p) {
  const bool permutes = p.opcode == "prmt.b32";
  p.need(permutes || p.opcode == "bfi.b32");
  p.handle(permutes ? permute_bytes() : insert_bits());
  p.take(permutes ? 4 : 5);
  need_width(p, Type::u32, 0, p.in.operands.size());
}

using Decoder = void (*)(Parts&);

Decoder decoder_of(const std::string& name) {
  static const std::map<std::string, Decoder> others = {
      {"mov", &decode_move},
      {"setp", &decode_compare},
      {"selp", &decode_select},
      {"cvt", &decode_convert},
      {"cvta", &decode_address_space},
      {"ld", &decode_access},
      {"st", &decode_access},
      {"atom", &decode_atomic},
      {"cp", &decode_copy},
      {"ldmatrix", &decode_matrices},
      {"mma", &decode_product},
      {"shfl", &decode_shuffle},
      {"vote", &decode_vote},
      {"bar", &decode_barrier},
      {"barrier", &decode_barrier},
      {"bra", &decode_branch},
      {"griddepcontrol", &decode_grid},
      {"prmt", &decode_bits},
      {"bfi", &decode_bits},
      {"ret", [](Parts& p) { p.in.flow = Flow::exit; }},
      {"exit", [](Parts& p) { p.in.flow = Flow::exit; }},
      {"trap", [](Parts& p) { p.handle(trap()); }}};
  const auto found = others.find(name);
  return found == others.end() ? &decode_arithmetic : found->second;
}

/// `@!%p1 bra $L`: the guard, which is taken off the text.
void take_guard(Parts& p, std::string& text) {
  if (text[0] != '@') return;
  const std::size_t blank = text.find_first_of(" \t");
  const Operand guard = p.kernel.operand(text.substr(1, blank - 1));
  p.need(guard.kind == Operand::Kind::reg && guard.file == RegisterFile::predicate);
  p.in.guard = static_cast<int>(guard.index);
  p.in.guard_negated = guard.negated;
  text = trimmed(text.substr(blank));
}

}  // namespace

Instruction decode(KernelBuilder& kernel, const Statement& statement) {
  Parts p{kernel, {}, {}, {}, {}};
  p.in.line = statement.line;
  p.in.text = statement.text;
  std::string text = statement.text;
  take_guard(p, text);
  const std::size_t blank = std::min(text.find_first_of(" \t\n"), text.size());
  p.opcode = text.substr(0, blank);
  p.words = split_words(p.opcode);
  p.arguments = split_list(text.substr(blank));
  decoder_of(p.words[0])(p);
  const bool writes_register =
      p.in.operands.empty() || p.in.run == store() || p.in.flow != Flow::plain ||
      p.in.operands[0].kind == Operand::Kind::reg || p.in.run == copy_async();
  p.need(writes_register);
  return std::move(p.in);
}

}  // namespace ptx
