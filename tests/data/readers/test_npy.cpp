#include <cmath>
#include <limits>

#include "engine/data/readers/npy.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

using namespace vgan::testing;

constexpr float inf = std::numeric_limits<float>::infinity();

vgan::Trials read(const TempDir& folder, const std::string& bytes, const char* shape = "") {
  return vgan::read_npy_trials(write_file(folder.path() / "images.npy", bytes), {.shape = shape});
}

vgan::Error image_error(const TempDir& folder, const std::string& bytes) {
  return error_of([&] { read(folder, bytes); });
}

std::vector<float> floats(const vgan::Trials& images) {
  return std::get<std::vector<float>>(images.values);
}

std::vector<float> ramp(std::size_t count, float low, float high) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = low + (high - low) * static_cast<float>(i) / static_cast<float>(count - 1);
  }
  return values;
}

}  // namespace

TEST_CASE("npy images of every shape", "[readers]") {
  const TempDir folder;
  struct Shape {
    const char* text;
    std::int64_t height, width, channels;
    vgan::TrialKind kind;
  };
  using vgan::TrialKind;
  const std::string data = counting_bytes(2 * 36);
  for (const Shape& shape :
       {Shape{"(2, 36)", 1, 36, 1, TrialKind::row}, Shape{"(2L,36L,)", 1, 36, 1, TrialKind::row},
        Shape{"(36, 2)", 1, 2, 1, TrialKind::row}, Shape{"(2, 4, 9)", 4, 9, 1, TrialKind::image},
        Shape{"(2, 4, 9, 1)", 4, 9, 1, TrialKind::image},
        Shape{"(2, 36, 1, 1)", 36, 1, 1, TrialKind::image},
        Shape{"(2, 3, 4, 3)", 3, 4, 3, TrialKind::image},
        Shape{"(2, 9, 2, 2)", 9, 2, 2, TrialKind::image},
        Shape{"(2, 1, 18, 2)", 1, 18, 2, TrialKind::image}}) {
    INFO(shape.text);
    const std::string bytes = npy_header("|u1", shape.text) + data;
    for (const std::string& stored : {bytes, gzip(bytes)}) {
      const auto images = read(folder, stored);
      CHECK(images.count == (shape.width == 2 && shape.height == 1 ? 36 : 2));
      CHECK(images.shape.height == shape.height);
      CHECK(images.shape.width == shape.width);
      CHECK(images.shape.channels == shape.channels);
      CHECK(images.shape.kind == shape.kind);
      CHECK(images.high == 255.0F);
      const auto& pixels = std::get<std::vector<std::uint8_t>>(images.values);
      CHECK(std::string(pixels.begin(), pixels.end()) == data);
    }
  }
  for (const char* bad : {"()", "(72,)", "(2, 6, 6, 1, 1)", "(1, 1, 8, 9)", "(1, 6, 2, 6)"}) {
    check_error(image_error(folder, npy_header("|u1", bad) + data), 65, {"the shape ("});
  }
}

TEST_CASE("npy with the channels first is turned", "[readers]") {
  const TempDir folder;
  // value = 100 n + 25 h + 5 w + c for N, H, W, C = 2, 4, 5, channels
  const auto value = [](int n, int h, int w, int c) {
    return static_cast<float>(100 * n + 25 * h + 5 * w + c);
  };
  for (const int channels : {2, 3}) {
    std::vector<float> wanted, first, fortran, first_fortran;
    for (int n = 0; n < 2; ++n)
      for (int h = 0; h < 4; ++h)
        for (int w = 0; w < 5; ++w)
          for (int c = 0; c < channels; ++c) wanted.push_back(value(n, h, w, c));
    for (int n = 0; n < 2; ++n)
      for (int c = 0; c < channels; ++c)
        for (int h = 0; h < 4; ++h)
          for (int w = 0; w < 5; ++w) first.push_back(value(n, h, w, c));
    for (int c = 0; c < channels; ++c)
      for (int w = 0; w < 5; ++w)
        for (int h = 0; h < 4; ++h)
          for (int n = 0; n < 2; ++n) fortran.push_back(value(n, h, w, c));
    for (int w = 0; w < 5; ++w)
      for (int h = 0; h < 4; ++h)
        for (int c = 0; c < channels; ++c)
          for (int n = 0; n < 2; ++n) first_fortran.push_back(value(n, h, w, c));
    const std::string c = std::to_string(channels);
    const std::string last_shape = "(2, 4, 5, " + c + ")";
    const std::string first_shape = "(2, " + c + ", 4, 5)";
    const auto check = [&](const std::string& shape, const std::vector<float>& stored,
                           bool fortran_order) {
      INFO(shape << (fortran_order ? " in Fortran order" : ""));
      for (const auto& bytes : {npy_header("<f4", shape, fortran_order) + raw_bytes(stored),
                                npy_header("<f8", shape, fortran_order) +
                                    raw_bytes(std::vector<double>(stored.begin(), stored.end()))}) {
        const bool turned = shape == first_shape;
        const auto images = read(folder, bytes, turned ? "chw" : "");
        CHECK(images.count == 2);
        CHECK(images.shape.height == 4);
        CHECK(images.shape.width == 5);
        CHECK(images.shape.channels == channels);
        const auto* doubles = std::get_if<std::vector<double>>(&images.values);
        CHECK((doubles ? std::vector<float>(doubles->begin(), doubles->end()) : floats(images)) ==
              wanted);
        images.require_consistent();
      }
    };
    check(last_shape, wanted, false);
    check(first_shape, first, false);
    check(last_shape, fortran, true);
    check(first_shape, first_fortran, true);

    // Image 1, row 2, column 3, last channel: its place among the image's values, and in the file.
    first[first.size() / 2 + static_cast<std::size_t>((channels - 1) * 20 + 2 * 5 + 3)] = inf;
    const std::string header = npy_header("<f4", first_shape);
    check_error(
        error_of([&] { read(folder, header + raw_bytes(first), "chw"); }), 65,
        {"row 1, column " + std::to_string(13 * channels + channels - 1),
         "byte " + std::to_string(header.size() + 4 * (channels * 20 + (channels - 1) * 20 + 13))});
  }
  const std::string u8 = counting_bytes(2 * 3 * 4 * 4);
  const auto images = read(folder, npy_header("|u1", "(2, 3, 4, 4)") + u8, "chw");
  const auto& pixels = std::get<std::vector<std::uint8_t>>(images.values);
  CHECK(std::vector(pixels.begin(), pixels.begin() + 6) ==
        std::vector<std::uint8_t>{0, 16, 32, 1, 17, 33});
}

TEST_CASE("npy floats and their own range", "[readers]") {
  const TempDir folder;
  const auto check_range = [&](float low, float high, float want_low, float want_high) {
    const auto values = ramp(2 * 9, low, high);
    const auto from_f4 = read(folder, npy_header("<f4", "(2, 3, 3)") + raw_bytes(values));
    CHECK(floats(from_f4) == values);
    CHECK(from_f4.low == want_low);
    CHECK(from_f4.high == want_high);
    const std::vector<double> wide(values.begin(), values.end());
    const auto from_f8 = read(folder, npy_header("<f8", "(2, 3, 3)") + raw_bytes(wide));
    CHECK(std::get<std::vector<double>>(from_f8.values) == wide);
    CHECK(from_f8.low == want_low);
  };
  check_range(0.0F, 1.0F, 0.0F, 1.0F);
  check_range(0.25F, 0.5F, 0.25F, 0.5F);
  check_range(-0.5F, 1.0F, -0.5F, 1.0F);
  check_range(-3.0F, 12.0F, -3.0F, 12.0F);
  check_range(0.0F, 255.0F, 0.0F, 255.0F);
  check_range(5.0F, 5.0F, 5.0F, 5.0F);
  const auto widest = read(folder, npy_header("<f4", "(1, 2)") + raw_bytes<float>({-3e38F, 3e38F}));
  CHECK(widest.high == static_cast<double>(3e38F));
  CHECK(widest.low == -widest.high);
  check_range(-1e-40F, 1e-40F, -1e-40F, 1e-40F);
}

TEST_CASE("npy in Fortran order is turned", "[readers]") {
  const TempDir folder;
  // value = 100 n + 10 h + w, laid out with the first index fastest
  std::vector<float> stored, wanted;
  for (int w = 0; w < 4; ++w)
    for (int h = 0; h < 3; ++h)
      for (int n = 0; n < 2; ++n) stored.push_back(static_cast<float>(100 * n + 10 * h + w));
  for (int n = 0; n < 2; ++n)
    for (int h = 0; h < 3; ++h)
      for (int w = 0; w < 4; ++w) wanted.push_back(static_cast<float>(100 * n + 10 * h + w));
  for (const char* shape : {"(2, 3, 4)", "(2, 3, 4, 1)"}) {
    CHECK(floats(read(folder, npy_header("<f4", shape, true) + raw_bytes(stored))) == wanted);
  }
  const auto flat = read(
      folder, npy_header("<f4", "(2, 4)", true) + raw_bytes<float>({0, 10, 1, 11, 2, 12, 3, 13}));
  CHECK(floats(flat) == std::vector<float>{0, 1, 2, 3, 10, 11, 12, 13});
  CHECK((flat.shape.height == 1 && flat.shape.width == 4));
  stored[13] = inf;  // stored index 13: n 1, h 0, w 2
  const std::string header = npy_header("<f4", "(2, 3, 4)", true);
  check_error(image_error(folder, header + raw_bytes(stored)), 65,
              {"row 1, column 2", "byte " + std::to_string(header.size() + 13 * 4)});
}

TEST_CASE("npy with NaN, Inf and numbers beyond float32", "[readers]") {
  const TempDir folder;
  std::vector<float> values = ramp(3 * 4, 0.0F, 1.0F);
  const std::string header = npy_header("<f4", "(3, 4)");
  for (const float bad : {std::nanf(""), inf, -inf}) {
    values[6] = bad;
    check_error(image_error(folder, header + raw_bytes(values)), 65,
                {"row 1, column 2", "byte " + std::to_string(header.size() + 24),
                 std::isnan(bad) ? "found NaN" : "found an infinite number"});
  }
  check_error(image_error(folder, npy_header("<f8", "(2, 1)") + raw_bytes<double>({0.5, 1e300})),
              65, {"row 1, column 0", "found 1e+300", "up to 3.4e38"});
}

TEST_CASE("npy of dtypes that are no numbers", "[readers]") {
  const TempDir folder;
  for (const char* descr :
       {"<c8", "<U8", "|S3", "<M8[ns]", "<m8", "|V4", "<f16", "|f9999999", "f0"}) {
    check_error(image_error(folder, npy_header(descr, "(1, 2)") + counting_bytes(64)), 65,
                {std::string("(dtype '") + descr + "')", "numbers or booleans", "byte 20"});
  }
  check_error(image_error(folder, npy_header("|O", "(1, 2)") + "\x80\x03pickle"), 65,
              {"pickled Python objects", "never run"});
  check_error(image_error(folder, npy_header("{'descr': [('a', '<f4')], 'fortran_order': False, "
                                             "'shape': (2,), }")),
              65, {"a structured dtype"});
}

TEST_CASE("npy conditions", "[readers]") {
  const TempDir folder;
  const auto conditions = [&](const std::string& bytes) {
    return vgan::read_conditions(write_file(folder.path() / "conditions.npy", bytes));
  };
  const std::vector<float> wanted = {3, 0, 127, 1, 2, 5};
  const auto check = [&](const std::string& bytes, std::int64_t size) {
    const vgan::Conditions read = conditions(bytes);
    CHECK(read.values == wanted);
    CHECK(read.size == size);
    CHECK(read.count() == 6 / size);
  };
  check(npy_header("<f4", "(6,)") + raw_bytes(wanted), 1);
  check(npy_header("<f4", "(6, 1)", true) + raw_bytes(wanted), 1);
  check(npy_header("<f4", "(2, 3)") + raw_bytes(wanted), 3);
  check(npy_header("<f4", "(1, 6)", true) + raw_bytes(wanted), 6);
  check(npy_header("<f4", "(2, 3)", true) + raw_bytes<float>({3, 1, 0, 2, 127, 5}), 3);
  check(gzip(npy_header("<f8", "(3, 2)") + raw_bytes<double>({3, 0, 127, 1, 2, 5})), 2);
  check(npy_header("|u1", "(2, 3)") + raw_bytes<std::uint8_t>({3, 0, 127, 1, 2, 5}), 3);
  check(npy_header("|i1", "(2, 3)") + raw_bytes<std::int8_t>({3, 0, 127, 1, 2, 5}), 3);
  check(npy_header("<u2", "(6,)") + raw_bytes<std::uint16_t>({3, 0, 127, 1, 2, 5}), 1);
  check(npy_header("<i4", "(6,)") + raw_bytes<std::int32_t>({3, 0, 127, 1, 2, 5}), 1);
  check(npy_header("<i8", "(6,)") + raw_bytes<std::int64_t>({3, 0, 127, 1, 2, 5}), 1);
  CHECK(conditions(npy_header("<i8", "(1,)") + raw_bytes<std::int64_t>({-7})).values ==
        std::vector<float>{-7});
  CHECK(conditions(npy_header("<f4", "(1, 4096)") + raw_bytes(std::vector<float>(4096))).size ==
        4096);

  const auto error = [&](const std::string& bytes) { return error_of([&] { conditions(bytes); }); };
  check_error(error(npy_header("<f4", "(1, 4097)") + raw_bytes(std::vector<float>(4097))), 65,
              {"the shape (1, 4097)", "(N,) or (N, K), K of 1 to 4096"});
  check_error(error(npy_header("<f4", "(1, 1, 1)") + "abcd"), 65, {"the shape (1, 1, 1)"});
  check_error(error(npy_header("<f4", "()") + "abcd"), 65, {"the shape ()"});
  check_error(error(npy_header("<f4", "(0, 3)")), 65, {"the shape (0, 3)", "sizes of 1 or more"});
  check(npy_header("<f2", "(6,)") +
            raw_bytes<std::uint16_t>({0x4200, 0, 0x57F0, 0x3C00, 0x4000, 0x4500}),
        1);
  check(npy_header(">i2", "(6,)") + std::string("\0\3\0\0\0\x7f\0\1\0\2\0\5", 12), 1);
  check_error(error(npy_header("<c8", "(2,)") + "abcd"), 65, {"cannot read conditions", "complex"});
  check_error(error(npy_header("<f4", "(2,)") + "abcd"), 65, {"announces the shape (2,) of '<f4'"});
  check_error(error(npy_header("<f4", "(1,)") + "abcde"), 65, {"then 1 byte after it"});
  check_error(error("3,0,127"), 65, {"a NumPy .npy array"});
  const std::string header = npy_header("<f4", "(2, 3)");
  check_error(error(header + raw_bytes<float>({1, 2, 3, 4, std::nanf(""), 6})), 65,
              {"NaN in row 1, column 1", "byte " + std::to_string(header.size() + 16)});
  check_error(error(npy_header("<f4", "(2, 3)", true) + raw_bytes<float>({1, inf, 3, 4, 5, 6})), 65,
              {"an infinite number", "row 1, column 0"});
  check_error(error(npy_header("<f8", "(1,)") + raw_bytes<double>({1e300})), 65,
              {"beyond float32 in row 0"});
}

TEST_CASE("other projects' npy files", "[readers]") {
  const auto shared = shared_data();
  if (!shared) VGAN_SKIP("no shared data");
  const auto npy = *shared / "readers" / "npy";
  const auto c_order = vgan::read_npy_trials(npy / "npyio" / "data_float64_2x3_corder.npy");
  CHECK(std::get<std::vector<double>>(c_order.values) == std::vector<double>{0, 1, 2, 3, 4, 5});
  CHECK(c_order.shape.width == 3);
  const auto turned = vgan::read_npy_trials(npy / "npyio" / "data_float32_2x3_forder.npy");
  CHECK(floats(turned) == std::vector<float>{0, 2, 4, 1, 3, 5});
  CHECK(vgan::read_npy_trials(npy / "npyio" / "data_uint8_2x3_corder.npy").count == 2);
  const auto error = [&](const char* name) {
    return error_of([&] { vgan::read_npy_trials(npy / name); });
  };
  check_error(error("npyio/nans_inf.npy"), 65, {"the shape (4,)"});
  check_error(error("npyio/ragged-array.npy"), 65, {"pickled Python objects"});
  check_error(error("npyio/data_float64_corder.npz"), 65, {"a zip archive"});
  CHECK(vgan::read_npy_trials(npy / "npyz" / "f-order.npy").file_type == vgan::ValueType::i64);
  check_error(error("npyz/unicode/ok.npy"), 65, {"text (dtype '<U8')"});
  check_error(error("jetbrains/overflow.npy"), 65, {"announces the shape (65536, 65536)"});
  check_error(error("NPZ.jl_linspace.npy"), 65, {"the shape (11,)"});
  const auto beats = vgan::read_npy_trials(*shared / "curves" / "rec100_beats_187_f32.npy");
  CHECK(beats.count == 2271);
  CHECK(beats.shape.height == 1);
  CHECK(beats.shape.width == 187);
  CHECK(beats.low < beats.high);
}
