// What holds of every scaling: values come back from the network's floats but for a float's own
// step, and never outside what was seen.
#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/data/readers/table_reader.hpp"
#include "engine/data/table_trials.hpp"
#include "engine/encode/scaling.hpp"
#include "engine/encode/table_heads.hpp"
#include "tests/support/cases.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/memory_file.hpp"
#include "tests/support/random_table.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

using Numbers = std::vector<double>;

double share(Dice& dice) { return std::ldexp(static_cast<double>(dice.word() >> 11), -53); }

double random_value(Dice& dice, std::size_t kind, double offset, double width) {
  const double x = share(dice);
  switch (kind) {
    case 0: return offset;
    case 1: return x < 0.5 ? offset : offset + width;
    case 2: return offset + width * std::floor(x * 6.0) / 6.0;
    case 3: return std::floor(x * 1000.0);
    case 4: return std::exp(20.0 * x) - 3.0;                              // a long tail
    case 5: return x < 0.02 ? offset - 1e4 * width : offset + width * x;  // outliers
    default: return offset + width * x;
  }
}

Trials random_trials(Dice& dice) {
  const std::size_t rows = 1 + dice.roll(40), size = 1 + dice.roll(3);
  Numbers values(rows * size);
  for (std::size_t j = 0; j < size; ++j) {
    const std::size_t kind = dice.roll(8);
    const double offset =
        (share(dice) - 0.5) * std::pow(10.0, static_cast<double>(dice.roll(30)) - 10.0);
    const double width = std::pow(10.0, static_cast<double>(dice.roll(30)) - 15.0);
    for (std::size_t i = 0; i < rows; ++i) {
      values[i * size + j] = random_value(dice, kind, offset, width);
    }
  }
  Trials trials;
  trials.count = static_cast<std::int64_t>(rows);
  trials.shape = {1, static_cast<std::int64_t>(size), 1, TrialKind::row};
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  trials.low = *low;
  trials.high = *high;
  trials.by_values = true;
  trials.values = std::move(values);
  trials.source = "random";
  return trials;
}

struct Ends {
  double low = HUGE_VAL, high = -HUGE_VAL;

  void see(double value) { low = std::min(low, value), high = std::max(high, value); }
  bool hold(double value) const { return value >= low && value <= high; }
  /// What arithmetic in double may be off by.
  double rounding() const {
    return 1e-12 * (high - low) + 1e-15 * std::max(std::fabs(low), std::fabs(high));
  }
};

std::vector<Ends> ends_of(const Trials& trials) {
  const auto size = static_cast<std::size_t>(trials.values_per_trial());
  const auto& values = std::get<Numbers>(trials.values);
  std::vector<Ends> ends(size);
  for (std::size_t i = 0; i < values.size(); ++i) ends[i % size].see(values[i]);
  return ends;
}

// Whether a value is what its float stands for, or lies no further than the floats beside it.
bool comes_back(const Scaling& scaling, double value, std::int64_t column, const Ends& ends) {
  constexpr float infinite = std::numeric_limits<float>::infinity();
  const float number = scaling.encode(value, column);
  const double below = scaling.decode(std::nextafter(number, -infinite), column);
  const double above = scaling.decode(std::nextafter(number, infinite), column);
  return below - ends.rounding() <= value && value <= above + ends.rounding();
}

}  // namespace

TEST_CASE("values come back from any scaling, and none from outside what was seen",
          "[encode][properties]") {
  for (const std::uint64_t seed : cases()) {
    Dice dice(seed);
    const Trials trials = random_trials(dice);
    const auto& values = std::get<Numbers>(trials.values);
    constexpr std::array kinds = {ScaleKind::column, ScaleKind::data, ScaleKind::scores};
    const ScaleKind kind = kinds[dice.roll(kinds.size())];
    const NetworkNumbers network{dice.roll(2) == 0 ? -1.0 : 0.0, dice.roll(2) == 0};
    INFO("seed " << seed << ", scale " << to_text(kind) << ", from " << network.low
                 << (network.bounded ? ", bounded" : ""));
    const Scaling scaling = Scaling::fit(trials, {kind, ""}, network);
    std::vector<Ends> ends = ends_of(trials);
    if (kind == ScaleKind::data) {
      Ends all;
      for (const Ends& one : ends) all.see(one.low), all.see(one.high);
      ends.assign(ends.size(), all);
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::size_t j = i % ends.size();
      const auto column = static_cast<std::int64_t>(j);
      const double back = scaling.decode(scaling.encode(values[i], column), column);
      const bool right = comes_back(scaling, values[i], column, ends[j]) && ends[j].hold(back);
      if (!right) FAIL("value " << i << ": " << back << " for " << values[i]);
    }
    // Numbers that a network may put out: any where scores are held to their ends.
    const bool scores = kind == ScaleKind::scores;
    std::vector<float> numbers = {static_cast<float>(network.low), 1.0F};
    for (int i = 0; i < 12; ++i) {
      numbers.push_back(static_cast<float>(network.low + (1.0 - network.low) * share(dice)));
      if (scores) numbers.push_back(static_cast<float>(10.0 * share(dice) - 5.0));
    }
    if (scores) numbers.insert(numbers.end(), {-1e30F, 1e30F, -HUGE_VALF, HUGE_VALF});
    std::sort(numbers.begin(), numbers.end());
    for (std::size_t j = 0; j < ends.size(); ++j) {
      const auto column = static_cast<std::int64_t>(j);
      double before = -HUGE_VAL;
      for (const float number : numbers) {
        const double value = scaling.decode(number, column);
        const bool right = ends[j].hold(value) && value >= before;
        if (!right) FAIL("column " << j << ": " << value << " for the number " << number);
        before = value;
      }
      if (!scores) continue;
      REQUIRE(ends[j].hold(scaling.decode(std::nanf(""), column)));
      // Nor by the last digit of a double, next to each knot.
      const ScoreCurve& curve = scaling.curves()[j];
      for (const ScoreCurve::Knot& knot : curve.knots()) {
        for (const double towards : {-HUGE_VAL, HUGE_VAL}) {
          const double value = curve.value(std::nextafter(knot.score, towards));
          if (!ends[j].hold(value)) FAIL("column " << j << ": " << value << " next to a knot");
        }
      }
    }
  }
}

TEST_CASE("rows of any table come back from what a network sees of them", "[encode][properties]") {
  const MemoryFile file;
  for (const std::uint64_t seed : cases()) {
    if (seed % 4 != 0) continue;  // the reading of tables has a test of its own
    const RandomTable random = random_table(seed);
    const std::string text = random.text();
    INFO("seed " << seed << "\n" << text);
    file.put(text);
    const Table table = read_table(file.path(), random.dialect_wish, random.wish);
    const Trials trials = table_trials(table, infer_schema(table));
    const Schema& schema = *trials.schema;
    const std::vector<EncodedColumn> columns = encoded_columns(schema);
    const auto& values = std::get<Numbers>(trials.values);
    const std::vector<bool> plain = plain_columns(schema);
    const Scaling scaling = Scaling::fit(trials, {}, {-1.0, false});
    const std::vector<Ends> ends = ends_of(trials);
    Numbers back;
    scaling.decode(scaling.encoded(trials), trials.values_per_trial(), back);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::size_t j = i % columns.size();
      const auto column = static_cast<std::int64_t>(j);
      const bool right =
          plain[j] ? back[i] == values[i] && (values[i] == 0.0 || values[i] == 1.0)
                   : comes_back(scaling, values[i], column, ends[j]) && ends[j].hold(back[i]);
      if (!right) FAIL("number " << j << ": " << back[i] << " for " << values[i]);
    }
    // What has few values has them again, and what is drawn is a cell that there may be.
    RowDecoder(schema).snap(back);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::size_t j = i % columns.size();
      const ColumnSchema& column = schema.columns[columns[j].column];
      const bool number = columns[j].part == EncodedColumn::Part::number;
      const bool exact = !number || column.kind == ColumnKind::ordinal || !column.values.empty();
      if (exact && back[i] != values[i]) FAIL("number " << j << ": " << back[i]);
      if (number && column.numeric && !(back[i] >= column.low && back[i] <= column.high)) {
        FAIL("number " << j << ": " << back[i] << " is outside what was seen");
      }
    }
  }
}
