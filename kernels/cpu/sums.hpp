// Sums of f32 numbers in double, in one fixed order for every vector width.
#pragma once

#include <cstdint>

namespace vgan::cpu {

double sum(const float* x, std::int64_t count);
double dot(const float* x, const float* y, std::int64_t count);

}  // namespace vgan::cpu
