// What a profile asks of a model: which outcome, at which places of which setting, what is given.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "engine/data/schema.hpp"
#include "engine/experiment/cell_predictor.hpp"
#include "engine/experiment/profile.hpp"
#include "engine/generate/where.hpp"
#include "engine/models/generator_model.hpp"

namespace vgan {

struct ProfileQuestion {
  std::size_t of = 0, over = 0;  ///< which of Schema::columns
  /// What `where` fixes, by Schema::columns; a number, or which of the words.
  struct Fixed {
    std::size_t column = 0;
    double value = 0.0;
  };
  std::vector<Fixed> fixed;
  std::vector<WhereRange> ranges;  ///< what `where` holds to ranges, `over` among them
  std::vector<double> places;      ///< of `over`, ascending
  /// A second setting that is varied, in each of its places with each of the first.
  struct Second {
    std::size_t column = 0;
    std::vector<double> places;  ///< ascending
  };
  std::optional<Second> second;

  bool varies(std::size_t column) const {
    return column == over || (second && column == second->column);
  }
};

/// Reads the question that a request asks. Throws as `profile` does.
ProfileQuestion read_question(const ProfileRequest& request, const GeneratorModel& model,
                              const std::vector<CellPlace>& places);

/// The values of a column that a profile asks at, ascending: of words all of them; of numbers that
/// come again each one, of measured ones the middles of their cells, the least and the greatest,
/// up to `most` in even steps; those within a range, where one is given, of measured numbers with
/// its ends.
inline constexpr std::size_t most_profile_places = 256, most_paired_places = 24;
std::vector<double> profile_places(const CellColumn& cells, const ColumnSchema& column,
                                   const std::optional<WhereRange>& within,
                                   std::size_t most = most_profile_places);

}  // namespace vgan
