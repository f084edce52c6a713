#include "engine/experiment/setting_space.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "engine/base/listed.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/data/table_cell.hpp"
#include "engine/generate/where.hpp"

namespace vgan {
namespace {

constexpr std::size_t near_cells = 2;  // how far a step goes

bool has(const std::vector<std::size_t>& columns, std::size_t column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

// A part of a sum is settled by the others too, and a sample of a curve by its scores.
bool is_tied(std::size_t column, const GeneratorModel& model) {
  const Schema& schema = *model.schema;
  return GivenRows::is_tied(column, schema) || schema.constraints.is_settled(column) ||
         curve_at(model.cells->curves(), schema, column) != nullptr;
}

std::vector<std::size_t> conditions_but(const std::vector<std::size_t>& goals, bool tied,
                                        const GeneratorModel& model) {
  const Schema& schema = *model.schema;
  std::vector<std::size_t> made;
  for (std::size_t i = 0; i < schema.columns.size(); ++i) {
    const ColumnSchema& column = schema.columns[i];
    if (!column.drawn() || column.role != ColumnRole::condition || has(goals, i)) continue;
    if (is_tied(i, model) == tied) made.push_back(i);
  }
  return made;
}

std::vector<std::string> names_of(const std::vector<std::size_t>& columns, const Schema& schema) {
  std::vector<std::string> names;
  for (const std::size_t column : columns) names.push_back(schema.columns[column].name);
  return names;
}

// Only settings stand in a proposal, so that nothing else can be held to a condition.
void require_of_settings(const std::string& where, const std::vector<std::size_t>& goals,
                         const GeneratorModel& model) {
  const Schema& schema = *model.schema;
  const std::vector<std::size_t> settings = conditions_but(goals, false, model);
  if (settings.empty()) {
    refuse_setting("maximise", "no column to vary beside the goals",
                   "a column of role condition that is no goal and no sample of a curve, and that "
                   "no constraint ties to others",
                   "see vgan_cuda schema for the roles");
  }
  const Where conditions = parse_where(where, schema);
  std::vector<std::size_t> asked;
  for (const WhereRange& range : conditions.ranges) asked.push_back(range.column);
  for (const auto& value : conditions.values) {
    for (std::size_t i = 0; i < schema.columns.size(); ++i) {
      if (schema.columns[i].name == value.name) asked.push_back(i);
    }
  }
  for (const std::size_t column : asked) {
    if (has(settings, column)) continue;
    refuse_setting("where",
                   "'" + shortened(schema.columns[column].name) + "', " +
                       (has(goals, column) ? "which is a goal" : "which is no setting"),
                   "the settings " + listed(names_of(settings, schema)));
  }
}

GenerateRequest rows_where(const std::string& where, const std::vector<std::size_t>& goals,
                           const GeneratorModel& model) {
  require_of_settings(where, goals, model);
  GenerateRequest request;
  request.where = where;
  return request;
}

double deviation_of(const CellColumn& column) {
  double mean = 0.0, variance = 0.0;
  const std::vector<double>&values = column.values(), &shares = column.shares();
  for (std::size_t i = 0; i < values.size(); ++i) mean += shares[i] * values[i];
  for (std::size_t i = 0; i < values.size(); ++i) {
    variance += shares[i] * (values[i] - mean) * (values[i] - mean);
  }
  return variance > 0.0 ? std::sqrt(variance) : 1.0;
}

}  // namespace

GivenRows setting_rows(const std::vector<std::size_t>& columns, std::span<const Settings> settings,
                       const GeneratorModel& model, bool exact) {
  Table table;
  table.source = "proposed settings";
  table.rows = std::ssize(settings);
  for (std::size_t k = 0; k < columns.size(); ++k) {
    const ColumnSchema& column = model.schema->columns[columns[k]];
    TableColumn& made = table.columns.emplace_back();
    made.name = column.name;
    made.numeric = column.numeric;
    made.format = column.format;
    if (!made.numeric) made.words = column.words;
    for (const Settings& one : settings) {
      if (made.numeric) {
        made.numbers.push_back(one[k]);
      } else {
        made.cells.push_back(static_cast<std::int32_t>(one[k]));
      }
    }
  }
  return GivenRows::of_table(table, model, exact);
}

SettingSpace::SettingSpace(const GeneratorModel& model, const std::vector<CellPlace>& places,
                           const std::vector<std::size_t>& goals, const std::string& where,
                           bool between)
    : model_(model),
      places_(places),
      wishes_(rows_where(where, goals, model), model),
      tied_(conditions_but(goals, true, model)),
      between_(between) {
  const Schema& schema = *model.schema;
  for (const std::size_t column : conditions_but(goals, false, model)) {
    settings_.push_back(setting_of(column));
  }
  for (const WhereRange& range : parse_where(where, schema).ranges) {
    for (Setting& setting : settings_) {
      if (setting.column != range.column) continue;
      setting.low = range.low;
      setting.high = range.high;
    }
  }
  for (Setting& setting : settings_) {
    const CellColumn& column = model.cells->columns()[setting.cells];
    for (std::size_t cell = 0; cell < column.values().size(); ++cell) {
      if (static_cast<std::int64_t>(cell) == places[setting.cells].missing) continue;
      if (setting.ordered && !column.part_between(cell, setting.low, setting.high)) continue;
      setting.allowed.push_back(cell);
      setting.middles.push_back(value_at(setting, cell, 0.5));
    }
    setting.between = setting.between && has_room(setting);
    if (!wishes_.fixed()) continue;
    const double fixed = wishes_.fixed()->value(0, setting.column);
    if (std::isnan(fixed)) continue;
    setting.fixed = fixed;
  }
  const bool any = std::any_of(settings_.begin(), settings_.end(),
                               [](const Setting& one) { return one.between && !one.fixed; });
  if (between && !any) {
    refuse_setting("extrapolate", "no setting of a few numbers that leave room between them",
                   "one or more, between whose values others lie, with the column's decimals",
                   "leave it out: measured settings take any number that lies among the data's");
  }
}

bool SettingSpace::has_room(const Setting& setting) const {
  const double unit = std::pow(10.0, -1.0 * cell_decimals(model_.schema->columns[setting.column]));
  for (std::size_t i = 1; i < setting.allowed.size(); ++i) {
    const bool neighbours = setting.allowed[i] == setting.allowed[i - 1] + 1;
    if (neighbours && setting.middles[i] - setting.middles[i - 1] > 1.5 * unit) return true;
  }
  return false;
}

SettingSpace::Setting SettingSpace::setting_of(std::size_t column) const {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Setting made;
  made.column = column;
  made.low = -infinity;
  made.high = infinity;
  made.cells = cells_of(column, places_);
  const CellColumn& cells = model_.cells->columns()[made.cells];
  made.ordered = cells.ordered();
  made.measured = cells.kind() == CellColumn::Kind::quantile;
  const ColumnSchema& schema = model_.schema->columns[column];
  made.between = between_ && made.ordered && !made.measured && schema.numeric &&
                 schema.kind != ColumnKind::boolean;
  made.deviation = deviation_of(cells);
  return made;
}

double SettingSpace::value_at(const Setting& setting, std::size_t cell, double u) const {
  const CellColumn& cells = model_.cells->columns()[setting.cells];
  const double place = wishes_.place(setting.cells, static_cast<std::int32_t>(cell), u);
  const double number = cells.number_at(cell, place);
  const ColumnSchema& column = model_.schema->columns[setting.column];
  if (!column.numeric && column.kind != ColumnKind::ordinal) return number;
  return cell_number(column, std::clamp(number, setting.low, setting.high));
}

std::vector<Settings> SettingSpace::drawn(std::uint64_t count, std::uint64_t seed,
                                          CellPredictor& predictor) const {
  CellRequest request;
  request.seed = seed;
  request.count = count;
  wishes_.put(request);
  const CellPredictor::DrawnRows rows = predictor.drawn(std::move(request), places_);
  std::vector<Settings> made;
  for (std::size_t row = 0; row < count; ++row) {
    Settings& settings = made.emplace_back();
    for (const Setting& setting : settings_) {
      const std::size_t at = row * predictor.columns() + setting.cells;
      const auto cell = static_cast<std::size_t>(rows.cells[at]);
      const auto u = static_cast<double>(rows.places[at]);
      settings.push_back(setting.fixed ? *setting.fixed : value_at(setting, cell, u));
    }
  }
  return made;
}

void SettingSpace::mutate(Settings& settings, std::size_t which, digits::Draws& draws) const {
  const Setting& setting = settings_[which];
  if (setting.fixed) return;
  const std::size_t count = setting.allowed.size();
  const std::vector<double>& middles = setting.middles;
  const auto above = std::lower_bound(middles.begin(), middles.end(), settings[which]);
  const std::size_t now = std::min(static_cast<std::size_t>(above - middles.begin()), count - 1);
  if (setting.between && count > 1 && draws.below(2) == 0) {
    settings[which] = value_between(setting, now, draws);
    return;
  }
  // Numbers between quantiles have others in the same cell.
  const std::size_t reach = setting.measured ? near_cells : 1;
  std::size_t chosen = now;
  if (setting.ordered && draws.below(2) == 0) {
    const std::size_t first = now - std::min(now, reach);
    const std::size_t last = std::min(now + reach, count - 1);
    chosen = first + draws.below(last - first + 1);
  } else {
    chosen = draws.below(count);
  }
  if (!setting.measured && chosen == now && count > 1) {
    chosen = (now + 1 + draws.below(count - 1)) % count;
  }
  const auto u = static_cast<double>(draws.uniform(0.0F, 1.0F));
  settings[which] = value_at(setting, setting.allowed[chosen], u);
}

// A number with the column's decimals between two values that neighbour, half of the time beside
// the present one.
double SettingSpace::value_between(const Setting& setting, std::size_t now,
                                   digits::Draws& draws) const {
  const std::size_t pairs = setting.middles.size() - 1;
  std::size_t low = draws.below(pairs);
  if (draws.below(2) == 0) {
    low = std::min(now - std::min<std::size_t>(now, draws.below(2)), pairs - 1);
  }
  const double from = setting.middles[low], to = setting.middles[low + 1];
  // Values that are no neighbours have another between them, which `where` leaves out.
  if (setting.allowed[low + 1] != setting.allowed[low] + 1) return from;
  const auto u = static_cast<double>(draws.uniform(0.0F, 1.0F));
  const double unit = std::pow(10.0, cell_decimals(model_.schema->columns[setting.column]));
  return std::clamp(std::round((from + u * (to - from)) * unit) / unit, from, to);
}

GivenRows SettingSpace::rows(std::span<const Settings> settings) const {
  std::vector<std::size_t> columns;
  for (const Setting& setting : settings_) columns.push_back(setting.column);
  return setting_rows(columns, settings, model_, !between_);
}

Corners SettingSpace::corners(std::span<const Settings> settings) const {
  Corners made;
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const std::size_t first = made.settings.size();
    made.settings.push_back(settings[i]);
    made.weights.push_back(1.0);
    for (std::size_t k = 0; k < settings_.size(); ++k) {
      if (!settings_[k].between) continue;
      const std::vector<double>& values = model_.cells->columns()[settings_[k].cells].values();
      const double number = settings[i][k];
      const auto above = std::lower_bound(values.begin(), values.end(), number);
      if (above == values.begin() || above == values.end()) continue;
      const double low = above[-1], high = *above, part = (number - low) / (high - low);
      constexpr double least_part = 1e-9;  // of the way, which rounding may have moved it
      if (part < least_part || part > 1.0 - least_part) continue;
      const std::size_t end = made.settings.size();
      for (std::size_t at = first; at < end; ++at) {
        Settings upper = made.settings[at];
        made.settings[at][k] = low;
        upper[k] = high;
        made.weights.push_back(part * made.weights[at]);
        made.weights[at] *= 1.0 - part;
        made.settings.push_back(std::move(upper));
      }
    }
    made.of.resize(made.settings.size(), i);
  }
  return made;
}

double SettingSpace::distance(const Settings& a, const Settings& b) const {
  double sum = 0.0;
  for (std::size_t k = 0; k < settings_.size(); ++k) {
    const Setting& setting = settings_[k];
    const double apart = setting.measured || setting.between ? (a[k] - b[k]) / setting.deviation
                                                             : static_cast<double>(a[k] != b[k]);
    sum += apart * apart;
  }
  return std::sqrt(sum);
}

}  // namespace vgan
