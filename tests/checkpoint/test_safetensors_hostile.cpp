// The safetensors reader on files that are broken, hostile or random.
#include <sys/resource.h>
#include <sys/stat.h>

#include <random>

#include "engine/checkpoint/safetensors.hpp"
#include "tests/checkpoint/files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using Catch::Matchers::ContainsSubstring;
using vgan::testing::outcome_of;
using vgan::testing::read_text;
using vgan::testing::safetensors_text;
using vgan::testing::TempDir;
using vgan::testing::write_text;

namespace {

std::string tensor(const std::string& name, const std::string& type, const std::string& shape,
                   const std::string& offsets) {
  return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape +
         ",\"data_offsets\":" + offsets + "}";
}

struct Hostile {
  std::string header;
  std::size_t data_size;
  std::string reason;  // what the message names
};

std::string nested(const std::string& before, int depth, char bracket) {
  return before + std::string(static_cast<std::size_t>(depth), bracket);
}

const std::vector<Hostile>& hostile_headers() {
  static const std::string blank(1, ' ');
  static const std::vector<Hostile> cases{
      // Not a header at all.
      {"", 0, "an empty header"},
      {" {}", 0, "allowed '{'"},
      {"\xef\xbb\xbf{}", 0, "allowed '{'"},
      {"[]", 0, "allowed '{'"},
      {"{", 0, "another last character"},
      {"{}{}", 0, "syntax error"},
      {"{}x", 0, "another last character"},
      {"{}\n", 0, "another last character"},
      {"{}\t ", 0, "another last character"},
      {std::string("{}\0}", 4), 0, "a zero byte"},
      {"{} /* c */ }", 0, "syntax error"},
      {"{\"a\":1}", 0, "an object for each tensor"},
      {"{\"a\":null}", 0, "an object for each tensor"},
      {"{\"a\":{}}", 0, "without all its keys"},
      {"{\"\xff\":{}}", 0, "UTF-8"},
      {"{\"\xc0\xaf\":{}}", 0, "UTF-8"},
      {"{\"__metadata__\":{\"k\":\"\xed\xa0\x80\"}}", 0, "UTF-8"},
      {"{\"a\\ud800\":{}}", 0, "surrogate"},
      {"{\"a\":NaN}", 0, "syntax error"},
      // Depth.
      {nested("{\"a\":", 1'000'000, '[') + "}", 0, "an array"},
      {nested("{\"a\":", 1'000'000, '{') + "}", 0, "syntax error"},
      {"{" + tensor("a", "U8", "[[1]]", "[0,1]") + "}", 1, "an array"},
      {"{\"a\":{\"shape\":{}}}", 0, "an object"},
      {"{\"__metadata__\":{\"k\":{}}}", 0, "text values"},
      // Keys.
      {"{" + tensor("a", "U8", "[1]", "[0,1]") + "," + tensor("a", "U8", "[1]", "[1,2]") + "}", 2,
       "'a' twice"},
      {"{" + tensor("a", "U8", "[1]", "[0,1]") + "," + tensor("\\u0061", "U8", "[1]", "[1,2]") +
           "}",
       2, "'a' twice"},
      {"{\"__metadata__\":{},\"__metadata__\":{}}", 0, "twice"},
      {"{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0, "'k' twice"},
      {"{\"__metadata__\":{\"k\":1}}", 0, "text values"},
      {"{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1,
       "twice"},
      {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],\"more\":1}}", 1, "'more'"},
      {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"offsets\":[0,1]}}", 1, "'offsets'"},
      // Types and numbers.
      {"{" + tensor("a", "F33", "[1]", "[0,1]") + "}", 1, "'F33'"},
      {"{" + tensor("a", "f32", "[1]", "[0,4]") + "}", 4, "'f32'"},
      {"{" + tensor("a", "U8", "[-1]", "[0,1]") + "}", 1, "a negative number"},
      {"{" + tensor("a", "U8", "[1.0]", "[0,1]") + "}", 1, "'1.0'"},
      {"{" + tensor("a", "U8", "[1e0]", "[0,1]") + "}", 1, "'1e0'"},
      {"{" + tensor("a", "U8", "[true]", "[0,1]") + "}", 1, "a boolean"},
      {"{" + tensor("a", "U8", "1", "[0,1]") + "}", 1, "a number"},
      {"{" + tensor("a", "U8", "[\"1\"]", "[0,1]") + "}", 1, "a string"},
      {"{" + tensor("a", "U8", "[1]", "[0]") + "}", 1, "fewer than two"},
      {"{" + tensor("a", "U8", "[1]", "[]") + "}", 1, "fewer than two"},
      {"{" + tensor("a", "U8", "[1]", "[0,1,1]") + "}", 1, "a third"},
      {"{" + tensor("a", "U8", "[1]", "[0,99999999999999999999]") + "}", 1, "99999999999999999999"},
      // Shapes.
      {"{" + tensor("a", "U8", "[4294967296,4294967296]", "[0,0]") + "}", 0, "4294967296"},
      {"{" + tensor("a", "U8", "[9223372036854775808]", "[0,0]") + "}", 0, "9223372036854775808"},
      {"{" + tensor("a", "F64", "[2305843009213693952]", "[0,0]") + "}", 0, "2305843009213693952"},
      {"{" + tensor("a", "U8", "[2,9223372036854775807,0]", "[0,0]") + "}", 0, "impossible"},
      {"{" + tensor("a", "F32", "[1]", "[0,3]") + "}", 3, "4 bytes, as its type"},
      {"{" + tensor("a", "U8", "[0]", "[0,1]") + "}", 1, "0 bytes, as its type"},
      // Where the tensors lie.
      {"{" + tensor("a", "U8", "[1]", "[1,0]") + "}", 1, "at most the second"},
      {"{" + tensor("a", "U8", "[2]", "[0,2]") + "}", 1, "at most 1"},
      {"{" + tensor("a", "U8", "[1]", "[1,2]") + "}", 2, "a hole"},
      {"{" + tensor("a", "U8", "[1]", "[0,1]") + "," + tensor("b", "U8", "[1]", "[2,3]") + "}", 3,
       "a hole"},
      {"{" + tensor("a", "U8", "[2]", "[0,2]") + "," + tensor("b", "U8", "[2]", "[1,3]") + "}", 3,
       "an overlap"},
      {"{" + tensor("a", "U8", "[2]", "[0,2]") + "," + tensor("b", "U8", "[0]", "[1,1]") + "}", 2,
       "an overlap"},
      {"{" + tensor("a", "U8", "[1]", "[0,1]") + "," + tensor("b", "F32", "[1]", "[1,5]") + "}", 5,
       "a multiple of 4"},
      {"{" + tensor("a", "U8", "[1]", "[0,1]") + "}", 2, "1 bytes after"},
      {"{}", 1, "1 bytes after"},
  };
  return cases;
}

// Kilobytes that this process has ever held at once.
long peak_memory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

const std::string& small_file() {
  static const std::string text =
      safetensors_text("{\"__metadata__\":{\"k\":\"v\"}," + tensor("a", "F32", "[2,1]", "[0,8]") +
                           "," + tensor("b", "U8", "[3]", "[8,11]") + "}   ",
                       "12345678abc");
  return text;
}

}  // namespace

TEST_CASE("safetensors: hostile headers are bad data, each for its own reason", "[checkpoint]") {
  const TempDir folder;
  for (const Hostile& c : hostile_headers()) {
    const auto path = write_text(folder.path() / "a.safetensors",
                                 safetensors_text(c.header, std::string(c.data_size, 'x')));
    const auto outcome = outcome_of([&] { SafetensorsReader::open(path); });
    INFO(c.header.substr(0, 120) << " -> " << outcome.message);
    CHECK(outcome.code == 65);
    CHECK_THAT(outcome.message, ContainsSubstring(c.reason));
    CHECK(outcome.message.size() < 600);
  }
}

TEST_CASE("safetensors: a header length is believed up to the file and the cap", "[checkpoint]") {
  const TempDir folder;
  const auto path = folder.path() / "a.safetensors";
  const long before = peak_memory();
  const auto check = [&](std::uint64_t length, std::uintmax_t file_size, const char* reason) {
    std::string text(8, '\0');
    std::memcpy(text.data(), &length, 8);
    write_text(path, text);
    std::filesystem::resize_file(path, file_size);  // sparse: it costs no disk
    const auto outcome = outcome_of([&] { SafetensorsReader::open(path); });
    INFO(outcome.message);
    CHECK(outcome.code == 65);
    CHECK_THAT(outcome.message, ContainsSubstring(reason));
  };
  check(0, 0, "found 0 bytes");
  check(0, 7, "found 7 bytes");
  check(0, 8, "an empty header");
  check(1, 8, "at most 0");
  check(100, 50, "at most 42");
  check(0xffffffffffffffff, 100, "18446744073709551615");
  check(0xfffffffffffffff8, 100, "at most 92");
  check(0x8000000000000000, 100, "at most 92");
  check(90'000'000, 1000, "at most 992");
  check(100'000'001, 300'000'000, "at most 100000000");
  CHECK(peak_memory() - before < 32 * 1024);
}

TEST_CASE("safetensors: what is no regular file is an I/O error", "[checkpoint]") {
  const TempDir folder;
  const auto code = [](const std::filesystem::path& path) {
    return outcome_of([&] { SafetensorsReader::open(path); }).code;
  };
  CHECK(code(folder.path()) == 74);
  CHECK(code(folder.path() / "absent") == 74);
  const auto fifo = folder.path() / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  CHECK(code(fifo) == 74);
  CHECK(code("/dev/null") == 74);
}

TEST_CASE("safetensors: cut off at any byte", "[checkpoint]") {
  const TempDir folder;
  const auto path = folder.path() / "a.safetensors";
  const std::string& whole = small_file();
  REQUIRE(outcome_of([&] { SafetensorsReader::open(write_text(path, whole)); }).message == "");
  write_text(path, whole + "x");
  CHECK(outcome_of([&] { SafetensorsReader::open(path); }).code == 65);
  for (std::size_t size = whole.size(); size-- > 0;) {
    std::filesystem::resize_file(path, size);
    INFO("cut to " << size << " of " << whole.size());
    CHECK(outcome_of([&] { SafetensorsReader::open(path); }).code == 65);
  }
}

TEST_CASE("safetensors: a file that shrinks after it was opened", "[checkpoint]") {
  const TempDir folder;
  const auto path = write_text(folder.path() / "a.safetensors", small_file());
  const auto reader = SafetensorsReader::open(path);
  std::filesystem::resize_file(path, small_file().size() - 1);
  CHECK(reader.read("a").size() == 8);
  CHECK(outcome_of([&] { reader.read("b"); }).code == 65);
}

TEST_CASE("safetensors: thousands of mutated headers", "[checkpoint]") {
  const std::string file = small_file();
  const std::string header = file.substr(8, file.size() - 8 - 11);
  const std::string pieces[] = {"{",
                                "}",
                                "[",
                                "]",
                                ",",
                                ":",
                                "\"",
                                "\\",
                                "\\u0000",
                                "0",
                                "-1",
                                "1e9",
                                "18446744073709551615",
                                "null",
                                "\"a\":{",
                                "__metadata__",
                                "\"dtype\":\"U8\",",
                                "\xff",
                                "\xe2\x82",
                                " "};
  std::mt19937 random(1);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random()) % n; };
  int accepted = 0;
  for (int round = 0; round < 6000; ++round) {
    std::string text = header;
    for (std::size_t edits = 1 + below(3); edits > 0 && !text.empty(); --edits) {
      const std::size_t at = below(text.size());
      switch (below(5)) {
        case 0: text[at] = static_cast<char>(random()); break;
        case 1: text[at] ^= static_cast<char>(1 << below(8)); break;
        case 2: text.erase(at, 1 + below(8)); break;
        case 3: text.insert(at, pieces[below(std::size(pieces))]); break;
        default: text.insert(at, text.substr(below(text.size()), below(24))); break;
      }
    }
    const std::uint64_t file_size = 8 + text.size() + 11;
    const auto outcome = outcome_of([&] {
      const auto parsed = parse_safetensors_header(text, file_size, "fuzz");
      ++accepted;
      std::uint64_t covered = 0;
      for (const auto& [name, info] : parsed.tensors) {
        covered += tensor_bytes(info.type, info.shape, ErrorCode::internal, name);
        if (info.end > 11 || info.begin > info.end) FAIL(text);
      }
      if (covered != 11) FAIL(text);
    });
    if (outcome.code != 0 && outcome.code != 65) FAIL(text << " -> " << outcome.message);
  }
  CHECK(accepted > 50);  // some edits hit names, values and padding only
  CHECK(accepted < 3000);
}
