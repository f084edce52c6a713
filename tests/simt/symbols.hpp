// Names and extents of kernels and static variables, from the program's own symbol table.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace simt {

struct Symbol {
  char* base = nullptr;
  std::size_t bytes = 0;
  std::string name;  ///< demangled
  bool function_local = false;
  bool writable = false;
};

/// The static variable that `address` is in or next behind; null where there is none, as in a
/// program without its symbol table.
const Symbol* variable_at(const void* address);
/// The static variables of the function that starts at `address`.
std::vector<const Symbol*> variables_of(const void* function);
/// Whether `address` is in a loaded program or library, and whether it can be written there.
bool in_program(const void* address, bool* writable);
std::string readable(const std::string& mangled);
/// The same of a function, without its parameters.
std::string readable_function(const std::string& mangled);
/// The symbol of the function that starts at `address`; "" if it has none.
std::string symbol_name(const void* address);
/// The function that starts at `address`, without its parameters; its address if it has no name.
std::string function_name(const void* address);

}  // namespace simt
