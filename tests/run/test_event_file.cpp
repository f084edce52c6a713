// TensorBoard's event files: checksums against published values, records byte by byte, and read
// back by TensorBoard's own reader.
#include "engine/run/event_file.hpp"

#include <cstdlib>

#include "engine/pictures/png.hpp"
#include "tests/cli/run_command.hpp"
#include "tests/run/measured_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/skip.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

CommandResult python(const std::filesystem::path& folder, const std::string& script) {
  const char* const named = std::getenv("VGAN_PYTHON");
  const std::string program = named != nullptr ? named : "python3";
  return Command(folder, {program, "-c", script}, "", "/usr/bin/env").wait();
}

std::string only_file(const std::filesystem::path& folder) {
  const std::vector<std::string> names = Folder(folder).names();
  REQUIRE(names.size() == 1);
  return file_text(folder / names[0]);
}

}  // namespace

TEST_CASE("CRC-32C has the published values", "[engine][run]") {
  // RFC 3720, B.4, but the last, which is in the catalogue of parametrised CRCs (CRC-32/ISCSI).
  CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AAU);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62A8AB43U);
  std::string rising;
  for (int i = 0; i < 32; ++i) rising.push_back(static_cast<char>(i));
  CHECK(crc32c(rising) == 0x46DD794EU);
  CHECK(crc32c("123456789") == 0xE3069283U);
  CHECK(crc32c("") == 0U);
  CHECK(masked_crc32c("123456789") == ((0xE3069283U >> 15U) | (0xE3069283U << 17U)) + 0xA282EAD8U);
}

TEST_CASE("a record is its length and its bytes, each with a checksum", "[engine][run]") {
  const std::string record = tf_record("abc");
  REQUIRE(record.size() == 8 + 4 + 3 + 4);
  CHECK(record.substr(0, 8) == std::string("\x03\0\0\0\0\0\0\0", 8));
  CHECK(record.substr(12, 3) == "abc");
  const auto word = [&](std::size_t at) {
    std::uint32_t sum = 0;
    for (std::size_t i = 4; i-- > 0;) sum = sum << 8U | static_cast<unsigned char>(record[at + i]);
    return sum;
  };
  CHECK(word(8) == masked_crc32c(record.substr(0, 8)));
  CHECK(word(15) == masked_crc32c("abc"));
}

TEST_CASE("a file of events begins with its version, and has a name of its own", "[engine][run]") {
  const TempDir place;
  {
    EventFile first(Folder(place.path()), 0);
    first.add_scalars(1, {{"train/d_loss", 1.5}});
  }
  const std::string bytes = only_file(place.path());
  // Field 1, wall time, is a double; field 3, the version, 13 bytes.
  CHECK(bytes[12] == 0x09);
  CHECK(bytes.substr(21, 2) == "\x1a\x0d");
  CHECK(bytes.substr(23, 13) == "brain.Event:2");
  CHECK_THAT(bytes, ContainsSubstring("train/d_loss"));
  EventFile second(Folder(place.path()), 1);
  CHECK(Folder(place.path()).names().size() == 2);
}

TEST_CASE("TensorBoard reads what a run wrote, and what it wrote after a resume", "[engine][run]") {
  const MeasuredRuns runs;
  if (python(runs.path(), "import tensorboard").exit_code != 0) {
    VGAN_SKIP("no python3 with tensorboard; VGAN_PYTHON names one");
  }
  RunRequest request = runs.request("a", 20);
  request.config.tensorboard = true;
  request.config.evaluate_every = 10;
  request.config.sample_every = 10;
  request.config.save_every = 5;
  (void)run_training(request);
  RunRequest again = runs.resume("a");
  again.resume_from = runs.path() / "a" / "checkpoints" / checkpoint_name(15);
  again.config.epochs = 30;
  again.given = {"epochs"};
  (void)run_training(again);
  const CommandResult read = python(runs.path(), R"(
import json
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator('a/tensorboard', size_guidance={'scalars': 0, 'images': 0})
events.Reload()
written = {}
for line in open('a/metrics.jsonl'):
    entry = json.loads(line)
    for name, value in entry.items():
        if 'event' not in entry and name not in ('epoch', 'seconds'):
            written.setdefault('train/' + name, {})[entry['epoch']] = value
        if entry.get('event') == 'evaluation' and isinstance(value, (int, float)) and name != 'epoch':
            written.setdefault('quality/' + name, {})[entry['epoch']] = value
tags = set(events.Tags()['scalars'])
assert tags == set(written), (tags, set(written))
for tag, values in written.items():
    found = {one.step: one.value for one in events.Scalars(tag)}
    assert set(found) == set(values), (tag, sorted(found), sorted(values))
    for step, value in values.items():
        assert abs(found[step] - value) <= 1e-5 * max(1.0, abs(value)), (tag, step)
sheets = events.Images('samples')
assert [one.step for one in sheets] == [0, 10, 20, 30], [one.step for one in sheets]
for one in sheets:
    assert one.encoded_image_string[:4] == b'\x89PNG' and one.width > 0 and one.height > 0
print('read', len(tags))
)");
  INFO(read.out << read.err);
  CHECK(read.exit_code == 0);
}
