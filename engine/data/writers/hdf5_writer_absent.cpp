// Stands in for hdf5_writer.cpp where the build has no libhdf5.
#include "engine/base/refuse_setting.hpp"
#include "engine/data/writers/hdf5_writer.hpp"

namespace vgan {

struct Hdf5Writer::File {};

Hdf5Writer::Hdf5Writer(const FilePlace& place, const std::string&, ValueType,
                       const std::vector<std::int64_t>&) {
  refuse_setting("format", "hdf5 for " + place.path.string() + ": this build has no libhdf5",
                 "npy, npz, csv, png, idx or raw",
                 "write .npz, or build vgan where Debian's libhdf5-dev is installed");
}
Hdf5Writer::~Hdf5Writer() = default;
void Hdf5Writer::append_bytes(ValueType, const void*, std::size_t) {}
void Hdf5Writer::finish() {}

}  // namespace vgan
