// An HDF5 file as it is read: its datasets by their paths, and what is looked at before one is
// read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/data/readers/hdf5_handle.hpp"
#include "engine/data/readers/raw_file.hpp"

namespace vgan {

using Hdf5Sizes = std::vector<hsize_t>;  ///< of the axes

/// "(3, 4)".
std::string hdf5_shape_text(const Hdf5Sizes& sizes);

/// An object of the file, a dataset or a group, and its path from the root.
struct Hdf5Named {
  Hdf5Object id;
  std::string name;
};

/// One open file; no other file is opened for it. Throws Error: io where the system refuses,
/// bad_data for what is broken, bad_config for names that it has not.
class Hdf5DataFile {
 public:
  explicit Hdf5DataFile(const std::filesystem::path& path);

  /// The path of the one dataset; bad_config, which lists them, where there are several.
  std::string only_dataset() const;
  /// Throws bad_config, which lists the datasets, for a name that is none, bad_data for a path that
  /// leads to another file.
  Hdf5Named open(const std::string& name) const;
  hid_t link_access() const { return link_access_.get(); }

  /// The sizes of a dataset whose elements have `item_bytes` in the file and `memory_each` in
  /// memory. Refuses one whose data lie elsewhere, or are packed so that nothing here unpacks them,
  /// or are more than the file or this machine can hold.
  Hdf5Sizes require_readable(const Hdf5Named& object, std::uint64_t item_bytes,
                             std::uint64_t memory_each) const;

  /// "FILE, dataset NAME".
  std::string where(const std::string& name) const;
  /// Throws bad_data there.
  [[noreturn]] void fail(const std::string& name, const std::string& found,
                         const std::string& allowed, const std::string& remedy) const;

 private:
  std::vector<std::string> datasets() const;
  std::string datasets_text(const std::vector<std::string>& names) const;
  void refuse_external(const std::string& name) const;
  void require_filters(const Hdf5Named& object, hid_t making) const;
  void require_room(const Hdf5Named& object, const Hdf5Sizes& sizes, std::uint64_t elements,
                    std::uint64_t item_bytes, std::uint64_t memory_each) const;
  void require_chunks(const Hdf5Named& object, hid_t making, std::uint64_t item_bytes) const;

  Hdf5Quiet quiet_;
  RawFile raw_;
  Hdf5File file_;
  Hdf5Properties link_access_;
};

}  // namespace vgan
