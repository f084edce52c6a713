// PTX as text: without comments, cut into kernels and statements.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/ptx/program.hpp"

namespace ptx {

/// PTX that the interpreter does not understand.
class ParseError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::string trimmed(std::string_view text);
/// At commas outside of brackets.
std::vector<std::string> split_list(std::string_view text);
/// "cp.async.ca" at dots.
std::vector<std::string> split_words(const std::string& opcode);

/// Comments become blanks; lines stay where they are.
std::string without_comments(std::string_view text);

/// nvcc names an anonymous namespace after the file and a hash of its path, g++ `12_GLOBAL__N_1`: a
/// mangled name with the latter in place of the former.
std::string common_name(std::string_view mangled);

struct Statement {
  std::string text;  ///< without the semicolon; a label ends with ':'
  int line = 0;
};

/// A kernel as text.
struct Entry {
  std::string name;  ///< common_name()
  std::string parameters;
  std::string directives;  ///< between the parameters and the body: .maxntid 128, 1, 1
  std::string body;
  int line = 0;  ///< of the body
};
std::vector<Statement> statements_of(const Entry& entry);

/// A PTX file: its kernels, and what they share.
struct ModuleText {
  std::vector<Entry> entries;
  std::string dynamic_shared;                    ///< `.extern .shared`; "" if there is none
  std::vector<std::string> shared_declarations;  ///< outside of kernels
};
ModuleText read_module(const std::string& text);

/// `.shared .align 16 .b8 name[512]`, and the same of a .param.
struct Declaration {
  std::string name;
  std::uint32_t bytes = 0;
  std::uint32_t alignment = 0;
};
Declaration read_declaration(const std::string& text);

}  // namespace ptx
