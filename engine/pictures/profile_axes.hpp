// What the axes of a profile's picture span, and their ticks.
#pragma once

#include <vector>

#include "engine/pictures/plot_axes.hpp"
#include "engine/pictures/profile_plot.hpp"

namespace vgan {

/// All places, with half a place beside words, and real points but rare far ones.
Range profile_across_range(const ProfilePlot& plot);
/// All curves and bands, and real points but rare far ones; of shares from 0
/// up to 1 at the most, in tenths. With a little room.
Range profile_up_range(const ProfilePlot& plot);

/// Ticks of an axis that is not of words: at its marks where their labels have room, else at round
/// numbers or dates.
std::vector<Tick> profile_across_ticks(const ProfilePlot& plot, const PlotAxis& axis,
                                       const Box& frame);
std::vector<Tick> profile_up_ticks(const ProfilePlot& plot, const PlotAxis& axis);

}  // namespace vgan
