// Checkpoints: exact, checked, kept in number, and found again after damage.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <set>

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/checkpoint/checkpoint_folder.hpp"
#include "engine/checkpoint/safetensors.hpp"
#include "engine/files/atomic_file.hpp"
#include "tests/checkpoint/files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using Catch::Matchers::ContainsSubstring;
using vgan::testing::bytes_of;
using vgan::testing::count_files;
using vgan::testing::outcome_of;
using vgan::testing::read_text;
using vgan::testing::safetensors_text;
using vgan::testing::TempDir;
using vgan::testing::write_text;
namespace fs = std::filesystem;

namespace {

Checkpoint small_checkpoint(const std::string& mark = "m") {
  Checkpoint checkpoint;
  checkpoint.metadata = {{"config", "epochs = 10\n"}, {"mark", mark}};
  checkpoint.tensors["g.weights"] = {TensorType::f32, {2, 2}, bytes_of("0123456789abcdef")};
  checkpoint.tensors["step"] = {TensorType::u64, {}, bytes_of("12345678")};
  checkpoint.tensors["u8"] = {TensorType::u8, {3}, bytes_of("xyz")};
  checkpoint.tensors["none"] = {TensorType::f32, {0}, {}};
  return checkpoint;
}

void check_same(const Checkpoint& a, const Checkpoint& b) {
  CHECK(a.metadata == b.metadata);
  REQUIRE(a.tensors.size() == b.tensors.size());
  for (const auto& [name, tensor] : a.tensors) {
    REQUIRE(b.tensors.count(name) == 1);
    CHECK(b.tensors.at(name).type == tensor.type);
    CHECK(b.tensors.at(name).shape == tensor.shape);
    CHECK(b.tensors.at(name).bytes == tensor.bytes);
  }
}

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.insert(entry.path().filename().string());
  }
  return names;
}

}  // namespace

TEST_CASE("a checkpoint comes back byte for byte", "[checkpoint]") {
  const TempDir folder;
  const auto inside = folder.path() / "made" / "when needed";
  const Checkpoint saved = small_checkpoint();
  const fs::path file = save_checkpoint(inside, 500, saved, 3);
  CHECK(file == inside / "epoch-00000500.safetensors");
  check_same(saved, load_checkpoint(file));
  const std::string text = read_text(file);
  CHECK(read_text(save_checkpoint(folder.path(), 500, load_checkpoint(file), 3)) == text);

  const auto header = SafetensorsReader::open(file).header();
  CHECK(header.metadata.at("checkpoint.format") == "1");
  // CRC-32 of "xyz" as Python's zlib.crc32(b"xyz") gives it.
  CHECK(header.metadata.at("checkpoint.crc32.u8") == "eb8eba67");
  CHECK(header.metadata.at("checkpoint.crc32.none") == "00000000");
  check_same(Checkpoint{}, load_checkpoint(save_checkpoint(folder.path(), 1, {}, 0)));
}

TEST_CASE("a checkpoint cut off at any byte, or with any bit flipped, is refused", "[checkpoint]") {
  const TempDir folder;
  const fs::path file = save_checkpoint(folder.path(), 1, small_checkpoint(), 0);
  const std::string whole = read_text(file);
  // In place: rewriting a whole file a thousand times would wait for the disk each time.
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  const auto put = [&](std::size_t at, char byte) {
    stream.seekp(static_cast<std::streamoff>(at)).put(byte).flush();
    REQUIRE(stream.good());
  };
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    put(bit / 8, static_cast<char>(whole[bit / 8] ^ (1 << (bit % 8))));
    const auto outcome = outcome_of([&] { load_checkpoint(file); });
    put(bit / 8, whole[bit / 8]);
    if (outcome.code != 65) FAIL("bit " << bit % 8 << " of byte " << bit / 8 << " went unseen");
  }
  CHECK(outcome_of([&] { load_checkpoint(file); }).message == "");
  for (std::size_t size = whole.size(); size-- > 0;) {
    fs::resize_file(file, size);
    const auto outcome = outcome_of([&] { load_checkpoint(file); });
    if (outcome.code != 65) FAIL("cut to " << size << " bytes: " << outcome.code);
  }
}

TEST_CASE("files that are no checkpoints are told so", "[checkpoint]") {
  const TempDir folder;
  const auto file = folder.path() / "a.safetensors";
  const auto check = [&](const std::string& header, const char* reason) {
    write_text(file, safetensors_text(header, ""));
    const auto outcome = outcome_of([&] { load_checkpoint(file); });
    CHECK(outcome.code == 65);
    CHECK_THAT(outcome.message, ContainsSubstring(reason));
  };
  check("{}", "not a checkpoint of this program");
  check(R"({"__metadata__":{"checkpoint.format":"2"}})", "unknown checkpoint format");
  check(R"({"__metadata__":{"checkpoint.format":"1"}})", "no checkpoint.crc32");
  check(R"({"__metadata__":{"checkpoint.format":"1","checkpoint.crc32":"00000000"}})",
        "damaged checkpoint");
  CHECK(outcome_of([&] { load_checkpoint(folder.path()); }).code == 74);
  Checkpoint reserved;
  reserved.metadata["checkpoint.mine"] = "x";
  CHECK(outcome_of([&] { save_checkpoint(folder.path(), 1, reserved, 0); }).code == 70);
}

TEST_CASE("the newest K checkpoints are kept", "[checkpoint]") {
  const TempDir folder;
  write_text(folder.path() / "notes.txt", "stays");
  write_text(folder.path() / "epoch-1.safetensors", "not a name of ours: stays");
  for (const std::uint64_t epoch : {1, 2, 3, 4, 5}) {
    save_checkpoint(folder.path(), epoch, small_checkpoint(), 2);
  }
  CHECK(names_in(folder.path()) == std::set<std::string>{"notes.txt", "epoch-1.safetensors",
                                                         "epoch-00000004.safetensors",
                                                         "epoch-00000005.safetensors"});
  SECTION("an older one that was just written stays") {
    save_checkpoint(folder.path(), 2, small_checkpoint(), 2);
    CHECK(count_files(folder.path()) == 5);
    save_checkpoint(folder.path(), 3, small_checkpoint(), 1);
    const auto left = list_checkpoints(folder.path());
    CHECK(left.size() == 2);
    CHECK(left.count(3) == 1);
    CHECK(left.count(5) == 1);
  }
  SECTION("zero and less keep all") {
    save_checkpoint(folder.path(), 6, small_checkpoint(), 0);
    save_checkpoint(folder.path(), 7, small_checkpoint(), -1);
    CHECK(list_checkpoints(folder.path()).size() == 4);
  }
  SECTION("the same epoch again replaces the file") {
    save_checkpoint(folder.path(), 5, small_checkpoint("again"), 2);
    CHECK(list_checkpoints(folder.path()).size() == 2);
    CHECK(load_newest(folder.path()).checkpoint.metadata.at("mark") == "again");
  }
}

TEST_CASE("epochs sort as numbers", "[checkpoint]") {
  const TempDir folder;
  for (const std::uint64_t epoch : {0ULL, 99'999'999ULL, 100'000'000ULL, ~0ULL}) {
    save_checkpoint(folder.path(), epoch, small_checkpoint(std::to_string(epoch)), 0);
  }
  CHECK(list_checkpoints(folder.path()).size() == 4);
  CHECK(load_newest(folder.path()).checkpoint.metadata.at("mark") == std::to_string(~0ULL));
  fs::remove(folder.path() / checkpoint_name(~0ULL));
  CHECK(load_newest(folder.path()).checkpoint.metadata.at("mark") == "100000000");
  write_text(folder.path() / "epoch-99999999999999999999999.safetensors", "");
  CHECK(list_checkpoints(folder.path()).size() == 3);
}

TEST_CASE("loading falls back over damaged checkpoints and says why", "[checkpoint]") {
  const TempDir folder;
  for (const std::uint64_t epoch : {1, 2, 3, 4}) {
    save_checkpoint(folder.path(), epoch, small_checkpoint(std::to_string(epoch)), 0);
  }
  CHECK(load_newest(folder.path()).skipped.empty());
  const auto four = folder.path() / checkpoint_name(4);
  const auto three = folder.path() / checkpoint_name(3);
  fs::resize_file(four, 100);
  std::string text = read_text(three);
  text.back() = '?';
  write_text(three, text);
  const LoadedCheckpoint loaded = load_newest(folder.path());
  CHECK(loaded.file == folder.path() / checkpoint_name(2));
  check_same(loaded.checkpoint, small_checkpoint("2"));
  REQUIRE(loaded.skipped.size() == 2);
  CHECK_THAT(loaded.skipped[0], ContainsSubstring(four.string()));
  CHECK_THAT(loaded.skipped[0], ContainsSubstring("header length"));
  CHECK_THAT(loaded.skipped[1], ContainsSubstring(three.string()));
  CHECK_THAT(loaded.skipped[1], ContainsSubstring("'u8': found CRC-32"));

  for (const std::uint64_t epoch : {1, 2}) write_text(folder.path() / checkpoint_name(epoch), "");
  const auto none = outcome_of([&] { load_newest(folder.path()); });
  CHECK(none.code == 65);
  CHECK_THAT(none.message, ContainsSubstring("no valid checkpoint in the folder"));
  CHECK_THAT(none.message, ContainsSubstring("3 more"));
}

TEST_CASE("folders without checkpoints", "[checkpoint]") {
  const TempDir folder;
  CHECK(outcome_of([&] { load_newest(folder.path()); }).code == 65);
  CHECK(outcome_of([&] { load_newest(folder.path() / "absent"); }).code == 74);
  const auto plain = write_text(folder.path() / "plain", "");
  CHECK(outcome_of([&] { load_newest(plain); }).code == 74);
  const auto outcome = outcome_of([&] { save_checkpoint(plain / "inside", 1, {}, 1); });
  CHECK(outcome.code == 74);
  CHECK_THAT(outcome.message, ContainsSubstring(plain.string()));
}

TEST_CASE("the best checkpoint is never pruned", "[checkpoint]") {
  const TempDir folder;
  for (const std::uint64_t epoch : {1, 2, 3, 4, 5}) {
    save_checkpoint(Folder(folder.path()), epoch, small_checkpoint(), 2, {2});
  }
  CHECK(names_in(folder.path()) ==
        std::set<std::string>{checkpoint_name(2), checkpoint_name(4), checkpoint_name(5)});
}

TEST_CASE("a writer killed before its rename does no harm", "[checkpoint]") {
  const TempDir folder;
  save_checkpoint(folder.path(), 1, small_checkpoint("one"), 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    AtomicFile file(folder.path() / checkpoint_name(2));
    file.write("half a checkpoint");
    ::_exit(0);  // as a kill does: no destructor runs
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  const std::string left = "." + checkpoint_name(2) + ".tmp-" + std::to_string(child);
  REQUIRE(names_in(folder.path()).count(left) == 1);
  write_text(folder.path() / ".epoch-2.safetensors.tmp-1", "not a name of ours: stays");
  write_text(folder.path() / ".notes.tmp-1", "stays");

  const LoadedCheckpoint loaded = load_newest(folder.path());
  CHECK(loaded.checkpoint.metadata.at("mark") == "one");
  CHECK(loaded.skipped.empty());
  save_checkpoint(folder.path(), 3, small_checkpoint(), 0);
  CHECK(names_in(folder.path()) == std::set<std::string>{checkpoint_name(1), checkpoint_name(3),
                                                         ".epoch-2.safetensors.tmp-1",
                                                         ".notes.tmp-1"});
}

TEST_CASE("a failed save leaves the checkpoints as they were", "[checkpoint]") {
  const TempDir folder;
  save_checkpoint(folder.path(), 1, small_checkpoint(), 1);
  fs::create_directory(folder.path() / checkpoint_name(2));
  const auto outcome =
      outcome_of([&] { save_checkpoint(folder.path(), 2, small_checkpoint(), 1); });
  CHECK(outcome.code == 74);
  CHECK_THAT(outcome.message, ContainsSubstring("Is a directory"));
  check_same(load_newest(folder.path()).checkpoint, small_checkpoint());
  CHECK(count_files(folder.path()) == 2);
}

TEST_CASE("what a user types is found", "[checkpoint]") {
  const TempDir folder;
  const auto run = folder.path() / "run";
  fs::create_directories(run);
  CHECK(outcome_of([&] { find_checkpoint(run); }).code == 65);
  CHECK(outcome_of([&] { find_checkpoint(folder.path() / "absent"); }).code == 74);
  const auto file = save_checkpoint(run / "checkpoints", 1, small_checkpoint(), 1);
  CHECK(find_checkpoint(file) == file);
  CHECK(find_checkpoint(run) == run / "checkpoints");
  CHECK(find_checkpoint(run / "checkpoints") == run / "checkpoints");
}
