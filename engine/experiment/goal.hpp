// "lift", "q10(lift)", "P(lift>5)": what a search makes as great or as small as it can.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "engine/data/schema.hpp"
#include "engine/encode/cell_column.hpp"
#include "engine/experiment/cell_predictor.hpp"
#include "engine/experiment/interval.hpp"

namespace vgan {

/// A number that the distribution of a column has.
struct Goal {
  enum class Kind {
    mean,      ///< NAME
    quantile,  ///< qXX(NAME), at XX %
    above,     ///< P(NAME>X), P(NAME>=X)
    below,     ///< P(NAME<X), P(NAME<=X)
    equal,     ///< P(NAME=WORD), or one of a grid's values
  };

  std::string text;  ///< as the user wrote it
  bool maximise = true;
  Kind kind = Kind::mean;
  std::size_t column = 0;    ///< which of Schema::columns
  double number = 0.0;       ///< the quantile's level, 0 to 1; X; or which of the column's words
  bool with_number = false;  ///< X itself counts: >= and <=

  bool is_probability() const { return kind != Kind::mean && kind != Kind::quantile; }
};

/// Reads a goal; names are as in parse_where, and a column's whole name is its mean whatever it
/// looks like. Throws bad_config, naming the goal, for one that is none, for a name that the schema
/// has not or that is not drawn, for one that a constraint ties to others, for numbers of words
/// and words that there are not.
Goal parse_goal(const std::string& text, bool maximise, const Schema& schema);

/// What the shares of the cells of the goal's column say of it. A missing value does not count:
/// probabilities are those of a value that is there.
double goal_value(const Goal& goal, const CellColumn& column, const CellPlace& place,
                  const Schema& schema, std::span<const float> shares);

/// Whether what a model with folds says of the goal is goal_value(goal, CrossConformal), as
/// intervals are: a quantile of a number, or a probability that it lies above or below one. Means,
/// and probabilities of words, flags and single values, are by the networks' mean shares.
bool is_calibrated(const Goal& goal, const CellColumn& column, const Schema& schema);
double goal_value(const Goal& goal, const CrossConformal& number);

}  // namespace vgan
