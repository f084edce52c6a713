// The best checkpoint of a run is found by what its metadata say, whatever becomes of the others.
#include "engine/checkpoint/which_checkpoint.hpp"

#include <fstream>

#include "engine/checkpoint/checkpoint_folder.hpp"
#include "tests/checkpoint/files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

struct Run {
  Run() { std::filesystem::create_directories(checkpoints()); }

  std::filesystem::path checkpoints() const { return folder.path() / "checkpoints"; }

  void save(std::uint64_t epoch, std::optional<double> value,
            const std::string& measure = "frechet") const {
    Checkpoint made;
    made.metadata["epoch"] = std::to_string(epoch);
    made.tensors["g"] = {TensorType::f32, {1}, std::vector<std::byte>(4)};
    if (value) save_quality({measure, *value}, made);
    (void)save_checkpoint(checkpoints(), epoch, made, 0);
  }

  LoadedCheckpoint load(WhichCheckpoint which = WhichCheckpoint::best) const {
    return load_chosen(folder.path(), which);
  }
  std::string epoch(WhichCheckpoint which = WhichCheckpoint::best) const {
    return load(which).checkpoint.metadata.at("epoch");
  }

  TempDir folder;
};

// Changes one byte in the middle of a file.
void damage(const std::filesystem::path& file) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(-1, std::ios::end);
  stream.put('x');
}

}  // namespace

TEST_CASE("the best checkpoint has the lowest value of its measure", "[engine][checkpoint]") {
  const Run run;
  run.save(0, {});
  run.save(10, 9.0);
  run.save(20, 4.0);
  run.save(30, 7.0);
  CHECK(run.epoch() == "20");
  CHECK_THAT(run.load().chosen, ContainsSubstring("the best by quality, frechet 4") &&
                                    ContainsSubstring("epoch 30, has frechet 7") &&
                                    ContainsSubstring("--which newest"));
  CHECK(run.epoch(WhichCheckpoint::newest) == "30");
  run.save(40, {});
  CHECK(run.epoch() == "20");
  CHECK_THAT(run.load().chosen, ContainsSubstring("epoch 40, was not measured"));
  CHECK(run.epoch(WhichCheckpoint::newest) == "40");
}

TEST_CASE("a newest checkpoint that is as good as the best is taken", "[engine][checkpoint]") {
  const Run run;
  run.save(10, 4.0);
  run.save(20, 4.19);
  CHECK(run.epoch() == "20");
  CHECK_THAT(run.load().chosen, ContainsSubstring("as good as any"));
  run.save(30, 4.21);
  CHECK(run.epoch() == "10");
}

TEST_CASE("another measure than the newest's says nothing", "[engine][checkpoint]") {
  const Run run;
  run.save(10, 0.1, "misfit");
  run.save(20, 8.0);
  run.save(30, 9.0);
  CHECK(run.epoch() == "20");
}

TEST_CASE("where nothing was measured, or the best is gone, the newest is taken",
          "[engine][checkpoint]") {
  const Run run;
  run.save(10, {});
  run.save(20, {});
  CHECK(run.epoch() == "20");
  CHECK_THAT(run.load().chosen, ContainsSubstring("none was measured"));
  run.save(30, 2.0);
  run.save(40, 3.0);
  CHECK(run.epoch() == "30");
  std::filesystem::remove(run.checkpoints() / checkpoint_name(30));
  CHECK(run.epoch() == "40");
}

TEST_CASE("a damaged best checkpoint is passed over with a word", "[engine][checkpoint]") {
  const Run run;
  run.save(30, 2.0);
  run.save(40, 3.0);
  damage(run.checkpoints() / checkpoint_name(30));
  CHECK(run.epoch() == "40");
  REQUIRE(run.load().skipped.size() == 1);
  CHECK_THAT(run.load().skipped[0], ContainsSubstring("damaged checkpoint"));
  CHECK_THAT(run.load().chosen, ContainsSubstring("the best cannot be read"));
}

TEST_CASE("a best checkpoint whose header is damaged is passed over with a word",
          "[engine][checkpoint]") {
  const Run run;
  run.save(30, 2.0);
  run.save(40, 3.0);
  std::filesystem::resize_file(run.checkpoints() / checkpoint_name(30), 20);
  CHECK(run.epoch() == "40");
  REQUIRE(run.load().skipped.size() == 1);
  CHECK_THAT(run.load().skipped[0], ContainsSubstring(checkpoint_name(30)));
  // A damaged newest one is told of once, though the search for the best meets it as well.
  run.save(50, {});
  std::filesystem::resize_file(run.checkpoints() / checkpoint_name(50), 20);
  CHECK(run.load().skipped.size() == 2);
}

TEST_CASE("a file that is named is that file", "[engine][checkpoint]") {
  const Run run;
  run.save(30, 2.0);
  run.save(40, 3.0);
  const LoadedCheckpoint loaded =
      load_chosen(run.checkpoints() / checkpoint_name(40), WhichCheckpoint::best);
  CHECK(loaded.checkpoint.metadata.at("epoch") == "40");
  CHECK_THAT(loaded.chosen, ContainsSubstring("frechet 3"));
}

TEST_CASE("metadata that are no quality are none", "[engine][checkpoint]") {
  for (const char* text : {"", "frechet", " 4", "frechet x", "frechet inf", "frechet 4 5"}) {
    CHECK_FALSE(quality_of({{"quality", text}}).has_value());
  }
  CHECK_FALSE(quality_of({}).has_value());
  Checkpoint made;
  save_quality({"frechet", 0.1 + 0.2}, made);
  CHECK(quality_of(made.metadata)->value == 0.1 + 0.2);
}
