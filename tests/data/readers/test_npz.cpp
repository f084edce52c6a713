// .npz files: good ones of every kind, and hostile ones, which are refused in one line.
#include <sys/resource.h>

#include <chrono>

#include "engine/data/readers/npz.hpp"
#include "engine/data/readers/open_trials.hpp"
#include "engine/data/readers/zip_archive.hpp"
#include "tests/data/readers/make_zip.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

using namespace vgan::testing;
using vgan::Trials;

const std::string array_x = npy_header("<f4", "(3, 2)") + raw_bytes<float>({0, 1, 2, 3, 4, 5});
const std::string array_y = npy_header("|u1", "(2, 40)") + counting_bytes(80);

Trials open(const std::filesystem::path& path, const std::string& array = "") {
  vgan::DataRequest request;
  request.data = path.string();
  request.array = array;
  return vgan::open_trials(request);
}

struct NpzFile {
  TempDir folder;
  std::filesystem::path path = folder.path() / "a.npz";

  Trials read(const std::string& bytes, const std::string& array = "") const {
    return open(write_file(path, bytes), array);
  }
  vgan::Error refusal(const std::string& bytes, const std::string& array = "") const {
    return error_of([&] { read(bytes, array); });
  }
  void check_refused(const std::string& bytes, const std::vector<std::string>& parts,
                     int exit_code = 65) const {
    check_error(refusal(bytes), exit_code, parts);
  }
};

}  // namespace

TEST_CASE("npz arrays are read by their names, stored and deflated", "[readers][npz]") {
  const NpzFile file;
  const auto check_x = [](const Trials& trials) {
    CHECK(trials.count == 3);
    CHECK(trials.shape.kind == vgan::TrialKind::row);
    CHECK(std::get<std::vector<float>>(trials.values) == std::vector<float>{0, 1, 2, 3, 4, 5});
  };
  for (const bool zip64_end : {false, true}) {
    for (const char* comment : {"", "written by hand, PK\x05\x06 and all"}) {
      INFO(comment);
      check_x(file.read(zip_of({stored_part("x.npy", array_x)}, comment, zip64_end)));
      const std::string two =
          zip_of({deflated_part("y.npy", array_y), deflated_part("in/x.npy", array_x)}, comment,
                 zip64_end);
      check_x(file.read(two, "in/x"));
      check_x(file.read(two, "in/x.npy"));
      CHECK(file.read(two, "y").shape.width == 40);
    }
  }
  ZipPart large = deflated_part("x.npy", array_x);
  large.zip64 = true;
  check_x(file.read(zip_of({large})));
  CHECK(file.read(zip_of({large})).source == file.path.string() + ", array 'x'");
  // What is no array does not count.
  check_x(file.read(zip_of({stored_part("readme.txt", "x"), stored_part("x.npy", array_x)})));
}

TEST_CASE("npz without the name of one of its arrays lists them", "[readers][npz]") {
  const NpzFile file;
  const std::string two = zip_of({stored_part("x.npy", array_x), deflated_part("y.npy", array_y),
                                  stored_part("z.npy", "broken")});
  file.check_refused(two, {"array: found no name", "one of x (3, 2), y (2, 40), z", "--array"}, 78);
  check_error(file.refusal(two, "xx"), 78, {"'xx'", "did you mean 'x'?"});
  file.check_refused(zip_of({stored_part("a/data.pkl", "x")}),
                     {"without .npy arrays in it, but 'a/data.pkl'", "numpy.savez"});
  file.check_refused(zip_of({}), {"a zip archive of nothing"});
  // The setting is refused beside other data.
  const auto npy = write_file(file.folder.path() / "x.npy", array_x);
  check_error(error_of([&] { open(npy, "x"); }), 78, {"array", "no .npz file"});
  check_error(error_of([&] { open("digits", "x"); }), 78, {"array", "digits"});
  const auto packed = write_file(file.folder.path() / "x.npz.gz", gzip(two));
  check_error(error_of([&] { open(packed); }), 65, {"a zip archive", "packed once more", "gunzip"});
}

TEST_CASE("labels and conditions may be arrays of an npz file", "[readers][npz]") {
  const NpzFile file;
  const std::string labels = npy_header("<i4", "(3,)") + raw_bytes<std::int32_t>({4, 5, 6});
  write_file(file.path, zip_of({stored_part("x.npy", array_x), deflated_part("y.npy", labels)}));
  vgan::DataRequest request;
  request.data = file.path.string();
  request.array = "x";
  request.labels = file.path.string() + ":y";
  request.conditions = file.path.string() + ":x.npy";
  const Trials trials = vgan::open_trials(request);
  CHECK(trials.labels == std::vector<std::int32_t>{4, 5, 6});
  CHECK(trials.condition_size == 2);
  request.labels = file.path.string();
  check_error(error_of([&] { vgan::open_trials(request); }), 78,
              {"labels: found no name", "--labels FILE:ARRAY"});
  request.labels = file.path.string() + ":z";
  check_error(error_of([&] { vgan::open_trials(request); }), 78, {"labels: found 'z'", "y (3,)"});
  request.labels = "no.npz:y";
  check_error(error_of([&] { vgan::open_trials(request); }), 74, {"no.npz:y", "No such file"});
  const auto alone =
      write_file(file.folder.path() / "y.npz", zip_of({stored_part("y.npy", labels)}));
  request.labels = alone.string();
  CHECK(vgan::open_trials(request).labels.size() == 3);
}

TEST_CASE("npz arrays that are no numbers are refused, and never run", "[readers][npz]") {
  const NpzFile file;
  const std::string pickled = npy_header("|O", "(1,)") + "\x80\x04K\x01.";
  file.check_refused(zip_of({stored_part("x.npy", pickled)}),
                     {"array 'x', byte", "pickled Python objects"});
  file.check_refused(zip_of({stored_part("x.npy", npy_header("<U2", "(1,)") + "abcdefgh")}),
                     {"text"});
  file.check_refused(zip_of({stored_part("x.npy", "not an array at all")}), {"NumPy .npy array"});
  file.check_refused(zip_of({stored_part("x.npy", "")}), {"the content is empty"});
  file.check_refused(zip_of({stored_part("x.npy", array_x + "more")}), {"4 bytes after it"});
  file.check_refused(zip_of({stored_part("x.npy", array_x.substr(0, 60))}), {"array 'x', byte 60"});
}

TEST_CASE("hostile zip archives are refused in one line", "[readers][npz]") {
  const NpzFile file;
  const ZipPart good = deflated_part("x.npy", array_y);
  const auto with = [&](auto&& change) {
    ZipPart part = good;
    change(part);
    return zip_of({part});
  };
  const std::string archive = zip_of({good});
  REQUIRE(file.read(archive).count == 2);

  for (const char* name : {"../x.npy", "/x.npy", "a/../../x.npy", "..\\x.npy", "a\nb.npy", ".."}) {
    file.check_refused(with([&](ZipPart& p) { p.name = name; }), {"zip entry of the name"});
  }
  file.check_refused(with([](ZipPart& p) { p.name = std::string("x\0.npy", 6); }), {"x\\x00"});
  file.check_refused(with([](ZipPart& p) { p.name_inside = "y.npy"; }), {"another name"});
  file.check_refused(zip_of({good, good}), {"a second zip entry of the name 'x.npy'"});

  file.check_refused(with([](ZipPart& p) { p.crc32 ^= 1; }), {"CRC-32"});
  file.check_refused(with([](ZipPart& p) { p.flags = 1; }), {"encrypted", "unzip -P"});
  for (const std::uint16_t method : {1, 12, 14, 93, 99}) {
    file.check_refused(with([&](ZipPart& p) { p.method = method; }),
                       {"packed by method " + std::to_string(method), "stored"});
  }
  file.check_refused(with([](ZipPart& p) { p.bytes += 1; }), {"byte"});
  file.check_refused(with([](ZipPart& p) { p.bytes -= 1; }), {"byte"});
  file.check_refused(with([](ZipPart& p) { p.bytes = 0xfffffffe; }), {"at most"});
  file.check_refused(with([](ZipPart& p) { p.packed_bytes = 1 << 20; }), {"directory"});
  file.check_refused(with([](ZipPart& p) { p.header_shift = 1; }), {"another thing"});
  file.check_refused(with([](ZipPart& p) { p.header_shift = 1 << 20; }), {"a place before"});
  file.check_refused(with([](ZipPart& p) {
                       p.zip64 = true;
                       p.bytes = std::uint64_t{1} << 62;
                     }),
                     {"at most"});
  ZipPart stored = stored_part("x.npy", array_y);
  stored.bytes += 4;
  file.check_refused(zip_of({stored}), {"packed into"});
  file.check_refused(with([](ZipPart& p) { p.data += "junk"; }), {"bytes between"});
  file.check_refused(with([](ZipPart& p) { p.data[p.data.size() / 2] ^= 0x55; }), {"byte"});
  file.check_refused("PK\x03\x04" + archive, {"byte"});
  for (std::size_t cut = 4; cut < archive.size(); ++cut) {
    const vgan::Error error = file.refusal(archive.substr(0, cut));
    CHECK(error.exit_code() == 65);
  }
}

TEST_CASE("zip bombs take neither memory nor time", "[readers][npz]") {
  const NpzFile file;
  // A gigabyte of zeros: an honest size, and a header that promises less.
  const std::string header = npy_header("|u1", "(2, 8)");
  ZipPart bomb = deflated_part("x.npy", header + std::string(std::size_t{64} << 20, '\0'));
  const auto start = std::chrono::steady_clock::now();
  file.check_refused(zip_of({bomb}), {"67108848 bytes after it"});
  bomb.bytes = header.size() + 16;  // the directory lies, so the content ends where it says
  file.check_refused(zip_of({bomb}), {"more than " + std::to_string(bomb.bytes)});
  // An announced shape of 2^40 numbers, which so few packed bytes cannot hold.
  const std::string promise = npy_header("|u1", "(1048576, 1048576)");
  ZipPart great = deflated_part("x.npy", promise + "x");
  great.zip64 = true;
  great.bytes = promise.size() + (std::uint64_t{1} << 40);
  file.check_refused(zip_of({great}), {"at most"});
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  CHECK(taken.count() < 10.0);
}

TEST_CASE("damaged npz files are read or refused in one line", "[readers][npz]") {
  const NpzFile file;
  const std::string good = zip_of({deflated_part("x.npy", array_y), stored_part("y.npy", array_x)});
  Dice dice(7);
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = good;
    for (std::size_t edits = 1 + dice.roll(3); edits > 0; --edits) {
      bytes[dice.roll(bytes.size())] = static_cast<char>(dice.roll(256));
    }
    std::filesystem::remove(file.path);
    try {
      file.read(bytes, "x").require_consistent();
    } catch (const vgan::Error& error) {
      ++refused;
      const std::string line = error.what();
      if ((error.exit_code() != 65 && error.exit_code() != 78) ||
          line.find('\n') != std::string::npos) {
        FAIL("round " << round << ": " << line);
      }
    }
  }
  CHECK(refused > 2000);
}

TEST_CASE("other projects' npz files", "[readers][npz]") {
  const auto shared = shared_data();
  if (!shared || !std::filesystem::exists(*shared / "readers/npy")) VGAN_SKIP("no shared data");
  const auto npy = *shared / "readers/npy";
  const auto refusal = [](const std::filesystem::path& path, const std::string& array = "") {
    return error_of([&] { open(path, array); });
  };
  const auto train = *shared / "curves/Trace.npz";
  check_error(refusal(train), 78, {"X_train (100, 275, 1)", "y_train (100,)"});
  CHECK(open(train, "X_train").count == 100);
  check_error(refusal(npy / "numpy/py3-objarr.npz"), 65, {"pickled Python objects"});
  CHECK_NOTHROW(open(npy / "npyio/data_float64_corder.npz", "arr1"));
  check_error(refusal(npy / "npyz/sparse/csr.npz"), 78, {"indptr", "data"});
  check_error(refusal(*shared / "readers/pt/test.pt"), 65, {"without .npy arrays"});
}
