// The commands that a report gives to repeat a run.
#include "engine/report/repetition.hpp"

#include "tests/support/catch.hpp"

using namespace vgan;

namespace {

TrainConfig made_of(std::uint64_t epochs) {
  TrainConfig config = preset("default");
  config.epochs = epochs;
  return config;
}

}  // namespace

TEST_CASE("a run without a past is one command", "[engine][report]") {
  TrainConfig config = made_of(70);
  config.data = "my runs.csv";
  const Repetition again = repetition_of(config, {}, std::nullopt);
  REQUIRE(again.commands.size() == 1);
  CHECK_THAT(again.commands[0], ContainsSubstring("vgan_cuda train --preset default") &&
                                    ContainsSubstring(" --epochs 70") &&
                                    ContainsSubstring(" --data 'my runs.csv'"));
  CHECK(again.notes.empty());
}

TEST_CASE("a run that went back is started with the rates that it had", "[engine][report]") {
  TrainConfig config = made_of(70);
  config.lr = 0.5;
  config.on_divergence = DivergenceKind::rollback;
  RunRecord record;
  record.changes = {{20, {"lr", "2", "1"}}, {20, {"lr", "1", "0.5"}}};
  record.rollbacks = {{33, 20}, {31, 20}};
  const Repetition again = repetition_of(config, record, std::nullopt);
  REQUIRE(again.commands.size() == 1);
  CHECK_THAT(again.commands[0],
             ContainsSubstring(" --lr 2") && ContainsSubstring(" --on-divergence rollback"));
  REQUIRE(again.notes.size() == 2);
  CHECK_THAT(again.notes[0], ContainsSubstring("went back to epoch 20"));
}

TEST_CASE("settings that a resume changed are changed again at their epoch", "[engine][report]") {
  TrainConfig config = made_of(70);
  config.lr = 0.5;
  RunRecord record;
  record.changes = {
      {20, {"lr", "2", "1"}}, {40, {"lr", "1", "0.5"}}, {40, {"beta1", "0.5", "0.4"}}};
  const Repetition again = repetition_of(config, record, std::nullopt);
  REQUIRE(again.commands.size() == 3);
  CHECK_THAT(again.commands[0], ContainsSubstring(" --lr 2") && ContainsSubstring(" --out again") &&
                                    ContainsSubstring(" --save-every 20 --keep 0"));
  CHECK(again.commands[1] ==
        "vgan_cuda --resume again/checkpoints/epoch-00000020.safetensors --lr 1 --save-every 40 "
        "--keep 0");
  CHECK(again.commands[2] ==
        "vgan_cuda --resume again/checkpoints/epoch-00000040.safetensors --lr 0.5 --beta1 0.4");
}

TEST_CASE("a run that stop-when ended is as long again as it was to be", "[engine][report]") {
  TrainConfig config = made_of(30);
  config.stop_when = "plateau";
  RunRecord record;
  record.changes = {{30, {"epochs", "100", "30"}}};
  const Repetition again = repetition_of(config, record, std::nullopt);
  REQUIRE(again.commands.size() == 1);
  CHECK_THAT(again.commands[0],
             ContainsSubstring(" --epochs 100") && ContainsSubstring(" --stop-when plateau"));
}

TEST_CASE("a run from another's weights names them and what differs", "[engine][report]") {
  TrainConfig origin = made_of(70);
  origin.lr = 0.5;
  RunRecord record;
  record.origin = RunRecord::Origin{"runs/a/x.safetensors", 70, false};
  // The rate of the preset, which the other run did not have.
  const Repetition again = repetition_of(made_of(90), record, origin);
  REQUIRE(again.commands.size() == 1);
  CHECK_THAT(again.commands[0],
             ContainsSubstring("vgan_cuda train --from runs/a/x.safetensors --epochs 90 --lr 0.0"));
  CHECK_THAT(again.commands[0], !ContainsSubstring("--preset"));
  const Repetition gone = repetition_of(made_of(90), record, std::nullopt);
  CHECK_THAT(gone.notes.at(0), ContainsSubstring("cannot be repeated"));
}
