// The libraries that libvgan stands on, as they are loaded now.
#pragma once

#include <string>
#include <vector>

namespace vgan {

struct Library {
  std::string name;
  std::string version;  ///< of the loaded library, which may be newer than the headers'
  std::string detail;   ///< what matters of how it was built or what it found, or empty
};

std::vector<Library> libraries();
/// All but CUDA's, which are loaded when they are asked for.
std::vector<Library> host_libraries();

/// Those that read formats of data, or formulas, and are not in every build; none where this one
/// has it not.
std::vector<Library> zstd_libraries();
std::vector<Library> hdf5_libraries();
std::vector<Library> arrow_libraries();
std::vector<Library> formula_libraries();

/// CUDA's part of them; none where the CUDA backend is not built in.
std::vector<Library> cuda_libraries();

}  // namespace vgan
