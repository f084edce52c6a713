// What checkpoints say of a run's past, and what they cannot say.
#include "engine/run/run_record.hpp"

#include "engine/base/error.hpp"
#include "tests/support/catch.hpp"

using namespace vgan;
using namespace vgan::testing;

TEST_CASE("run record: what is saved is loaded", "[engine][run]") {
  RunRecord record;
  record.changes = {{5, {"lr", "0.0002", "1e-05"}}, {7, {"lr-schedule", "constant", "linear"}}};
  record.origin = RunRecord::Origin{"/runs/\"a\"/epoch-00000005.safetensors", 5};
  Checkpoint checkpoint;
  record.save(checkpoint);
  const RunRecord loaded = RunRecord::load(checkpoint, "x");
  REQUIRE(loaded.changes.size() == 2);
  CHECK(loaded.changes[0].epoch == 5);
  CHECK(change_text(loaded.changes[0].setting) == "lr 0.0002 -> 1e-05");
  CHECK(change_text(loaded.changes[1].setting) == "lr-schedule constant -> linear");
  REQUIRE(loaded.origin);
  CHECK(loaded.origin->file == record.origin->file);
  CHECK(loaded.origin->epoch == 5);

  Checkpoint plain;
  RunRecord{}.save(plain);
  CHECK(plain.metadata.empty());
  CHECK(RunRecord::load(plain, "x").changes.empty());
}

TEST_CASE("run record: a path that is no UTF-8 does not stop a checkpoint", "[engine][run]") {
  RunRecord record;
  record.origin = RunRecord::Origin{"/runs/\xff", 5};
  Checkpoint checkpoint;
  record.save(checkpoint);
  CHECK(RunRecord::load(checkpoint, "x").origin->file == "/runs/\xEF\xBF\xBD");
}

TEST_CASE("run record: metadata of another making is bad data", "[engine][run]") {
  const auto refused = [](const char* key, const std::string& text, const std::string& said) {
    Checkpoint checkpoint;
    checkpoint.metadata[key] = text;
    INFO(key << " = " << text);
    try {
      (void)RunRecord::load(checkpoint, "some.safetensors");
      FAIL("not refused");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::bad_data);
      CHECK_THAT(error.what(),
                 ContainsSubstring("some.safetensors, metadata '") && ContainsSubstring(said));
    }
  };
  refused("changes", "", "no JSON");
  refused("changes", "[{]", "no JSON");
  refused("changes", "{}", "no list");
  refused("changes", "[1]", "no 'epoch'");
  refused("changes", R"([{"epoch": -1, "setting": "lr", "from": "1", "to": "2"}])",
          "no whole number in 'epoch'");
  refused("changes", R"([{"epoch": 1, "setting": 7, "from": "1", "to": "2"}])",
          "no text in 'setting'");
  refused("changes", R"([{"epoch": 1, "setting": "lr", "from": "1"}])", "no 'to'");
  refused("changes", std::string(100000, '['), "no JSON");
  refused("origin", R"({"file": "a"})", "no 'epoch'");
  refused("origin", "[]", "no 'file'");
}
