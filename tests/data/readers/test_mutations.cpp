// Damaged copies of good files: whatever a byte becomes, a reader gives a value or a vgan::Error.
#include <set>

#include "engine/data/readers/idx.hpp"
#include "engine/data/readers/npy.hpp"
#include "engine/data/readers/open_trials.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

using namespace vgan::testing;

std::string mutate(std::string bytes, std::size_t header, Dice& dice) {
  const std::string interesting("\x00\x01\x7f\x80\xff(),:'{}[]<>|0129LOf", 24);
  for (std::size_t edits = 1 + dice.roll(3); edits > 0; --edits) {
    // mostly the header, sometimes anywhere
    const std::size_t at = dice.roll(dice.roll(8) == 0 ? bytes.size() : header);
    switch (dice.roll(6)) {
      case 0: bytes[at] = static_cast<char>(bytes[at] ^ (1 << dice.roll(8))); break;
      case 1: bytes[at] = static_cast<char>(dice.roll(256)); break;
      case 2: bytes[at] = interesting[dice.roll(interesting.size())]; break;
      case 3: bytes.erase(at, 1 + dice.roll(4)); break;
      case 4: bytes.insert(at, 1 + dice.roll(4), interesting[dice.roll(interesting.size())]); break;
      default: bytes.resize(std::max<std::size_t>(at, 1)); break;
    }
    if (bytes.empty()) bytes = "x";
    header = std::min(header, bytes.size());
  }
  return bytes;
}

struct Outcome {
  int good = 0;
  std::set<std::string> messages;
};

// `read` on `rounds` damaged copies of `bytes`, whose first `header` bytes are hit most.
template <class Read>
Outcome batter(const std::string& bytes, std::size_t header, int rounds, Read&& read) {
  const TempDir folder;
  const auto path = folder.path() / "file";
  Dice dice(bytes.size());
  Outcome outcome;
  for (int round = 0; round < rounds; ++round) {
    std::filesystem::remove(path);  // truncating it instead makes ext4 flush every round
    write_file(path, mutate(bytes, header, dice));
    try {
      read(path);
      ++outcome.good;
    } catch (const vgan::Error& error) {
      const std::string line = error.what();
      if (error.exit_code() != 65 || line.find('\n') != std::string::npos ||
          (line.find("byte ") == std::string::npos && !line.starts_with("cannot read a table"))) {
        FAIL("round " << round << ": " << line);
      }
      outcome.messages.insert(error.detail().found);
    }
  }
  return outcome;
}

void check_images(const vgan::Trials& images) {
  const std::size_t pixels =
      std::visit([](const auto& values) { return values.size(); }, images.values);
  if (images.count < 1 || images.values_per_trial() < 1 || images.shape.channels > 4096 ||
      pixels != static_cast<std::size_t>(images.count * images.values_per_trial()) ||
      !(images.low < images.high)) {
    FAIL("an inconsistent image set");
  }
}

}  // namespace

TEST_CASE("damaged IDX files", "[readers]") {
  const std::string images = idx_header({3, 4, 5}) + counting_bytes(60);
  const auto read = [](const auto& path) { check_images(vgan::read_idx_trials(path)); };
  const Outcome plain = batter(images, 16, 2000, read);
  CHECK(plain.good > 10);
  CHECK(plain.messages.size() > 100);
  const std::string colour = idx_header({2, 3, 3, 3}) + counting_bytes(54);
  CHECK(batter(colour, 20, 2000, read).messages.size() > 100);
  const std::string packed = gzip(images);
  CHECK(batter(packed, packed.size(), 2000, read).messages.size() > 20);
  CHECK(batter(idx_header({9}) + counting_bytes(9), 8, 1000, [](const auto& path) {
          vgan::read_idx_labels(path);
        }).messages.size() > 50);
}

TEST_CASE("damaged npy files", "[readers]") {
  const auto read = [](const auto& path) { check_images(vgan::read_npy_trials(path)); };
  const std::string header = npy_header("<f4", "(2, 3, 3)");
  std::vector<float> values(18);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) / 18.0F;
  const Outcome plain = batter(header + raw_bytes(values), header.size(), 3000, read);
  CHECK(plain.good > 10);
  CHECK(plain.messages.size() > 100);
  const std::string turned = npy_header("|u1", "(2, 9)", true) + counting_bytes(18);
  CHECK(batter(turned, turned.size() - 18, 2000, read).messages.size() > 100);
  const std::string colour = npy_header("|u1", "(2, 3, 4, 5)") + counting_bytes(120);
  CHECK(batter(colour, colour.size() - 120, 3000, read).messages.size() > 100);
  const std::string rows = npy_header("<f4", "(3, 2)") + raw_bytes<float>({1, 2, 3, 4, 5, 6});
  CHECK(batter(rows, rows.size() - 24, 2000, [](const auto& path) {
          const vgan::Conditions read = vgan::read_conditions(path);
          if (read.size < 1 || read.size > 4096 || read.values.empty()) FAIL("no conditions");
        }).messages.size() > 100);
  const std::string labels = npy_header("<i8", "(3,)") + raw_bytes<std::int64_t>({1, 2, 3});
  CHECK(batter(labels, labels.size() - 24, 1000, [](const auto& path) {
          vgan::read_npy_labels(path);
        }).messages.size() > 50);
}

TEST_CASE("damaged files of a format to be told", "[readers]") {
  const auto read = [](const std::filesystem::path& path) {
    vgan::DataRequest request;
    request.data = path.string();
    const vgan::Trials trials = vgan::open_trials(request);
    if (!trials.schema) check_images(trials);  // else it has become text, and so a table
  };
  CHECK(batter(idx_header({3, 2, 2}) + counting_bytes(12), 6, 500, read).good > 0);
  CHECK(batter(npy_header("|u1", "(2, 9)") + counting_bytes(18), 10, 500, read).good > 0);
}
