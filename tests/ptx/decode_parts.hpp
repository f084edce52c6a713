// An instruction's text in its parts, and the decoders that decode.cpp does not hold.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "tests/ptx/parser.hpp"

namespace ptx {

/// An instruction in its parts: `cp.async.ca` as words, its operands as texts.
struct Parts {
  KernelBuilder& kernel;
  std::string opcode;
  std::vector<std::string> words;
  std::vector<std::string> arguments;
  Instruction in;

  void need(bool known) const {
    if (!known) throw ParseError("the interpreter does not know this");
  }
  void take(std::size_t count) {
    need(arguments.size() == count);
    for (const std::string& each : arguments) in.operands.push_back(kernel.operand(each));
  }
  /// Words between the first and the last are among these.
  void allow(std::initializer_list<std::string_view> modifiers) const {
    for (std::size_t i = 1; i + 1 < words.size(); ++i)
      need(std::find(modifiers.begin(), modifiers.end(), words[i]) != modifiers.end());
  }
  void take_type() { need(find_type(words.back(), in.type)); }
  void handle(Handler handler) {
    need(handler != nullptr);
    in.run = handler;
  }
};

template <std::size_t Count>
std::uint8_t place_in(const char* const (&table)[Count], const std::string& word,
                      const Parts& parts) {
  const auto found = std::find(std::begin(table), std::end(table), word);
  parts.need(found != std::end(table));
  return static_cast<std::uint8_t>(found - std::begin(table));
}

inline bool has_width(const Operand& operand, Type type) {
  if (operand.kind != Operand::Kind::reg) return true;
  const RegisterFile file = type == Type::pred   ? RegisterFile::predicate
                            : size_of(type) == 8 ? RegisterFile::wide
                                                 : RegisterFile::narrow;
  return operand.file == file;
}

/// Registers from `first` on are as wide as the type.
inline void need_width(const Parts& p, Type type, std::size_t first, std::size_t end) {
  for (std::size_t i = first; i < end; ++i) p.need(has_width(p.in.operands[i], type));
}

// ---- decode_together.cpp: what the lanes of a warp, or a block, do together
// ----------------------

void decode_matrices(Parts& p);
void decode_product(Parts& p);
void decode_shuffle(Parts& p);
void decode_vote(Parts& p);
void decode_barrier(Parts& p);

}  // namespace ptx
