// What must hold in every row of a table: read, and held against its rows.
#include "engine/data/constraints.hpp"

#include <algorithm>

#include "engine/base/number_text.hpp"
#include "engine/data/constraint_text.hpp"
#include "engine/data/formula.hpp"
#include "engine/models/schema_json.hpp"
#include "tests/data/constrained_tables.hpp"
#include "tests/support/catch.hpp"

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

TEST_CASE("a formula passes over rows without one of its numbers") {
  if (!has_formulas()) VGAN_SKIP("this build has no muParser");
  CHECK_NOTHROW(trials_of("a,flag,x\n9,1,0.5\n,1,1.5\n2,0,2.5\n", wish_for_rows({"flag = a > 5"})));
}
