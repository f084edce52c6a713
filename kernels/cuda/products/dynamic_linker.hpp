// The seam between the loader of CUDA's libraries and the system's dynamic linker. The host
// executor (tests/simt) has a linker of its own, whose libraries are part of its tests.
#pragma once

#include <string>

namespace vgan::cuda {

struct OpenedLibrary {
  void* handle = nullptr;  ///< null: not opened
  std::string path;        ///< of the file that was opened
  std::string error;       ///< what the linker says of a file that is there; empty where none is
};

/// Opens a library, by a path or by a name that the linker looks for, and keeps it open until the
/// process ends: CUDA's libraries have threads and exit handlers of their own, which would be left
/// without code.
OpenedLibrary open_library(const std::string& name);

/// Null where the library has no such symbol.
void* find_symbol(void* library, const char* name);

/// The folder of the file that holds this code, a library or a program; empty where it is unknown.
std::string own_folder();

}  // namespace vgan::cuda
