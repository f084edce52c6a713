#include "engine/data/readers/hdf5_file.hpp"

#include <algorithm>
#include <optional>

#include "engine/base/error.hpp"
#include "engine/base/memory.hpp"
#include "engine/base/printable.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/data/readers/inflater.hpp"
#include "engine/data/readers/npy_header.hpp"

namespace vgan {
namespace {

constexpr const char* what = "cannot read HDF5";
constexpr std::uint64_t largest_chunk = std::uint64_t{256} << 20;
constexpr std::size_t most_listed = 1000;

std::optional<Hdf5Sizes> sizes_of(hid_t dataset) {
  const Hdf5Space space(H5Dget_space(dataset));
  if (!space || H5Sget_simple_extent_type(space.get()) == H5S_NULL) return std::nullopt;
  const int rank = H5Sget_simple_extent_ndims(space.get());
  if (rank < 0) return std::nullopt;
  Hdf5Sizes sizes(static_cast<std::size_t>(rank));
  if (rank > 0 && H5Sget_simple_extent_dims(space.get(), sizes.data(), nullptr) < 0) {
    return std::nullopt;
  }
  return sizes;
}

}  // namespace

std::string hdf5_shape_text(const Hdf5Sizes& sizes) {
  NpyHeader header;
  for (const hsize_t size : sizes) header.shape.push_back(static_cast<std::int64_t>(size));
  return header.shape_text();
}

Hdf5DataFile::Hdf5DataFile(const std::filesystem::path& path) : raw_(path, what) {
  const Hdf5Properties access(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_file_locking(access.get(), true, true);
  file_ = Hdf5File(H5Fopen(raw_.system_path().c_str(), H5F_ACC_RDONLY, access.get()));
  if (!file_) {
    raw_.fail(0, "an HDF5 file that libhdf5 cannot open" + hdf5_reason(), "a whole HDF5 file",
              "download or write it again; h5dump FILE may say more");
  }
  link_access_ = Hdf5Properties(H5Pcreate(H5P_LINK_ACCESS));
  const auto never = [](const char*, const char*, const char*, const char*, unsigned*, hid_t,
                        void*) -> herr_t { return -1; };
  H5Pset_elink_cb(link_access_.get(), never, nullptr);
}

std::string Hdf5DataFile::where(const std::string& name) const {
  return raw_.name() + ", dataset " + printable(name);
}

void Hdf5DataFile::fail(const std::string& name, const std::string& found,
                        const std::string& allowed, const std::string& remedy) const {
  throw Error(ErrorCode::bad_data, {what, where(name), found, allowed, remedy});
}

// The paths of all datasets, by their names.
std::vector<std::string> Hdf5DataFile::datasets() const {
  std::vector<std::string> names;
  const auto take = [](hid_t group, const char* name, const H5L_info_t* link, void* to) -> herr_t {
    auto& found = *static_cast<std::vector<std::string>*>(to);
    if (link->type != H5L_TYPE_HARD) return 0;
    H5O_info_t info;
    if (H5Oget_info_by_name2(group, name, &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0) return 0;
    if (info.type == H5O_TYPE_DATASET) found.emplace_back(name);
    return found.size() < most_listed ? 0 : 1;
  };
  if (H5Lvisit(file_.get(), H5_INDEX_NAME, H5_ITER_INC, take, &names) < 0) {
    raw_.fail(0, "groups that libhdf5 cannot go through" + hdf5_reason(), "a whole HDF5 file",
              "name a dataset with --dataset, or write the file again");
  }
  return names;
}

std::string Hdf5DataFile::datasets_text(const std::vector<std::string>& names) const {
  constexpr std::size_t most_shown = 20;
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < most_shown; ++i) {
    text += (i > 0 ? ", " : "") + shortened(printable(names[i]));
    const Hdf5Object id(H5Oopen(file_.get(), names[i].c_str(), link_access_.get()));
    const auto sizes = id ? sizes_of(id.get()) : std::nullopt;
    if (sizes) text += " " + hdf5_shape_text(*sizes);
  }
  return text + (names.size() > most_shown ? ", ..." : "");
}

std::string Hdf5DataFile::only_dataset() const {
  const std::vector<std::string> names = datasets();
  if (names.size() == 1) return names.front();
  if (names.empty()) {
    raw_.fail(0, "an HDF5 file without datasets of its own", "a dataset of numbers",
              "write one with h5py.File(FILE, 'w')['name'] = array");
  }
  refuse_setting("dataset", "no name for " + raw_.name(), "one of " + datasets_text(names),
                 "say which with --dataset; a group of columns is one too, as in --dataset /");
}

Hdf5Named Hdf5DataFile::open(const std::string& name) const {
  Hdf5Named object{Hdf5Object(H5Oopen(file_.get(), name.c_str(), link_access_.get())), name};
  if (object.id) return object;
  const std::string reason = hdf5_reason();
  refuse_external(name);
  const std::vector<std::string> names = datasets();
  const std::string plain = name.starts_with('/') ? name.substr(1) : name;
  if (std::find(names.begin(), names.end(), plain) != names.end()) {
    fail(name, "a dataset that libhdf5 cannot open" + reason, "a whole HDF5 file",
         "download or write it again");
  }
  refuse_setting("dataset", "'" + name + "' for " + raw_.name(), "one of " + datasets_text(names),
                 suggestion(plain, names));
}

// Says where a path leaves the file.
void Hdf5DataFile::refuse_external(const std::string& name) const {
  for (std::size_t end = 0; end < name.size();) {
    end = std::min(name.find('/', end + 1), name.size());
    const std::string part = name.substr(0, end);
    H5L_info_t link;
    if (part == "/") continue;
    if (H5Lget_info(file_.get(), part.c_str(), &link, link_access_.get()) < 0) return;
    if (link.type != H5L_TYPE_EXTERNAL) continue;
    fail(name, "a link to another file, at " + printable(part), "a dataset of this file",
         "name the other file, or bring the data together with h5repack or h5copy");
  }
}

// Refuses a dataset whose data lie elsewhere, or packed so that nothing here unpacks them, or
// beyond what the file can hold.
Hdf5Sizes Hdf5DataFile::require_readable(const Hdf5Named& object, std::uint64_t item_bytes,
                                         std::uint64_t memory_each) const {
  const auto sizes = sizes_of(object.id.get());
  const Hdf5Properties making(H5Dget_create_plist(object.id.get()));
  if (!sizes || !making) {
    fail(object.name, "no elements", "a dataset of numbers", "name another with --dataset");
  }
  if (H5Pget_external_count(making.get()) != 0 || H5Pget_layout(making.get()) == H5D_VIRTUAL) {
    fail(object.name, "data in another file, or put together from several",
         "data in the file itself", "bring them together with h5repack FILE whole.h5");
  }
  require_filters(object, making.get());
  require_chunks(object, making.get(), item_bytes);
  std::uint64_t elements = 1;
  bool countable = true;
  for (const hsize_t size : *sizes) {
    if (size == 0) {
      fail(object.name, "the shape " + hdf5_shape_text(*sizes), "sizes of 1 or more",
           "name a dataset that holds something");
    }
    countable = countable && !__builtin_mul_overflow(elements, size, &elements);
  }
  require_room(object, *sizes, countable ? elements : UINT64_MAX, item_bytes, memory_each);
  return *sizes;
}

void Hdf5DataFile::require_filters(const Hdf5Named& object, hid_t making) const {
  const int filters = H5Pget_nfilters(making);
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0, config = 0;
    std::size_t values = 0;
    char name[64] = "";
    const H5Z_filter_t filter = H5Pget_filter2(making, static_cast<unsigned>(i), &flags, &values,
                                               nullptr, sizeof(name), name, &config);
    if (filter >= 0 && H5Zfilter_avail(filter) > 0) continue;
    fail(object.name,
         "data packed by filter " + std::to_string(filter) +
             (name[0] == '\0' ? "" : " (" + shortened(printable(name)) + ")"),
         "filters that are installed, such as deflate",
         "in Python, import hdf5plugin where it needs that, array = h5py.File(FILE)[NAME][:], then "
         "numpy.save");
  }
}

void Hdf5DataFile::require_room(const Hdf5Named& object, const Hdf5Sizes& sizes,
                                std::uint64_t elements, std::uint64_t item_bytes,
                                std::uint64_t memory_each) const {
  std::uint64_t bytes = 0, memory = 0, most = 0;
  if (__builtin_mul_overflow(elements, item_bytes, &bytes)) bytes = UINT64_MAX;
  if (__builtin_mul_overflow(elements, memory_each, &memory)) memory = UINT64_MAX;
  if (__builtin_mul_overflow(raw_.size(), most_deflate_ratio, &most)) most = UINT64_MAX;
  if (bytes > most) {
    fail(object.name, "the shape " + hdf5_shape_text(sizes) + ", " + counted(bytes, "byte"),
         "at most " + std::to_string(most) + " from a file of " + std::to_string(raw_.size()),
         "write what is there into an array of its own");
  }
  if (memory > machine_memory()) {
    fail(object.name,
         "the shape " + hdf5_shape_text(sizes) + ", " + counted(memory, "byte") + " in memory",
         "at most this machine's " + std::to_string(machine_memory()), "write a part of it");
  }
}

void Hdf5DataFile::require_chunks(const Hdf5Named& object, hid_t making,
                                  std::uint64_t item_bytes) const {
  if (H5Pget_layout(making) != H5D_CHUNKED) return;
  Hdf5Sizes chunk(H5S_MAX_RANK);
  const int rank = H5Pget_chunk(making, H5S_MAX_RANK, chunk.data());
  std::uint64_t bytes = item_bytes;
  for (int i = 0; i < rank; ++i) {
    if (__builtin_mul_overflow(bytes, chunk[static_cast<std::size_t>(i)], &bytes)) {
      bytes = UINT64_MAX;
    }
  }
  if (bytes <= largest_chunk) return;
  fail(object.name, "chunks of " + counted(bytes, "byte"), "up to " + std::to_string(largest_chunk),
       "h5repack -l CHUNK=1000 FILE other.h5");
}

}  // namespace vgan
