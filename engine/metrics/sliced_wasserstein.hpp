// How far apart two sets of features lie along lines.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/stats/principal_components.hpp"

namespace vgan {

/// The first Wasserstein distance of two sets of numbers, the area between their distribution
/// functions, in their unit: 0 where they are alike. Both are sorted. Throws internal for no
/// numbers on a side.
double wasserstein_distance(std::vector<float> one, std::vector<float> two);

/// `count` directions [count, columns] of length 1, evenly distributed on the sphere, drawn by the
/// seed.
std::vector<double> random_directions(std::int64_t columns, std::int64_t count, std::uint64_t seed);

inline constexpr std::int64_t sliced_directions = 64;

/// The mean over directions of wasserstein_distance of both sides' features along them (J. Rabin et
/// al. 2012, doi:10.1007/978-3-642-24785-9_37, with the first distance in place of the second), in
/// the features' units, from 0. Time is directions * rows * (columns + log rows), memory one number
/// a row. Throws internal for no rows, for other columns, and unless `directions` is a whole number
/// of rows.
double sliced_wasserstein(const Features& one, const Features& two,
                          std::span<const double> directions);
/// By `sliced_directions` that the seed draws.
double sliced_wasserstein(const Features& one, const Features& two, std::uint64_t seed);

}  // namespace vgan
