// Figures in words.
#include "engine/report/measure_words.hpp"

#include "engine/metrics/measure_list.hpp"
#include "engine/report/floor_chart.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;

namespace {

const TrialWords rows{"row", "rows"};

Measure measured(const char* name, double samples, double real, double resampled) {
  Measure made = listed_measure(name);
  made.samples = Estimate{samples, samples - 0.01, samples + 0.01};
  made.real = Estimate{real, {}, {}};
  made.resampled = Estimate{resampled, {}, {}};
  return made;
}

}  // namespace

TEST_CASE("a two-sample test becomes a number of readers", "[engine][report]") {
  // An area of 5/9 is what readers come to of whom a ninth know and the others guess.
  const auto said = [](double auc) {
    return measure_sentence(measured("c2st", auc, 0.5, 0.9), rows);
  };
  CHECK(said(0.5 + 0.5 / 9.0) ==
        "Of nine readers one could tell virtual rows from real ones; the others would guess.");
  CHECK_THAT(said(0.505), ContainsSubstring("No reader could tell"));
  CHECK_THAT(said(0.99), ContainsSubstring("Nearly every reader"));
  CHECK_THAT(said(0.8), ContainsSubstring("Of ten readers six could tell"));
  CHECK(said(0.2) == said(0.8));
}

TEST_CASE("samples stand somewhere between the floors", "[engine][report]") {
  CHECK_THAT(*share_of_way(measured("frechet", 6.0, 2.0, 42.0)), WithinAbs(0.9, 1e-12));
  CHECK_THAT(*share_of_way(measured("recall", 0.5, 0.9, 0.1)), WithinAbs(0.5, 1e-12));
  CHECK_THAT(*share_of_way(measured("c2st", 0.6, 0.5, 0.9)), WithinAbs(0.75, 1e-12));
  CHECK(*share_of_way(measured("recall", 1.0, 0.9, 0.1)) == 1.0);
  CHECK(*share_of_way(measured("recall", 0.0, 0.9, 0.1)) == 0.0);
  CHECK_FALSE(share_of_way(measured("recall", 0.5, 0.4, 0.4)));
  CHECK(verdict_of(measured("frechet", 3.0, 2.0, 42.0)) == Verdict::good);
  CHECK(verdict_of(measured("frechet", 40.0, 2.0, 42.0)) == Verdict::poor);
  // Floors that chance could exchange say nothing, and what is as good as real trials is good.
  CHECK(verdict_of(measured("shape", 0.90, 0.95, 0.94)) == Verdict::unknown);
  CHECK(verdict_of(measured("shape", 0.945, 0.95, 0.94)) == Verdict::good);
  Measure alone = listed_measure("recall");
  alone.samples = Estimate{0.4, {}, {}};
  CHECK(verdict_of(alone) == Verdict::unknown);
}

TEST_CASE("every measure has a sentence", "[engine][report]") {
  for (const MeasureInfo& info : measure_list()) {
    INFO(info.name);
    const std::string text = measure_sentence(measured(info.name, 0.4, 0.5, 0.1), rows);
    REQUIRE(text.size() > 10);
    CHECK(text.back() == '.');
    CHECK_FALSE((text.front() >= 'a' && text.front() <= 'z'));
  }
  CHECK(measure_sentence(listed_measure("recall"), rows).empty());
}

TEST_CASE("the line between floors has all of them, better to the right", "[engine][report]") {
  const Measure frechet = measured("frechet", 6.0, 2.0, 300.0);
  Html html;
  write_floor_line(html, {{"", &frechet}});
  CHECK_THAT(html.str(), ContainsSubstring("role=\"img\""));
  CHECK_THAT(html.str(), ContainsSubstring("independent 300"));
  CHECK_THAT(html.str(), ContainsSubstring("a logarithmic line"));
  const auto place = [&](const char* before) {
    const std::size_t at = html.str().find(before);
    REQUIRE(at != std::string::npos);
    return std::stod(html.str().substr(at + std::string(before).size()));
  };
  const double own = place("cx=\""), low = place("floor-low\" x1=\""),
               real = place("floor-real\" x1=\"");
  CHECK(low < own);
  CHECK(own < real);
}
