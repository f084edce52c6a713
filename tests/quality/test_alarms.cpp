// Alarms on made-up reports and evaluations: each is raised for its reason alone, once.
#include "engine/quality/alarms.hpp"

#include <cmath>

#include "tests/support/catch.hpp"

using namespace vgan;

namespace {

StepReport gan(std::uint64_t epoch, float d_loss, float g_loss, float accuracy) {
  return {epoch,
          {{"d_loss", d_loss},
           {"g_loss", g_loss},
           {"d_real_accuracy", accuracy},
           {"d_fake_accuracy", accuracy}}};
}

// Losses of networks that play.
StepReport healthy(std::uint64_t epoch) {
  const float wave = std::sin(static_cast<float>(epoch));
  return gan(epoch, 1.0F + 0.2F * wave, 1.5F - 0.3F * wave, 0.85F + 0.1F * wave);
}

SeenSamples seen(std::uint64_t epoch, double frechet, double recall) {
  SeenSamples made;
  made.epoch = epoch;
  made.judge = "frechet";
  made.measures["frechet"] = {frechet, 2.0, 100.0};
  made.measures["recall"] = {recall, 0.8, 0.1};
  made.measures["dcr"] = {0.95, 1.0, 3.0};
  made.moved = 0.2;
  made.moved_from = epoch - 1000;
  return made;
}

std::vector<AlarmKind> kinds(const std::vector<Alarm>& alarms) {
  std::vector<AlarmKind> made;
  for (const Alarm& alarm : alarms) made.push_back(alarm.kind);
  return made;
}

const std::vector<AlarmKind> none;

}  // namespace

TEST_CASE("a healthy run raises no alarm", "[engine][quality]") {
  Alarms alarms(preset("default"), 10000);
  for (std::uint64_t epoch = 1; epoch <= 10000; ++epoch) {
    CHECK(alarms.add(healthy(epoch)).empty());
    if (epoch % 1000 != 0) continue;
    const double share = static_cast<double>(epoch) / 10000.0;
    CHECK(kinds(alarms.add(seen(epoch, 30.0 - 25.0 * share, 0.2 + 0.5 * share))) == none);
  }
  CHECK(alarms.raised().empty());
}

TEST_CASE("a D that is right about everything is collapse, once until it clears",
          "[engine][quality]") {
  Alarms alarms(preset("default"), 10000);
  std::uint64_t epoch = 0;
  for (; epoch < 2000; ++epoch) {
    const float wave = std::sin(static_cast<float>(epoch));
    (void)alarms.add(gan(epoch + 1, 0.01F * (2.0F + wave), 9.0F + wave, 1.0F));
  }
  REQUIRE(kinds(alarms.raised()) == std::vector{AlarmKind::collapse});
  CHECK(alarms.raised()[0].epoch == 1000);
  CHECK_THAT(alarms.raised()[0].text, ContainsSubstring("D is right about everything"));
  CHECK(alarms.stands(AlarmKind::collapse));
  for (; epoch < 6000; ++epoch) (void)alarms.add(healthy(epoch + 1));
  CHECK_FALSE(alarms.stands(AlarmKind::collapse));
  CHECK(alarms.raised().size() == 1);
  // A critic's sign says nothing of that kind.
  TrainConfig critic = preset("default");
  critic.loss = LossKind::wgan_gp;
  Alarms of_critic(critic, 10000);
  for (std::uint64_t at = 1; at <= 2000; ++at) {
    (void)of_critic.add(gan(at, -5.0F + std::sin(static_cast<float>(at)), 2.0F, 1.0F));
  }
  CHECK(of_critic.raised().empty());
}

TEST_CASE("losses that stand still are a stall", "[engine][quality]") {
  Alarms alarms(preset("default"), 10000);
  for (std::uint64_t epoch = 1; epoch <= 1500; ++epoch) {
    (void)alarms.add(gan(epoch, 1.3863F, 0.6931F, 0.5F));
  }
  REQUIRE(kinds(alarms.raised()) == std::vector{AlarmKind::stalled});
  CHECK(alarms.raised()[0].epoch == 1000);
}

TEST_CASE("samples that do not move are a stall", "[engine][quality]") {
  Alarms alarms(preset("vae"), 10000);
  SeenSamples still = seen(2000, 9.0, 0.6);
  still.moved = 1e-5;
  CHECK(kinds(alarms.add(still)) == std::vector{AlarmKind::stalled});
  CHECK_THAT(alarms.raised()[0].text, ContainsSubstring("since epoch 1000"));
  CHECK(kinds(alarms.add(seen(3000, 9.0, 0.6))) == none);
  CHECK_FALSE(alarms.stands(AlarmKind::stalled));
  // Two evaluations close to one another say nothing.
  still.moved_from = still.epoch - 10;
  CHECK(kinds(alarms.add(still)) == none);
}

TEST_CASE("a loss far above the run's own best is divergence", "[engine][quality]") {
  Alarms alarms(preset("vae"), 10000);
  for (std::uint64_t epoch = 1; epoch <= 500; ++epoch) {
    const float loss = 100.0F + 400.0F * std::exp(-static_cast<float>(epoch) / 50.0F);
    CHECK(alarms.add({epoch, {{"reconstruction", loss}, {"kl", 20.0F}}}).empty());
  }
  std::uint64_t at = 0;
  for (std::uint64_t epoch = 501; epoch <= 600 && at == 0; ++epoch) {
    if (!alarms.add({epoch, {{"reconstruction", 1e7F}, {"kl", 20.0F}}}).empty()) at = epoch;
  }
  CHECK(at == 501);
  CHECK(alarms.stands(AlarmKind::divergence));
  alarms.go_back();
  CHECK_FALSE(alarms.stands(AlarmKind::divergence));
  CHECK(alarms.raised().size() == 1);
}

TEST_CASE("a GAN whose losses are beyond reach diverges", "[engine][quality]") {
  Alarms alarms(preset("article"), 10000);
  for (std::uint64_t epoch = 1; epoch <= 100; ++epoch) {
    CHECK(alarms.add(gan(epoch, 2.0F, 30.0F, 0.9F)).empty());
  }
  for (std::uint64_t epoch = 101; epoch <= 200; ++epoch) {
    (void)alarms.add(gan(epoch, 1e6F, -1e6F, 0.9F));
  }
  CHECK(kinds(alarms.raised()) == std::vector{AlarmKind::divergence});
}

TEST_CASE("samples far worse than the run's best, twice, are divergence", "[engine][quality]") {
  Alarms alarms(preset("conv"), 10000);
  CHECK(kinds(alarms.add(seen(1000, 60.0, 0.3))) == none);
  CHECK(kinds(alarms.add(seen(2000, 5.0, 0.6))) == none);
  CHECK(kinds(alarms.add(seen(3000, 70.0, 0.6))) == none);
  CHECK(kinds(alarms.add(seen(4000, 6.0, 0.6))) == none);
  CHECK(kinds(alarms.add(seen(5000, 70.0, 0.6))) == none);
  CHECK(kinds(alarms.add(seen(6000, 80.0, 0.6))) == std::vector{AlarmKind::divergence});
  CHECK_THAT(alarms.raised()[0].text, ContainsSubstring("frechet 80, and was 5 at its best"));
}

TEST_CASE("few modes, and a fall from many, are collapse", "[engine][quality]") {
  Alarms alarms(preset("default"), 10000);
  CHECK(kinds(alarms.add(seen(100, 90.0, 0.0))) == none);  // as samples begin
  CHECK(kinds(alarms.add(seen(1000, 60.0, 0.01))) == none);
  CHECK(kinds(alarms.add(seen(2000, 50.0, 0.01))) == none);  // it still improves
  CHECK(kinds(alarms.add(seen(3000, 50.0, 0.01))) == none);
  CHECK(kinds(alarms.add(seen(4000, 50.0, 0.01))) == std::vector{AlarmKind::collapse});
  CHECK_THAT(alarms.raised()[0].text, ContainsSubstring("recall 0.01 (of real trials 0.8"));

  Alarms fallen(preset("default"), 10000);
  CHECK(kinds(fallen.add(seen(1000, 20.0, 0.6))) == none);
  CHECK(kinds(fallen.add(seen(2000, 25.0, 0.12))) == none);
  CHECK(kinds(fallen.add(seen(3000, 25.0, 0.12))) == std::vector{AlarmKind::collapse});
  CHECK_THAT(fallen.raised()[0].text, ContainsSubstring("at its best 0.6"));
}

TEST_CASE("recall that is low beside a coverage that is not is no collapse", "[engine][quality]") {
  Alarms alarms(preset("default"), 10000);
  for (const std::uint64_t epoch : {1000U, 2000U, 3000U}) {
    SeenSamples covered = seen(epoch, 20.0, 0.0);
    covered.measures["coverage"] = {0.5, 0.9, 0.1};
    CHECK(kinds(alarms.add(covered)) == none);
  }
}

TEST_CASE("samples without variance are collapse", "[engine][quality]") {
  Alarms alarms(preset("default"), 10000);
  SeenSamples alike = seen(200, 50.0, 0.5);
  alike.spread = 0.001;
  CHECK(kinds(alarms.add(alike)) == none);  // as samples of untrained weights are
  alike.epoch = 1000;
  CHECK(kinds(alarms.add(alike)) == none);  // as an average of weights that has just begun
  alike.epoch = 2000;
  CHECK(kinds(alarms.add(alike)) == std::vector{AlarmKind::collapse});
  REQUIRE(!alarms.raised().empty());
  CHECK_THAT(alarms.raised()[0].text, ContainsSubstring("all alike"));
}

TEST_CASE("samples nearer to training trials than held-out ones are copies", "[engine][quality]") {
  const auto raised = [](const char* measure, double value) {
    Alarms alarms(preset("vae"), 10000);
    SeenSamples close = seen(5000, 5.0, 0.6);
    close.measures[measure] = {value, measure == std::string("dcr") ? 1.0 : 0.01, {}};
    return kinds(alarms.add(close)) == std::vector{AlarmKind::copying};
  };
  CHECK(raised("dcr", 0.1));
  CHECK_FALSE(raised("dcr", 0.8));
  CHECK(raised("copies", 0.2));
  CHECK_FALSE(raised("copies", 0.03));
  CHECK(raised("near-copies", 0.9));
  CHECK_FALSE(raised("near-copies", 0.05));
}

TEST_CASE("samples as near to held-out trials as to training ones copy neither",
          "[engine][quality]") {
  const auto raised = [](double share) {
    Alarms alarms(preset("masked"), 10000);
    SeenSamples close = seen(5000, 5.0, 0.6);
    close.measures["dcr"] = {0.2, 1.0, {}};
    close.measures["near-copies"] = {0.4, 0.01, {}};
    close.measures["dcr-share"] = {share, {}, {}};
    return kinds(alarms.add(close)) == std::vector{AlarmKind::copying};
  };
  CHECK(raised(0.95));
  CHECK_FALSE(raised(0.6));
}
