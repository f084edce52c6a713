// Settings that a search proposes, beside the truth that the model learnt from.
#include "engine/experiment/search.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>

#include "engine/encode/cell_distribution.hpp"
#include "engine/experiment/evolution.hpp"
#include "engine/experiment/goal.hpp"
#include "engine/experiment/proposals.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/run/run_files.hpp"
#include "tests/experiment/experiment_model.hpp"
#include "tests/experiment/wind_model.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/wind_forces.hpp"

using namespace vgan;
using namespace vgan::testing;
namespace fs = std::filesystem;

namespace {

using Model = ExperimentModel;

/// Measured settings a from 0 to 1 and b, which is above a; parts p, q, r of 1; a word; and z,
/// which is greatest at a = 0.6 where the word is "up".
const Model& bound_model() {
  static const Model model = [] {
    Dice dice(5);
    std::string text = "a,b,p,q,r,kind,z\n";
    char line[160];
    for (int i = 0; i < 400; ++i) {
      const double a = 0.001 * static_cast<double>(dice.roll(1001));
      const double b = a + 0.001 * static_cast<double>(dice.roll(300));
      const auto p = dice.roll(50), q = dice.roll(50);
      const bool up = dice.roll(2) == 0;
      const double z = 5.0 - 10.0 * std::fabs(a - 0.6) + (up ? 2.0 : 0.0) + 0.001 * b;
      std::snprintf(line, sizeof(line), "%.3f,%.3f,%.2f,%.2f,%.2f,%s,%.3f\n", a, b,
                    0.01 * static_cast<double>(p), 0.01 * static_cast<double>(q),
                    0.01 * static_cast<double>(100 - p - q), up ? "up" : "down", z);
      text += line;
    }
    SchemaWish wish;
    wish.origin = "the test";
    wish.constraints = {{"a <= b", "1", {}}, {"p + q + r = 1", "2", {}}};
    return Model(text, experiment_config(500), wish);
  }();
  return model;
}

const SearchResult::Setting& setting_named(const SearchResult& result, const std::string& name) {
  const auto found = std::find_if(result.settings.begin(), result.settings.end(),
                                  [&](const auto& one) { return one.name == name; });
  REQUIRE(found != result.settings.end());
  return *found;
}

std::vector<std::string> names_of(const SearchResult& result) {
  std::vector<std::string> names;
  for (const auto& setting : result.settings) names.push_back(setting.name);
  return names;
}

/// The greatest mean that `predict` gives to any setting of the wind tunnel.
double best_prediction(const Model& model, const std::string& column) {
  std::string text = "profile,chord [m],speed [m/s],angle [deg]\n";
  for (const char* profile : {"flat", "thin", "thick"}) {
    for (const char* chord : {"0.1", "0.15", "0.2", "0.3"}) {
      for (const char* speed : {"10", "15", "20", "30", "40"}) {
        for (int angle = 0; angle <= 18; angle += 2) {
          text +=
              std::string(profile) + "," + chord + "," + speed + "," + std::to_string(angle) + "\n";
        }
      }
    }
  }
  PredictRequest request;
  request.model = model.checkpoint;
  request.given = write_file(model.folder.path() / "grid.csv", text).string();
  request.out = (model.folder.path() / "grid-predicted.csv").string();
  request.device = "cpu";
  request.threads = 2;
  const PredictResult all = predict(request);
  double best = 0.0;
  for (const auto& numbers : all.numbers) {
    for (std::size_t row = 0; numbers.name == column && row < numbers.mean.size(); ++row) {
      if (all.support[row] != Support::outside) best = std::max(best, numbers.mean[row]);
    }
  }
  return best;
}

/// What `search` makes of a model, to be called part by part.
struct Parts {
  explicit Parts(const Model& of, const std::string& where = "", std::size_t goal = 4)
      : loaded(load_run_or_file(of.checkpoint)),
        model(read_model(loaded.checkpoint, "the test")),
        places(cell_places(*model.cells, *model.schema)),
        space(model, places, {goal}, where) {}

  LoadedCheckpoint loaded;
  GeneratorModel model;
  std::vector<CellPlace> places;
  SettingSpace space;
};

}  // namespace

TEST_CASE("goals are means, quantiles and probabilities of columns by name", "[generate]") {
  const Schema& schema = wind_model().schema;
  const auto is = [&](const std::string& text, Goal::Kind kind, std::size_t column, double number,
                      bool with = false) {
    const Goal goal = parse_goal(text, true, schema);
    INFO(text);
    CHECK(goal.kind == kind);
    CHECK(goal.column == column);
    CHECK(goal.number == Approx(number));
    CHECK(goal.with_number == with);
  };
  using Kind = Goal::Kind;
  is("lift", Kind::mean, 4, 0.0);
  is(" lift [N] ", Kind::mean, 4, 0.0);
  is("q10(lift)", Kind::quantile, 4, 0.1);
  is("q97.5(drag [N])", Kind::quantile, 5, 0.975);
  is("P(lift>5)", Kind::above, 4, 5.0);
  is("P(lift [N] >= -1e3)", Kind::above, 4, -1000.0, true);
  is("P( drag<0.5 )", Kind::below, 5, 0.5);
  is("P(drag<=0.5)", Kind::below, 5, 0.5, true);
  is("P(profile=thick)", Kind::equal, 0, 2.0);
  is("P(chord=0.15)", Kind::equal, 1, 0.15);
  CHECK(parse_goal(" q10( lift ) ", false, schema).text == "q10( lift )");

  const auto refuse = [&](const std::string& text, const std::vector<std::string>& parts) {
    INFO(text);
    check_error(error_of([&] { (void)parse_goal(text, true, schema); }), 78, parts);
  };
  refuse("lfit", {"maximise", "'lfit'", "qXX(NAME)", "did you mean 'lift'?"});
  refuse("", {"maximise", "NAME"});
  refuse("q10(lfit)", {"did you mean 'lift'?"});
  refuse("q0(lift)", {"above q0 and below q100"});
  refuse("q100(lift)", {"above q0 and below q100"});
  refuse("qq(lift)", {"qXX(NAME)"});
  refuse("q10(lift", {"qXX(NAME)"});
  refuse("P(lfit>3)", {"did you mean 'lift'?"});
  refuse("P(lift>many)", {"a number behind the sign"});
  refuse("P(lift)", {"P(NAME>X)"});
  refuse("P(lift=3.21)", {"P(lift [N]>X)"});
  refuse("P(profile=thck)", {"did you mean 'thick'?"});
  refuse("P(profile>thick)", {"P(profile=WORD)"});
  refuse("profile", {"of words", "P(profile=WORD)"});
  refuse("q10(profile)", {"of words"});

  // A whole name is its column, whatever it looks like.
  Schema odd = schema;
  odd.columns[4].name = "q10(lift)";
  odd.columns[4].unit = "";
  CHECK(parse_goal("q10(lift)", true, odd).kind == Kind::mean);
  CHECK(parse_goal("q20(q10(lift))", true, odd).number == 0.2);
  check_error(error_of([] { (void)parse_goal("P(b>1)", false, bound_model().schema); }), 78,
              {"minimise", "constraint"});
}

TEST_CASE("the value of a goal is what the shares of cells say", "[generate]") {
  const Parts parts(wind_model());
  const Schema& schema = *parts.model.schema;
  const CellColumn& chord = parts.model.cells->columns()[1];
  REQUIRE(chord.size() == 4);
  const std::vector<float> shares = {0.1F, 0.2F, 0.3F, 0.4F};
  const auto value = [&](const std::string& goal) {
    return goal_value(parse_goal(goal, true, schema), chord, parts.places[1], schema, shares);
  };
  CHECK(value("chord") == Approx(0.22));
  CHECK(value("q25(chord)") == 0.15);
  CHECK(value("P(chord>0.15)") == Approx(0.7));
  CHECK(value("P(chord>=0.15)") == Approx(0.9));
  CHECK(value("P(chord<0.15)") == Approx(0.1));
  CHECK(value("P(chord<=0.15)") == Approx(0.3));
  CHECK(value("P(chord=0.15)") == Approx(0.2));
  CHECK(value("P(chord>9)") == Approx(0.0).margin(1e-12));
  const std::vector<float> words = {0.2F, 0.5F, 0.3F};
  CHECK(goal_value(parse_goal("P(profile=thin)", true, schema), parts.model.cells->columns()[0],
                   parts.places[0], schema, words) == Approx(0.5));
}

TEST_CASE("the greatest lift of the wind tunnel is found", "[generate]") {
  const Model& model = wind_model();
  const SearchResult result = search(model.proposals({"lift"}));
  CHECK(names_of(result) ==
        std::vector<std::string>{"profile", "chord [m]", "speed [m/s]", "angle [deg]"});
  REQUIRE(result.rows == 10);
  const auto lift = [&](std::size_t row) {
    return true_lift(setting_named(result, "profile").texts[row],
                     setting_named(result, "chord [m]").numbers[row],
                     setting_named(result, "speed [m/s]").numbers[row],
                     setting_named(result, "angle [deg]").numbers[row]);
  };
  // It finds what the model predicts best of all settings that there are, by fewer than all.
  CHECK(result.goals[0].values[0] == Approx(best_prediction(model, "lift [N]")));
  CHECK(lift(0) > 0.98 * greatest_lift());
  CHECK(result.evaluations <= 400);
  CHECK(std::is_sorted(result.goals[0].values.rbegin(), result.goals[0].values.rend()));
  std::set<std::vector<std::string>> different;
  for (std::size_t row = 0; row < 10; ++row) {
    CHECK(result.goals[0].low[row] <= result.goals[0].values[row]);
    CHECK(result.goals[0].values[row] <= result.goals[0].high[row]);
    CHECK(result.support[row] != Support::outside);
    std::vector<std::string> texts;
    for (const auto& setting : result.settings) texts.push_back(setting.texts[row]);
    different.insert(texts);
  }
  CHECK(different.size() == 10);
  const std::vector<std::string> lines = model.lines();
  REQUIRE(lines.size() == 11);
  CHECK(lines[0] ==
        "profile,chord [m],speed [m/s],angle [deg],lift,lift [N]_low,lift [N]_high,support");
  CHECK(lines[1].starts_with(setting_named(result, "profile").texts[0] + ",0.3,40,1"));
  CHECK(result.columns == 8);
  CHECK(result.notes.empty());

  // The least is where the wing does not lift.
  const SearchResult least = search(model.proposals({}, {"lift [N]"}));
  CHECK(setting_named(least, "angle [deg]").numbers[0] == 0.0);
  CHECK(std::is_sorted(least.goals[0].values.begin(), least.goals[0].values.end()));
}

TEST_CASE("proposals meet the conditions that they shall", "[generate]") {
  const Model& model = wind_model();
  SearchRequest request = model.proposals({"q10(lift)"});
  request.where = "profile=thin, speed>=15, speed<40, angle<9";
  request.count = 30;
  const SearchResult result = search(request);
  CHECK(result.rows == 30);
  for (std::size_t row = 0; row < 30; ++row) {
    CHECK(setting_named(result, "profile").texts[row] == "thin");
    const double speed = setting_named(result, "speed [m/s]").numbers[row];
    CHECK((speed == 15.0 || speed == 20.0 || speed == 30.0));
    CHECK(setting_named(result, "angle [deg]").numbers[row] <= 8.0);
  }
  CHECK(setting_named(result, "speed [m/s]").numbers[0] == 30.0);
  CHECK(setting_named(result, "angle [deg]").numbers[0] == 8.0);
  // All there is was evaluated: 4 chords, 3 speeds, 5 angles.
  CHECK(result.evaluations <= 60);
  CHECK(result.evaluations > 50);
}

TEST_CASE("columns that constraints tie are left free, and measured settings are their own numbers",
          "[generate]") {
  const Model& model = bound_model();
  SearchRequest request = model.proposals({"z"});
  request.where = "a>=0.2,a<0.9";
  const SearchResult result = search(request);
  CHECK(names_of(result) == std::vector<std::string>{"a", "kind"});
  REQUIRE(result.notes.size() == 1);
  CHECK_THAT(result.notes[0], ContainsSubstring("tie them to others: b, p, q, r"));
  const auto& a = setting_named(result, "a");
  for (std::size_t row = 0; row < a.numbers.size(); ++row) {
    CHECK(a.numbers[row] >= 0.2);
    CHECK(a.numbers[row] < 0.9);
    CHECK(std::fabs(a.numbers[row] * 1000.0 - std::nearbyint(a.numbers[row] * 1000.0)) < 1e-9);
  }
  CHECK(a.numbers[0] == Approx(0.6).margin(0.06));
  CHECK(setting_named(result, "kind").texts[0] == "up");
  // The second one is no step away.
  const bool other_word = setting_named(result, "kind").texts[1] == "down";
  CHECK((other_word || std::fabs(a.numbers[1] - a.numbers[0]) > 0.05));

  // None of all candidates breaks a condition either.
  const Parts parts(model, "a>=0.2,a<0.9,kind=up", 6);
  REQUIRE(parts.space.settings()[1].fixed);
  const double up = *parts.space.settings()[1].fixed;
  const std::vector<Candidate> all = evolve(parts.space, std::vector<Settings>{Settings{0.5, up}},
                                            {300, 3}, [](std::span<Candidate> candidates) {
                                              for (Candidate& one : candidates)
                                                one.point.goals = {one.settings[0]};
                                            });
  CHECK(all.size() == 300);
  std::set<Settings> different;
  for (const Candidate& one : all) {
    CHECK(one.settings[0] >= 0.2);
    CHECK(one.settings[0] <= 0.899);
    CHECK(one.settings[1] == up);
    different.insert(one.settings);
  }
  CHECK(different.size() == all.size());
  CHECK(std::any_of(all.begin(), all.end(),
                    [](const Candidate& one) { return one.settings[0] > 0.89; }));
}

TEST_CASE("no more settings are evaluated than the budget has, and none twice", "[generate]") {
  const Parts parts(wind_model());
  const Settings zero = {0.0, 0.1, 10.0, 0.0};
  for (const std::uint64_t budget :
       {std::uint64_t{10}, std::uint64_t{57}, std::uint64_t{200}, std::uint64_t{2000}}) {
    std::uint64_t evaluations = 0;
    std::set<Settings> different;
    const std::vector<Candidate> all =
        evolve(parts.space, std::vector<Settings>{zero, zero, Settings{1.0, 0.2, 20.0, 4.0}},
               {budget, 1}, [&](std::span<Candidate> candidates) {
                 for (Candidate& one : candidates) {
                   ++evaluations;
                   different.insert(one.settings);
                   one.point.goals = {one.settings[2], -one.settings[3]};
                 }
               });
    CHECK(all.size() == evaluations);
    CHECK(different.size() == evaluations);
    CHECK(evaluations <= budget);
    // There are 600 settings in all.
    CHECK(evaluations >= std::min<std::uint64_t>(budget, 590));
  }
}

TEST_CASE("two goals have a front of which none is better in both", "[generate]") {
  const Model& model = wind_model();
  SearchRequest request = model.proposals({"lift"}, {"drag"});
  const SearchResult result = search(request);
  REQUIRE(result.goals.size() == 2);
  REQUIRE(result.rows > 5);
  const std::vector<double>&lift = result.goals[0].values, &drag = result.goals[1].values;
  for (std::size_t i = 0; i < lift.size(); ++i) {
    for (std::size_t j = 0; j < lift.size(); ++j) {
      CHECK(!((lift[j] > lift[i] && drag[j] <= drag[i]) ||
              (lift[j] >= lift[i] && drag[j] < drag[i])));
    }
  }
  CHECK(std::is_sorted(lift.rbegin(), lift.rend()));
  CHECK(lift.front() > 10.0 * lift.back());
  CHECK(model.lines()[0] ==
        "profile,chord [m],speed [m/s],angle [deg],lift,lift [N]_low,lift [N]_high,drag,"
        "drag [N]_low,drag [N]_high,support");

  // A column's interval stands once; probabilities have none of their own.
  const SearchResult same = search(model.proposals({"P(lift>300)", "q5(lift)"}));
  CHECK(!same.goals[0].low.empty());
  CHECK(same.goals[1].low.empty());
  CHECK(same.goals[0].values[0] <= 1.0);
  CHECK(model.lines()[0].ends_with("P(lift>300),lift [N]_low,lift [N]_high,q5(lift),support"));
}

TEST_CASE("proposals follow from the seed alone", "[generate]") {
  const Model& model = bound_model();
  SearchRequest request = model.proposals({"z"}, {"q90(z)"});
  (void)search(request);
  const std::vector<std::string> lines = model.lines();
  request.threads = 1;
  (void)search(request);
  CHECK(model.lines() == lines);
  request.seed = 2;
  (void)search(request);
  CHECK(model.lines() != lines);
}

TEST_CASE("settings outside of what the model knows come only where there are no others",
          "[generate]") {
  const Parts parts(wind_model());
  std::vector<Candidate> all;
  for (const double chord : {0.1, 0.15, 0.2, 0.3}) {
    all.push_back({{0.0, chord, 10.0, 4.0}, {{chord}, chord < 0.18}, Support::inside});
  }
  CHECK(propose(all, parts.space, 10) == std::vector<std::size_t>{1, 0});
  for (Candidate& one : all) one.point.allowed = false;
  CHECK(propose(all, parts.space, 3) == std::vector<std::size_t>{3, 2, 1});
}

TEST_CASE("a step of a measured setting is no other proposal", "[generate]") {
  const Parts parts(bound_model(), "", 6);
  std::vector<Candidate> all;
  for (int i = 0; i < 100; ++i) {
    all.push_back({{0.001 * i, 0.0}, {{static_cast<double>(i)}, true}, Support::inside});
  }
  all.push_back({{0.1, 1.0}, {{-5.0}, true}, Support::inside});
  // The column's deviation is 0.29.
  CHECK(propose(all, parts.space, 2) == std::vector<std::size_t>{99, 100});
  const std::vector<std::size_t> three = propose(all, parts.space, 3);
  REQUIRE(three.size() == 3);
  CHECK(three[0] == 99);
  CHECK(three[1] < 85);
  CHECK(propose(all, parts.space, 101).size() == 101);
}

TEST_CASE("the nearest real row is said where there are some", "[generate]") {
  const Model& model = bound_model();
  SearchRequest request = model.proposals({"z"});
  request.where = "a=0.6";
  request.count = 2;
  const auto write = [&](const std::string& text) {
    request.real = write_file(model.folder.path() / "real.csv", text).string();
  };
  write("kind,a,other\nup,0.5,1\nup,0.9,2\nup,,3\nsideways,0.6,4\n");
  const SearchResult result = search(request);
  REQUIRE(result.nearest.size() == 2);
  // 0.5, 0.9 and 0.6 have a deviation of 0.17; the unknown word counts 1.
  const double deviation = std::sqrt((0.0277777 + 0.0544444 + 0.0044444) / 3.0);
  CHECK(setting_named(result, "kind").texts[0] == "up");
  CHECK(result.nearest[0] == Approx(0.1 / deviation).epsilon(1e-3));
  CHECK(result.nearest[1] == Approx(1.0));
  CHECK(model.lines()[0] == "a,kind,z,z_low,z_high,support,nearest");
  CHECK(model.lines()[1].starts_with("0.6,up,"));
  write("a,z\n0.5,1\n");
  check_error(error_of([&] { (void)search(request); }), 65, {"real.csv", "no column 'kind'"});
  write("a,kind\n,up\n0.5,\n");
  check_error(error_of([&] { (void)search(request); }), 65, {"no row"});
}

TEST_CASE("searches refuse in one line what they cannot look for", "[generate]") {
  const Model& model = wind_model();
  const auto refuse = [&](int code, const std::vector<std::string>& parts, const auto& change) {
    SearchRequest request = model.proposals({"lift"});
    request.out = (model.folder.path() / "out/none.csv").string();
    change(request);
    check_error(error_of([&] { (void)search(request); }), code, parts);
    CHECK(!fs::exists(model.folder.path() / "out/none.csv"));
  };
  using Request = SearchRequest;
  refuse(78, {"no goal"}, [](Request& r) { r.maximise.clear(); });
  refuse(78, {"budget", "10 to 1000000"}, [](Request& r) { r.budget = 9; });
  refuse(78, {"budget", "1000001"}, [](Request& r) { r.budget = 1'000'001; });
  refuse(78, {"count"}, [](Request& r) { r.count = 0; });
  refuse(78, {"level"}, [](Request& r) { r.level = std::nan(""); });
  refuse(78, {"out", ".csv or .tsv"}, [](Request& r) { r.out = "p.npy"; });
  refuse(78, {"minimise", "again"}, [](Request& r) { r.minimise = {"lift [N]"}; });
  refuse(78, {"where", "which is a goal"}, [](Request& r) { r.where = "lift>3"; });
  refuse(78, {"where", "which is no setting", "profile"}, [](Request& r) { r.where = "drag<1"; });
  refuse(78, {"where", "did you mean"}, [](Request& r) { r.where = "profle=thin"; });
  refuse(78, {"where", "thin"}, [](Request& r) { r.where = "profile=thn"; });
  refuse(78, {"where", "another condition"}, [](Request& r) { r.where = "speed=10,speed>=20"; });
  refuse(78, {"no column to vary"}, [](Request& r) {
    r.maximise = {"P(profile=thin)", "chord", "speed", "angle", "lift"};
  });
  refuse(74, {"absent.csv"}, [](Request& r) { r.real = "absent.csv"; });
  refuse(75, {"stopped on request"}, [](Request& r) { r.stop_requested = [] { return true; }; });

  const TempDir folder;
  Trainer trainer(small_config(), bar_images());
  (void)trainer.train_epoch();
  SearchRequest request = model.proposals({"lift"});
  request.model = save_checkpoint(folder.path(), 1, trainer.checkpoint(), 0);
  check_error(error_of([&] { (void)search(request); }), 78,
              {"search needs a model masked", "a model gan"});
}
