// The lift of the built-in wind tunnel without its noise.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

namespace vgan::testing {

/// By the formula that engine/data/builtin/wind_tunnel.hpp gives, in N.
inline double true_lift(const std::string& profile, double chord, double speed, double angle) {
  const double pi = std::acos(-1.0);
  const double stall = profile == "thick" ? 14.0 : 12.0;
  const double factor = 2.0 * pi * std::sin(std::min(angle, stall) * pi / 180.0) *
                        std::pow(0.9, std::max(angle - stall, 0.0));
  return 1.2 * speed * speed / 2.0 * chord * factor;
}

/// The greatest of all that the built-in table has.
inline double greatest_lift() {
  double greatest = 0.0;
  for (const char* profile : {"flat", "thin", "thick"}) {
    for (const double chord : {0.1, 0.15, 0.2, 0.3}) {
      for (const double speed : {10.0, 15.0, 20.0, 30.0, 40.0}) {
        for (int angle = 0; angle <= 18; angle += 2) {
          greatest = std::max(greatest, true_lift(profile, chord, speed, angle));
        }
      }
    }
  }
  return greatest;
}

}  // namespace vgan::testing
