// Ticks of an axis whose numbers are dates or times of day.
#pragma once

#include <vector>

#include "engine/pictures/series.hpp"

namespace vgan {

/// What the numbers of an axis count, since the beginning of 1970, or of the day (see DateFormat).
enum class DateUnit { days, seconds };

/// The beginnings of years, months, Mondays, days, hours, minutes or seconds inside `range`, in the
/// finest of the usual steps that leaves at most `most` of them; a single one, or none, where the
/// range holds no more. Labels are "2024", "2024-03" or "2024-03-15"; finer ones are "14:30" or
/// "14:30:05", behind the date ("03-15 14:30") where the range holds several days.
std::vector<Tick> date_ticks(const Range& range, DateUnit unit, int most);

}  // namespace vgan
