// Data that is not what it says: one line, the file, and the exit status of its kind.
#ifdef VGAN_BINARY

#include <sys/stat.h>
#include <zlib.h>

#include "tests/cli/tiny_run.hpp"
#include "tests/support/catch.hpp"

using namespace vgan::testing;

namespace {

namespace fs = std::filesystem;

// An IDX file: 00 00, type, number of sizes, the sizes, then `bytes` bytes of data.
std::string idx(unsigned char type, const std::vector<std::uint32_t>& sizes, std::size_t bytes) {
  std::string text("\0\0", 2);
  text += static_cast<char>(type);
  text += static_cast<char>(sizes.size());
  for (const std::uint32_t size : sizes) {
    for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(size >> shift & 255U);
  }
  for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>(i * 37 % 251);
  return text;
}

std::string npy(const std::string& header, std::size_t bytes) {
  std::string text("\x93NUMPY\x01\x00", 8);
  text += static_cast<char>(header.size());
  text += static_cast<char>(header.size() >> 8);
  return text + header + std::string(bytes, 'A');
}

void write_file(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

void write_gzip(const fs::path& path, const std::string& text) {
  const gzFile file = gzopen(path.c_str(), "wb9");
  REQUIRE(file != nullptr);
  REQUIRE(gzwrite(file, text.data(), static_cast<unsigned>(text.size())) ==
          static_cast<int>(text.size()));
  REQUIRE(gzclose(file) == Z_OK);
}

void refuse_data(const TinyRuns& runs, const Words& words, int exit_code, const std::string& said) {
  const CommandResult result = runs.run("a", words);
  INFO(result.err);
  CHECK(result.exit_code == exit_code);
  CHECK(result.out.empty());
  CHECK(is_one_complaint(result.err));
  CHECK_THAT(result.err, ContainsSubstring(said));
  CHECK_FALSE(fs::exists(runs.path() / "a"));
}

}  // namespace

TEST_CASE("cli: broken IDX files are exit 65 and name the file") {
  const TinyRuns runs;
  const std::string images = idx(8, {24, 8, 8}, 24 * 64);
  const auto refuse = [&](const std::string& name, const std::string& text) {
    INFO(name);
    write_file(runs.path() / name, text);
    refuse_data(runs, {"--data", name}, 65, name);
  };
  refuse("truncated-idx", images.substr(0, images.size() - 10));
  refuse("header-only-idx", images.substr(0, 7));
  refuse("trailing-idx", images + "surplus");
  refuse("wrong-magic-idx", "\x01" + images.substr(1));
  refuse("wrong-type-idx", idx(0x0a, {24, 8, 8}, 24 * 64 * 4));
  refuse("one-dimension-idx", idx(8, {24}, 24));
  refuse("no-images-idx", idx(8, {0, 8, 8}, 0));
  refuse("huge-idx", idx(8, {0x7fffffff, 0x7fffffff, 2}, 100));
  refuse("empty-idx", "");
  refuse("page.gz", "<!DOCTYPE html><html><body>Not found</body></html>");
  refuse("text.csv", "a,b,c\n1,2\n");
}

TEST_CASE("cli: a gzip bomb is refused without its memory") {
  const TinyRuns runs;
  std::string zeros = idx(8, {24, 8, 8}, 24 * 64);
  zeros.resize(64U << 20, '\0');  // 64 MiB behind 1.5 KiB of images
  write_gzip(runs.path() / "bomb.gz", zeros);
  refuse_data(runs, {"--data", "bomb.gz"}, 65, "bomb.gz");
  write_gzip(runs.path() / "cut.gz", idx(8, {24, 8, 8}, 24 * 64));
  fs::resize_file(runs.path() / "cut.gz", fs::file_size(runs.path() / "cut.gz") - 20);
  refuse_data(runs, {"--data", "cut.gz"}, 65, "cut.gz");
}

TEST_CASE("cli: broken .npy files are exit 65 and name the file") {
  const TinyRuns runs;
  const auto refuse = [&](const std::string& name, const std::string& text) {
    INFO(name);
    write_file(runs.path() / name, text);
    refuse_data(runs, {"--data", name}, 65, name);
  };
  const std::string good = "{'descr': '|u1', 'fortran_order': False, 'shape': (24, 8, 8), }\n";
  refuse("short.npy", npy(good, 100));
  refuse("no-dict.npy", npy("descr u1\n", 1536));
  refuse("object.npy", npy("{'descr': '|O', 'fortran_order': False, 'shape': (24, 8, 8), }\n", 99));
  refuse("complex.npy",
         npy("{'descr': '<c16', 'fortran_order': False, 'shape': (24, 8, 8), }\n", 24576));
  refuse("negative.npy", npy("{'descr': '|u1', 'fortran_order': False, 'shape': (-1, 8), }\n", 8));
  refuse("empty.npy", npy("{'descr': '|u1', 'fortran_order': False, 'shape': (0, 8, 8), }\n", 0));
}

TEST_CASE("cli: labels that do not go with the images are exit 65") {
  const TinyRuns runs;
  write_file(runs.path() / "few-labels", idx(8, {23}, 23));
  refuse_data(runs, {"--labels", "few-labels"}, 65, "23 labels");
  refuse_data(runs, {"--labels", "tiny.npy"}, 65, "tiny.npy");
  refuse_data(runs, {"--labels", "nowhere"}, 74, "nowhere");
}

TEST_CASE("cli: what cannot be read is exit 74") {
  const TinyRuns runs;
  refuse_data(runs, {"--data", "nowhere.npy"}, 74, "nowhere.npy");
  fs::create_directory(runs.path() / "folder");
  refuse_data(runs, {"--data", "folder"}, 74, "a folder without images");
  REQUIRE(mkfifo((runs.path() / "fifo").c_str(), 0600) == 0);
  refuse_data(runs, {"--data", "fifo"}, 74, "fifo");
}

TEST_CASE("cli: what cannot be written is exit 74") {
  const TinyRuns runs;
  write_file(runs.path() / "file", "");
  const CommandResult result = runs.run("file/run");
  INFO(result.err);
  CHECK(result.exit_code == 74);
  CHECK(is_one_complaint(result.err));
}

#endif
