// How an outcome moves with a setting, beside a table whose rule and noise are known.
#include "engine/experiment/profile.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

#include "engine/experiment/interval.hpp"
#include "engine/experiment/profile_picture.hpp"
#include "tests/experiment/experiment_model.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/masked_run.hpp"
#include "tests/support/small_run.hpp"

using namespace vgan;
using namespace vgan::testing;
namespace fs = std::filesystem;

namespace {

/// A setting `heat` of 1 to 4; a load that is that in two rows of three and else any; a measured
/// `a` from 0 to 1, and `b`, which is nearly the same; a word that is "up" with probability a; and
/// out = 3 load + 4 a with a deviation of 0.3.
std::string rule_table(int rows, std::uint64_t seed = 3) {
  Dice dice(seed);
  std::string text = "heat [K],load,a,b,kind,out (N)\n";
  char line[160];
  for (int i = 0; i < rows; ++i) {
    const auto heat = 1 + dice.roll(4);
    const auto load = dice.roll(3) > 0 ? heat : 1 + dice.roll(4);
    const double a = 0.001 * static_cast<double>(dice.roll(1001));
    const double b = a + 0.02 * normal_roll(dice);
    const bool up = static_cast<double>(dice.roll(1000)) < 1000.0 * a;
    const double out = 3.0 * static_cast<double>(load) + 4.0 * a + 0.3 * normal_roll(dice);
    std::snprintf(line, sizeof(line), "%d,%d,%.3f,%.3f,%s,%.3f\n", static_cast<int>(heat),
                  static_cast<int>(load), a, b, up ? "up" : "down", out);
    text += line;
  }
  return text;
}

TrainConfig profile_config(std::uint64_t epochs) {
  TrainConfig config = small_masked_config();
  config.epochs = epochs;
  config.g_layers = {64, 64};
  config.batch = 128;
  return config;
}

/// The rows that it learns are data.csv.
struct Model : ExperimentModel {
  explicit Model(const std::string& text, std::uint64_t epochs, const SchemaWish& wish = {})
      : ExperimentModel(text, profile_config(epochs), wish) {
    write_file(folder.path() / "data.csv", text);
  }

  ProfileRequest request(const std::string& of, const std::string& over,
                         const std::string& where = "") const {
    ProfileRequest made;
    made.model = checkpoint;
    made.of = of;
    made.over = over;
    made.where = where;
    made.out = {path("out/p.csv")};
    made.device = "cpu";
    made.threads = 2;
    return made;
  }

  std::string path(const std::string& file) const { return (folder.path() / file).string(); }
};

const Model& rule_model() {
  static const Model model(rule_table(1200), 1500);
  return model;
}

/// A table whose constraints tie `high` to `low`, and p, q and r to each other: not trained long.
const Model& tied_model() {
  static const Model model = [] {
    std::string text = "low,high,p,q,r,out\n";
    Dice dice(2);
    char line[160];
    for (int i = 0; i < 200; ++i) {
      const double low = 0.01 * static_cast<double>(dice.roll(90));
      const auto p = dice.roll(50), q = dice.roll(50);
      std::snprintf(line, sizeof(line), "%.2f,%.2f,%.2f,%.2f,%.2f,%.2f\n", low,
                    low + 0.01 * static_cast<double>(dice.roll(40)), 0.01 * static_cast<double>(p),
                    0.01 * static_cast<double>(q), 0.01 * static_cast<double>(100 - p - q),
                    0.01 * static_cast<double>(dice.roll(500)));
      text += line;
    }
    SchemaWish wish;
    wish.origin = "the test";
    wish.constraints = {{"low <= high", "1", {}}, {"p + q + r = 1", "2", {}}};
    return Model(text, 2, wish);
  }();
  return model;
}

double worst(const ProfileResult& result, double (*truth)(double)) {
  double worst = 0.0;
  for (std::size_t i = 0; i < result.places.size(); ++i) {
    worst = std::max(worst, std::fabs(result.numbers.mean[i] - truth(result.places[i])));
  }
  return worst;
}

bool is_blank(const RgbImage& image) {
  return std::set<std::uint8_t>(image.pixels.begin(), image.pixels.end()).size() < 5;
}

}  // namespace

TEST_CASE("a profile follows a known rule, with known noise", "[profile]") {
  const Model& model = rule_model();
  const ProfileResult result = profile(model.request("out", "a", "load=2"));
  CHECK(result.of == "out (N)");
  CHECK(result.over == "a");
  // The middles of 64 cells, the least and the greatest.
  CHECK(result.places.size() > 50);
  CHECK(result.places.size() <= 66);
  CHECK(std::is_sorted(result.places.begin(), result.places.end()));
  CHECK(result.places.front() == Approx(0.0).margin(0.01));
  CHECK(result.places.back() == Approx(1.0).margin(0.01));
  CHECK(worst(result, [](double a) { return 6.0 + 4.0 * a; }) < 0.6);
  double inner = 0.0, outer = 0.0;
  const auto& of = result.numbers;
  for (std::size_t i = 0; i < result.places.size(); ++i) {
    CHECK(of.low[i] <= of.q25[i]);
    CHECK(of.q25[i] <= of.median[i]);
    CHECK(of.median[i] <= of.q75[i]);
    CHECK(of.q75[i] <= of.high[i]);
    inner += (of.q75[i] - of.q25[i]) / static_cast<double>(result.places.size());
    outer += (of.high[i] - of.low[i]) / static_cast<double>(result.places.size());
  }
  // A normal deviate of 0.3 has 0.40 and 0.99.
  CHECK(inner == Approx(0.40).margin(0.25));
  CHECK(outer == Approx(0.99).margin(0.5));
  CHECK(std::count(result.support.begin(), result.support.end(), Support::inside) > 60);
  CHECK(result.words.empty());
  CHECK(result.averaged == 0);
  CHECK(result.notes.empty());

  // A level of its own moves the outer band alone.
  ProfileRequest narrow = model.request("out (N)", "a", "load=2");
  narrow.level = 0.6;
  const ProfileResult other = profile(narrow);
  CHECK(other.numbers.q25 == of.q25);
  CHECK(other.numbers.mean == of.mean);
  CHECK(other.numbers.low[30] > of.low[30]);
}

TEST_CASE("a profile is what predict says of rows of its places", "[profile]") {
  const Model& model = rule_model();
  const ProfileResult result = profile(model.request("out", "a", "load=2,kind=up"));
  std::string given = "load,a,kind\n";
  char line[64];
  for (const double place : result.places) {
    std::snprintf(line, sizeof(line), "2,%.3f,up\n", place);
    given += line;
  }
  PredictRequest request;
  request.model = model.checkpoint;
  request.given = write_file(model.folder.path() / "given.csv", given).string();
  request.out = model.path("predicted.csv");
  request.device = "cpu";
  request.threads = 2;
  const PredictResult rows = predict(request);
  const auto numbers = std::find_if(rows.numbers.begin(), rows.numbers.end(),
                                    [](const auto& one) { return one.name == "out (N)"; });
  REQUIRE(numbers != rows.numbers.end());
  CHECK(numbers->mean == result.numbers.mean);
  CHECK(numbers->median == result.numbers.median);
  CHECK(numbers->low == result.numbers.low);
  CHECK(numbers->high == result.numbers.high);
  CHECK(rows.support == result.support);
}

TEST_CASE("other settings follow the varied one, or are averaged over", "[profile]") {
  const Model& model = rule_model();
  // Two rows of three have the heat as their load, so that the outcome goes with the heat...
  const ProfileResult follows = profile(model.request("out", "heat"));
  CHECK(follows.places == std::vector<double>{1.0, 2.0, 3.0, 4.0});
  CHECK(worst(follows, [](double heat) { return 2.0 + 3.0 * (2.0 * heat + 2.5) / 3.0; }) < 0.8);
  // ...but does not depend on it.
  ProfileRequest request = model.request("out", "heat [K]");
  request.others = OtherSettings::average;
  const ProfileResult average = profile(request);
  CHECK(average.averaged == 200);
  CHECK(worst(average, [](double) { return 9.5; }) < 0.9);
  CHECK(average.numbers.mean[3] - average.numbers.mean[0] < 1.2);
  CHECK(follows.numbers.mean[3] - follows.numbers.mean[0] > 4.5);
  // What it does depend on stays.
  ProfileRequest of_load = model.request("out", "load");
  of_load.others = OtherSettings::average;
  CHECK(worst(profile(of_load), [](double load) { return 3.0 * load + 2.0; }) < 0.9);
  // What others have is held to ranges: the mean load above 2 is about 3.5.
  request.where = "load>2";
  CHECK(worst(profile(request), [](double) { return 12.5; }) < 0.9);
  request.where = "load=1";
  CHECK(worst(profile(request), [](double) { return 5.0; }) < 0.9);
}

TEST_CASE("words are outcomes and settings", "[profile]") {
  const Model& model = rule_model();
  const ProfileResult result = profile(model.request("kind", "a"));
  REQUIRE(result.words.size() == 2);
  CHECK(result.numbers.mean.empty());
  const std::size_t up = result.words[0].word == "up" ? 0 : 1;
  double apart = 0.0;
  for (std::size_t i = 0; i < result.places.size(); ++i) {
    CHECK(result.words[0].probability[i] + result.words[1].probability[i] == Approx(1.0));
    apart += std::fabs(result.words[up].probability[i] - result.places[i]) /
             static_cast<double>(result.places.size());
  }
  CHECK(apart < 0.12);
  CHECK(model.lines()[0] ==
        "a,P(kind=" + result.words[0].word + "),P(kind=" + result.words[1].word + "),support");

  const ProfileResult over = profile(model.request("a", "kind"));
  REQUIRE(over.places == std::vector<double>{0.0, 1.0});
  // The density of a given "up" is 2 a, whose mean is 2 / 3.
  const std::vector<std::string> lines = model.lines();
  REQUIRE(lines.size() == 3);
  for (std::size_t i = 0; i < 2; ++i) {
    const bool is_up = lines[i + 1].starts_with("up,");
    CHECK(over.numbers.mean[i] == Approx(is_up ? 2.0 / 3.0 : 1.0 / 3.0).margin(0.08));
  }

  ProfileRequest average = model.request("kind", "a");
  average.others = OtherSettings::average;
  const ProfileResult mean = profile(average);
  CHECK(mean.words[0].probability[20] + mean.words[1].probability[20] == Approx(1.0));
}

TEST_CASE("the support of each place is that of its row", "[profile]") {
  const Model& model = rule_model();
  // Where b is 0.9, so is a.
  const ProfileResult result = profile(model.request("out", "a", "b=0.9"));
  CHECK(result.support.front() == Support::outside);
  std::size_t near = 0;
  while (result.places[near] < 0.9) ++near;
  CHECK(result.support[near] == Support::inside);
  const std::vector<std::string> lines = model.lines();
  CHECK(lines[0] ==
        "a,b,out (N)_mean,out (N)_median,out (N)_low,out (N)_high,out (N)_q25,out (N)_q75,support");
  CHECK(lines[1].ends_with(",outside"));
  CHECK(lines[near + 1].ends_with(",inside"));

  // Most averaged rows, whose b is that of other rows, lie where nothing was measured.
  ProfileRequest average = model.request("out", "a");
  average.others = OtherSettings::average;
  const std::vector<Support> support = profile(average).support;
  CHECK(std::count(support.begin(), support.end(), Support::outside) > std::ssize(support) / 2);
  average.over = "heat";
  CHECK(profile(average).support[0] != Support::outside);
}

TEST_CASE("a range of the setting says from where to where a profile goes", "[profile]") {
  const Model& model = rule_model();
  const ProfileResult result = profile(model.request("out", "a", "a>=0.25, a<0.5"));
  CHECK(result.places.front() == 0.25);
  CHECK(result.places.back() == Approx(0.499));
  CHECK(result.places.size() > 10);
  CHECK(profile(model.request("out", "heat", "heat>1")).places == std::vector<double>{2, 3, 4});
  ProfileRequest average = model.request("out", "heat", "heat>1");
  average.others = OtherSettings::average;
  CHECK(profile(average).places == std::vector<double>{2, 3, 4});
}

TEST_CASE("a profile is a picture, a table or both", "[profile]") {
  const Model& model = rule_model();
  ProfileRequest request = model.request("out", "a", "load=2");
  request.out = {model.path("new/p.png"), model.path("new/p.tsv")};
  const ProfileResult result = profile(request);
  CHECK(result.picture.width == 860);
  CHECK(result.picture.height == 520);
  CHECK(!is_blank(result.picture));
  CHECK(read_file(request.out[0]).substr(1, 3) == "PNG");
  CHECK(model.lines("new/p.tsv").size() == result.places.size() + 1);
  CHECK(model.lines("new/p.tsv")[0].starts_with("a\tload\tout (N)_mean\t"));
  CHECK(result.columns == 9);
}

TEST_CASE("a profile is the same on any number of threads", "[profile]") {
  const Model& model = rule_model();
  for (const OtherSettings others : {OtherSettings::follow, OtherSettings::average}) {
    ProfileRequest request = model.request("out", "a");
    request.others = others;
    const ProfileResult two = profile(request);
    request.threads = 1;
    const ProfileResult one = profile(request);
    CHECK(one.numbers.mean == two.numbers.mean);
    CHECK(one.numbers.low == two.numbers.low);
    CHECK(one.support == two.support);
    CHECK(one.picture.pixels == two.picture.pixels);
  }
}

TEST_CASE("real rows stand beside a profile where they meet what it is of", "[profile]") {
  const Model& model = rule_model();
  ProfileRequest request = model.request("out", "a", "load=2,kind=up");
  request.real = write_file(model.folder.path() / "real.csv",
                            "out,a,load\n7.5,0.25,2\n9.5,0.25,3\n8,0.5,\n,0.5,2\n9,,2\n")
                     .string();
  const ProfileResult result = profile(request);
  CHECK(result.real.over == std::vector<double>{0.25, 0.5});
  CHECK(result.real.of == std::vector<double>{7.5, 8.0});
  REQUIRE(result.notes.size() == 2);
  CHECK_THAT(result.notes[0], ContainsSubstring("no such columns: kind"));
  CHECK(result.notes[1] == "2 of 3 real rows meet --where");
  ProfileRequest without = request;
  without.real.clear();
  CHECK(profile(without).picture.pixels != result.picture.pixels);

  // To the model, measured numbers of one cell are one.
  request.where = "b=0.5";
  request.real =
      write_file(model.folder.path() / "real.csv", "out,a,b\n7.5,0.25,0.5001\n9.5,0.25,0.7\n")
          .string();
  CHECK(profile(request).real.of == std::vector<double>{7.5});
  // A word that the model does not know is nowhere; shares stand beside words.
  request = model.request("kind", "a");
  request.real =
      write_file(model.folder.path() / "real.csv", "kind,a\nup,0.9\nleft,0.8\ndown,0.1\n").string();
  CHECK(profile(request).real.over == std::vector<double>{0.9, 0.1});
  request.real = write_file(model.folder.path() / "real.csv", "a,b\n0.1,0.1\n").string();
  check_error(error_of([&] { (void)profile(request); }), 65,
              {"cannot take real rows", "no column 'kind'", "--of and --over"});
}

TEST_CASE("the picture of a profile has what its outcome and its setting ask for", "[profile]") {
  const Model& model = rule_model();
  const auto plot_of = [&](const ProfileRequest& request) {
    const LoadedCheckpoint loaded = load_run_or_file(model.checkpoint);
    const GeneratorModel read = read_model(loaded.checkpoint, "the test");
    const std::vector<CellPlace> places = cell_places(*read.cells, *read.schema);
    return profile_plot(request, read_question(request, read, places), read, places,
                        profile(request));
  };
  using Kind = ProfilePlot::Axis::Kind;
  const ProfilePlot numbers = plot_of(model.request("out", "heat", "kind=up"));
  CHECK(numbers.title == "out (N) by heat [K]");
  CHECK(numbers.note == "kind = up; other columns follow, as in the data");
  CHECK(numbers.across.label == "heat [K]");
  CHECK(numbers.across.marks == std::vector<double>{1, 2, 3, 4});
  REQUIRE(numbers.bands.size() == 2);
  CHECK(numbers.bands[0].name == "90 % band");
  CHECK(numbers.bands[1].name == "50 % band");
  CHECK(!numbers.shares);
  // The narrower of two bands lies above.
  ProfileRequest narrow = model.request("out", "heat");
  narrow.level = 0.2;
  CHECK(plot_of(narrow).bands[1].name == "20 % band");
  narrow.level = 0.5;
  CHECK(plot_of(narrow).bands.size() == 1);
  ProfileRequest average = model.request("out", "heat", "load>2");
  average.others = OtherSettings::average;
  CHECK(plot_of(average).note ==
        "load from 3 to 4; other settings averaged over 200 rows of the model");

  // Shares of real words: of a place, or of groups of neighbours.
  ProfileRequest words = model.request("kind", "heat");
  words.real = write_file(model.folder.path() / "real.csv", "kind,heat\nup,1\nup,1\ndown,1\nup,3\n")
                   .string();
  ProfilePlot shares = plot_of(words);
  REQUIRE(shares.curves.size() == 2);
  const std::size_t up = shares.curves[0].name == "up" ? 0 : 1;
  REQUIRE(shares.curves[up].real.size() == 2);
  CHECK(shares.curves[up].real[0].x == 1.0);
  CHECK(shares.curves[up].real[0].y == Approx(2.0 / 3.0));
  CHECK(shares.curves[1 - up].real[1].y == 0.0);
  CHECK(shares.real_name == "shares of 4 real rows");
  words.over = "a";
  words.real = model.path("data.csv");
  shares = plot_of(words);
  REQUIRE(shares.curves[up].real.size() == 10);
  for (const Point& point : shares.curves[up].real) {
    CHECK(point.y == Approx(point.x).margin(0.15));
  }
  const ProfilePlot marks = plot_of(model.request("a", "kind"));
  CHECK(marks.across.kind == Kind::words);
  CHECK(marks.across.words.size() == 2);
}

TEST_CASE("a profile refuses in one line what it cannot be of", "[profile]") {
  const Model& model = rule_model();
  const auto refuse = [&](const Model& of_model, const std::string& of, const std::string& over,
                          const std::string& where, const std::vector<std::string>& parts) {
    INFO(of + " over " + over + " where " + where);
    check_error(error_of([&] { (void)profile(of_model.request(of, over, where)); }), 78, parts);
  };
  refuse(model, "oud", "a", "", {"bad setting: of", "'oud'", "did you mean 'out'?"});
  refuse(model, "", "a", "", {"bad setting: of", "no column"});
  refuse(model, "out", "het", "", {"bad setting: over", "did you mean 'heat'?"});
  refuse(model, "out", "out (N)", "", {"bad setting: over", "which --of asks for"});
  refuse(model, "out", "a", "out=3", {"'out (N)', which --of asks for"});
  refuse(model, "out", "a", "out>3", {"'out (N)', which --of asks for"});
  refuse(model, "out", "a", "a=0.5", {"a value of 'a', which --over varies", "a range of it"});
  refuse(model, "out", "a", "load>2", {"a range of 'load'", "--others average"});
  refuse(model, "out", "a", "lode=2", {"did you mean 'load'?"});
  refuse(model, "out", "a", "load=2.5", {"bad setting: where", "2.5"});
  refuse(model, "out", "a", "kind=sideways", {"bad setting: where", "sideways"});
  const std::string tied = "which a constraint of the schema ties to others";
  refuse(tied_model(), "out", "high", "", {"bad setting: over", tied});
  refuse(tied_model(), "high", "low", "", {"bad setting: of", tied});
  refuse(tied_model(), "out", "low", "high=0.5", {"bad setting: where", "ties to others"});

  const auto change = [&](const auto& by, const std::vector<std::string>& parts) {
    ProfileRequest request = model.request("out", "a");
    by(request);
    check_error(error_of([&] { (void)profile(request); }), 78, parts);
  };
  change([](ProfileRequest& r) { r.level = 1.0; }, {"level", "above 0 and below 1"});
  change([](ProfileRequest& r) { r.out = {}; }, {"out", "no file"});
  change([](ProfileRequest& r) { r.out = {"p.pdf"}; }, {"out", "'p.pdf'", ".png, .csv or .tsv"});
  change([](ProfileRequest& r) { r.out = {"p.csv", "./p.csv"}; }, {"out", "twice"});
  change([](ProfileRequest& r) { r.out = {"-", "-"}; }, {"out", "twice"});
  change(
      [](ProfileRequest& r) {
        r.over = "out";
        r.of = "a";
        r.others = OtherSettings::average;
      },
      {"over", "'out (N)', over which others cannot be averaged", "heat", "--others follow"});

  // What constraints tie is left free, with a note.
  ProfileRequest request = tied_model().request("out", "low");
  request.others = OtherSettings::average;
  const ProfileResult result = profile(request);
  REQUIRE(result.notes.size() == 1);
  CHECK(result.notes[0] == "left free, as constraints tie them to others: high, p, q, r");
}

TEST_CASE("a profile stops on request and writes over nothing that it reads", "[profile]") {
  const Model& model = rule_model();
  ProfileRequest request = model.request("out", "a");
  request.out = {model.path("stopped.png")};
  request.stop_requested = [] { return true; };
  check_error(error_of([&] { (void)profile(request); }), 75, {"stopped on request", "stopped.png"});
  CHECK(!fs::exists(request.out[0]));
  request.stop_requested = {};
  request.real = write_file(model.folder.path() / "mine.csv", "out,a\n1,0.5\n").string();
  request.out = {model.path("mine.csv")};
  check_error(error_of([&] { (void)profile(request); }), 2, {"mine.csv"});
  CHECK(read_file(model.path("mine.csv")) == "out,a\n1,0.5\n");
}

TEST_CASE("of several outputs of a profile all are written, or none", "[profile]") {
  const Model& model = rule_model();
  ProfileRequest request = model.request("out", "a");
  write_file(model.folder.path() / "file", "no folder");
  request.out = {model.path("first.png"), model.path("file/second.csv")};
  check_error(error_of([&] { (void)profile(request); }), 74, {"file"});
  CHECK(!fs::exists(request.out[0]));
  fs::create_directory(model.path("taken.csv"));
  request.out = {model.path("first.png"), model.path("taken.csv")};
  check_error(error_of([&] { (void)profile(request); }), 74, {"taken.csv"});
  CHECK(!fs::exists(request.out[0]));
}

TEST_CASE("an interval leaves as much on either side", "[profile]") {
  const CellColumn column = CellColumn::of_numbers(Head{}, {1, 1, 2, 2, 3, 3, 4, 4, 5, 5}, true);
  const std::vector<float> shares = {0.05F, 0.2F, 0.5F, 0.2F, 0.05F};
  const CellDistribution distribution(column, shares);
  CHECK(interval_of(distribution, 0.92).low == 1.0);
  CHECK(interval_of(distribution, 0.92).high == 5.0);
  CHECK(interval_of(distribution, 0.8).low == 2.0);
  CHECK(interval_of(distribution, 0.8).high == 4.0);
  CHECK(interval_of(distribution, 0.3).low == 3.0);
  CHECK(interval_of(distribution, 0.3).high == 3.0);
}
