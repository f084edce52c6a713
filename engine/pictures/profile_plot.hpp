// How an outcome moves with a setting, as a picture: curves with bands, or marks, and real points.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/pictures/picture.hpp"
#include "engine/pictures/series.hpp"

namespace vgan {

struct ProfilePlot {
  /// What lies along an axis.
  struct Axis {
    enum class Kind { numbers, logarithms, days, seconds, words };

    std::string label;               ///< its name, with its unit
    Kind kind = Kind::numbers;       ///< of Kind::logarithms, to base 10, what is drawn
    std::vector<std::string> words;  ///< of Kind::words, that of each place
    /// Numbers at which ticks stand, where they have room; empty: round numbers.
    std::vector<double> marks;
    double least_step = 0.0;  ///< between round numbers: 1 of whole numbers
  };
  /// How far the data reach to a place.
  enum class Reach { inside, edge, outside };
  struct Band {
    std::string name;
    std::vector<double> low, high;  ///< at each place
  };
  struct Curve {
    std::string name;
    std::vector<double> values;    ///< at each place
    std::vector<Point> real = {};  ///< real shares, which are drawn as rings of its colour
  };

  std::string title;
  std::string note;  ///< a second line, in grey; or empty
  Axis across, up;   ///< `up` is of no words
  /// Ascending numbers, one or more; of logarithms these, of words 0, 1, 2 and so on.
  std::vector<double> places;
  std::vector<Reach> reach;  ///< of each place
  std::vector<Band> bands;   ///< the outermost first
  /// One, to which the bands belong, or up to most_profile_curves.
  std::vector<Curve> curves;
  std::string real_name;    ///< for the legend; empty: there are no real ones
  std::vector<Point> real;  ///< real rows, across and up
  bool shares = false;      ///< `up` begins at 0 and ends at 1 or before
};

inline constexpr std::size_t most_profile_curves = 8;
/// Beyond so many places, lines stand alone; up to it, each place has a dot.
inline constexpr std::size_t most_profile_dots = 24;

struct ProfileStyle {
  int width = 860;   ///< pixels, 300 to 10000
  int height = 520;  ///< pixels, 300 to 10000
};

/// Draws axes, the bands, the real points over them, and the curves. Between two places of which
/// one is outside, bands are pale and curves broken; a strip at the foot has a colour of its own
/// for each reach but inside. Places of words are marks side by side, the bands boxes. Rare far
/// real points are left outside the axis, and the legend says how many. Texts that are too long are
/// cut. Throws Error internal for no places or curves, for more than most_profile_curves, for
/// lengths that differ, or for a size outside its limits.
RgbImage draw_profile(const ProfilePlot& plot, const ProfileStyle& style = {});

}  // namespace vgan
