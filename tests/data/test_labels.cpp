// Labels of any type: numbers, floats that are whole, and words.
#include "engine/data/labels.hpp"
#include "engine/data/readers/idx.hpp"
#include "engine/data/readers/open_trials.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

using namespace vgan::testing;
using Classes = std::vector<std::int32_t>;
using Names = std::vector<std::string>;

struct Reader {
  TempDir folder;
  vgan::Labels operator()(const std::string& bytes, const char* name = "labels") const {
    return vgan::read_labels(write_file(folder.path() / name, bytes));
  }
  vgan::Error error(const std::string& bytes) const {
    return error_of([&] { (*this)(bytes); });
  }
};

// Text as NumPy keeps it in '<U5': 32-bit code points, filled up with 0.
std::string wide(const std::vector<std::u32string>& words, std::size_t length, bool big = false) {
  std::string bytes;
  for (const std::u32string& word : words) {
    for (std::size_t i = 0; i < length; ++i) {
      const std::uint32_t code = i < word.size() ? word[i] : 0;
      for (int k = 0; k < 4; ++k) {
        bytes += static_cast<char>(code >> (big ? 24 - 8 * k : 8 * k));
      }
    }
  }
  return bytes;
}

}  // namespace

TEST_CASE("npy labels of every number type", "[readers]") {
  const Reader read;
  const Classes wanted = {3, 0, 127};
  const auto check = [&](const std::string& bytes) {
    CHECK(read(bytes).classes == wanted);
    CHECK(read(gzip(bytes)).classes == wanted);
  };
  check(npy_header("|u1", "(3,)") + raw_bytes<std::uint8_t>({3, 0, 127}));
  check(npy_header("|i1", "(3,)") + raw_bytes<std::int8_t>({3, 0, 127}));
  check(npy_header("<u2", "(3,)") + raw_bytes<std::uint16_t>({3, 0, 127}));
  check(npy_header("<i2", "(3, 1)") + raw_bytes<std::int16_t>({3, 0, 127}));
  check(npy_header("<u4", "(3,)") + raw_bytes<std::uint32_t>({3, 0, 127}));
  check(npy_header("<i4", "(3,)", true) + raw_bytes<std::int32_t>({3, 0, 127}));
  check(npy_header("<u8", "(3,)") + raw_bytes<std::uint64_t>({3, 0, 127}));
  check(npy_header("<i8", "(3,)") + raw_bytes<std::int64_t>({3, 0, 127}));
  check(npy_header("<f4", "(3,)") + raw_bytes<float>({3, 0, 127}));
  check(npy_header("<f8", "(3,)") + raw_bytes<double>({3, 0, 127}));
  check(npy_header("<f2", "(3,)") + raw_bytes<std::uint16_t>({0x4200, 0, 0x57F0}));
  check(npy_header(">i4", "(3,)") + std::string("\0\0\0\3\0\0\0\0\0\0\0\x7f", 12));
  CHECK(read(npy_header("|b1", "(2,)") + std::string("\1\0", 2)).classes == Classes{1, 0});

  check_error(read.error(npy_header("<i8", "(2,)") + raw_bytes<std::int64_t>({1, -1})), 65,
              {"the label -1 in row 1", "0 to 2147483647"});
  check_error(read.error(npy_header("<u8", "(1,)") + raw_bytes<std::uint64_t>({UINT64_C(1) << 40})),
              65, {"the label 1099511627776 in row 0"});
  check_error(read.error(npy_header("<f4", "(3,)") + raw_bytes<float>({0, 1.5F, 2})), 65,
              {"the label 1.5 in row 1", "whole numbers"});
  check_error(read.error(npy_header("<f4", "(1,)") + raw_bytes<float>({std::nanf("")})), 65,
              {"the label nan in row 0"});
  check_error(read.error(npy_header("<i3", "(1,)") + "abc"), 65, {"(dtype '<i3')"});
  check_error(read.error(npy_header("<i4", "(1, 2)") + "abcdefgh"), 65,
              {"the shape (1, 2)", "[:, 0]"});
}

TEST_CASE("IDX labels of every type, and of two axes", "[readers]") {
  const Reader read;
  CHECK(read(idx_header({3}) + std::string("\0\x07\xff", 3)).classes == Classes{0, 7, 255});
  CHECK(read(idx_header({2}, 0x0B) + std::string("\0\x07\x01\0", 4)).classes == Classes{7, 256});
  CHECK(read(idx_header({1}, 0x0D) + std::string("\x40\x40\0\0", 4)).classes == Classes{3});
  const vgan::Labels first = read(idx_header({2, 2}, 0x0C) +
                                  std::string("\0\0\0\5\0\0\0\x09\0\0\0\6\xff\xff\xff\xff", 16));
  CHECK(first.classes == Classes{5, 6});
  REQUIRE(first.notes.size() == 1);
  CHECK(first.notes[0].find("the first of its 2 columns") != std::string::npos);
}

TEST_CASE("IDX labels of more rows and columns than can be counted", "[readers]") {
  const Reader read;
  for (const std::uint32_t side : {0xF5F5F5F5U, 0xFFFFFFFFU, 0x80000000U}) {
    for (const std::uint8_t type : {std::uint8_t{0x08}, std::uint8_t{0x0E}}) {
      const vgan::Error error = read.error(idx_header({side, side}, type) + std::string(30, 'x'));
      CHECK(error.code() == vgan::ErrorCode::bad_data);
      CHECK(std::string(error.what()).find("header that announces") != std::string::npos);
    }
  }
}

TEST_CASE("labels that are words", "[readers]") {
  const Reader read;
  const Classes wanted = {2, 0, 1, 0};
  const Names names = {"cat", "dog", "\xc3\xa9l\xc3\xa9phant \xf0\x9f\x90\x98"};
  const std::vector<std::u32string> words = {U"\u00e9l\u00e9phant \U0001F418", U"cat", U"dog",
                                             U"cat"};
  const auto check = [&](const vgan::Labels& labels) {
    CHECK(labels.classes == wanted);
    CHECK(labels.names == names);
  };
  check(read(npy_header("<U12", "(4,)") + wide(words, 12)));
  check(read(npy_header(">U12", "(4, 1)") + wide(words, 12, true)));
  const std::string text = names[2] + "\ncat\ndog\ncat";
  check(read(text));
  check(read(gzip(text + "\n")));
  check(read("\xef\xbb\xbf\"" + names[2] + "\"\r\ncat\r\n\"dog\"\r\ncat\r\n"));
  const vgan::Labels bytes = read(npy_header("|S3", "(3,)") + std::string("no\0yesno\0", 9));
  CHECK(bytes.classes == Classes{0, 1, 0});
  CHECK(bytes.names == Names{"no", "yes"});
  CHECK(read("\"a, b\"\n\"say \"\"c\"\"\"\n").names == Names{"a, b", "say \"c\""});

  const vgan::Labels numbers = read("3\n0\n12.0\n");
  CHECK(numbers.classes == Classes{3, 0, 12});
  CHECK(numbers.names.empty());
  CHECK(read("3\nfour\n").names == Names{"3", "four"});

  check_error(read.error("1\n-2\n"), 65, {"line 2", "the label -2"});
  check_error(read.error("cat,1\ndog,2\n"), 65, {"line 1", "more than one column", "cut -d, -f1"});
  check_error(read.error("cat\n\ndog\n"), 65, {"line 2", "a label without text"});
  check_error(read.error("cat\nd\xf6g\n"), 65, {"line 2", "not UTF-8", "iconv"});
  check_error(read.error("cat\n" + std::string(257, 'x')), 65, {"line 2", "more than 256 bytes"});
  check_error(read.error(npy_header("<U1", "(1,)") + std::string("\0\xd8\0\0", 4)), 65,
              {"row 0", "not UTF-8"});
  check_error(read.error(npy_header("|S0", "(1,)")), 65, {"|S0"});
  check_error(read.error("<html>"), 65, {"an HTML page"});
  check_error(read.error("ab\x01"), 65, {"a text file of one label a line"});
}

TEST_CASE("names of classes stay with images", "[readers]") {
  const TempDir folder;
  const auto images =
      write_file(folder.path() / "images", idx_header({3, 2, 2}) + counting_bytes(12));
  vgan::DataRequest request;
  request.data = images.string();
  request.labels = write_file(folder.path() / "names.txt", "b\na\nb\n").string();
  const vgan::Trials read = vgan::open_trials(request);
  CHECK(read.labels == Classes{1, 0, 1});
  CHECK(read.class_names == Names{"a", "b"});
  CHECK(read.part(1, 2).class_names == Names{"a", "b"});
  request.labels = write_file(folder.path() / "table.csv", "label\nb\na\nb\n").string();
  check_error(error_of([&] { vgan::open_trials(request); }), 65,
              {"found 4 labels; allowed 3", "tail -n +2"});
}
