// Folders of PNG pictures, of every kind that PNG has.
#include <png.h>

#include <csetjmp>

#include "engine/data/readers/open_trials.hpp"
#include "engine/data/readers/png_folder.hpp"
#include "engine/pictures/png.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

namespace fs = std::filesystem;
using namespace vgan::testing;
using Bytes = std::vector<std::uint8_t>;

// One PNG by libpng's own writer: `rows` are `height` rows of packed samples.
void write_raw_png(const fs::path& path, std::uint32_t width, std::uint32_t height, int depth,
                   int type, Bytes rows, const std::vector<png_color>& palette = {},
                   const Bytes& transparency = {}, int interlace = PNG_INTERLACE_NONE) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  REQUIRE(file != nullptr);
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_init_io(png, file);
  png_set_IHDR(png, info, width, height, depth, type, interlace, PNG_COMPRESSION_TYPE_BASE,
               PNG_FILTER_TYPE_BASE);
  if (!palette.empty()) png_set_PLTE(png, info, palette.data(), static_cast<int>(palette.size()));
  if (!transparency.empty()) {
    png_set_tRNS(png, info, transparency.data(), static_cast<int>(transparency.size()), nullptr);
  }
  png_write_info(png, info);
  std::vector<png_bytep> lines;
  for (std::uint32_t y = 0; y < height; ++y)
    lines.push_back(rows.data() + rows.size() / height * y);
  png_write_image(png, lines.data());
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  std::fclose(file);
}

vgan::Trials read(const TempDir& folder) {
  const auto images = vgan::read_png_folder(folder.path());
  REQUIRE(images);
  images->require_consistent();
  return *images;
}

Bytes bytes_of(const vgan::Trials& images) { return std::get<Bytes>(images.values); }

void write_grey(const fs::path& path, int width, int height, std::uint8_t value) {
  vgan::write_png(
      path, vgan::GrayImage{width, height, Bytes(static_cast<std::size_t>(width * height), value)});
}

}  // namespace

TEST_CASE("a folder of grey pictures is images, by name", "[readers]") {
  const TempDir folder;
  CHECK_FALSE(vgan::read_png_folder(folder.path()));
  write_grey(folder.path() / "b.png", 3, 2, 20);
  write_grey(folder.path() / "a.PNG", 3, 2, 10);
  write_grey(folder.path() / "c.png", 3, 2, 30);
  write_file(folder.path() / "notes.txt", "x");
  write_file(folder.path() / ".hidden.png", "x");
  const auto images = read(folder);
  CHECK((images.count == 3 && images.shape.height == 2 && images.shape.width == 3 &&
         images.shape.channels == 1));
  CHECK(images.shape.kind == vgan::TrialKind::image);
  CHECK(bytes_of(images) ==
        Bytes{10, 10, 10, 10, 10, 10, 20, 20, 20, 20, 20, 20, 30, 30, 30, 30, 30, 30});
  CHECK(images.labels.empty());
  CHECK(images.notes.empty());
  vgan::DataRequest request;
  request.data = folder.path().string();
  CHECK(vgan::open_trials(request).fingerprint() == images.fingerprint());
  request.shape.shape = "6";
  CHECK(vgan::open_trials(request).shape.kind == vgan::TrialKind::row);
}

TEST_CASE("subfolders of pictures are classes", "[readers]") {
  const TempDir folder;
  for (const char* name : {"dogs", "cats", "empty"}) fs::create_directory(folder.path() / name);
  write_grey(folder.path() / "dogs/1.png", 2, 2, 7);
  write_grey(folder.path() / "cats/2.png", 2, 2, 8);
  write_grey(folder.path() / "cats/1.png", 2, 2, 9);
  const auto images = read(folder);
  CHECK(images.labels == std::vector<std::int32_t>{0, 0, 1});
  CHECK(images.class_names == std::vector<std::string>{"cats", "dogs"});
  CHECK(bytes_of(images) == Bytes{9, 9, 9, 9, 8, 8, 8, 8, 7, 7, 7, 7});
  vgan::DataRequest request;
  request.data = folder.path().string();
  CHECK(vgan::open_trials(request).class_names.size() == 2);
  request.labels = "none";
  CHECK(vgan::open_trials(request).labels.empty());
  CHECK(vgan::open_trials(request).class_names.empty());
  write_grey(folder.path() / "top.png", 2, 2, 7);
  check_error(error_of([&] { read(folder); }), 65, {"both in it and in cats"});
}

TEST_CASE("every kind of PNG becomes grey or RGB", "[readers]") {
  const TempDir folder;
  const auto file = folder.path() / "a.png";
  SECTION("one bit") {
    write_raw_png(file, 3, 1, 1, PNG_COLOR_TYPE_GRAY, {0b10100000});
    CHECK(bytes_of(read(folder)) == Bytes{255, 0, 255});
  }
  SECTION("interlaced") {
    write_raw_png(file, 2, 2, 8, PNG_COLOR_TYPE_GRAY, {1, 2, 3, 4}, {}, {}, PNG_INTERLACE_ADAM7);
    CHECK(bytes_of(read(folder)) == Bytes{1, 2, 3, 4});
  }
  SECTION("alpha is left out with a word") {
    write_raw_png(file, 1, 2, 8, PNG_COLOR_TYPE_GRAY_ALPHA, {1, 9, 2, 0});
    const auto images = read(folder);
    CHECK(bytes_of(images) == Bytes{1, 2});
    REQUIRE(images.notes.size() == 1);
    CHECK(images.notes[0].find("transparency") != std::string::npos);
  }
  SECTION("a palette, part of it transparent") {
    write_raw_png(file, 2, 1, 8, PNG_COLOR_TYPE_PALETTE, {1, 0}, {{1, 2, 3}, {4, 5, 6}}, {0});
    const auto images = read(folder);
    CHECK(images.shape.channels == 3);
    CHECK(bytes_of(images) == Bytes{4, 5, 6, 1, 2, 3});
    CHECK(images.notes.size() == 1);
  }
  SECTION("grey beside colours") {
    write_raw_png(file, 1, 1, 8, PNG_COLOR_TYPE_GRAY, {5});
    write_raw_png(folder.path() / "b.png", 1, 1, 8, PNG_COLOR_TYPE_RGB_ALPHA, {1, 2, 3, 255});
    CHECK(bytes_of(read(folder)) == Bytes{5, 5, 5, 1, 2, 3});
  }
  SECTION("16 bits, exactly, beside 8") {
    write_raw_png(file, 2, 1, 16, PNG_COLOR_TYPE_GRAY, {0x01, 0x02, 0xff, 0xff});
    write_raw_png(folder.path() / "b.png", 2, 1, 8, PNG_COLOR_TYPE_GRAY, {1, 255});
    const auto images = read(folder);
    CHECK(std::get<std::vector<float>>(images.values) ==
          std::vector<float>{258, 65535, 257, 65535});
    CHECK(images.value_type() == vgan::ValueType::u16);
    CHECK(images.high == 65535.0F);
  }
}

TEST_CASE("a folder of pictures that do not go together", "[readers]") {
  const TempDir folder;
  write_grey(folder.path() / "a.png", 3, 2, 1);
  write_grey(folder.path() / "b.png", 3, 2, 1);
  write_grey(folder.path() / "c.png", 2, 3, 1);
  check_error(error_of([&] { read(folder); }), 65,
              {"c.png", "3 x 2 pixels", "2 x 3 pixels, as", "a.png has", "mogrify -resize 3x2!"});
  fs::remove(folder.path() / "c.png");
  const std::string good = read_file(folder.path() / "a.png");
  const auto broken = [&](const std::string& bytes) {
    write_file(folder.path() / "c.png", bytes);
    return error_of([&] { read(folder); });
  };
  check_error(broken("GIF89a.........."), 65, {"c.png", "no PNG", "move it out"});
  check_error(broken(good.substr(0, 20)), 65, {"c.png", "a broken PNG"});
  check_error(broken(good.substr(0, good.size() - 20)), 65, {"c.png", "a broken PNG"});
  std::string damaged = good;
  damaged[good.find("IDAT") + 6] ^= 0x55;
  check_error(broken(damaged), 65, {"c.png", "a broken PNG"});
  check_error(broken(""), 65, {"c.png", "an empty file"});
  // A small file that announces 30,000 x 30,000 pixels.
  fs::remove(folder.path() / "a.png");
  fs::remove(folder.path() / "b.png");
  std::string huge = good;
  for (const std::size_t at : {16U, 20U}) huge.replace(at, 4, std::string("\0\0\x75\x30", 4));
  const auto crc = crc32(0, reinterpret_cast<const Bytef*>(huge.data()) + 12, 17);
  for (int i = 0; i < 4; ++i)
    huge[29 + static_cast<std::size_t>(i)] = static_cast<char>(crc >> (24 - 8 * i));
  check_error(broken(huge), 65, {"c.png", "announces 900000000 bytes"});
}
