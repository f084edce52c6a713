// The types that virtual rows have in a file of Arrow's.
#pragma once

#include <arrow/api.h>

#include <cstdint>
#include <memory>
#include <string>

#include "engine/data/schema.hpp"

namespace vgan {

/// The type of this name, as arrow::DataType::ToString gives it; null for names of types that no
/// column of a table has. Decimals are of 128 bits, codes of categories of 32.
std::shared_ptr<arrow::DataType> arrow_type_named(const std::string& name);

/// The type that a column's cells are written in: NumberStyle::stored_type where that holds what
/// may be drawn, else see ParquetWriter. `last` is the number of the last row, from 0.
std::shared_ptr<arrow::DataType> arrow_type_of(const ColumnSchema& column, std::uint64_t last);

}  // namespace vgan
