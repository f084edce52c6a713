#include <sys/stat.h>
#include <sys/wait.h>

#include <cstdlib>

#include "engine/data/readers/npz.hpp"
#include "engine/data/writers/npz_writer.hpp"
#include "tests/data/readers/make_zip.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

using namespace vgan::testing;
using vgan::NpzWriter;
using vgan::ValueType;

}  // namespace

TEST_CASE("NpzWriter writes what read_npz_trials and Python read", "[readers][npz]") {
  const TempDir folder;
  const auto path = folder.path() / "a.npz";
  std::vector<float> values(5 * 4);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) / 20.0F;
  const std::string bytes = raw_bytes(values);
  NpzWriter writer(path, "samples", ValueType::f32, {5, 4});
  for (std::size_t at = 0; at < bytes.size(); at += 7) {
    writer.append_bytes(ValueType::f32, bytes.data() + at,
                        std::min<std::size_t>(7, bytes.size() - at));
  }
  CHECK_FALSE(std::filesystem::exists(path));
  writer.finish();
  const vgan::Trials trials = vgan::read_npz_trials(path, "samples");
  CHECK(trials.count == 5);
  CHECK(std::get<std::vector<float>>(trials.values) == values);
  // The sizes and the checksum stand in the entry's own header too, for readers that go forward.
  const std::string file = read_file(path);
  const auto crc = ::crc32_z(0, reinterpret_cast<const Bytef*>(file.data() + 41), 128 + 80);
  CHECK(file.substr(14, 4) == little_endian(crc, 4));
  CHECK(file.substr(18, 8) == little_endian(208, 4) + little_endian(208, 4));
  const std::string python =
      "python3 -c \"import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); "
      "sys.exit(z.testzip() is not None or z.namelist() != ['samples.npy'])\" ";
  const int status = std::system((python + path.string()).c_str());
  if (WEXITSTATUS(status) != 127) CHECK(status == 0);
}

TEST_CASE("NpzWriter leaves no file that is not whole", "[readers][npz]") {
  const TempDir folder;
  const auto path = folder.path() / "a.npz";
  {
    NpzWriter writer(path, "x", ValueType::u8, {2, 2});
    writer.append_bytes(ValueType::u8, "abc", 3);
    CHECK(error_of([&] { writer.append_bytes(ValueType::i8, "d", 1); }).exit_code() == 70);
    CHECK(error_of([&] { writer.append_bytes(ValueType::u8, "de", 2); }).exit_code() == 70);
    CHECK(error_of([&] { writer.finish(); }).exit_code() == 70);
  }
  CHECK(std::filesystem::is_empty(folder.path()));
  check_error(error_of([&] { NpzWriter(path, "x", ValueType::u8, {}); }), 78, {"the shape ()"});
  check_error(error_of([&] { NpzWriter(folder.path() / "no/a.npz", "x", ValueType::u8, {1}); }), 74,
              {"no/a.npz"});
  CHECK(std::filesystem::is_empty(folder.path()));
}
