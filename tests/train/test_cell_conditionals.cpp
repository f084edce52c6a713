// Any columns given: what a model over cells says of the others is what the truth says, and what
// its own rows say that happen to have them.
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <numeric>
#include <utility>

#include "engine/encode/cell_distribution.hpp"
#include "engine/train/trainer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/cell_drawer.hpp"
#include "tests/support/chi_square.hpp"
#include "tests/support/masked_run.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

Checkpoint model_of(const Trials& rows) {
  TrainConfig config = small_masked_config();
  config.epochs = 8000;
  config.batch = 256;
  config.lr = 4e-3;
  config.warmup = 50;
  config.dropout = 0.0;
  config.weight_decay = 0.0;
  config.g_layers = {64};
  config.threads = 1;
  Trainer trainer(config, rows);
  trainer.train(config.epochs, [](const StepReport&) { return true; });
  return trainer.checkpoint();
}

// ---- four columns of words, whose joint distribution is known ---------------------------------

constexpr std::size_t columns = 4, combinations = 48;
constexpr std::array<std::size_t, columns> sizes = {2, 3, 4, 2};
using Levels = std::array<std::size_t, columns>;

Levels levels_of(std::size_t combination) {
  Levels made{};
  for (std::size_t j = columns; j-- > 0; combination /= sizes[j]) made[j] = combination % sizes[j];
  return made;
}

std::size_t combination_of(const Levels& levels) {
  std::size_t made = 0;
  for (std::size_t j = 0; j < columns; ++j) made = made * sizes[j] + levels[j];
  return made;
}

/// c follows a and b together, and d the parity of b + c, so that no pair of columns tells all.
double probability_of(const Levels& levels) {
  const auto [a, b, c, d] = levels;
  constexpr double of_b[2][3] = {{0.5, 0.3, 0.2}, {0.2, 0.3, 0.5}};
  const double odd = (b + c) % 2 == 1 ? 0.7 : 0.3;
  return (a == 1 ? 0.4 : 0.6) * of_b[a][b] * (c == (2 * a + b) % 4 ? 3.0 : 1.0) / 6.0 *
         (d == 1 ? odd : 1.0 - odd);
}

const std::vector<double>& truth() {
  static const std::vector<double> shares = [] {
    std::vector<double> made;
    for (std::size_t k = 0; k < combinations; ++k) made.push_back(probability_of(levels_of(k)));
    return made;
  }();
  return shares;
}

std::string words_table(std::size_t rows, std::uint64_t seed) {
  Dice dice(seed);
  std::string text = "a,b,c,d\n";
  for (std::size_t row = 0; row < rows; ++row) {
    double u = static_cast<double>(dice.word() >> 11) * 0x1p-53;
    std::size_t k = 0;
    while (k + 1 < combinations && u >= truth()[k]) u -= truth()[k++];
    const Levels levels = levels_of(k);
    for (std::size_t j = 0; j < columns; ++j) {
      text += std::string(j > 0 ? "," : "") + "abcd"[j] + std::to_string(levels[j]);
    }
    text += '\n';
  }
  return text;
}

const Checkpoint& words_model() {
  static const Checkpoint checkpoint = model_of(table_of(words_table(20000, 1)));
  return checkpoint;
}

/// Some columns with their level, -1 for one that is free.
using Shown = std::array<int, columns>;

bool meets(const Levels& levels, const Shown& given) {
  for (std::size_t j = 0; j < columns; ++j) {
    if (given[j] >= 0 && levels[j] != static_cast<std::size_t>(given[j])) return false;
  }
  return true;
}

/// Every choice of given columns, none to all but one, with every choice of their levels.
std::vector<Shown> all_givens() {
  std::vector<Shown> made;
  for (int a = -1; a < 2; ++a) {
    for (int b = -1; b < 3; ++b) {
      for (int c = -1; c < 4; ++c) {
        for (int d = -1; d < 2; ++d) {
          if (a < 0 || b < 0 || c < 0 || d < 0) made.push_back({a, b, c, d});
        }
      }
    }
  }
  return made;
}

/// The model of the words, asked by their levels.
struct WordDrawer {
  CellDrawer cells;
  std::map<std::pair<Shown, std::size_t>, std::vector<double>> asked;

  explicit WordDrawer(const std::vector<std::int32_t>& order = {}) : cells(words_model(), order) {}

  // Words are numbered as they came first.
  std::size_t level(std::size_t column, std::int32_t cell) const {
    return static_cast<std::size_t>(
        cells.model.schema->columns[column].words[static_cast<std::size_t>(cell)][1] - '0');
  }
  std::vector<std::int32_t> cells_of(const Shown& given) const {
    std::vector<std::int32_t> made(columns, -1);
    for (std::size_t j = 0; j < columns; ++j) {
      for (std::int32_t cell = 0; given[j] >= 0 && cell < static_cast<std::int32_t>(sizes[j]);
           ++cell) {
        if (level(j, cell) == static_cast<std::size_t>(given[j])) made[j] = cell;
      }
    }
    return made;
  }
  const std::vector<double>& shares(const Shown& given, std::size_t column) {
    std::vector<double>& made = asked[{given, column}];
    if (!made.empty()) return made;
    const std::vector<float> of_cells = cells.shares(cells_of(given), column);
    made.resize(sizes[column]);
    for (std::size_t cell = 0; cell < made.size(); ++cell) {
      made[level(column, static_cast<std::int32_t>(cell))] = static_cast<double>(of_cells[cell]);
    }
    return made;
  }
  /// How often each combination comes in `count` rows.
  std::vector<double> counts(const Shown& given, std::uint64_t count, std::uint64_t seed) {
    const std::vector<std::int32_t> rows = cells.draw(cells_of(given), count, seed);
    std::vector<double> made(combinations, 0.0);
    for (std::size_t at = 0; at < rows.size(); at += columns) {
      Levels levels{};
      for (std::size_t j = 0; j < columns; ++j) levels[j] = level(j, rows[at + j]);
      REQUIRE(meets(levels, given));
      made[combination_of(levels)] += 1.0;
    }
    return made;
  }
  /// What the model says of each combination: a share after the other, in the order of drawing.
  std::vector<double> chain(const Shown& given) {
    std::vector<double> made(combinations, 0.0);
    for (std::size_t k = 0; k < combinations; ++k) {
      const Levels levels = levels_of(k);
      if (!meets(levels, given)) continue;
      Shown shown = given;
      made[k] = 1.0;
      for (const std::int32_t one : cells.layout.order) {
        const auto j = static_cast<std::size_t>(one);
        if (shown[j] >= 0) continue;
        made[k] *= shares(shown, j)[levels[j]];
        shown[j] = static_cast<int>(levels[j]);
      }
    }
    return made;
  }
};

/// What `all` has of the combinations that meet `given`.
std::vector<double> part_of(const std::vector<double>& all, const Shown& given) {
  std::vector<double> made;
  for (std::size_t k = 0; k < combinations; ++k) {
    if (meets(levels_of(k), given)) made.push_back(all[k]);
  }
  return made;
}

double sum_of(const std::vector<double>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0.0);
}

const std::vector<Shown> some_givens = {{-1, -1, -1, 1}, {1, -1, -1, -1}, {-1, 2, -1, -1},
                                        {-1, -1, 3, -1}, {0, -1, 1, -1},  {-1, 1, -1, 0},
                                        {-1, -1, 2, 1},  {1, 2, -1, 1},   {-1, 0, 0, 1}};

// ---- three normal numbers ---------------------------------------------------------------------

// x is standard, y = 0.8 x + 0.6 e, z = 0.5 x - 0.5 y + 0.5 e', the e being standard too.
constexpr double covariance[3][3] = {{1.0, 0.8, 0.1}, {0.8, 1.0, -0.1}, {0.1, -0.1, 0.35}};

std::string normal_table(std::size_t rows, std::uint64_t seed) {
  Dice dice(seed);
  std::string text = "x,y,z\n";
  char line[96];
  const auto normal = [&] {
    const double u = static_cast<double>((dice.word() >> 11) + 1) * 0x1p-53;
    const double angle = 6.283185307179586 * static_cast<double>(dice.word() >> 11) * 0x1p-53;
    return std::sqrt(-2.0 * std::log(u)) * std::cos(angle);
  };
  for (std::size_t row = 0; row < rows; ++row) {
    const double x = normal(), y = 0.8 * x + 0.6 * normal();
    std::snprintf(line, sizeof(line), "%.5f,%.5f,%.5f\n", x, y, 0.5 * (x - y + normal()));
    text += line;
  }
  return text;
}

const Checkpoint& normal_model() {
  static const Checkpoint checkpoint = model_of(table_of(normal_table(20000, 2)));
  return checkpoint;
}

struct Normal {
  double mean, deviation;
};

/// Of column `of`, with the columns of `shown`, one or two others, at `numbers`.
Normal conditional(std::size_t of, const std::vector<std::size_t>& shown,
                   const std::vector<double>& numbers) {
  const std::size_t i = shown[0];
  const double own = covariance[of][of], with_i = covariance[of][i], on_i = covariance[i][i];
  if (shown.size() == 1) {
    return {with_i / on_i * numbers[0], std::sqrt(own - with_i * with_i / on_i)};
  }
  const std::size_t j = shown[1];
  const double with_j = covariance[of][j], on_j = covariance[j][j], both = covariance[i][j];
  const double determinant = on_i * on_j - both * both;
  const double by_i = (with_i * on_j - with_j * both) / determinant;
  const double by_j = (with_j * on_i - with_i * both) / determinant;
  return {by_i * numbers[0] + by_j * numbers[1], std::sqrt(own - by_i * with_i - by_j * with_j)};
}

/// Counts of eight ranges of cells of column `of`, in the rows that have the cells of `given`.
std::vector<double> ranges_of(const std::vector<std::int32_t>& rows, std::size_t of,
                              std::size_t cells, const std::vector<std::int32_t>& given) {
  std::vector<double> made(8, 0.0);
  for (std::size_t at = 0; at < rows.size(); at += 3) {
    bool there = true;
    for (std::size_t j = 0; j < 3; ++j) there = there && (given[j] < 0 || rows[at + j] == given[j]);
    if (there) made[8 * static_cast<std::size_t>(rows[at + of]) / cells] += 1.0;
  }
  return made;
}

}  // namespace

TEST_CASE("any words given, the shares of every other column are near the truth",
          "[sample][masked]") {
  WordDrawer drawer;
  double sum = 0.0, weights = 0.0;
  for (const Shown& given : all_givens()) {
    const double probability = sum_of(part_of(truth(), given));
    for (std::size_t j = 0; j < columns; ++j) {
      if (given[j] >= 0) continue;
      const std::vector<double>& shares = drawer.shares(given, j);
      std::vector<double> want(sizes[j], 0.0);
      for (std::size_t k = 0; k < combinations; ++k) {
        if (meets(levels_of(k), given)) want[levels_of(k)[j]] += truth()[k] / probability;
      }
      double distance = 0.0;
      for (std::size_t t = 0; t < sizes[j]; ++t) distance += 0.5 * std::fabs(shares[t] - want[t]);
      INFO(given[0] << ' ' << given[1] << ' ' << given[2] << ' ' << given[3] << ": column " << j
                    << ", probability " << probability);
      CHECK(sum_of(shares) == Approx(1.0).margin(1e-5));
      // What was learnt of given words stands on the rows that have them, of 20,000 in all.
      CHECK(distance < 0.03 + 2.5 / std::sqrt(20000.0 * probability));
      sum += probability * distance;
      weights += probability;
    }
  }
  CHECK(sum / weights < 0.02);
}

// Chi-square, one degree of freedom less than the given columns leave combinations: 5 to 23.
TEST_CASE("rows that are given any words are drawn by the shares that the model has of them",
          "[sample][masked]") {
  for (const std::vector<std::int32_t>& order :
       {std::vector<std::int32_t>{}, std::vector<std::int32_t>{3, 2, 1, 0}}) {
    WordDrawer drawer(order);
    for (const Shown& given : some_givens) {
      const std::vector<double> counts = part_of(drawer.counts(given, 20000, 3), given);
      const std::vector<double> shares = part_of(drawer.chain(given), given);
      INFO(given[0] << ' ' << given[1] << ' ' << given[2] << ' ' << given[3] << ", first drawn "
                    << drawer.cells.layout.order[0]);
      CHECK(sum_of(shares) == Approx(1.0).margin(1e-5));
      CHECK(chi_square_of(counts, shares) < chi_square_limit(counts.size() - 1));
    }
  }
}

// Both are the model's own, so nothing but learning keeps them together: of so many rows a
// chi-square of the same degrees tells two shares that are a twentieth apart.
TEST_CASE("rows that are given any words are those of all rows that happen to have them",
          "[sample][masked]") {
  WordDrawer drawer;
  const std::vector<double> joint = drawer.counts({-1, -1, -1, -1}, 40000, 4);
  for (const Shown& given : some_givens) {
    const std::vector<double> restricted = part_of(joint, given);
    const std::vector<double> drawn = part_of(drawer.counts(given, 1000, 5), given);
    INFO(given[0] << ' ' << given[1] << ' ' << given[2] << ' ' << given[3] << ": "
                  << sum_of(restricted) << " rows");
    CHECK(chi_square_between(restricted, drawn) < chi_square_limit(drawn.size() - 1));
  }
}

// 47 degrees of freedom.
TEST_CASE("rows are the same distribution in whichever order their columns are drawn",
          "[sample][masked]") {
  const std::vector<double> first = WordDrawer({0, 1, 2, 3}).counts({-1, -1, -1, -1}, 4000, 6);
  for (const std::vector<std::int32_t>& order :
       {std::vector<std::int32_t>{3, 2, 1, 0}, {2, 0, 3, 1}, {1, 3, 0, 2}}) {
    INFO("first drawn " << order[0]);
    const std::vector<double> drawn = WordDrawer(order).counts({-1, -1, -1, -1}, 4000, 7);
    CHECK(chi_square_between(first, drawn) < chi_square_limit(combinations - 1));
    // By chance alone 4,000 rows are 0.04 from the truth.
    double distance = 0.0;
    for (std::size_t k = 0; k < combinations; ++k) {
      distance += 0.5 * std::fabs(drawn[k] / 4000.0 - truth()[k]);
    }
    CHECK(distance < 0.07);
  }
}

TEST_CASE("any of three normal numbers given, the others have the known mean and deviation",
          "[sample][masked]") {
  CellDrawer drawer(normal_model());
  const std::vector<CellColumn>& all = drawer.model.cells->columns();
  for (std::size_t of = 0; of < 3; ++of) {
    const std::size_t i = (of + 1) % 3, j = (of + 2) % 3;
    for (const std::vector<std::size_t>& shown :
         {std::vector<std::size_t>{i}, std::vector<std::size_t>{j},
          std::vector<std::size_t>{i, j}}) {
      for (const double score : {-1.2, -0.4, 0.3, 1.1}) {
        // Shown numbers lie together: the second is near what the first lets expect.
        std::vector<double> numbers = {score * std::sqrt(covariance[shown[0]][shown[0]])};
        std::vector<std::int32_t> given(3, -1);
        if (shown.size() == 2) {
          const Normal second = conditional(shown[1], {shown[0]}, numbers);
          numbers.push_back(second.mean - 0.5 * score * second.deviation);
        }
        for (std::size_t k = 0; k < shown.size(); ++k) {
          const std::size_t cell = all[shown[k]].cell_of_number(numbers[k]);
          given[shown[k]] = static_cast<std::int32_t>(cell);
          numbers[k] = all[shown[k]].values()[cell];  // which is all that the network sees
        }
        const Normal want = conditional(of, shown, numbers);
        const std::vector<float> shares = drawer.shares(given, of);
        const CellDistribution got(all[of], shares);
        INFO("column " << of << " by " << shown.size() << ", the first " << shown[0] << ", at "
                       << score);
        CHECK(got.mean() == Approx(want.mean).margin(0.15 * want.deviation));
        CHECK(got.deviation() == Approx(want.deviation).epsilon(0.1));
        CHECK(got.share_below(want.mean + want.deviation) == Approx(0.841).margin(0.04));
      }
    }
  }
}

// 7 degrees of freedom, less where a range of cells is empty in both.
TEST_CASE("rows that are given any normal numbers are those of all rows that happen to have them",
          "[sample][masked]") {
  CellDrawer drawer(normal_model());
  const std::vector<std::int32_t> joint = drawer.draw({-1, -1, -1}, 100000, 8);
  CellDrawer reversed(normal_model(), {2, 1, 0});
  for (std::size_t i = 0; i < 3; ++i) {
    const auto cells = static_cast<std::int32_t>(drawer.cells_of(i));
    for (const std::int32_t cell : {cells / 4, cells / 2, 3 * cells / 4}) {
      std::vector<std::int32_t> given(3, -1);
      given[i] = cell;
      const std::vector<std::int32_t> drawn = drawer.draw(given, 40000, 9);
      const std::vector<std::int32_t> otherwise = reversed.draw(given, 700, 10);
      for (std::size_t at = 0; at < drawn.size(); at += 3) REQUIRE(drawn[at + i] == cell);
      for (std::size_t of = 0; of < 3; ++of) {
        if (of == i) continue;
        INFO("column " << of << " by cell " << cell << " of " << i);
        const std::vector<double> restricted = ranges_of(joint, of, drawer.cells_of(of), given);
        CHECK(sum_of(restricted) > 1000.0);
        std::vector<std::int32_t> some(drawn.begin(), drawn.begin() + 3 * 1000);
        const std::vector<double> counts = ranges_of(some, of, drawer.cells_of(of), given);
        CHECK(chi_square_between(restricted, counts) < chi_square_limit(7));
        CHECK(chi_square_between(restricted, ranges_of(otherwise, of, drawer.cells_of(of), given)) <
              chi_square_limit(7));
        // Another column given too: the third follows both as it does in rows that have both.
        const std::size_t last = 3 - i - of;
        std::vector<std::int32_t> both = given;
        std::vector<std::int32_t> found;
        for (std::size_t at = of; at < drawn.size(); at += 3) found.push_back(drawn[at]);
        std::sort(found.begin(), found.end());
        both[of] = found[found.size() / 2];
        const std::vector<double> of_both = ranges_of(drawn, last, drawer.cells_of(last), both);
        const std::vector<double> given_both =
            ranges_of(drawer.draw(both, 700, 11), last, drawer.cells_of(last), both);
        CHECK(chi_square_between(of_both, given_both) < chi_square_limit(7));
      }
    }
  }
}
