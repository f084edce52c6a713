// Stands in for hdf5.cpp where the build has no libhdf5.
#include "engine/base/libraries.hpp"
#include "engine/data/readers/hdf5.hpp"
#include "engine/data/readers/raw_file.hpp"

namespace vgan {

std::vector<Library> hdf5_libraries() { return {}; }

std::variant<Trials, Table> read_hdf5(const std::filesystem::path& path, const std::string&,
                                      const ShapeWish&) {
  RawFile(path, "cannot read data")
      .fail(0, "an HDF5 file", "another format: this build has no libhdf5",
            "in Python, array = h5py.File(FILE)[NAME][:], then numpy.save; or build vgan where "
            "Debian's libhdf5-dev is installed");
}

}  // namespace vgan
