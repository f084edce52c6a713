// Differentiable augmentation: against plain loops in double, with random numbers drawn here anew
// from Philox's words, and its adjoint against the transpose, on every backend.
#include <array>
#include <cmath>
#include <set>

#include "kernels/math/augment.hpp"
#include "tests/support/compare.hpp"
#include "tests/support/device.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

using Values = std::vector<double>;

constexpr std::uint64_t seed = 42;
constexpr std::uint64_t step = 7;
constexpr std::int64_t rows = 4;
constexpr std::uint64_t first_row = 3;

struct Shape {
  std::int64_t height, width, channels;
  std::int64_t size() const { return height * width * channels; }
  std::size_t at(std::int64_t i, std::int64_t j, std::int64_t c) const {
    return static_cast<std::size_t>((i * width + j) * channels + c);
  }
};
// Odd and even sides, one channel and three, curves.
constexpr Shape shapes[] = {{1, 1, 1}, {5, 7, 1},  {8, 4, 3},   {9, 12, 3},
                            {1, 9, 3}, {1, 33, 1}, {28, 28, 1}, {17, 20, 3}};

struct Flags {
  bool colour, translation, cutout;
};
std::vector<Flags> all_flags() {
  std::vector<Flags> all;
  for (int k = 0; k < 8; ++k) all.push_back({(k & 1) != 0, (k & 2) != 0, (k & 4) != 0});
  return all;
}

/// What the header says, step by step.
struct Change {
  double brightness, saturation, contrast;
  std::int64_t down, right, cut_row, cut_col;

  Change(const Shape& shape, std::uint64_t row) {
    const std::uint64_t subsequence = 16 * step + 9;  // Purpose::augment_real
    const math::Words4 a = math::philox_block(seed, subsequence, 2 * row);
    const math::Words4 b = math::philox_block(seed, subsequence, 2 * row + 1);
    const auto unit = [](std::uint32_t word) { return (word + 0.5) * 0x1p-32; };
    const auto below = [](std::uint32_t word, std::int64_t n) {
      return static_cast<std::int64_t>(std::floor(word * 0x1p-32 * static_cast<double>(n)));
    };
    const auto move = [&](std::uint32_t word, std::int64_t side) {
      const auto most = static_cast<std::int64_t>(std::floor(side / 8.0 + 0.5));
      return below(word, 2 * most + 1) - most;
    };
    const auto cut = [&](std::uint32_t word, std::int64_t side) {
      const auto length = static_cast<std::int64_t>(std::floor(side / 2.0 + 0.5));
      return below(word, side + 1 - length % 2) - length / 2;
    };
    brightness = unit(a.x) - 0.5;
    saturation = 2.0 * unit(a.y);
    contrast = 0.5 + unit(a.z);
    down = move(b.x, shape.height);
    right = move(b.y, shape.width);
    cut_row = cut(b.z, shape.height);
    cut_col = cut(b.w, shape.width);
  }
};

double mean(const Values& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

void colour(const Shape& shape, const Change& change, bool linear, Values& x) {
  for (double& value : x) value += linear ? 0.0 : change.brightness;
  for (std::size_t p = 0; p < x.size() && shape.channels > 1;
       p += static_cast<std::size_t>(shape.channels)) {
    const auto begin = x.begin() + static_cast<std::ptrdiff_t>(p);
    const double grey = mean(Values(begin, begin + shape.channels));
    for (auto at = begin; at != begin + shape.channels; ++at) {
      *at = grey + change.saturation * (*at - grey);
    }
  }
  const double grey = mean(x);
  for (double& value : x) value = grey + change.contrast * (value - grey);
}

/// One image, changed; `linear`: without what is added.
Values changed(const Shape& shape, const Flags& flags, const Change& change, Values x,
               bool linear = false) {
  if (flags.colour) colour(shape, change, linear, x);
  Values moved(x.size(), 0.0);
  for (std::int64_t i = 0; i < shape.height; ++i) {
    for (std::int64_t j = 0; j < shape.width; ++j) {
      const std::int64_t from_i = i - (flags.translation ? change.down : 0);
      const std::int64_t from_j = j - (flags.translation ? change.right : 0);
      if (from_i < 0 || from_i >= shape.height || from_j < 0 || from_j >= shape.width) continue;
      const bool in_rows = i >= change.cut_row && i < change.cut_row + (shape.height + 1) / 2;
      const bool in_cols = j >= change.cut_col && j < change.cut_col + (shape.width + 1) / 2;
      if (flags.cutout && in_rows && in_cols) continue;
      for (std::int64_t c = 0; c < shape.channels; ++c) {
        moved[shape.at(i, j, c)] = x[shape.at(from_i, from_j, c)];
      }
    }
  }
  return moved;
}

/// `count` images of a batch.
Values augment(Device& device, const Shape& shape, const Flags& flags, const Values& x,
               ElementType in_type, ElementType out_type, bool adjoint,
               std::uint64_t from_row = first_row) {
  StepState start;
  start.step = step;
  const DeviceState state(device, start);
  const auto count = static_cast<std::int64_t>(x.size()) / shape.size();
  const DeviceMatrix in(device, count, shape.size(), x, in_type);
  const DeviceMatrix out(device, count, shape.size(), Values(x.size(), std::nan("")), out_type);
  const AugmentTask task{
      in.ref(),          out.ref(),
      shape.height,      shape.width,
      shape.channels,    flags.colour,
      flags.translation, flags.cutout,
      adjoint,           {seed, Purpose::augment_real, 8 * from_row, StepCounter::of(state.get())}};
  device.backend->run(*device.queue, task);
  return out.get();
}

Values image_of(const Values& batch, const Shape& shape, std::int64_t row) {
  const auto begin = batch.begin() + row * shape.size();
  return {begin, begin + shape.size()};
}

std::string describe(const Shape& shape, const Flags& flags) {
  return std::to_string(shape.height) + " x " + std::to_string(shape.width) + " x " +
         std::to_string(shape.channels) + (flags.colour ? ", colour" : "") +
         (flags.translation ? ", translation" : "") + (flags.cutout ? ", cutout" : "");
}

double inner(const Values& a, const Values& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

TEST_CASE("augment changes each image as its own random numbers say", "[kernels][augment]") {
  on_every_device([](Device& device) {
    for (const Shape& shape : shapes) {
      for (const Flags& flags : all_flags()) {
        INFO(describe(shape, flags));
        for (const ElementType in_type : float_types) {
          for (const ElementType out_type : float_types) {
            const Values x = random_values(rows * shape.size(), 61, in_type);
            Values want;
            for (std::int64_t row = 0; row < rows; ++row) {
              const Change change(shape, first_row + static_cast<std::uint64_t>(row));
              const Values image = changed(shape, flags, change, image_of(x, shape, row));
              want.insert(want.end(), image.begin(), image.end());
            }
            // Some ten operations in f32 on numbers of up to 3; without colours, none.
            const double exact = flags.colour ? 1e-6 : 0.0;
            require_close("out", augment(device, shape, flags, x, in_type, out_type, false), want,
                          {exact, exact + rounding_of(out_type)});
          }
        }
      }
    }
  });
}

TEST_CASE("augment's adjoint is the transpose of its linear part", "[kernels][augment]") {
  on_every_device([](Device& device) {
    for (const Shape& shape : shapes) {
      if (shape.size() > 400) continue;  // the matrix is made column by column
      for (const Flags& flags : all_flags()) {
        INFO(describe(shape, flags));
        for (const ElementType type : float_types) {
          const Values y = random_values(rows * shape.size(), 62, type);
          Values want;
          for (std::int64_t row = 0; row < rows; ++row) {
            const Change change(shape, first_row + static_cast<std::uint64_t>(row));
            for (std::int64_t k = 0; k < shape.size(); ++k) {
              Values unit(static_cast<std::size_t>(shape.size()), 0.0);
              unit[static_cast<std::size_t>(k)] = 1.0;
              want.push_back(
                  inner(changed(shape, flags, change, unit, true), image_of(y, shape, row)));
            }
          }
          const double exact = flags.colour ? 1e-6 : 0.0;
          require_close("dx", augment(device, shape, flags, y, type, type, true), want,
                        {exact, exact + rounding_of(type)});
        }
      }
    }
  });
}

TEST_CASE("<A x, y> = <x, A^T y> for what augment computes", "[kernels][augment]") {
  on_every_device([](Device& device) {
    for (const Shape& shape : shapes) {
      for (const Flags& flags : all_flags()) {
        INFO(describe(shape, flags));
        const ElementType f32 = ElementType::f32;
        const Values x = random_values(rows * shape.size(), 63);
        const Values y = random_values(rows * shape.size(), 64);
        Values ax = augment(device, shape, flags, x, f32, f32, false);
        const Values a0 = augment(device, shape, flags, Values(x.size(), 0.0), f32, f32, false);
        for (std::size_t i = 0; i < ax.size(); ++i) ax[i] -= a0[i];
        const Values aty = augment(device, shape, flags, y, f32, f32, true);
        // Numbers of up to 3 with errors of 1e-6 each, at random.
        const double tolerance = 1e-6 * std::sqrt(static_cast<double>(x.size())) + 1e-6;
        CHECK(std::fabs(inner(ax, y) - inner(x, aty)) <= tolerance);
      }
    }
  });
}

TEST_CASE("an image's change is that of its row and step, in whatever batch it stands",
          "[kernels][augment]") {
  on_every_device([](Device& device) {
    const Shape shape{9, 12, 3};
    const Flags flags{true, true, true};
    const ElementType f32 = ElementType::f32;
    const Values x = random_values(6 * shape.size(), 65);
    const Values whole = augment(device, shape, flags, x, f32, f32, false, 0);
    const Values tail(x.begin() + 2 * shape.size(), x.end());
    CHECK(augment(device, shape, flags, tail, f32, f32, false, 2) ==
          Values(whole.begin() + 2 * shape.size(), whole.end()));
    // Without a state it is step 0.
    const DeviceMatrix in(device, 6, shape.size(), x);
    const DeviceMatrix out(device, 6, shape.size());
    device.backend->run(
        *device.queue,
        AugmentTask{
            in.ref(), out.ref(), 9, 12, 3, true, true, true, false, {seed, Purpose::augment_real}});
    CHECK(out.get() != whole);
  });
}

TEST_CASE("augment does not depend on the number of threads", "[kernels][augment]") {
  require_same_for_any_threads([](Device& device) {
    const Shape shape{28, 28, 3};
    const Flags flags{true, true, true};
    const Values x = random_values(50 * shape.size(), 66);
    Values all = augment(device, shape, flags, x, ElementType::f32, ElementType::f32, false);
    const Values back = augment(device, shape, flags, x, ElementType::f32, ElementType::f32, true);
    all.insert(all.end(), back.begin(), back.end());
    return all;
  });
}

TEST_CASE("augment's draws fill their ranges evenly", "[kernels][augment]") {
  constexpr std::uint64_t draws = 4000;
  std::array<int, 9> downs{};
  std::set<int> rights, cut_rows, cut_cols;
  double brightness = 0.0, saturation = 0.0, contrast = 0.0;
  for (std::uint64_t row = 0; row < draws; ++row) {
    const math::AugmentDraw draw = math::augment_draw(5, 9, row, 32, 5);
    REQUIRE(std::abs(draw.down) <= 4);
    ++downs[static_cast<std::size_t>(draw.down + 4)];
    rights.insert(draw.right);
    cut_rows.insert(draw.cut_row);
    cut_cols.insert(draw.cut_col);
    REQUIRE(std::fabs(draw.brightness) <= 0.5F);
    REQUIRE((draw.saturation >= 0.0F && draw.saturation <= 2.0F));
    REQUIRE((draw.contrast >= 0.5F && draw.contrast <= 1.5F));
    brightness += draw.brightness;
    saturation += draw.saturation;
    contrast += draw.contrast;
  }
  // Binomial with p = 1/9: five standard deviations of 20 each.
  for (const int count : downs) CHECK(std::abs(count - 444) < 100);
  CHECK(rights == std::set<int>{-1, 0, 1});
  // 16 of 32 rows, centred on 0 to 32; 3 of 5 columns, centred on 0 to 4.
  CHECK((cut_rows.size() == 33 && *cut_rows.begin() == -8 && *cut_rows.rbegin() == 24));
  CHECK(cut_cols == std::set<int>{-1, 0, 1, 2, 3});
  // Five standard deviations of a mean of uniform numbers of spread 1 or 2.
  CHECK(std::fabs(brightness / draws) < 0.023);
  CHECK(std::fabs(saturation / draws - 1.0) < 0.046);
  CHECK(std::fabs(contrast / draws - 1.0) < 0.023);
}

TEST_CASE("augment refuses operands that do not fit", "[kernels][augment]") {
  on_every_device([](Device& device) {
    Backend& backend = *device.backend;
    Queue& queue = *device.queue;
    const DeviceMatrix in(device, 2, 12), out(device, 2, 12), wrong(device, 2, 11);
    const RandomStream stream{1, Purpose::augment_real};
    CHECK_THROWS_WITH(backend.run(queue, AugmentTask{in.ref(), out.ref(), 2, 5, 1, false, false,
                                                     false, false, stream}),
                      ContainsSubstring("in [2, 12]"));
    CHECK_THROWS_WITH(backend.run(queue, AugmentTask{in.ref(), wrong.ref(), 2, 2, 3, false, false,
                                                     false, false, stream}),
                      ContainsSubstring("out [2, 11]"));
    CHECK_THROWS_WITH(backend.run(queue, AugmentTask{in.ref(), in.ref(), 2, 2, 3, false, false,
                                                     false, false, stream}),
                      ContainsSubstring("in and out in one place"));
    CHECK_THROWS_WITH(backend.run(queue, AugmentTask{in.ref(),
                                                     out.ref(),
                                                     2,
                                                     2,
                                                     3,
                                                     false,
                                                     false,
                                                     false,
                                                     false,
                                                     {1, Purpose::augment_real, 4}}),
                      ContainsSubstring("random number 4"));
    CHECK_THROWS_WITH(backend.run(queue, AugmentTask{in.ref(), out.ref(), 0, 2, 3, false, false,
                                                     false, false, stream}),
                      ContainsSubstring("numbers of an image"));
  });
}
