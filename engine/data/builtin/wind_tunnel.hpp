// A built-in table: runs in a wind tunnel that a formula stands in for.
#pragma once

#include <cstdint>

#include "engine/data/table.hpp"

namespace vgan {

inline constexpr std::int64_t wind_tunnel_rows = 1500;

/// Runs with a wing of 1 m span in air of 1.2 kg/m^3: four settings (profile, chord c in m, speed v
/// in m/s, angle a in degrees) and two measurements, in N, each with a noise of 2 % and 0.05 N:
///   lift = q c L,  drag = q c (0.01 + t^2 / 10 + L^2 / (12 pi)),  q = 1.2 v^2 / 2,
///   L = 2 pi sin(a) up to the stall at 12 degrees, beyond which it falls by a tenth a degree,
/// with t the profile's thickness: flat 0, thin 0.06, thick 0.12, the last with the stall 2 degrees
/// later. One measurement of drag in 50 is missing. A function of (seed, rows) alone.
Table make_wind_tunnel(std::uint64_t seed, std::int64_t rows = wind_tunnel_rows);

}  // namespace vgan
