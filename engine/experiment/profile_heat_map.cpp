#include "engine/experiment/profile_heat_map.hpp"

#include <algorithm>
#include <cmath>

#include "engine/base/text.hpp"
#include "engine/experiment/profile_words.hpp"

namespace vgan {
namespace {

constexpr std::size_t most_real = 500;
constexpr double spread = 0.32;  // about a place, of the distance to the next one
// Multiples of these, without their whole parts, fill a square evenly (M. Roberts, 2018).
constexpr double first_step = 0.7548776662466927, second_step = 0.5698402909980532;

HeatMap::Side side_of(const ColumnSchema& column, const std::vector<double>& places) {
  HeatMap::Side made{column.name, {}};
  for (const double place : places) made.places.push_back(shortened(value_text(place, column)));
  return made;
}

// Where a value lies among ascending places, counted from 0; half a place beyond them at most.
double place_among(const std::vector<double>& places, double value) {
  const auto above = std::upper_bound(places.begin(), places.end(), value);
  const double last = static_cast<double>(places.size() - 1);
  if (above == places.begin()) return value < places.front() ? -0.4 : 0.0;
  if (above == places.end()) return value > places.back() ? last + 0.4 : last;
  const auto at = static_cast<std::size_t>(above - places.begin());
  return static_cast<double>(at - 1) + (value - places[at - 1]) / (*above - places[at - 1]);
}

double spread_about(double step, std::size_t row) {
  double whole = 0.0;
  return spread * (2.0 * std::modf(step * static_cast<double>(row), &whole) - 1.0);
}

}  // namespace

HeatMap profile_heat_map(const ProfileRequest& request, const ProfileQuestion& question,
                         const GeneratorModel& model, const std::vector<CellPlace>& places,
                         const ProfileResult& result) {
  const Schema& schema = *model.schema;
  const ColumnSchema& of = schema.columns[question.of];
  const ColumnSchema& over = schema.columns[question.over];
  const ColumnSchema& second = schema.columns[question.second->column];
  HeatMap made;
  made.title = "Mean of " + shortened(of.name) + " by " + shortened(over.name) + " and " +
               shortened(second.name);
  if (of.kind == ColumnKind::boolean) made.title.replace(0, 4, "Probability");
  made.note = profile_note(question, schema, result);
  made.across = side_of(over, question.places);
  made.up = side_of(second, question.second->places);
  made.of = axis_of(of);
  made.of.kind = made.of.kind == ProfilePlot::Axis::Kind::words ? ProfilePlot::Axis::Kind::numbers
                                                                : made.of.kind;
  made.values = result.numbers.mean;
  for (const Support support : result.support) {
    made.reach.push_back(static_cast<ProfilePlot::Reach>(support));
  }
  if (request.real.empty()) return made;

  const auto comes_again = [&](std::size_t column) {
    return model.cells->columns()[cells_of(column, places)].kind() != CellColumn::Kind::quantile;
  };
  const bool over_again = comes_again(question.over);
  const bool second_again = comes_again(question.second->column);
  const std::size_t count = result.real.of.size(), drawn = std::min(count, most_real);
  for (std::size_t i = 0; i < drawn; ++i) {
    const std::size_t row = drawn == count ? i : i * (count - 1) / (drawn - 1);
    made.real.push_back({place_among(question.places, result.real.over[row]) +
                             (over_again ? spread_about(first_step, row) : 0.0),
                         place_among(question.second->places, result.real.second[row]) +
                             (second_again ? spread_about(second_step, row) : 0.0),
                         result.real.of[row]});
  }
  made.real_name = (drawn < count ? grouped(std::uint64_t{drawn}) + " of " : "") +
                   grouped(std::uint64_t{count}) + (count == 1 ? " real row" : " real rows");
  return made;
}

}  // namespace vgan
