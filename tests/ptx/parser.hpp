// From a kernel's text to its instructions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/ptx/program.hpp"
#include "tests/ptx/text.hpp"

namespace ptx {

/// How static shared variables are aligned: no better than the PTX asks for, so that an access that
/// relies on more is found, or to 16 bytes at least.
enum class SharedAlignment { as_declared, generous };

/// Throws ParseError, which names the line, at anything that it does not know.
Kernel parse_kernel(const Entry& entry, const ModuleText& module, SharedAlignment alignment);

/// Names of a kernel: registers, variables, labels; and what operands mean.
class KernelBuilder {
 public:
  KernelBuilder(const Entry& entry, const ModuleText& module, SharedAlignment alignment);
  Kernel build();

  Operand operand(const std::string& text);
  /// `{a, b}` or one operand.
  std::vector<Operand> operands(const std::string& text);
  /// `[base + offset]`
  Address address(const std::string& text);
  /// What a constant operand holds.
  std::uint64_t value_of(const Operand& constant) const;

 private:
  struct Range {
    RegisterFile file;
    std::uint32_t first, count;
  };

  void take_parameters();
  void take_directives();
  void declare_registers(const std::string& text);
  void place_shared(const Declaration& variable);
  void take_statement(const Statement& statement);
  void resolve();
  bool find_symbol(const std::string& name, std::uint64_t& value);
  Operand constant(std::uint64_t bits);
  bool find_register(const std::string& name, Operand& made) const;

  const Entry& entry_;
  const ModuleText& module_;
  SharedAlignment alignment_;
  Kernel kernel_;
  std::map<std::string, Range> ranges_;     // %f<969>
  std::map<std::string, Operand> singles_;  // declared by name
  std::map<std::string, std::uint32_t> labels_;
  std::vector<std::uint32_t> dynamic_constants_;  // that hold where dynamic shared memory begins
};

}  // namespace ptx
