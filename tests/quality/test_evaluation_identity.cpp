// Whose figures evaluation.json has.
#include "engine/base/error.hpp"
#include "engine/quality/evaluation_file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

Checkpoint checkpoint(const std::string& data, float weight) {
  Checkpoint made;
  made.metadata["data"] = data;
  const auto* bytes = reinterpret_cast<const std::byte*>(&weight);
  auto& tensor = made.tensors["w"];
  tensor.shape = {1};
  tensor.bytes.assign(bytes, bytes + sizeof weight);
  return made;
}

}  // namespace

TEST_CASE("evaluation identity: figures of another checkpoint or other trials are told",
          "[quality]") {
  const Trials beside = bar_images(20);
  EvaluationFile file;
  file.identity = EvaluationIdentity::of(checkpoint("d", 1.0F), 40, beside);
  CHECK(file.identity.checkpoint.size() == 16);
  CHECK(file.identity.trained_on == "d");
  const auto why = [&](const Checkpoint& of, std::uint64_t epoch, const Trials& others) {
    return why_not_of(file, EvaluationIdentity::of(of, epoch, others));
  };
  CHECK(why(checkpoint("d", 1.0F), 40, beside).empty());
  CHECK(why(checkpoint("d", 1.0F), 60, beside) ==
        "it is of epoch 40, and the checkpoint of epoch 60");
  CHECK(why(checkpoint("d", 1.5F), 40, beside) == "it is of another checkpoint of that epoch");
  CHECK(why(checkpoint("d", 1.0F), 40, bar_images(30)) ==
        "its samples stand beside other real trials");
  CHECK(why_not_of({}, file.identity) == "it does not say which checkpoint it is of");
}

TEST_CASE("evaluation identity: it is read back, and older files have none", "[quality]") {
  const TempDir folder;
  EvaluationFile file;
  file.identity = {7, "0123456789abcdef", "a", "b"};
  write_evaluation_file(file, folder.path() / "e.json");
  const EvaluationIdentity read = read_evaluation_file(folder.path() / "e.json").identity;
  CHECK(read.epoch == 7);
  CHECK(read.checkpoint == "0123456789abcdef");
  CHECK(read.trained_on == "a");
  CHECK(read.beside == "b");
}
