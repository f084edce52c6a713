// What must hold in every row of a table: read, held against its rows, and true of rows drawn.
#include "engine/data/constraints.hpp"

#include <cmath>

#include "engine/base/libraries.hpp"
#include "engine/base/number_text.hpp"
#include "engine/data/constraint_check.hpp"
#include "engine/data/constraint_text.hpp"
#include "engine/data/formula.hpp"
#include "engine/data/readers/table_reader.hpp"
#include "engine/data/table_trials.hpp"
#include "engine/data/writers/table_writer.hpp"
#include "engine/models/schema_json.hpp"
#include "engine/settings/schema_file.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

using Numbers = std::vector<double>;
using Texts = std::vector<std::string>;
using Order = Constraints::Order;
using Bound = Constraints::Bound;

Constraints read(const std::string& text) {
  Constraints made;
  read_constraint(text, {"a", "b", "c", "Vel [m/s]", "pm2.5", "_größe"}, "s.toml:1", made);
  return made;
}

SchemaWish wish_for_rows(const Texts& constraints, const std::string& columns = "") {
  std::string text = "constraints = [";
  for (const std::string& one : constraints) text += "\"" + one + "\",\n";
  return parse_schema_file(text + "]\n" + columns, "s.toml");
}

Table table_of(const std::string& text, const SchemaWish& wish) {
  const TempDir folder;
  return read_table(write_file(folder.path() / "t.csv", text), {}, wish);
}

Trials trials_of(const std::string& text, const SchemaWish& wish) {
  const Table table = table_of(text, wish);
  return table_trials(table, infer_schema(table));
}

std::string written(const Trials& trials) {
  TableWriter writer(*trials.schema, trials.schema->dialect);
  return writer.begin() + std::string(writer.lines(std::get<Numbers>(trials.values)));
}

// What a network may make of the rows: any numbers, most of them within the data's, some far off,
// and some that are none.
Numbers random_rows(Dice& dice, const Trials& trials, std::int64_t rows) {
  Numbers numbers;
  const auto& real = std::get<Numbers>(trials.values);
  const auto width = static_cast<std::size_t>(trials.values_per_trial());
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::size_t i = 0; i < width; ++i) {
      const double seen = real[dice.roll(static_cast<std::size_t>(trials.count)) * width + i];
      const double noise = static_cast<double>(dice.roll(2001)) / 1000.0 - 1.0;
      const std::size_t luck = dice.roll(50);
      numbers.push_back(luck == 0 ? noise * 1e9 : luck == 1 ? std::nan("") : seen + noise * 0.3);
    }
  }
  return numbers;
}

// Cells of all columns, row by row, as they are drawn.
std::vector<std::vector<TableCell>> drawn(const Trials& trials, Numbers rows) {
  RowDecoder(*trials.schema).snap(rows);  // as samples are
  RowDecoder decoder(*trials.schema);
  std::vector<std::vector<TableCell>> cells;
  for (std::span<const double> rest(rows); !rest.empty(); rest = rest.subspan(decoder.size())) {
    cells.push_back(decoder.decode(rest.first(decoder.size())));
  }
  return cells;
}

bool has_formulas() { return !formula_libraries().empty(); }

}  // namespace

TEST_CASE("constraints are read: orders, bounds, constants, formulas, combinations") {
  CHECK(read("a <= b").orders == std::vector<Order>{{0, 1, false}});
  CHECK(read("a > b").orders == std::vector<Order>{{1, 0, true}});
  CHECK(read("a<b<=c").orders == std::vector<Order>{{0, 1, true}, {1, 2, false}});
  CHECK(read("0 < a <= 1e3").bounds ==
        std::vector<Bound>{{0, 0.0, false, true}, {0, 1000.0, true, false}});
  CHECK(read("a >= -5").bounds == std::vector<Bound>{{0, -5.0, false, false}});
  CHECK(read("'Vel [m/s]' < pm2.5").orders == std::vector<Order>{{3, 4, true}});
  CHECK(read("_größe >= a").orders == std::vector<Order>{{0, 5, false}});
  const Constraints sum = read("a + b+ c = 100");
  REQUIRE(sum.sums.size() == 1);
  CHECK(sum.sums[0].parts == std::vector<std::size_t>{0, 1, 2});
  CHECK(sum.sums[0].whole == 100.0);
  CHECK(read("1 = b + a").sums[0].parts == std::vector<std::size_t>{1, 0});
  const Constraints formula = read("c = a*'Vel [m/s]' + 2.5e-1");
  REQUIRE(formula.derived.size() == 1);
  CHECK(formula.derived[0].column == 2);
  CHECK(formula.derived[0].formula == "a * 'Vel [m/s]' + 2.5e-1");
  CHECK(formula.texts.empty());
  CHECK(read("a + b = c").derived[0].column == 2);
  CHECK(read("c = a < b ? a : b").derived[0].formula == "a < b ? a : b");
  const Constraints fixed = read("fixed(c, a)");
  REQUIRE(fixed.combinations.size() == 1);
  CHECK(fixed.combinations[0].columns == std::vector<std::size_t>{2, 0});
}

TEST_CASE("constraints that are none are refused, with what they may be") {
  struct Case {
    const char* text;
    const char* part;
  };
  for (const Case& one : {Case{"a", "no sign such as <= or ="},
                          {"a <= d", "no column 'd'"},
                          {"Vel <= a", "between single quotation marks"},
                          {"a <= b > c", "'<=' beside '>'"},
                          {"a + b <= c", "'a + b' beside a comparison"},
                          {"1 < 2", "two numbers"},
                          {"a < a", "beside itself"},
                          {"a + b = c + a", "neither a column nor a number"},
                          {"a - b = 5", "found '-'"},
                          {"a + = 5", "nothing behind the last +"},
                          {"a + b + a = 5", "'a' twice"},
                          {"a == b", "'=='"},
                          {"a <= b = c", "'=' behind a comparison"},
                          {"= 5", "nothing on one side"},
                          {"fixed(a)", "no list of two columns or more"},
                          {"fixed(a, b", "no list of two columns or more"},
                          {"fixed(a, b) x", "no list of two columns or more"},
                          {"fixed(a, a)", "'a' twice"},
                          {"'a <= b", "between two quotation marks"},
                          {"", "no sign such as"}}) {
    INFO(one.text);
    CHECK_THROWS_WITH(read(one.text), (ContainsSubstring(one.part)));
  }
}

TEST_CASE("a table's rows are held to its constraints, with row, column and place") {
  const std::string good = "low,high,x\n1.5,2.5,7\n2.0,2.0,8\n,1.0,9\n0.5,,3\n";
  CHECK_NOTHROW(trials_of(good, wish_for_rows({"low <= high"})));
  struct Case {
    const char* constraint;
    const char* part;
  };
  for (const Case& one :
       {Case{"low < high",
             "line 3, column 2 (high): found 2 beside low = 2; allowed low < high, as "
             "s.toml:1 says"},
        {"x <= low", "line 2, column 1 (low): found 1.5 beside x = 7"},
        {"low > 0.5", "line 5, column 1 (low): found 0.5"},
        {"low + high = 5", "line 2, column 2 (high): found a sum of 4"},
        {"low + x = 8.5", "line 3, column 3 (x): found a sum of 10"}}) {
    INFO(one.constraint);
    CHECK_THROWS_WITH(trials_of(good, wish_for_rows({one.constraint})),
                      (ContainsSubstring(one.part)));
  }
  if (!has_formulas()) return;
  CHECK_THROWS_WITH(
      trials_of("m,v,d\n1,2,0.50\n2,3,0.68\n", wish_for_rows({"d = m / v"})),
      (ContainsSubstring("line 3, column 3 (d): found 0.68 beside m = 2 and v = 3, of "
                         "which the formula makes 0.6666666667")));
  // 0.66 and 0.67 may both be of numbers that were rounded to 2.0 and 3.0.
  CHECK_NOTHROW(
      trials_of("m,v,d\n1.0,2.0,0.50\n2.0,3.0,0.66\n2.0,3.0,0.67\n", wish_for_rows({"d = m / v"})));
}

TEST_CASE("constraints of columns that they cannot be of are refused") {
  const std::string text =
      "w,a,b,c,day,on\nu,1.5,2.5,4,2020-01-01,1\nv,1.0,2.0,3,2020-01-02,0\n"
      "u,0.5,9.5,10,2020-01-05,0\n";
  struct Case {
    Texts constraints;
    const char* part;
  };
  for (const Case& one : {Case{{"w <= a"}, "'w'"},
                          {{"a <= b", "b <= a"}, "in a circle of orders"},
                          {{"a + b = 5", "a <= c"}, "'a'"},
                          {{"day + a = 5"}, "'day'"},
                          {{"fixed(w, a)"}, "'a'"},
                          {{"fixed(w, day)", "day <= a"}, "'day'"},
                          {{"a + b = 0.123"}, "0.123"},
                          {{"on <= a"}, "'on' of kind boolean"},
                          {{"a <= day"}, "column 'day' of dates in an order with numbers"}}) {
    INFO(one.constraints[0]);
    CHECK_THROWS_WITH(trials_of(text, wish_for_rows(one.constraints)),
                      (ContainsSubstring("bad schema: s.toml:") && ContainsSubstring(one.part)));
  }
  if (!has_formulas()) return;
  for (const Case& one : {Case{{"c = a + b", "a = c - b"}, "in a circle of formulas"},
                          {{"c = a + b", "c <= a"}, "'c'"},
                          {{"c = a + b", "c <= 50"}, "column 'c' with a formula in a bound"},
                          {{"c = a + d"}, "'d'"},
                          {{"c = a + w"}, "'w'"},
                          {{"c = a +"}, "a mistake"},
                          {{"c = a + b", "c = b + a"}, "'c'"},
                          {{"c = sqrt(a, b)"}, "a mistake"}}) {
    INFO(one.constraints[0]);
    CHECK_THROWS_WITH(trials_of(text, wish_for_rows(one.constraints)),
                      (ContainsSubstring("bad schema: s.toml:") && ContainsSubstring(one.part)));
  }
}

TEST_CASE("a table with constraints comes back as it was") {
  if (!has_formulas()) VGAN_SKIP("this build has no muParser");
  std::string text = "maker,model,low,mid,high,sand,clay,silt,m,v,d\n";
  Dice dice(5);
  for (int row = 0; row < 200; ++row) {
    const int low = static_cast<int>(dice.roll(50)), mid = low + static_cast<int>(dice.roll(30));
    const double sand = static_cast<double>(dice.roll(600)) / 10.0;
    const double clay = static_cast<double>(dice.roll(400)) / 10.0;
    const double m = 1.0 + static_cast<double>(dice.roll(900)) / 100.0;
    const double v = 1.0 + static_cast<double>(dice.roll(500)) / 100.0;
    const std::size_t model = dice.roll(5);
    text += std::string(model < 2 ? "A" : "B") + ",m" + std::to_string(model) + "," +
            std::to_string(low) + "," + (row % 7 == 3 ? "" : std::to_string(mid)) + "," +
            std::to_string(mid + 1 + static_cast<int>(dice.roll(9))) + "," + fixed_text(sand, 1) +
            "," + fixed_text(clay, 1) + "," + fixed_text(100.0 - sand - clay, 1) + "," +
            fixed_text(m, 2) + "," + fixed_text(v, 2) + "," + fixed_text(m / v, 3) + "\n";
  }
  const SchemaWish wish = wish_for_rows({"low <= mid < high", "sand + clay + silt = 100",
                                         "fixed(maker, model)", "d = m / v", "low >= 0"});
  const Trials trials = trials_of(text, wish);
  CHECK(written(trials) == text);
  const Schema& schema = *trials.schema;
  CHECK(schema.constraints.combinations.at(0).seen.size() == 5);
  // Kept in a checkpoint and in a file that people edit.
  CHECK(read_schema(schema_json(schema), "f") == schema);
  const SchemaWish again = parse_schema_file(schema_file_text(schema, "t.csv"), "s.toml");
  const Table table = table_of(text, again);
  CHECK(infer_schema(table) == schema);
  CHECK(same_encoding(schema, infer_schema(table)));
  const Texts names = encoded_names(schema);
  CHECK(std::find(names.begin(), names.end(), "maker, model = A, m1") != names.end());
  CHECK(std::find(names.begin(), names.end(), "d") == names.end());
}

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

TEST_CASE("rows of other combinations than a model's are refused") {
  const SchemaWish wish =
      wish_for_rows({"fixed(a, b)"}, "[[column]]\nname = \"b\"\nkind = \"grid\"\n");
  const Trials trained = trials_of("a,b,x\nu,1,2.5\nv,2,3.5\nu,1,2.0\nv,2,1.5\n", wish);
  const SchemaWish kept = wish_of(*trained.schema, "model.safetensors");
  CHECK_NOTHROW(trials_of("a,b,x\nv,2,2.5\nv,2,3.5\n", kept));
  CHECK_THROWS_WITH(trials_of("a,b,x\nu,1,2.5\nv,1,3.5\n", kept),
                    (ContainsSubstring("line 3, column 1 (a): found a = v, b = 1")));
}

TEST_CASE("each function that formulas may have gives its value") {
  if (!has_formulas()) VGAN_SKIP("this build has no muParser");
  const auto value = [](const std::string& text) {
    const Formula formula(text, {"a", "b's"}, "s.toml:1");
    const Numbers numbers = formula.columns().size() == 2 ? Numbers{2.0, 5.0} : Numbers{2.0};
    return formula(numbers);
  };
  CHECK(value("sqrt(a) * sqrt(a)") == Approx(2.0));
  CHECK(value("exp(ln(a)) + log10(10 * a) - log10(a)") == Approx(3.0));
  CHECK(value("sin(a) ^ 2 + cos(a)^2") == Approx(1.0));
  CHECK(value("min(a, 'b''s') + max (a, 'b''s')") == 7.0);
  CHECK(value("a < 3 ? -a : abs(a - 9)") == -2.0);
  CHECK_THROWS_WITH(value("sqrd(a)"),
                    ContainsSubstring("'sqrd('") && ContainsSubstring("did you mean 'sqrt'?"));
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
  RowDecoder(*trials.schema);
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

TEST_CASE("a formula passes over rows without one of its numbers") {
  if (!has_formulas()) VGAN_SKIP("this build has no muParser");
  CHECK_NOTHROW(trials_of("a,flag,x\n9,1,0.5\n,1,1.5\n2,0,2.5\n", wish_for_rows({"flag = a > 5"})));
}
