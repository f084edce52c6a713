// From a statement to an instruction.
#pragma once

#include "tests/ptx/parser.hpp"

namespace ptx {

/// Throws ParseError if the interpreter does not know the instruction in all its parts.
Instruction decode(KernelBuilder& kernel, const Statement& statement);

}  // namespace ptx
