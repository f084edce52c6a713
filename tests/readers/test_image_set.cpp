// What a set of images says about itself.
#include "engine/readers/image_set.hpp"

#include <numeric>

#include "tests/readers/make_files.hpp"

namespace {

using namespace vgan::testing;

vgan::ImageSet counting(std::int64_t height, std::int64_t width, std::int64_t channels) {
  vgan::ImageSet images;
  images.count = 2;
  images.height = height;
  images.width = width;
  images.channels = channels;
  images.source = "counting";
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(2 * images.pixels_per_image()));
  std::iota(pixels.begin(), pixels.end(), std::uint8_t{0});
  images.pixels = pixels;
  return images;
}

}  // namespace

TEST_CASE("a fingerprint tells shape and pixels, and stays what it was", "[readers]") {
  // Computed from the description of FNV-1a over words, in Python, for bytes 0 to 23. A change here
  // would keep old runs from being resumed.
  CHECK(counting(3, 4, 1).fingerprint() == "ab434b76fa9b849f");
  CHECK(counting(2, 2, 3).fingerprint() == "b591df8fa31ce293");
  CHECK(counting(4, 3, 1).fingerprint() != counting(3, 4, 1).fingerprint());
  CHECK(counting(2, 3, 2).fingerprint() != counting(2, 2, 3).fingerprint());
  CHECK(counting(2, 6, 1).fingerprint() != counting(2, 2, 3).fingerprint());

  vgan::ImageSet images = counting(3, 4, 1);
  images.labels = {0, 1};
  images.conditions = {1.0F, 2.0F};
  images.condition_size = 1;
  CHECK(images.fingerprint() == counting(3, 4, 1).fingerprint());
  std::get<std::vector<std::uint8_t>>(images.pixels)[23] = 0;
  CHECK(images.fingerprint() != counting(3, 4, 1).fingerprint());
}

TEST_CASE("a part of the images has what belongs to them", "[readers]") {
  vgan::ImageSet images = counting(1, 2, 3);
  images.labels = {4, 5};
  images.conditions = {0.5F, 1.5F, 2.5F, 3.5F};
  images.condition_size = 2;
  images.low = 3.0F;
  const vgan::ImageSet last = images.part(1, 1);
  REQUIRE_NOTHROW(last.require_consistent());
  CHECK(last.count == 1);
  CHECK(std::get<0>(last.pixels) == std::vector<std::uint8_t>{6, 7, 8, 9, 10, 11});
  CHECK(last.labels == std::vector<std::int32_t>{5});
  CHECK(last.conditions == std::vector<float>{2.5F, 3.5F});
  CHECK(last.low == 3.0F);
  CHECK(last.source == "counting");
  const vgan::ImageSet first = images.part(0, 1);
  images.keep_first(1);
  REQUIRE_NOTHROW(images.require_consistent());
  CHECK(images.fingerprint() == first.fingerprint());
  CHECK(images.labels == first.labels);
  CHECK(images.conditions == first.conditions);
  CHECK(images.part(1, 0).count == 0);
  CHECK_THROWS_AS(images.part(0, 2), vgan::Error);
  CHECK_THROWS_AS(images.part(2, 0), vgan::Error);
  CHECK_THROWS_AS(images.keep_first(-1), vgan::Error);
}

TEST_CASE("images that contradict themselves are refused", "[readers]") {
  const auto error = [](auto&& damage) {
    vgan::ImageSet images = counting(2, 2, 3);
    images.require_consistent();
    damage(images);
    return error_of([&] { images.require_consistent(); });
  };
  using Images = vgan::ImageSet&;
  check_error(error([](Images i) { i.channels = 0; }), 65, {"no data to train on", "counting"});
  check_error(error([](Images i) { i.channels = 2; }), 65, {"24 pixels", "2 images of 8"});
  check_error(error([](Images i) {
                i.conditions = {1.0F, 2.0F};
              }),
              65, {"2 numbers of conditions", "2 x 0"});
  check_error(error([](Images i) { i.condition_size = 3; }), 65, {"0 numbers", "2 x 3"});
  check_error(error([](Images i) { i.condition_size = -1; }), 65, {"conditions"});
  vgan::ImageSet images = counting(2, 2, 3);
  images.conditions.resize(6);
  images.condition_size = 3;
  CHECK_NOTHROW(images.require_consistent());
}
