// Stands in for zstd_unpacker.cpp where the build has no libzstd.
#include "engine/base/libraries.hpp"
#include "engine/data/readers/unpacker.hpp"

namespace vgan {

std::vector<Library> zstd_libraries() { return {}; }

std::unique_ptr<Unpacker> make_zstd_unpacker(std::shared_ptr<const RawFile> file) {
  file->fail(0, "zstd data", "plain or gzip data: this build has no libzstd",
             "unpack it with unzstd, or build vgan where Debian's libzstd-dev is installed");
}

}  // namespace vgan
