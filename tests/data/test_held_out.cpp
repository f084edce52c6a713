// Trials that are held out: which, with what belongs to them, and the same ones again.
#include "engine/data/held_out.hpp"

#include <algorithm>
#include <set>

#include "engine/settings/config.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;

namespace {

// Trial i has the values 2 i and 2 i + 1, the label i / 10, as in a sorted file, and the condition
// -i.
Trials numbered(std::int64_t count) {
  Trials trials;
  trials.count = count;
  trials.shape = {1, 2, 1};
  trials.shape.kind = TrialKind::row;
  trials.source = "numbers";
  trials.low = 0.0;
  trials.high = 2.0 * static_cast<double>(count);
  std::vector<float> values;
  for (std::int64_t i = 0; i < 2 * count; ++i) values.push_back(static_cast<float>(i));
  for (std::int64_t i = 0; i < count; ++i) {
    trials.labels.push_back(static_cast<std::int32_t>(i / 10));
    trials.conditions.push_back(-static_cast<float>(i));
  }
  trials.values = std::move(values);
  trials.condition_size = 1;
  return trials;
}

std::vector<std::int64_t> numbers_of(const Trials& part) {
  part.require_consistent();
  std::vector<std::int64_t> numbers;
  const auto& values = std::get<std::vector<float>>(part.values);
  for (std::int64_t i = 0; i < part.count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const auto number = static_cast<std::int64_t>(values[2 * at] / 2.0F);
    CHECK(values[2 * at + 1] == values[2 * at] + 1.0F);
    CHECK(part.labels[at] == number / 10);
    CHECK(part.conditions[at] == -static_cast<float>(number));
    numbers.push_back(number);
  }
  return numbers;
}

std::vector<std::int64_t> held_out(HoldOutPart part, std::uint64_t seed) {
  const SplitTrials split = split_trials(numbered(200), 40, part, seed);
  std::vector<std::int64_t> out = numbers_of(split.held_out), in = numbers_of(split.training);
  REQUIRE(out.size() == 40);
  REQUIRE(in.size() == 160);
  CHECK(std::is_sorted(out.begin(), out.end()));
  CHECK(std::is_sorted(in.begin(), in.end()));
  std::set<std::int64_t> all(out.begin(), out.end());
  all.insert(in.begin(), in.end());
  CHECK(all.size() == 200);
  return out;
}

}  // namespace

TEST_CASE("held-out trials are drawn by the seed, with what belongs to them", "[data]") {
  const auto drawn = held_out(HoldOutPart::random, 7);
  CHECK(drawn == held_out(HoldOutPart::random, 7));
  CHECK(drawn != held_out(HoldOutPart::random, 8));
  // Most of the 20 labels, which lie in order in the file, are met on both sides.
  std::set<std::int64_t> labels;
  for (const std::int64_t number : drawn) labels.insert(number / 10);
  CHECK(labels.size() >= 12);
}

TEST_CASE("the last trials can be held out", "[data]") {
  CHECK(held_out(HoldOutPart::last, 7).front() == 160);
  CHECK(held_out(HoldOutPart::last, 7) == held_out(HoldOutPart::last, 8));
  CHECK(split_trials(numbered(5), 0, HoldOutPart::random, 1).held_out.count == 0);
  CHECK(split_trials(numbered(5), 0, HoldOutPart::random, 1).training.count == 5);
}

TEST_CASE("how many trials are held out where nobody says it", "[data]") {
  TrainConfig config;
  const auto of = [&](std::int64_t count, TrialKind kind) { return config.held_out(count, kind); };
  CHECK(of(199, TrialKind::image) == 0);
  CHECK(of(200, TrialKind::image) == 20);
  CHECK(of(200, TrialKind::curve) == 20);
  CHECK(of(999, TrialKind::row) == 0);
  CHECK(of(1000, TrialKind::row) == 100);
  CHECK(of(60000, TrialKind::image) == 6000);
  CHECK(of(1000000, TrialKind::row) == 10000);
  config.batch = 200;
  CHECK(of(200, TrialKind::image) == 0);  // a batch of all of them was asked for
  CHECK(of(300, TrialKind::image) == 30);
  config.batch = 1000;
  CHECK(of(300, TrialKind::image) == 0);
  config.hold_out = 0.25;
  CHECK(of(100, TrialKind::row) == 25);
  config.hold_out = 0.0;
  CHECK(of(100000, TrialKind::row) == 0);
}
