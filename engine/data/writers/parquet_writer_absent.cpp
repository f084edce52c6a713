// Stands in for parquet_writer.cpp where the build has no Arrow.
#include "engine/base/refuse_setting.hpp"
#include "engine/data/writers/parquet_writer.hpp"

namespace vgan {

struct ParquetWriter::File {};

ParquetWriter::ParquetWriter(const FilePlace& place, const Schema&, std::uint64_t, std::uint64_t) {
  require_built(place.path);
}
ParquetWriter::~ParquetWriter() = default;
void ParquetWriter::require_built(const std::filesystem::path& path) {
  refuse_setting("format", "parquet for " + path.string() + ": this build has no Arrow",
                 "npy, npz, csv, png, idx or raw",
                 "write .csv, or build vgan where Arrow C++ is installed");
}
void ParquetWriter::append(std::span<const double>) {}
void ParquetWriter::finish() {}

}  // namespace vgan
