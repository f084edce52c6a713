#include "engine/metrics/kernel_distance.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/base/check.hpp"
#include "engine/base/number_text.hpp"
#include "engine/metrics/pair_blocks.hpp"

namespace vgan {
namespace {

// The mean of the kernel over pairs of a row of `x` and one of `y`. `same`: they are one set, and
// no row is paired with itself.
double mean_over_pairs(MeasureDevice& device, const Features& x, const Features& y,
                       const PairKernel& kernel, bool same) {
  Buffer query_room, point_room;
  std::vector<double> some;
  double all = 0.0;
  for_each_block(device, x, block_queries, query_room, [&](auto block, std::int64_t first) {
    const Buffer sums = device.room_for<double>(block.rows, "sums of a kernel");
    for_each_block(device, y, block_points(y), point_room, [&](auto points, std::int64_t at) {
      device.backend().run(
          device.queue(),
          PairKernelTask{
              block, points, kernel, at, same ? first : -1, {sums.as<double>(), block.rows}});
    });
    some.resize(static_cast<std::size_t>(block.rows));
    device.fetch(sums, some);
    for (const double sum : some) all += sum;
  });
  const std::int64_t others = same ? y.rows - 1 : y.rows;
  return all / static_cast<double>(x.rows) / static_cast<double>(others);
}

double unbiased(MeasureDevice& device, const Features& real, const Features& generated,
                const PairKernel& kernel) {
  require(real.columns == generated.columns, "kernel distance",
          std::to_string(generated.columns) + " columns", std::to_string(real.columns));
  const std::int64_t rows = std::min(real.rows, generated.rows);
  require(rows >= 2, "kernel distance", std::to_string(rows) + " rows", "2 or more");
  return mean_over_pairs(device, real, real, kernel, true) +
         mean_over_pairs(device, generated, generated, kernel, true) -
         2.0 * mean_over_pairs(device, real, generated, kernel, false);
}

}  // namespace

double kernel_distance(MeasureDevice& device, const Features& real, const Features& generated) {
  const auto columns = static_cast<double>(std::max<std::int64_t>(1, real.columns));
  return unbiased(device, real, generated, {PairKernel::Kind::cubic, 1.0 / columns});
}

double gaussian_mmd(MeasureDevice& device, const Features& real, const Features& generated,
                    double bandwidth) {
  require(bandwidth > 0.0, "Gaussian MMD", "a bandwidth of " + general_text(bandwidth), "above 0");
  return unbiased(device, real, generated,
                  {PairKernel::Kind::gaussian, 0.5 / (bandwidth * bandwidth)});
}

double median_bandwidth(const Features& rows, std::int64_t most) {
  const Features some = rows.spread(most);
  require(some.rows >= 2, "bandwidth", std::to_string(some.rows) + " rows", "2 or more");
  std::vector<double> squares;
  for (std::int64_t i = 0; i < some.rows; ++i) {
    for (std::int64_t j = i + 1; j < some.rows; ++j) {
      double sum = 0.0;
      for (std::int64_t c = 0; c < some.columns; ++c) {
        const double apart = double{some.row(i)[c]} - double{some.row(j)[c]};
        sum += apart * apart;
      }
      squares.push_back(sum);
    }
  }
  const auto middle = squares.begin() + std::ssize(squares) / 2;
  std::nth_element(squares.begin(), middle, squares.end());
  double median = std::sqrt(*middle);
  if (squares.size() % 2 == 0) {
    median = 0.5 * (median + std::sqrt(*std::max_element(squares.begin(), middle)));
  }
  return median > 0.0 ? median : 1.0;
}

}  // namespace vgan
