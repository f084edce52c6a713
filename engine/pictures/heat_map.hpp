// How an outcome moves with two settings, as a picture: a field of colours, and real points.
#pragma once

#include <string>
#include <vector>

#include "engine/pictures/picture.hpp"
#include "engine/pictures/profile_plot.hpp"

namespace vgan {

struct HeatMap {
  /// A setting whose places stand side by side, each as wide as the others.
  struct Side {
    std::string label;                ///< its name, with its unit
    std::vector<std::string> places;  ///< what is written at each, one or more
  };
  /// A real row: places count from 0, fractions lie between them.
  struct Real {
    double across = 0.0, up = 0.0;
    double value = 0.0;
  };

  std::string title;
  std::string note;                       ///< a second line, in grey; or empty
  Side across, up;                        ///< the latter from the foot upwards
  ProfilePlot::Axis of;                   ///< of the outcome, of no words
  std::vector<double> values;             ///< [across, up]
  std::vector<ProfilePlot::Reach> reach;  ///< of each
  std::string real_name;                  ///< for the legend; empty: there are no real ones
  std::vector<Real> real;
};

/// The colour of a share of the way from the least value, 0, to the greatest, 1: dark blue by green
/// to yellow, lighter all the way.
RgbColour heat_colour(double share);

/// Draws a rectangle for each pair of places in its value's colour, with a bar that says which
/// colour is which value; pale with a stroke across where the pair is outside, with an orange
/// stroke on the edge; real rows as dots of their own value's colour. Texts that are too long are
/// cut. Throws Error internal for no places, lengths that differ, or a size outside 300 to 10000.
RgbImage draw_heat_map(const HeatMap& map, const ProfileStyle& style = {});

}  // namespace vgan
