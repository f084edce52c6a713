#include "engine/data/readers/idx.hpp"
#include "engine/data/writers/idx_writer.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

using namespace vgan::testing;

const std::vector<std::uint8_t>& u8_pixels(const vgan::Trials& images) {
  return std::get<std::vector<std::uint8_t>>(images.values);
}

// Writes `bytes` plain and packed; both must fail with this line's parts.
void check_images(const TempDir& folder, const std::string& bytes,
                  const std::vector<std::string>& parts) {
  const auto plain = write_file(folder.path() / "images", bytes);
  check_error(error_of([&] { vgan::read_idx_trials(plain); }), 65, parts);
  const auto packed = write_file(folder.path() / "images.gz", gzip(bytes));
  check_error(error_of([&] { vgan::read_idx_trials(packed); }), 65, {"images.gz"});
}

std::string as_text(const std::vector<std::uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

TEST_CASE("IDX images and labels, plain and gzip", "[readers]") {
  const TempDir folder;
  const std::string pixels = counting_bytes(7 * 5 * 3);
  const std::string bytes = idx_header({7, 5, 3}) + pixels;
  for (const std::string& stored : {bytes, gzip(bytes)}) {
    const auto path = write_file(folder.path() / "images", stored);
    const vgan::Trials images = vgan::read_idx_trials(path);
    CHECK(images.count == 7);
    CHECK(images.shape.height == 5);
    CHECK(images.shape.width == 3);
    CHECK(images.low == 0.0F);
    CHECK(images.high == 255.0F);
    CHECK(images.labels.empty());
    CHECK(images.source == path.string());
    CHECK(as_text(u8_pixels(images)) == pixels);
  }
  const std::string labels = idx_header({4}) + std::string("\x00\x09\x7f\xff", 4);
  for (const std::string& stored : {labels, gzip(labels)}) {
    const auto path = write_file(folder.path() / "labels", stored);
    CHECK(vgan::read_idx_labels(path).classes == std::vector<std::int32_t>{0, 9, 127, 255});
  }
}

TEST_CASE("IDX images with channels", "[readers]") {
  const TempDir folder;
  for (const std::uint32_t channels : {1U, 2U, 3U}) {
    const std::string pixels = counting_bytes(7 * 5 * 3 * channels);
    const std::string bytes = idx_header({7, 5, 3, channels}) + pixels;
    for (const std::string& stored : {bytes, gzip(bytes)}) {
      const auto images = vgan::read_idx_trials(write_file(folder.path() / "images", stored));
      CHECK(images.count == 7);
      CHECK(images.shape.height == 5);
      CHECK(images.shape.width == 3);
      CHECK(images.shape.channels == channels);
      CHECK(as_text(u8_pixels(images)) == pixels);
    }
  }
  const auto alpha = vgan::read_idx_trials(
      write_file(folder.path() / "x", idx_header({1, 2, 2, 4}) + counting_bytes(16)));
  CHECK((alpha.shape.channels == 3 && alpha.notes.size() == 1));
  CHECK(u8_pixels(alpha) == std::vector<std::uint8_t>{0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14});
  check_images(folder, idx_header({1, 5, 5, 5}) + counting_bytes(125),
               {"the shape (1, 5, 5, 5)", "--shape 125"});
  check_images(folder, idx_header({1, 2, 2, 0}), {"byte 16: found a dimension of 0"});
  check_images(folder, idx_header({1, 2, 2, 3}).substr(0, 18), {"the end inside the header"});
  check_images(folder, idx_header({1, 2, 2, 3}) + counting_bytes(11),
               {"announces 1 x 2 x 2 x 3 values", "11 bytes", "allowed 12 bytes"});
  check_images(folder, idx_header({1, 2, 2, 3}) + counting_bytes(13), {"then 1 byte after it"});
  // The first three sizes fit 64 bits, all four do not.
  check_images(folder, idx_header({0xffffffff, 0xffff, 0xffff, 3}),
               {"announces 4294967295 x 65535 x 65535 x 3"});
  check_images(folder, idx_header({1, 2, 2, 2, 2}) + counting_bytes(16),
               {"IDX data of 5 dimensions", "with channels 00 00 TYPE 04"});
  const auto swapped = write_file(folder.path() / "x", idx_header({1, 2, 2, 1}) + "abcd");
  check_error(error_of([&] { vgan::read_idx_labels(swapped); }), 65,
              {"byte 3: found IDX images (4 dimensions)"});
}

TEST_CASE("IDX with a wrong magic, type or number of dimensions", "[readers]") {
  const TempDir folder;
  check_images(folder, "", {"an empty file"});
  check_images(folder, "\x01", {"byte 0: found byte 01"});
  check_images(folder, std::string(3, '\0'), {"byte 0: found bytes 00 00 00"});
  check_images(folder, std::string("\x00\x00\x07\x03", 4) + std::string(20, '\0'),
               {"byte 0: found bytes 00 00 07 03"});
  check_images(folder, std::string("\x03\x08\x00\x00", 4) + std::string(20, '\0'),
               {"byte 0: found bytes 03 08 00 00", "00 00 TYPE 03"});
  check_images(folder, idx_header({4}) + "abcd",
               {"byte 3: found IDX labels (1 dimension)", "with --labels"});
  check_images(folder, idx_header({2, 2}) + "abcd", {"byte 3: found IDX labels (2 dimensions)"});
  check_images(folder, "<!DOCTYPE html><html>", {"an HTML page", "download the file itself"});
  check_images(folder, "version https://git-lfs.github.com/spec/v1\n",
               {"a git-LFS pointer", "git lfs pull"});
  const auto swapped = write_file(folder.path() / "x", idx_header({1, 2, 2}) + "abcd");
  check_error(error_of([&] { vgan::read_idx_labels(swapped); }), 65,
              {"byte 3: found IDX images (3 dimensions)"});
}

TEST_CASE("IDX with wrong sizes", "[readers]") {
  const TempDir folder;
  check_images(folder, idx_header({3, 2, 2}).substr(0, 10),
               {"byte 10", "the end inside the header"});
  check_images(folder, idx_header({0, 28, 28}), {"byte 4: found a dimension of 0"});
  check_images(folder, idx_header({1, 0, 28}), {"byte 8: found a dimension of 0"});
  check_images(folder, idx_header({1, 28, 0}), {"byte 12: found a dimension of 0"});
  check_images(folder, idx_header({3, 2, 2}) + counting_bytes(11),
               {"byte 27: found a header that announces 3 x 2 x 2 pixels, then 11 bytes",
                "allowed 12 bytes", "truncated"});
  check_images(folder, idx_header({3, 2, 2}) + counting_bytes(13),
               {"byte 28", "then 1 byte after it"});
  check_images(folder, idx_header({0xffffffff, 0xffffffff, 0xffffffff}) + "x",
               {"byte 4: found a header that announces 4294967295 x 4294967295 x 4294967295"});
  check_images(folder, idx_header({0x10000, 0x10000, 0x10000}) + "x", {"then 1 byte of data"});
  // 2^32 pixels in 32 bits are 0: the product must not wrap around.
  check_images(folder, idx_header({0x10000, 0x100, 0x100}), {"announces 65536 x 256 x 256"});
  const auto labels = write_file(folder.path() / "labels", idx_header({5}) + "abcd");
  check_error(error_of([&] { vgan::read_idx_labels(labels); }), 65, {"announces 5 labels"});
}

TEST_CASE("IDX in gzip that holds less or more than its header says", "[readers]") {
  const TempDir folder;
  const auto path = folder.path() / "images.gz";
  const auto error = [&](const std::string& content) {
    write_file(path, gzip(content));
    return error_of([&] { vgan::read_idx_trials(path); });
  };
  check_error(error(idx_header({3, 2, 2}) + counting_bytes(11)), 65,
              {"unpacked byte 27", "the end inside the data", "at least 28 bytes"});
  check_error(error(idx_header({3, 2, 2}) + counting_bytes(13)), 65,
              {"unpacked byte 28", "trailing bytes"});
  // A bomb of 8 MB of zeros behind a small header, and behind one that announces 4 TB.
  const std::string zeros(8 << 20, '\0');
  check_error(error(idx_header({3, 2, 2}) + zeros), 65, {"unpacked byte 28", "trailing bytes"});
  check_error(error(idx_header({1u << 20, 2048, 2048}) + zeros), 65,
              {"announces 1048576 x 2048 x 2048 pixels (4398046511104 bytes)", "of gzip"});
  // Within what gzip could hold, but not there.
  check_error(error(idx_header({8400, 1000, 1}) + zeros), 65,
              {"unpacked byte 8388624", "the end inside the data"});
}

TEST_CASE("IdxWriter writes what read_idx_trials reads", "[readers]") {
  const TempDir folder;
  const auto path = folder.path() / "out-images-idx3-ubyte";
  const std::string text = counting_bytes(6 * 4 * 2);
  const std::vector<std::uint8_t> pixels(text.begin(), text.end());
  vgan::IdxWriter writer(path, 6, {4, 2});
  writer.append(std::span(pixels).first(5));
  writer.append(std::span(pixels).subspan(5));
  CHECK_FALSE(std::filesystem::exists(path));
  writer.finish();
  CHECK(read_file(path) == idx_header({6, 4, 2}) + text);
  CHECK(u8_pixels(vgan::read_idx_trials(path)) == pixels);

  const auto colours = folder.path() / "colours";
  for (const std::int64_t channels : {std::int64_t{2}, std::int64_t{3}}) {
    vgan::IdxWriter several(colours, 8 / channels, {3, 2, channels});
    several.append(std::span(pixels).first(static_cast<std::size_t>(8 / channels * 6 * channels)));
    several.finish();
    const auto read = vgan::read_idx_trials(colours);
    CHECK((read.count == 8 / channels && read.shape.height == 3 && read.shape.width == 2));
    CHECK(read.shape.channels == channels);
    CHECK(as_text(u8_pixels(read)) == text.substr(0, u8_pixels(read).size()));
  }
  check_error(error_of([&] {
                vgan::IdxWriter(colours, 1, {2, 3, 0});
              }),
              78, {"1 x 2 x 3 x 0 values"});

  const auto refused = [&](std::int64_t count, std::int64_t height) {
    return error_of([&] { vgan::IdxWriter(folder.path() / "no", count, {height, 2}); });
  };
  check_error(refused(0, 1), 78, {"0 x 1 x 2 pixels"});
  check_error(refused(INT64_C(1) << 32, 1), 78, {"4294967296 x 1 x 2"});
  vgan::IdxWriter counted(folder.path() / "counted", 1, {2, 2});
  check_error(error_of([&] { counted.append(std::span(pixels).first(5)); }), 70, {"5 more bytes"});
  check_error(error_of([&] { counted.finish(); }), 70, {"4 announced bytes"});
}

TEST_CASE("MNIST and other projects' IDX files", "[readers]") {
  const auto shared = shared_data();
  if (!shared) VGAN_SKIP("no shared data");
  const auto mnist = vgan::read_idx_trials(*shared / "mnist" / "train-images-idx3-ubyte.gz");
  CHECK(mnist.count == 60000);
  CHECK(mnist.values_per_trial() == 784);
  CHECK(mnist.bytes() == 47040000);
  const auto labels =
      vgan::read_idx_labels(*shared / "mnist" / "train-labels-idx1-ubyte.gz").classes;
  REQUIRE(labels.size() == 60000);
  CHECK(std::vector(labels.begin(), labels.begin() + 5) ==
        std::vector<std::int32_t>{5, 0, 4, 1, 9});

  const auto idx = *shared / "readers" / "idx";
  const auto telugu = vgan::read_idx_trials(idx / "telugu" / "train-images-idx3-ubyte.gz");
  CHECK(telugu.count == 5281);
  CHECK(telugu.shape.height == 50);
  CHECK(vgan::read_idx_labels(idx / "telugu" / "t10k-labels-idx1-ubyte").classes.size() == 1591);
  CHECK(vgan::read_idx_labels(idx / "baybayin" / "test-labels-idx1-ubyte.gz").classes.size() ==
        9703);
  CHECK(vgan::read_idx_trials(idx / "ensemble_fashion" / "t10k-images-idx3-ubyte.gz").count == 50);
  CHECK(vgan::read_idx_trials(idx / "mydata_idx" / "t10k-images-idx3-ubyte.gz").count == 450);
}

TEST_CASE("broken IDX files from the wild", "[readers]") {
  const auto shared = shared_data();
  if (!shared) VGAN_SKIP("no shared data");
  const auto error = [&](const char* name) {
    return error_of([&] { vgan::read_idx_trials(*shared / "readers" / "idx_broken" / name); });
  };
  check_error(error("html_as_train-images.gz"), 65, {"byte 0: found an HTML page"});
  check_error(error("lfs_pointer_train-images.gz"), 65, {"byte 0: found a git-LFS pointer"});
  check_error(error("truncated_fashion_t10k-images-idx3-ubyte"), 65,
              {"byte 786432", "announces 10000 x 28 x 28 pixels, then 786416 bytes of data"});
  check_error(error("truncated_fashion_t10k-images-idx3-ubyte.gz"), 65,
              {"byte 786432", "inside a gzip stream, after 1388"});
  check_error(error("truncated_fashion_train-images.gz"), 65,
              {"byte 1578568", "inside a gzip stream, after 283"});
}
