#include "kernels/math/cells.hpp"

#include <algorithm>

#include "kernels/cpu/operations.hpp"
#include "kernels/cpu/row_sums.hpp"
#include "kernels/cpu/softmax.hpp"
#include "kernels/cpu/team/chunks.hpp"
#include "kernels/cpu/team/clones.hpp"
#include "kernels/math/elementary.hpp"
#include "kernels/math/permutation.hpp"

namespace vgan::cpu {
namespace {

void embed_row(const EmbedCellsTask& task, std::int64_t i) {
  const std::int32_t* const cells = task.cells.row(i);
  const std::uint8_t* const observed = task.observed.row(i);
  const std::int64_t columns = task.first_rows.size;
  float* const out = task.out.row(i);
  std::copy_n(task.bias.data, task.out.cols, out);
  for (std::int64_t first = 0; first < columns; first += most_seen) {
    SeenRows seen;
    for (std::int64_t c = first; c < std::min(columns, first + most_seen); ++c) {
      // There is no branch, for the processor cannot foresee which columns are seen: the next row
      // of the list takes the place of one that is not.
      const std::int64_t row = observed[c] != 0 ? task.first_rows.data[c] + cells[c] : 0;
      seen.rows[seen.count] = task.tables.row(row);
      seen.count += observed[c] != 0 ? 1 : 0;
    }
    VGAN_WIDEST(add_rows)(&seen, task.out.cols, out);
  }
}

// So many rows of a batch are drawn side by side.
constexpr int together = 32;

void permute_rows(const math::Permutation& pass, std::uint64_t first, int count,
                  std::uint64_t* rows) {
  pass.consecutive(first, count, rows);
}

// Which rows of the data number `position` of all batches and those after it are; a pass may end
// among them.
void draw_rows(const CellBatchTask& task, std::uint64_t position, int count, std::uint64_t* rows) {
  const auto size = static_cast<std::uint64_t>(task.rows.rows);
  for (int done = 0; done < count;) {
    const std::uint64_t at = position + static_cast<std::uint64_t>(done);
    const std::uint64_t left = size - at % size;
    const int some =
        static_cast<int>(std::min<std::uint64_t>(left, static_cast<std::uint64_t>(count - done)));
    const math::Permutation pass(size, task.seed, at / size);
    VGAN_WIDEST(permute_rows)(pass, at % size, some, rows + done);
    done += some;
  }
}

template <bool Accumulate>
void share_row(const float* logits, std::int64_t cells, float inverse_temperature, float weight,
               float* shares) {
  const float most = greatest(logits, cells) * inverse_temperature;
  const auto exponential = [=](std::int64_t t) {
    return math::exp(logits[t] * inverse_temperature - most);
  };
  const float scale = weight / lane_sum(cells, exponential);
  for (std::int64_t t = 0; t < cells; ++t) {
    const float share = exponential(t) * scale;
    shares[t] = Accumulate ? shares[t] + share : share;
  }
}

}  // namespace

void run(ThreadTeam& team, const CellBatchTask& task) {
  const std::int64_t rows = task.cells.rows;
  const auto columns = static_cast<std::int32_t>(task.cells.cols);
  const std::uint64_t batch = task.counter.value();
  const std::uint64_t masks = math::subsequence(math::Purpose::cell_mask, batch);
  team.for_each((rows + together - 1) / together, [&](std::int64_t item, int) {
    const std::int64_t first = item * together;
    const std::int64_t end = std::min(rows, first + together);
    std::uint64_t drawn[together];
    draw_rows(task, batch * static_cast<std::uint64_t>(rows) + static_cast<std::uint64_t>(first),
              static_cast<int>(end - first), drawn);
    for (std::int64_t i = first; i < end; ++i) {
      const auto row = static_cast<std::int64_t>(drawn[i - first]);
      std::copy_n(task.rows.row(row), columns, task.cells.row(i));
      std::uint8_t* const observed = task.observed.row(i);
      math::draw_mask(task.shares, i, rows, columns, task.seed, masks,
                      [&](std::int32_t place, bool shown) {
                        observed[task.order.data[place]] = shown ? 1 : 0;
                      });
    }
  });
}

void run(ThreadTeam& team, const CellFeaturesTask& task) {
  for_each_row(team, task.x.rows, task.x.cols, [&](std::int64_t i) {
    for (std::int64_t c = 0; c < task.columns.size; ++c) {
      const math::CellFeatureColumn column = task.columns.data[c];
      float* const x = task.x.row(i) + column.first;
      if (task.observed.row(i)[c] == 0) {
        std::fill_n(x, column.width, 0.0F);
      } else {
        const std::int64_t cell = task.cells.row(i)[c];
        std::copy_n(task.tables + column.table + cell * column.width, column.width, x);
      }
    }
  });
}

void run(ThreadTeam& team, const EmbedCellsTask& task) {
  for_each_row(team, task.out.rows, task.out.cols * (task.first_rows.size + 1),
               [&](std::int64_t i) { embed_row(task, i); });
}

void run(ThreadTeam& team, const CellSharesTask& task) {
  for_each_row(team, task.logits.rows, 4 * task.logits.cols, [&](std::int64_t i) {
    const float* const logits = task.logits.row(i);
    float* const shares = task.shares.row(i);
    if (task.accumulate) {
      VGAN_WIDEST(share_row<true>)
      (logits, task.logits.cols, task.inverse_temperature, task.weight, shares);
    } else {
      VGAN_WIDEST(share_row<false>)
      (logits, task.logits.cols, task.inverse_temperature, task.weight, shares);
    }
  });
}

void run(ThreadTeam& team, const DrawCellTask& task) {
  const std::uint64_t subsequence = task.stream.subsequence();
  const auto cells = static_cast<std::int32_t>(task.shares.cols);
  for_each_row(team, task.cell.rows, 8 * task.shares.cols, [&](std::int64_t i) {
    const std::int64_t row = task.share_row(i);
    if (row < 0 || *task.observed.row(i) != 0) return;
    const std::uint8_t* const allowed =
        task.allowed.data == nullptr ? nullptr : task.allowed.row(task.allowed.rows == 1 ? 0 : i);
    const float u = math::uniform(task.stream.seed, subsequence,
                                  task.stream.first + static_cast<std::uint64_t>(i) * task.step);
    *task.cell.row(i) = math::draw_cell(task.shares.row(row), allowed, cells, u);
    *task.observed.row(i) = 1;
  });
}

}  // namespace vgan::cpu
