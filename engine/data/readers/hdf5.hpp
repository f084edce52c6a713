// HDF5 files: numbers of a dataset, or columns of a table.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

#include "engine/data/table.hpp"
#include "engine/data/trial_axes.hpp"
#include "engine/data/trials.hpp"

namespace vgan {

/// Reads the dataset at the path `dataset` in the file, or where that is empty the one that there
/// is, by libhdf5. A dataset of numbers becomes trials as a .npy array of its shape does. A dataset
/// of one axis whose elements are records of numbers, or a group whose members are datasets of
/// numbers of one axis and one length, becomes a table with these names; NaN is a missing value in
/// it.
/// Throws Error: io where the system refuses; bad_config, which lists the datasets and their
/// shapes, where there are several or none of that name; bad_data for what is broken, for elements
/// that are no numbers, for filters that are not installed, for links to other files and for data
/// in other files, which are never opened, for more numbers than the file's bytes could hold packed
/// by deflate, for chunks beyond 256 MiB, and where the build has no libhdf5.
std::variant<Trials, Table> read_hdf5(const std::filesystem::path& path, const std::string& dataset,
                                      const ShapeWish& wish = {});

/// Whether a file that begins with `head` is HDF5.
constexpr bool is_hdf5(std::string_view head) {
  return head.starts_with(std::string_view("\x89HDF\r\n\x1a\n"));
}

}  // namespace vgan
