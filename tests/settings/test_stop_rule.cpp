// What ends a run early, as people write it.
#include "engine/settings/stop_rule.hpp"

#include "engine/settings/config.hpp"
#include "engine/settings/saved_config.hpp"
#include "tests/checkpoint/files.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;
using namespace vgan::testing;

TEST_CASE("rules for stopping are read", "[engine][config]") {
  CHECK(parse_stop_rule("plateau").plateau == 5);
  CHECK(parse_stop_rule("plateau:8").plateau == 8);
  const StopRule below = parse_stop_rule("frechet<5");
  CHECK(below.plateau == 0);
  CHECK(below.measure == "frechet");
  CHECK(below.below);
  CHECK(below.bound == 5.0);
  const StopRule above = parse_stop_rule("near-copies>=0.8");
  CHECK(above.measure == "near-copies");
  CHECK_FALSE(above.below);
  CHECK(above.bound == 0.8);
  CHECK(parse_stop_rule("kernel-distance<-1e-3").bound == -1e-3);
}

TEST_CASE("what is no rule for stopping is refused, with one that is", "[engine][config]") {
  for (const char* text : {"plateaus", "plateau:0", "plateau:x", "plateau:", "<5", "frechet",
                           "frechet<", "frechet<x", "frechet<5x", "frechet<inf", "frechet=5"}) {
    INFO(text);
    const Outcome outcome = outcome_of([&] { (void)parse_stop_rule(text); });
    CHECK(outcome.code == 78);
    CHECK_THAT(outcome.message, ContainsSubstring("stop-when") && ContainsSubstring(text) &&
                                    ContainsSubstring("'frechet<5'"));
  }
}

TEST_CASE("a rule for stopping needs evaluations", "[engine][config]") {
  TrainConfig config = preset("default");
  config.stop_when = "plateau";
  validate(config);
  config.evaluate_every = 100;
  validate(config);
  config.evaluate_every = 0;
  const Outcome outcome = outcome_of([&] { validate(config); });
  CHECK(outcome.code == 78);
  CHECK_THAT(outcome.message, ContainsSubstring("nothing is measured"));
}

TEST_CASE("numbers that are left to the program are saved as auto", "[engine][config]") {
  TrainConfig config = preset("default");
  CHECK_FALSE(config.hold_out.has_value());
  CHECK_THAT(print_config(config, false), ContainsSubstring("hold-out = 'auto'\n") &&
                                              ContainsSubstring("evaluate-every = 'auto'\n"));
  const TrainConfig open = read_saved_config(saved_config(config), "x");
  CHECK_FALSE(open.hold_out.has_value());
  CHECK_FALSE(open.evaluate_every.has_value());
  CHECK(open.hold_out_part == HoldOutPart::random);
  config.hold_out = 0.125;
  config.evaluate_every = 50;
  const TrainConfig settled = read_saved_config(saved_config(config), "x");
  CHECK(settled.hold_out == 0.125);
  CHECK(settled.evaluate_every == 50U);
  CHECK(parse_config("evaluate-every = 7", "x").evaluate_every == 7U);
  CHECK_FALSE(parse_config("evaluate-every = 'auto'", "x").evaluate_every.has_value());
  const auto refused = [](const std::string& text) {
    return outcome_of([&] { (void)parse_config(text, "x"); });
  };
  CHECK(refused("evaluate-every = 'often'").code == 78);
  CHECK_THAT(refused("hold-out = 'some'").message, ContainsSubstring("'auto'"));
  CHECK_THAT(outcome_of([] { (void)read_saved_config("{\"hold-out\":true}", "x"); }).message,
             ContainsSubstring("\"auto\""));
}

TEST_CASE("checkpoints of earlier versions held out the last trials, or none", "[engine][config]") {
  const TrainConfig none = read_saved_config("{\"model\":\"gan\"}", "x");
  CHECK(none.hold_out == 0.0);
  CHECK(none.hold_out_part == HoldOutPart::last);
  const TrainConfig some = read_saved_config("{\"hold-out\":0.25}", "x");
  CHECK(some.hold_out == 0.25);
  CHECK(some.hold_out_part == HoldOutPart::last);
  const TrainConfig toml = read_saved_config("hold-out = 0.25\n", "x");
  CHECK(toml.hold_out == 0.25);
  CHECK(toml.hold_out_part == HoldOutPart::last);
}
