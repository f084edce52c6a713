#include "engine/data/builtin/wind_tunnel.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "engine/data/builtin/digit_draws.hpp"

namespace vgan {
namespace {

// Philox subsequences, far from those of the other built-in data.
constexpr std::uint64_t wind_tunnel_stream = (std::uint64_t{3} << 61) + (std::uint64_t{1} << 40);
constexpr double pi = 3.141592653589793;

struct Profile {
  const char* name;
  double thickness;
  double stall;  // in degrees
};
constexpr std::array<Profile, 3> profiles = {
    {{"flat", 0.0, 12.0}, {"thin", 0.06, 12.0}, {"thick", 0.12, 14.0}}};
constexpr std::array<double, 4> chords = {0.1, 0.15, 0.2, 0.3};
constexpr std::array<double, 5> speeds = {10.0, 15.0, 20.0, 30.0, 40.0};

struct Forces {
  double lift, drag;
};

Forces forces_on(const Profile& profile, double chord, double speed, double angle) {
  const double pressure = 1.2 * speed * speed / 2.0;
  const double up_to_stall = std::min(angle, profile.stall);
  double lift = 2.0 * pi * std::sin(up_to_stall * pi / 180.0);
  lift *= std::pow(0.9, std::max(angle - profile.stall, 0.0));
  const double drag =
      0.01 + profile.thickness * profile.thickness / 10.0 + lift * lift / (12.0 * pi);
  return {pressure * chord * lift, pressure * chord * drag};
}

double measured(double force, int decimals, digits::Draws& draws) {
  const double with_noise = force * (1.0 + 0.02 * static_cast<double>(draws.gaussian())) +
                            0.05 * static_cast<double>(draws.gaussian());
  const double unit = std::pow(10.0, decimals);
  return std::nearbyint(with_noise * unit) / unit;
}

TableColumn numbers(const char* name, int least_decimals, int most_decimals) {
  TableColumn column;
  column.name = name;
  column.style = {least_decimals, most_decimals, false};
  return column;
}

}  // namespace

Table make_wind_tunnel(std::uint64_t seed, std::int64_t rows) {
  Table table;
  table.source = "built-in wind-tunnel";
  table.rows = rows;
  TableColumn profile;
  profile.name = "profile";
  profile.numeric = false;
  for (const Profile& one : profiles) profile.words.emplace_back(one.name);
  TableColumn chord = numbers("chord [m]", 1, 2);
  TableColumn speed = numbers("speed [m/s]", 0, 0);
  TableColumn angle = numbers("angle [deg]", 0, 0);
  TableColumn lift = numbers("lift [N]", 2, 2);
  TableColumn drag = numbers("drag [N]", 3, 3);
  lift.wish.role = ColumnRole::outcome;
  drag.wish.role = ColumnRole::outcome;
  for (std::int64_t row = 0; row < rows; ++row) {
    digits::Draws draws(seed, wind_tunnel_stream + static_cast<std::uint64_t>(row));
    const std::size_t which = draws.below(profiles.size());
    profile.cells.push_back(static_cast<std::int32_t>(which));
    chord.numbers.push_back(chords[draws.below(chords.size())]);
    speed.numbers.push_back(speeds[draws.below(speeds.size())]);
    angle.numbers.push_back(2.0 * static_cast<double>(draws.below(10)));
    const Forces forces = forces_on(profiles[which], chord.numbers.back(), speed.numbers.back(),
                                    angle.numbers.back());
    lift.numbers.push_back(measured(forces.lift, 2, draws));
    drag.numbers.push_back(measured(forces.drag, 3, draws));
    if (draws.below(50) != 0) continue;
    drag.numbers.back() = std::numeric_limits<double>::quiet_NaN();
    if (drag.missing++ == 0) drag.missing_mark = "NA";
  }
  table.columns = {profile, chord, speed, angle, lift, drag};
  return table;
}

}  // namespace vgan
