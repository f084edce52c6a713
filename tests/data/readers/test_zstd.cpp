// zstd beside gzip: frames that the tests have ready-made, for not every build packs them.
#include "engine/data/readers/byte_source.hpp"
#include "engine/data/readers/table_reader.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

using namespace vgan::testing;

std::string from_hex(const std::string& digits) {
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

// printf 'x,y\n1,2\n3,4\n5,6\n' | zstd --check
const std::string table_frame =
    from_hex("28b52ffd0458810000782c790a312c320a332c340a352c360aaf6cbb19");
// printf '7,8\n9,10\n' | zstd --check
const std::string more_frame = from_hex("28b52ffd0458490000372c380a392c31300aaa387a4a");
// head -c 1M /dev/zero | zstd --check
const std::string bomb_frame = from_hex(
    "28b52ffd04585400001000000100fbff39c002020010000200100002001000020010000200100002"
    "00100003001000f13e16e1");
// One byte by a window of 2 GiB.
const std::string wide_frame = from_hex("28b52ffd00a809000061");

bool reads_zstd() {
  const TempDir folder;
  try {
    const vgan::ByteSource source(write_file(folder.path() / "a.zst", table_frame), "cannot read");
    return true;
  } catch (const vgan::Error& error) {
    check_error(error, 65, {"this build has no libzstd", "unzstd", "libzstd-dev"});
    return false;
  }
}

vgan::Error refusal(const std::string& bytes) {
  const TempDir folder;
  return error_of([&] {
    vgan::ByteSource source(write_file(folder.path() / "a.zst", bytes), "cannot read");
    std::vector<char> chunk(1 << 16);
    while (source.read_some(chunk.data(), chunk.size()) == chunk.size()) continue;
  });
}

}  // namespace

TEST_CASE("zstd is unpacked as gzip is, or named where the build cannot", "[readers][zstd]") {
  if (!reads_zstd()) return;
  const TempDir folder;
  const auto table = vgan::read_table(write_file(folder.path() / "a.csv.zst", table_frame));
  CHECK(table.rows == 3);
  CHECK(table.columns[1].numbers == std::vector<double>{2, 4, 6});
  // Several frames are one content, and frames to be passed over hold none.
  const std::string skipped = std::string("\x50\x2a\x4d\x18\x03\x00\x00\x00", 8) + "abc";
  const auto rows = write_file(folder.path() / "b.csv.zst", skipped + table_frame + more_frame);
  CHECK(vgan::read_table(rows).rows == 5);
  vgan::ByteSource source(rows, "cannot read");
  CHECK(source.packed());
  CHECK(source.where(3) == rows.string() + ", unpacked byte 3");
  std::string content;
  for (char c = 0; source.read_some(&c, 1) == 1;) content += c;
  CHECK(content == "x,y\n1,2\n3,4\n5,6\n7,8\n9,10\n");
}

TEST_CASE("broken zstd is refused", "[readers][zstd]") {
  if (!reads_zstd()) return;
  for (std::size_t cut = 5; cut < table_frame.size(); ++cut) {
    CHECK(refusal(table_frame.substr(0, cut)).exit_code() == 65);
  }
  check_error(refusal(table_frame.substr(0, table_frame.size() - 1)), 65,
              {"the end of the file inside a zstd frame", "truncated"});
  check_error(refusal(table_frame + "trailing"), 65, {"a broken zstd frame"});
  std::string wrong = table_frame;
  wrong.back() = static_cast<char>(wrong.back() ^ 1);
  check_error(refusal(wrong), 65, {"byte", "a broken zstd frame"});
  check_error(refusal(wide_frame), 65, {"a broken zstd frame", "128 MiB"});
  Dice dice(3);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes = table_frame + more_frame;
    bytes[4 + dice.roll(bytes.size() - 4)] = static_cast<char>(dice.roll(256));
    const TempDir folder;
    try {
      vgan::read_table(write_file(folder.path() / "a", bytes));
    } catch (const vgan::Error& error) {
      CHECK(std::string(error.what()).find('\n') == std::string::npos);
    }
  }
}

TEST_CASE("a zstd bomb stops at the promise", "[readers][zstd]") {
  if (!reads_zstd()) return;
  const TempDir folder;
  vgan::ByteSource source(write_file(folder.path() / "a", bomb_frame), "cannot read");
  CHECK(source.most_bytes() == bomb_frame.size() * 32768);
  check_error(error_of([&] { source.expect_data(std::uint64_t{1} << 40, 1, "much"); }), 65,
              {"of zstd", "at most"});
}
