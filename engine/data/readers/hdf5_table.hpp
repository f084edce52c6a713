// Numbers of HDF5 by their types, and as columns of a table.
#pragma once

#include <hdf5.h>

#include <optional>
#include <string>
#include <vector>

#include "engine/data/table.hpp"
#include "engine/data/value_type.hpp"

namespace vgan {

/// What elements of a type are.
struct Hdf5Number {
  std::optional<ValueType> type;  ///< nothing where they are no numbers
  std::string found;              ///< then what they are: "text"
};

/// Whole numbers of 1 to 8 bytes, floating-point numbers of up to 8, and h5py's booleans are
/// numbers; those of an odd size are the next larger type's.
Hdf5Number hdf5_number(hid_t type);

/// A column of numbers of `type`, NaN where there is none, with the decimals that their shortest
/// spelling has.
TableColumn hdf5_column(const std::string& name, ValueType type, std::vector<double> numbers);

}  // namespace vgan
