#include "engine/data/readers/hdf5.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "engine/base/libraries.hpp"
#include "engine/base/memory.hpp"
#include "engine/base/printable.hpp"
#include "engine/base/text.hpp"
#include "engine/data/readers/hdf5_file.hpp"
#include "engine/data/readers/hdf5_table.hpp"
#include "engine/data/readers/stored_number.hpp"
#include "engine/data/readers/stored_values.hpp"
#include "engine/data/value_type.hpp"

namespace vgan {
namespace {

constexpr const char* as_numbers =
    "in Python, array = h5py.File(FILE)[NAME][:].astype('float64'), then numpy.save";

/// Reads one dataset, or the columns of a table.
class Hdf5Reader {
 public:
  explicit Hdf5Reader(const std::filesystem::path& path) : file_(path) {}

  std::variant<Trials, Table> read(const std::string& wanted, const ShapeWish& wish) {
    const Hdf5Named object = file_.open(wanted.empty() ? file_.only_dataset() : wanted);
    if (H5Iget_type(object.id.get()) == H5I_GROUP) return read_group(object);
    if (H5Iget_type(object.id.get()) != H5I_DATASET) {
      file_.fail(object.name, "a named type", "a dataset or a group",
                 "name a dataset with --dataset");
    }
    const Hdf5Type type(H5Dget_type(object.id.get()));
    if (H5Tget_class(type.get()) == H5T_COMPOUND) return read_records(object, type.get());
    return read_numbers(object, type.get(), wish);
  }

 private:
  void read_into(const Hdf5Named& object, hid_t memory_type, void* to) const {
    if (H5Dread(object.id.get(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, to) >= 0) return;
    file_.fail(object.name, "data that libhdf5 cannot read" + hdf5_reason(), "a whole HDF5 file",
               "download or write it again");
  }

  template <class Value>
  std::vector<Value> read_all(const Hdf5Named& object, hid_t memory_type,
                              const Hdf5Sizes& sizes) const {
    std::uint64_t elements = 1;
    for (const hsize_t size : sizes) elements *= size;
    std::vector<Value> values(elements);
    read_into(object, memory_type, values.data());
    return values;
  }

  ValueType require_numbers(const Hdf5Named& object, hid_t type, const std::string& of) const {
    const Hdf5Number number = hdf5_number(type);
    if (number.type) return *number.type;
    file_.fail(object.name, number.found + of, "whole numbers, floating-point numbers or booleans",
               as_numbers);
  }

  Trials read_numbers(const Hdf5Named& object, hid_t type, const ShapeWish& wish) const {
    const ValueType value_type = require_numbers(object, type, "");
    const bool bytes = value_type == ValueType::u8;
    const std::uint64_t each = bytes ? 1 : fits_float(value_type) ? 4 : 8;
    const Hdf5Sizes sizes = file_.require_readable(object, H5Tget_size(type), each);
    if (sizes.empty()) {
      file_.fail(object.name, "the shape (), a single number", "one trial or more",
                 "a = array.reshape(1, 1), then numpy.save");
    }
    Trials trials;
    trials.source = file_.where(object.name);
    const std::vector<std::int64_t> after(sizes.begin() + 1, sizes.end());
    const TrialAxes axes =
        trial_axes(static_cast<std::int64_t>(sizes[0]), after, wish, trials.source);
    if (!axes.note.empty()) trials.notes.push_back(trials.source + ": " + axes.note);
    trials.count = static_cast<std::int64_t>(sizes[0]);
    trials.shape = axes.trial;
    std::vector<StridedAxis> stored(sizes.size());
    std::uint64_t stride = 1;
    for (std::size_t i = stored.size(); i-- > 0; stride *= sizes[i]) stored[i] = {sizes[i], stride};
    std::vector<StridedAxis> ordered{stored[0]};
    for (const std::size_t axis : axes.order) ordered.push_back(stored[axis + 1]);
    TrialValues values;
    if (bytes) {
      values = read_all<std::uint8_t>(object, H5T_NATIVE_UINT8, sizes);
    } else if (each == sizeof(float)) {
      values = read_all<float>(object, H5T_NATIVE_FLOAT, sizes);
    } else {
      values = read_all<double>(object, H5T_NATIVE_DOUBLE, sizes);
    }
    const auto refuse = [&](std::uint64_t, std::string found, std::string allowed,
                            std::string remedy) {
      file_.fail(object.name, found, allowed, remedy);
    };
    take_stored_values(std::move(values), {StridedArray(ordered), value_type, false, ""}, refuse,
                       trials);
    return trials;
  }

  // The columns of a dataset of records.
  Table read_records(const Hdf5Named& object, hid_t type) const {
    const int members = H5Tget_nmembers(type);
    // Each column is read by itself, but the library takes whole records from the file.
    const Hdf5Sizes sizes = file_.require_readable(
        object, H5Tget_size(type), sizeof(double) * static_cast<std::uint64_t>(members));
    require_one_axis(object, sizes);
    Table table = new_table(object, sizes[0]);
    for (int i = 0; i < members; ++i) {
      const auto member = static_cast<unsigned>(i);
      char* const raw_name = H5Tget_member_name(type, member);
      const std::string name = raw_name != nullptr ? raw_name : "";
      H5free_memory(raw_name);
      const Hdf5Type member_type(H5Tget_member_type(type, member));
      const ValueType value_type =
          require_numbers(object, member_type.get(), " in the column '" + printable(name) + "'");
      const Hdf5Type memory(H5Tcreate(H5T_COMPOUND, sizeof(double)));
      H5Tinsert(memory.get(), name.c_str(), 0, H5T_NATIVE_DOUBLE);
      add_column(table, object, name, value_type, read_all<double>(object, memory.get(), sizes));
    }
    require_columns(object, table);
    return table;
  }

  // The columns of a group of datasets of one axis.
  Table read_group(const Hdf5Named& group) const {
    H5G_info_t info;
    if (H5Gget_info(group.id.get(), &info) < 0) {
      file_.fail(group.name, "a group that libhdf5 cannot read" + hdf5_reason(),
                 "a whole HDF5 file", "");
    }
    std::optional<Table> table;
    Hdf5Sizes first;
    for (hsize_t i = 0; i < info.nlinks; ++i) {
      const std::string name = link_name(group, i);
      const std::string path = group.name + (group.name.ends_with('/') ? "" : "/") + name;
      const Hdf5Named column = file_.open(path);
      if (H5Iget_type(column.id.get()) != H5I_DATASET) {
        file_.fail(group.name, "another thing than a dataset in the group: " + printable(name),
                   "datasets of one axis and one length", "name one dataset with --dataset");
      }
      const Hdf5Type type(H5Dget_type(column.id.get()));
      const ValueType value_type = require_numbers(column, type.get(), "");
      const Hdf5Sizes sizes =
          file_.require_readable(column, H5Tget_size(type.get()), sizeof(double));
      require_one_axis(column, sizes);
      if (!table) {
        first = sizes;
        table = new_table(group, first[0]);
        const std::uint64_t all = first[0] * sizeof(double);
        if (info.nlinks > machine_memory() / all) {
          file_.fail(
              group.name,
              std::to_string(info.nlinks) + " columns of " + std::to_string(first[0]) + " rows",
              "a table that fits into this machine's memory", "");
        }
      } else if (sizes != first) {
        file_.fail(column.name, "the shape " + hdf5_shape_text(sizes) + " in a group",
                   hdf5_shape_text(first) + ", as of the first of its columns",
                   "name one dataset with --dataset");
      }
      add_column(*table, column, name, value_type,
                 read_all<double>(column, H5T_NATIVE_DOUBLE, sizes));
    }
    if (!table) {
      file_.fail(group.name, "a group without datasets", "datasets of one axis and one length",
                 "name another with --dataset");
    }
    require_columns(group, *table);
    return *std::move(table);
  }

  std::string link_name(const Hdf5Named& group, hsize_t index) const {
    const auto name_of = [&](char* to, std::size_t bytes) {
      return H5Lget_name_by_idx(group.id.get(), ".", H5_INDEX_NAME, H5_ITER_INC, index, to, bytes,
                                file_.link_access());
    };
    const ssize_t size = name_of(nullptr, 0);
    std::string name(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
    if (size <= 0 || name_of(name.data(), name.size() + 1) < 0) {
      file_.fail(group.name, "a link that libhdf5 cannot read" + hdf5_reason(), "a whole HDF5 file",
                 "");
    }
    return name;
  }

  void require_one_axis(const Hdf5Named& object, const Hdf5Sizes& sizes) const {
    if (sizes.size() == 1) return;
    file_.fail(object.name, "columns of the shape " + hdf5_shape_text(sizes),
               "one axis, that of the rows", "name one dataset with --dataset");
  }

  void require_columns(const Hdf5Named& object, const Table& table) const {
    std::vector<std::string> names;
    for (const TableColumn& column : table.columns) names.push_back(column.name);
    std::sort(names.begin(), names.end());
    const bool distinct = std::adjacent_find(names.begin(), names.end()) == names.end();
    const bool text = std::all_of(names.begin(), names.end(),
                                  [](const std::string& n) { return !n.empty() && is_utf8(n); });
    if (distinct && text && !names.empty()) return;
    file_.fail(object.name, "columns without names of their own in UTF-8", "a name for each column",
               as_numbers);
  }

  Table new_table(const Hdf5Named& object, hsize_t rows) const {
    Table table;
    table.source = file_.where(object.name);
    table.rows = static_cast<std::int64_t>(rows);
    return table;
  }

  void add_column(Table& table, const Hdf5Named& object, const std::string& name, ValueType type,
                  std::vector<double> numbers) const {
    const auto bad = std::find_if(numbers.begin(), numbers.end(),
                                  [](double number) { return std::isinf(number); });
    if (bad != numbers.end()) {
      file_.fail(object.name,
                 "an infinite number in row " + std::to_string(bad - numbers.begin()) +
                     " of the column '" + printable(name) + "'",
                 "finite numbers, or NaN where there is no value", "leave the row out");
    }
    table.columns.push_back(hdf5_column(name, type, std::move(numbers)));
  }

  Hdf5DataFile file_;
};

}  // namespace

std::vector<Library> hdf5_libraries() {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return {{"libhdf5",
           std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release),
           ""}};
}

std::variant<Trials, Table> read_hdf5(const std::filesystem::path& path, const std::string& dataset,
                                      const ShapeWish& wish) {
  return Hdf5Reader(path).read(dataset, wish);
}

}  // namespace vgan
