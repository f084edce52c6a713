#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "engine/data/readers/npy.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

using namespace vgan::testing;
using vgan::NpyWriter;
using vgan::ValueType;

std::size_t files_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

}  // namespace

TEST_CASE("NpyWriter writes what NumPy and read_npy_trials read", "[readers]") {
  const TempDir folder;
  const auto path = folder.path() / "samples.npy";
  std::vector<float> values(5 * 4);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) / 20.0F;
  NpyWriter writer(path, ValueType::f32, {5, 4});
  for (std::size_t at = 0; at < values.size();) {  // chunks of 0, 1, 2, ... elements
    const std::size_t now = std::min(at % 7, values.size() - at);
    writer.append(std::span(values).subspan(at, std::max<std::size_t>(now, 1)));
    at += std::max<std::size_t>(now, 1);
  }
  writer.append(std::span<const float>());
  writer.finish();
  const std::string bytes = read_file(path);
  // numpy.save's own header for this shape and dtype, NumPy 2.4
  const std::string header = npy_header(
      "{'descr': '<f4', 'fortran_order': False, 'shape': (5, 4), }" + std::string(58, ' ') + "\n");
  CHECK(bytes == header + raw_bytes(values));
  CHECK(bytes.size() == 128 + 80);
  CHECK(std::get<std::vector<float>>(vgan::read_npy_trials(path).values) == values);
  CHECK(files_in(folder.path()) == 1);

  const auto small = folder.path() / "u8.npy";
  NpyWriter u8_writer(small, ValueType::u8, {2, 3, 3});
  const std::vector<std::uint8_t> pixels(18, 7);
  u8_writer.append(pixels);
  u8_writer.finish();
  const auto images = vgan::read_npy_trials(small);
  CHECK(images.shape.height == 3);
  CHECK(std::get<std::vector<std::uint8_t>>(images.values) == pixels);
  NpyWriter none(folder.path() / "none.npy", ValueType::f32, {0});
  none.finish();
  CHECK(read_file(folder.path() / "none.npy").size() == 128);
}

TEST_CASE("an unfinished file never replaces a finished one", "[readers]") {
  const TempDir folder;
  const auto path = write_file(folder.path() / "old.npy", "precious");
  {
    NpyWriter writer(path, ValueType::f32, {2});
    writer.append(std::vector<float>{1.0F});
    check_error(error_of([&] { writer.finish(); }), 70, {"4 announced bytes that never came"});
    check_error(error_of([&] {
                  writer.append(std::vector<float>{1.0F, 2.0F});
                }),
                70, {"8 more bytes", "4 still announced"});
    check_error(error_of([&] { writer.append(std::vector<std::uint8_t>{1}); }), 70,
                {"another type", "f32"});
    CHECK(files_in(folder.path()) == 2);
  }
  CHECK(read_file(path) == "precious");
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("NpyWriter follows a link and keeps it", "[readers]") {
  const TempDir folder;
  const auto target = write_file(folder.path() / "target.npy", "old");
  std::filesystem::create_symlink(target, folder.path() / "link.npy");
  NpyWriter writer(folder.path() / "link.npy", ValueType::u8, {1});
  writer.append(std::vector<std::uint8_t>{9});
  writer.finish();
  CHECK(std::filesystem::is_symlink(folder.path() / "link.npy"));
  CHECK(read_file(target).size() == 129);
}

TEST_CASE("NpyWriter says why it cannot write", "[readers]") {
  const TempDir folder;
  const auto error = [&](const std::filesystem::path& path, std::vector<std::int64_t> shape) {
    return error_of([&] { NpyWriter(path, ValueType::f32, shape); });
  };
  check_error(error(folder.path() / "absent" / "a.npy", {1}), 74,
              {"a.npy", "No such file", "make the folder"});
  check_error(error(folder.path(), {1}), 74, {"a folder"});
  REQUIRE(mkfifo((folder.path() / "fifo").c_str(), 0600) == 0);
  check_error(error(folder.path() / "fifo", {1}), 74, {"fifo", "nobody reads"});
  check_error(error(folder.path() / "a.npy", {}), 78, {"the shape ()"});
  check_error(error(folder.path() / "a.npy", {-1}), 78, {"the shape (-1,)"});
  check_error(error(folder.path() / "a.npy", {INT64_MAX, 4}), 78, {"less than 2^64 bytes"});
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a disk that refuses more bytes is one clear error", "[readers]") {
  const TempDir folder;
  const auto path = write_file(folder.path() / "old.npy", "precious");
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{65536, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  std::optional<vgan::Error> error;
  try {
    NpyWriter writer(path, ValueType::f32, {1 << 20});
    writer.append(std::vector<float>(1 << 20));
  } catch (const vgan::Error& thrown) {
    error = thrown;
  }
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old_handler);
  REQUIRE(error);
  check_error(*error, 74, {"old.npy", "File too large"});
  CHECK(read_file(path) == "precious");
  CHECK(files_in(folder.path()) == 1);
}
