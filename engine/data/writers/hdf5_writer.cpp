#include "engine/data/writers/hdf5_writer.hpp"

#include <algorithm>

#include "engine/base/error.hpp"
#include "engine/data/readers/hdf5_handle.hpp"
#include "engine/files/atomic_file.hpp"

namespace vgan {
namespace {

constexpr const char* what = "cannot write HDF5";

// IEEE's half precision, which the library has no name for.
Hdf5Type half_type() {
  Hdf5Type type(H5Tcopy(H5T_IEEE_F32LE));
  H5Tset_fields(type.get(), 15, 10, 5, 0, 10);
  H5Tset_size(type.get(), 2);
  H5Tset_ebias(type.get(), 15);
  return type;
}

// Two words for 0 and 1, which h5py takes for its booleans.
Hdf5Type boolean_type() {
  Hdf5Type type(H5Tenum_create(H5T_STD_I8LE));
  const signed char no = 0, yes = 1;
  H5Tenum_insert(type.get(), "FALSE", &no);
  H5Tenum_insert(type.get(), "TRUE", &yes);
  return type;
}

Hdf5Type type_of(ValueType type) {
  switch (type) {
    case ValueType::u8: return Hdf5Type(H5Tcopy(H5T_STD_U8LE));
    case ValueType::u16: return Hdf5Type(H5Tcopy(H5T_STD_U16LE));
    case ValueType::u32: return Hdf5Type(H5Tcopy(H5T_STD_U32LE));
    case ValueType::u64: return Hdf5Type(H5Tcopy(H5T_STD_U64LE));
    case ValueType::i8: return Hdf5Type(H5Tcopy(H5T_STD_I8LE));
    case ValueType::i16: return Hdf5Type(H5Tcopy(H5T_STD_I16LE));
    case ValueType::i32: return Hdf5Type(H5Tcopy(H5T_STD_I32LE));
    case ValueType::i64: return Hdf5Type(H5Tcopy(H5T_STD_I64LE));
    case ValueType::f16: return half_type();
    case ValueType::f32: return Hdf5Type(H5Tcopy(H5T_IEEE_F32LE));
    case ValueType::f64: return Hdf5Type(H5Tcopy(H5T_IEEE_F64LE));
    case ValueType::boolean: return boolean_type();
  }
  return {};
}

}  // namespace

struct Hdf5Writer::File {
  Hdf5Quiet quiet;
  AtomicFile atomic;  // has the temporary file, which the library writes to by its name
  ValueType type;
  Hdf5Type stored;
  std::vector<hsize_t> shape;
  std::uint64_t entry_bytes;  // of one entry of the first axis
  hsize_t done = 0;           // entries
  Hdf5File file;
  Hdf5Object dataset;

  File(const FilePlace& place, ValueType value_type, const std::vector<std::int64_t>& sizes)
      : atomic(place, what),
        type(value_type),
        stored(type_of(type)),
        shape(sizes.begin(), sizes.end()),
        entry_bytes(static_cast<std::uint64_t>(info_of(type).bytes)) {
    for (std::size_t i = 1; i < shape.size(); ++i) entry_bytes *= shape[i];
  }

  [[noreturn]] void fail(const std::string& found) const {
    throw Error(ErrorCode::io, {what, atomic.path().string(), found + hdf5_reason(), "",
                                "see that the disk has room, or write .npy"});
  }
  [[noreturn]] void contradict(const std::string& found, const std::string& allowed) const {
    throw Error(ErrorCode::internal, {what, atomic.path().string(), found, allowed, ""});
  }

  void create(const std::string& name) {
    const std::string path = atomic.temporary().string();
    if (path.empty()) {
      throw Error(ErrorCode::bad_config, {what, atomic.path().string(), "a device or FIFO",
                                          "a regular file", "name one, or write .npy"});
    }
    // The temporary is locked by its AtomicFile. Without times, the same samples are the same file.
    const Hdf5Properties access(H5Pcreate(H5P_FILE_ACCESS));
    H5Pset_file_locking(access.get(), false, true);
    file = Hdf5File(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get()));
    const Hdf5Properties making(H5Pcreate(H5P_DATASET_CREATE));
    H5Pset_obj_track_times(making.get(), false);
    H5Pset_fill_time(making.get(), H5D_FILL_TIME_NEVER);
    const Hdf5Space space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr));
    if (file && space) {
      dataset = Hdf5Object(H5Dcreate2(file.get(), name.c_str(), stored.get(), space.get(),
                                      H5P_DEFAULT, making.get(), H5P_DEFAULT));
    }
    if (!dataset) fail("a file that libhdf5 cannot make");
  }

  void append(const void* data, hsize_t entries) {
    std::vector<hsize_t> from(shape.size(), 0), count = shape;
    from[0] = done;
    count[0] = entries;
    const int rank = static_cast<int>(shape.size());
    const Hdf5Space place(H5Dget_space(dataset.get()));
    const Hdf5Space memory(H5Screate_simple(rank, count.data(), nullptr));
    const bool selected = place && memory &&
                          H5Sselect_hyperslab(place.get(), H5S_SELECT_SET, from.data(), nullptr,
                                              count.data(), nullptr) >= 0;
    if (!selected ||
        H5Dwrite(dataset.get(), stored.get(), memory.get(), place.get(), H5P_DEFAULT, data) < 0) {
      fail("samples that libhdf5 cannot write");
    }
    done += entries;
  }

  void finish() {
    if (done != shape[0]) {
      contradict(std::to_string(done) + " entries", std::to_string(shape[0]) + ", as announced");
    }
    if (!dataset.reset() || !file.reset()) fail("a file that libhdf5 cannot close");
    atomic.commit();
  }
};

Hdf5Writer::Hdf5Writer(const FilePlace& place, const std::string& dataset, ValueType type,
                       const std::vector<std::int64_t>& shape)
    : file_(std::make_unique<File>(place, type, shape)) {
  file_->create(dataset);
}

Hdf5Writer::~Hdf5Writer() = default;

void Hdf5Writer::append_bytes(ValueType type, const void* data, std::size_t bytes) {
  if (bytes == 0) return;
  const hsize_t entries = bytes / file_->entry_bytes;
  if (type != file_->type || bytes % file_->entry_bytes != 0 ||
      entries > file_->shape[0] - file_->done) {
    file_->contradict("samples that were not announced",
                      std::string(info_of(file_->type).name) + ", " +
                          std::to_string(file_->shape[0] - file_->done) + " entries");
  }
  file_->append(data, entries);
}

void Hdf5Writer::finish() { file_->finish(); }

}  // namespace vgan
