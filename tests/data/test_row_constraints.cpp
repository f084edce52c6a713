// Constraints hold in every row that is drawn, whatever a network makes of it.
#include "engine/data/row_constraints.hpp"

#include <cmath>

#include "engine/base/number_text.hpp"
#include "tests/data/constrained_tables.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

using Numbers = std::vector<double>;

}  // namespace

TEST_CASE("constraints hold in each of a million rows that a network may draw") {
  if (!has_formulas()) VGAN_SKIP("this build has no muParser");
  Dice dice(17);
  std::string text = "maker,model,low,mid,high,grid,sand,clay,silt,m,v,d,e\n";
  for (int row = 0; row < 300; ++row) {
    const double low = static_cast<double>(dice.roll(500)) / 100.0;
    const double mid = std::ceil(10.0 * low) / 10.0 + static_cast<double>(dice.roll(30)) / 10.0;
    const double sand = static_cast<double>(dice.roll(2) * dice.roll(60));
    const double clay = static_cast<double>(dice.roll(300)) / 10.0;
    const double m = 1.0 + static_cast<double>(dice.roll(900)) / 100.0;
    const double v = static_cast<double>(dice.roll(500)) / 100.0;
    const std::size_t model = dice.roll(5);
    text += std::string(model < 2 ? "A" : "B") + ",m" + std::to_string(model) + "," +
            fixed_text(low, 2) + "," + (row % 7 == 3 ? "" : fixed_text(mid, 1)) + "," +
            fixed_text(mid + 1.0 + static_cast<double>(dice.roll(9)), 0) + "," +
            fixed_text(mid < 4.0 ? 4.0 : 9.0, 0) + "," + fixed_text(sand, 0) + "," +
            fixed_text(clay, 1) + "," + fixed_text(100.0 - sand - clay, 1) + "," +
            fixed_text(m, 2) + "," + fixed_text(v, 2) + "," +
            (v == 0.0 ? "" : fixed_text(m / v, 3)) + "," +
            (v == 0.0 ? "" : fixed_text(2.0 * m / v, 3)) + "\n";
  }
  const Trials trials =
      trials_of(text, wish_for_rows({"low <= mid < high", "low <= grid", "sand + clay + silt = 100",
                                     "fixed(maker, model)", "d = m / v", "e = 2 * d"}));
  const Schema& schema = *trials.schema;
  enum { maker, model, low, mid, high, grid, sand, clay, silt, m, v, d, e };
  std::int64_t wrong = 0, orders = 0, missing = 0, quotients = 0;
  for (int part = 0; part < 100; ++part) {
    for (const std::vector<TableCell>& row : drawn(trials, random_rows(dice, trials, 10000))) {
      const auto number = [&](std::size_t column) {
        return row[column].missing ? std::nan("") : row[column].number;
      };
      wrong += (schema.columns[maker].words[row[maker].word] == "A") !=
               (schema.columns[model].words[row[model].word] < "m2");
      wrong += !(number(low) <= number(grid));
      missing += row[mid].missing ? 1 : 0;
      wrong += row[mid].missing ? !(number(low) <= number(high))
                                : !(number(low) <= number(mid) && number(mid) < number(high));
      orders += number(mid) > number(low) ? 1 : 0;
      wrong += number(sand) != std::nearbyint(number(sand));
      wrong += std::fabs(number(sand) + number(clay) + number(silt) - 100.0) > 1e-9;
      for (const std::size_t part_of : {std::size_t{sand}, std::size_t{clay}, std::size_t{silt}}) {
        const ColumnSchema& column = schema.columns[part_of];
        wrong += number(part_of) < column.low - 0.51 || number(part_of) > column.high + 0.51;
      }
      if (number(v) != 0.0) {
        ++quotients;
        wrong += std::fabs(number(d) - number(m) / number(v)) > 0.0005001;
        wrong += std::fabs(number(e) - 2.0 * number(d)) > 1e-9;
      } else {
        wrong += !row[d].missing || !row[e].missing;
      }
    }
  }
  CHECK(wrong == 0);
  CHECK(orders > 100000);
  CHECK(missing > 1000);
  CHECK(quotients > 900000);
}

TEST_CASE("the parts of a constant move as little as can be, and what is absent stays so") {
  const std::string text = "a,b,c\n0,30.0,70.0\n50,20.0,30.0\n10,80.0,10.0\n0,15.5,84.5\n";
  const Trials trials = trials_of(text, wish_for_rows({"a + b + c = 100"}));
  RowDecoder decoder(*trials.schema);
  const auto made = [&](Numbers row) {
    const auto& cells = decoder.decode(row);
    return Numbers{cells[0].number, cells[1].number, cells[2].number};
  };
  CHECK(made({10.0, 20.0, 70.0}) == Numbers{10.0, 20.0, 70.0});
  const Numbers moved = made({0.0, 30.0, 60.0});  // 10 more, in proportion to 14.5 and 50
  CHECK(moved[0] == 0.0);
  CHECK(moved[1] == 32.2);
  CHECK(moved[2] == 67.8);
  const Numbers full = made({50.0, 80.0, 84.5});
  CHECK(full[0] + full[1] + full[2] == 100.0);
}

TEST_CASE("orders hold beside bounds and missing numbers, whatever a network draws") {
  Dice dice(23);
  // Where `b` is missing `a` goes beyond all that `b` has; both are as Python writes floats.
  std::string text = "a,b,start,end\n";
  for (int row = 0; row < 200; ++row) {
    const bool gap = row % 3 == 0;
    const double a = (gap ? 6.0 : 1.0) + static_cast<double>(dice.roll(1000000)) / 999999.7;
    const double b = a + static_cast<double>(dice.roll(1000000)) / 999983.1 + 1e-9;
    const int start = (gap ? 1200 : 300) + static_cast<int>(dice.roll(200));
    const int end = start + 1 + static_cast<int>(dice.roll(100));
    const auto time = [](int minutes) {
      return std::to_string(minutes / 60 / 10) + std::to_string(minutes / 60 % 10) + ":" +
             std::to_string(minutes % 60 / 10) + std::to_string(minutes % 10);
    };
    text += general_text(a, 17) + "," + (gap ? "" : general_text(b, 17)) + "," + time(start) + "," +
            (gap ? "" : time(end)) + "\n";
  }
  const SchemaWish wish = wish_for_rows({"a < b", "start < end", "b <= 5"});
  const Trials trials = trials_of(text, wish);
  REQUIRE(trials.schema->columns[3].format == "HH:MM");
  Numbers rows = random_rows(dice, trials, 20000);
  RowDecoder(*trials.schema).snap(rows);
  TableWriter writer(*trials.schema, trials.schema->dialect);
  const std::string drawn_text = writer.begin() + std::string(writer.lines(rows));
  // The file of the rows is held to the same constraints, and to what was seen.
  const Table drawn_table = table_of(drawn_text, wish);
  CHECK_NOTHROW(infer_schema(drawn_table));
  CHECK(drawn_table.columns[1].missing > 1000);
  CHECK(drawn_table.columns[1].missing < 19000);
}

TEST_CASE("parts of a constant stay within what was seen, of whatever decimals they are") {
  Dice dice(29);
  std::string text = "s1,s2,s3,trace,grid,rest\n";
  for (int row = 0; row < 300; ++row) {
    const double a = static_cast<double>(dice.roll(400)) / 10.0;
    const double b = static_cast<double>(dice.roll(300)) / 10.0;
    const double trace = static_cast<double>(dice.roll(3) == 0 ? 0 : dice.roll(11)) / 100.0;
    const double grid = 25.0 * static_cast<double>(dice.roll(5));
    text += fixed_text(a, 1) + "," + fixed_text(b, 1) + "," + fixed_text(100.0 - a - b - trace, 2) +
            "," + fixed_text(trace, 2) + "," + fixed_text(grid, 0) + "," +
            fixed_text(100.0 - grid, 0) + "\n";
  }
  const SchemaWish wish = wish_for_rows({"s1 + s2 + s3 + trace = 100", "grid + rest = 100"});
  const Trials trials = trials_of(text, wish);
  CHECK(trials.schema->columns[4].kind == ColumnKind::integer);
  std::string outside;
  for (const std::vector<TableCell>& row : drawn(trials, random_rows(dice, trials, 20000))) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const ColumnSchema& column = trials.schema->columns[i];
      const bool within = row[i].number >= column.low && row[i].number <= column.high;
      if (!within) outside += column.name + " = " + exact_text(row[i].number) + " ";
    }
    CHECK(std::fabs(row[0].number + row[1].number + row[2].number + row[3].number - 100.0) < 1e-9);
    CHECK(row[4].number + row[5].number == 100.0);
  }
  CHECK(outside == "");
}
