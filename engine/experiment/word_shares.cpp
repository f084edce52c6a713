#include "engine/experiment/word_shares.hpp"

#include "engine/encode/cell_distribution.hpp"
#include "engine/experiment/cell_predictor.hpp"

namespace vgan {

std::vector<double> word_shares(const CellColumn& column, std::int32_t missing, std::size_t words,
                                std::span<const float> shares) {
  std::vector<double> made(words, 0.0);
  if (column.kind() == CellColumn::Kind::category) {
    const double known = share_of_known(shares, missing);
    for (std::size_t word = 0; word < words && known > 0.0; ++word) {
      made[word] = static_cast<double>(shares[word]) / known;
    }
    return made;
  }
  // The places of an ordinal's words are numbers, of which a cell may hold several.
  const CellDistribution distribution(column, shares);
  for (std::size_t cell = 0; cell < column.values().size(); ++cell) {
    const std::span<const double> places = column.kind() == CellColumn::Kind::grid
                                               ? std::span(column.values()).subspan(cell, 1)
                                               : column.members(cell);
    for (const double place : places) {
      made[static_cast<std::size_t>(place)] +=
          distribution.share(cell) / static_cast<double>(places.size());
    }
  }
  return made;
}

}  // namespace vgan
