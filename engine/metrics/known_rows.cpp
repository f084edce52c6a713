#include "engine/metrics/known_rows.hpp"

#include <bit>
#include <vector>

#include "engine/base/check.hpp"
#include "kernels/math/philox.hpp"

namespace vgan {
namespace {

// Rows' words of 64 bits, column after column through Philox, keyed by what came before.
std::vector<std::uint64_t> digests(const MeasuredRows& rows) {
  std::vector<std::uint64_t> made(static_cast<std::size_t>(rows.rows), 0);
  for (const MeasuredColumn& column : rows.columns) {
    for (std::size_t row = 0; row < made.size(); ++row) {
      // Zeros of either sign are one number, and so are all that are missing.
      const double value = column.values[row] + 0.0;
      const std::uint64_t bits =
          std::isnan(value) ? ~std::uint64_t{0} : std::bit_cast<std::uint64_t>(value);
      const math::Words4 words = math::philox_block(made[row], 0, bits);
      made[row] = std::uint64_t{words.x} << 32 | words.y;
    }
  }
  return made;
}

}  // namespace

void KnownRows::add(const MeasuredRows& rows) {
  added_ += rows.rows;
  for (const std::uint64_t digest : digests(rows)) {
    if (!seen_.insert(digest).second) twins_ += twice_.insert(digest).second ? 2 : 1;
  }
}

double KnownRows::share_of_twins() const {
  return added_ == 0 ? 0.0 : static_cast<double>(twins_) / static_cast<double>(added_);
}

double KnownRows::share_of_copies(const MeasuredRows& rows) const {
  require(rows.rows > 0, "copies", "no rows", "one or more");
  std::int64_t copies = 0;
  for (const std::uint64_t digest : digests(rows)) copies += seen_.contains(digest) ? 1 : 0;
  return static_cast<double>(copies) / static_cast<double>(rows.rows);
}

}  // namespace vgan
