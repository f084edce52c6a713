// Numbers as a file's type has them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/data/value_type.hpp"

namespace vgan {

/// `values` in `type`, little-endian, replacing what is in `bytes`: rounded to the nearest, ties to
/// even, and held to the type's range; NaN is 0 in whole numbers. A boolean is 1 from 0.5 on.
void as_type(std::span<const double> values, ValueType type, std::vector<std::byte>& bytes);

}  // namespace vgan
