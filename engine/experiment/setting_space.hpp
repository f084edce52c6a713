// The settings that a search varies, and the values that they may have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/data/builtin/digit_draws.hpp"
#include "engine/experiment/cell_predictor.hpp"
#include "engine/generate/given_rows.hpp"
#include "engine/generate/row_wishes.hpp"
#include "engine/models/generator_model.hpp"

namespace vgan {

/// A number for each setting, in the table's order: its own, or which of the column's words.
using Settings = std::vector<double>;

/// Settings of `columns` (of Schema::columns) as rows of a table that gives them and leaves the
/// other columns free. `exact` as GivenRows::read.
GivenRows setting_rows(const std::vector<std::size_t>& columns, std::span<const Settings> settings,
                       const GeneratorModel& model, bool exact = true);

/// Settings as means of others that the network knows.
struct Corners {
  std::vector<Settings> settings;
  std::vector<std::size_t> of;  ///< which one each is a corner of, in order
  std::vector<double> weights;  ///< those of one's corners add up to 1
};

class SettingSpace {
 public:
  /// One of the columns that are varied.
  struct Setting {
    std::size_t column = 0;            ///< which of Schema::columns
    std::size_t cells = 0;             ///< which column of cells
    bool ordered = false;              ///< its values are numbers, or words in an order
    bool measured = false;             ///< numbers between quantiles, not values that come again
    bool between = false;              ///< may lie between two of the values that come again
    double deviation = 1.0;            ///< of the data's values; above 0
    double low = 0.0, high = 0.0;      ///< of a column of numbers
    std::vector<std::size_t> allowed;  ///< which of its cells
    std::vector<double> middles;       ///< of each of `allowed`, the value in its middle
    std::optional<double> fixed;       ///< its one value
  };

  /// Settings are the drawn columns of role condition that are none of `goals` (of
  /// Schema::columns), and that no constraint ties to others. `where` says what holds for them, as
  /// GenerateRequest::where. Throws bad_config where there are none, for a condition that cannot be
  /// met, and for one of a column that is no setting. With `between`, settings of numbers that come
  /// again may lie between two neighbouring values; throws bad_config where there is none. All
  /// outlive it.
  SettingSpace(const GeneratorModel& model, const std::vector<CellPlace>& places,
               const std::vector<std::size_t>& goals, const std::string& where,
               bool between = false);

  const std::vector<Setting>& settings() const { return settings_; }
  /// Columns of role condition that are left free: constraints tie them to others, or they are
  /// samples of a curve.
  const std::vector<std::size_t>& tied() const { return tied_; }

  /// Settings of `count` rows that the model draws.
  std::vector<Settings> drawn(std::uint64_t count, std::uint64_t seed,
                              CellPredictor& predictor) const;
  /// Gives a setting another value: half of the time one near by, where there is an order. One that
  /// has but one value keeps it.
  void mutate(Settings& settings, std::size_t which, digits::Draws& draws) const;
  /// The settings as rows of a table that gives them and leaves the other columns free.
  GivenRows rows(std::span<const Settings> settings) const;
  /// The settings at the neighbouring values of each number that lies between two, weighted as near
  /// as these are, several such numbers by the product (multilinear); of others themselves.
  Corners corners(std::span<const Settings> settings) const;
  /// How far apart they are: the root of the sum of squares of measured numbers, and of those that
  /// may lie between two values, in standard deviations of the data; 1 for any other that differs.
  double distance(const Settings& a, const Settings& b) const;

 private:
  Setting setting_of(std::size_t column) const;
  /// Whether a number with the column's decimals lies between two allowed values that neighbour.
  bool has_room(const Setting& setting) const;
  double value_between(const Setting& setting, std::size_t now, digits::Draws& draws) const;
  double value_at(const Setting& setting, std::size_t cell, double u) const;

  const GeneratorModel& model_;
  const std::vector<CellPlace>& places_;
  RowWishes wishes_;
  std::vector<Setting> settings_;
  std::vector<std::size_t> tied_;
  bool between_ = false;
};

}  // namespace vgan
