#include "engine/data/trial_axes.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <type_traits>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/data/readers/strided.hpp"

namespace vgan {
namespace {

using Sizes = std::vector<std::int64_t>;

constexpr std::int64_t most_image_channels = 4;  // red, green, blue and alpha
constexpr std::int64_t most_curve_channels = 4096;
constexpr std::int64_t shortest_curve = 3;  // two numbers are a point of a plane
constexpr std::array<const char*, 7> axis_words = {"p", "t", "tc", "ct", "hw", "hwc", "chw"};
constexpr const char* allowed_shapes =
    "sizes as 256, 16x16 or 32x32x3, or what the axes of a .npy file are after the first: p, t, "
    "tc, "
    "ct, hw, hwc or chw";

// The largest number where the product is beyond it.
std::int64_t product(const Sizes& sizes) {
  std::int64_t numbers = 1;
  for (const std::int64_t size : sizes) {
    if (__builtin_mul_overflow(numbers, size, &numbers)) return INT64_MAX;
  }
  return numbers;
}

/// The file that messages are about.
struct File {
  const std::string& where;
  std::int64_t count;  ///< size of its first axis
  const Sizes& sizes;  ///< of the others
};

// "(24, 3, 32, 32)"
std::string file_text(const File& file) {
  const Sizes& sizes = file.sizes;
  std::string text = "(" + std::to_string(file.count);
  for (const std::int64_t size : sizes) text += ", " + std::to_string(size);
  return text + (sizes.empty() ? ",)" : ")");
}

std::vector<std::size_t> as_they_lie(const Sizes& sizes) {
  std::vector<std::size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

[[noreturn]] void refuse_text(const std::string& text) {
  throw Error(ErrorCode::bad_config,
              {"bad setting", "shape", "'" + text + "'", allowed_shapes, ""});
}

[[noreturn]] void refuse_wish(const File& file, const std::string& found,
                              const std::string& allowed) {
  throw Error(ErrorCode::bad_config, {"bad setting", "shape, with " + file.where, found, allowed,
                                      "leave --shape out to read the file as it is"});
}

[[noreturn]] void refuse_file(const File& file, const std::string& remedy) {
  throw Error(ErrorCode::bad_data,
              {"cannot read images", file.where, "the shape " + file_text(file),
               "(N, P), (N, H, W) or (N, H, W, C), C being 1 to 4 channels", remedy});
}

std::string rows_instead(const Sizes& sizes) {
  return "give --shape " + std::to_string(product(sizes)) +
         " to read each trial as a row of numbers";
}

TrialShape image(std::int64_t height, std::int64_t width, std::int64_t channels) {
  return {height, width, channels, TrialKind::image};
}
TrialShape curve(std::int64_t samples, std::int64_t channels) {
  return {1, samples, channels, TrialKind::curve};
}
TrialShape row(std::int64_t numbers, bool curves) {
  const bool long_enough = numbers >= shortest_curve;
  return {1, numbers, 1, curves && long_enough ? TrialKind::curve : TrialKind::row};
}

// An axis of one row before those of a curve.
bool has_single_row(const Sizes& sizes) {
  return (sizes.size() == 2 || sizes.size() == 3) && sizes[0] == 1;
}

TrialAxes as_file(const File& file, bool curves) {
  const Sizes& sizes = file.sizes;
  TrialAxes made{as_they_lie(sizes), {}, ""};
  if (curves && has_single_row(sizes)) {
    const std::int64_t channels = sizes.size() == 3 ? sizes[2] : 1;
    if (channels > most_curve_channels) refuse_file(file, rows_instead(sizes));
    made.trial = curve(sizes[1], channels);
    return made;
  }
  switch (sizes.size()) {
    case 0:
      refuse_file(file, "a = array.reshape(-1, 1), then numpy.save, makes rows of one number");
    case 1: made.trial = row(sizes[0], curves); return made;
    case 2: break;
    case 3:
      if (sizes[2] <= most_image_channels) {
        made.trial = image(sizes[0], sizes[1], sizes[2]);
        return made;
      }
      if (sizes[0] <= most_image_channels) {
        refuse_file(file, "give --shape chw if the channels come first");
      }
      refuse_file(file, rows_instead(sizes));
    default: refuse_file(file, rows_instead(sizes));
  }
  if (!curves) {
    made.trial = image(sizes[0], sizes[1], 1);
    return made;
  }
  if (sizes[1] > most_curve_channels) {
    refuse_file(file, "give --shape ct if the channels come first");
  }
  made.trial = curve(sizes[0], sizes[1]);
  if (sizes[0] < sizes[1]) {
    made.note = "curves of " + std::to_string(sizes[0]) + " samples with " +
                std::to_string(sizes[1]) +
                " channels each; --shape ct if it is the other way round";
  }
  return made;
}

Sizes without_ones(Sizes sizes) {
  std::erase(sizes, 1);
  return sizes;
}

// Nothing where the file's trials are others than those expected.
std::optional<TrialAxes> as_expected(const Sizes& sizes, const TrialShape& trial) {
  if (product(sizes) != trial.size()) return std::nullopt;
  const Sizes wanted = {trial.height, trial.width, trial.channels};
  if (sizes.size() == 1 || trial.kind == TrialKind::row ||
      without_ones(sizes) == without_ones(wanted)) {
    return TrialAxes{as_they_lie(sizes), trial, ""};
  }
  if (trial.kind == TrialKind::curve && sizes == Sizes{trial.channels, trial.width}) {
    return TrialAxes{{1, 0}, trial, ""};
  }
  if (sizes == Sizes{trial.channels, trial.height, trial.width}) {
    return TrialAxes{{1, 2, 0}, trial, ""};
  }
  return std::nullopt;
}

void require_channels(const TrialShape& trial, const File& file, const std::string& text) {
  const bool is_image = trial.kind == TrialKind::image;
  const std::int64_t most = is_image ? most_image_channels : most_curve_channels;
  if (trial.channels <= most) return;
  refuse_wish(file, text + ": " + std::to_string(trial.channels) + " channels",
              "up to " + std::to_string(most) + " of " + info_of(trial.kind).plural.data());
}

// Letters name the file's axes.
TrialAxes by_letters(const File& file, std::string letters) {
  const Sizes& sizes = file.sizes;
  const std::string text = letters;
  const bool is_image = letters.find('h') != std::string::npos;
  if (letters.starts_with('t') && has_single_row(sizes)) {  // (N, 1, T) and (N, 1, T, C)
    TrialAxes made = as_file(file, true);
    if (letters == "t" && made.trial.channels > 1) {
      refuse_wish(file, "t for trials of the shape " + file_text(file), "tc");
    }
    return made;
  }
  if (letters.size() == sizes.size() + 1) std::erase(letters, 'c');
  if (letters.size() != sizes.size()) {
    refuse_wish(file, text + " for trials of the shape " + file_text(file),
                "one letter for each axis after the first");
  }
  TrialAxes made;
  Sizes extents;
  for (const char letter : std::string("phtwc")) {
    const std::size_t at = letters.find(letter);
    if (at == std::string::npos) continue;
    made.order.push_back(at);
    extents.push_back(sizes[at]);
  }
  extents.push_back(1);  // the channel of those that name none
  made.trial = is_image            ? image(extents[0], extents[1], extents[2])
               : letters[0] == 'p' ? row(extents[0], false)
                                   : curve(extents[0], extents[1]);
  require_channels(made.trial, file, text);
  return made;
}

TrialAxes by_sizes(const File& file, const Sizes& wanted, bool curves, const std::string& text) {
  const Sizes& sizes = file.sizes;
  if (product(sizes) != product(wanted)) {
    refuse_wish(file, text + ", " + std::to_string(product(wanted)) + " numbers",
                std::to_string(product(sizes)) + " numbers in all, as the file's trials have");
  }
  TrialAxes made{as_they_lie(sizes), {}, ""};
  if (wanted.size() == 1) {
    made.trial = row(wanted[0], curves);
  } else if (wanted.size() == 2 && curves) {
    made.trial = curve(wanted[0], wanted[1]);
  } else {
    made.trial = image(wanted[0], wanted[1], wanted.size() == 3 ? wanted[2] : 1);
  }
  require_channels(made.trial, file, text);
  return made;
}

}  // namespace

ShapeText parse_shape(const std::string& text) {
  ShapeText made;
  if (text.empty()) return made;
  if (std::find(axis_words.begin(), axis_words.end(), text) != axis_words.end()) {
    made.axes = text;
    return made;
  }
  std::int64_t numbers = 1;
  for (const char *at = text.data(), *end = at + text.size();; ++at) {
    std::int64_t size = 0;
    const auto read = std::from_chars(at, end, size);
    if (read.ec != std::errc() || size < 1 || made.sizes.size() == 3 ||
        __builtin_mul_overflow(numbers, size, &numbers)) {
      refuse_text(text);
    }
    made.sizes.push_back(size);
    at = read.ptr;
    if (at == end) return made;
    if (*at != 'x') refuse_text(text);
  }
}

TrialAxes trial_axes(std::int64_t count, const std::vector<std::int64_t>& sizes,
                     const ShapeWish& wish, const std::string& where) {
  const File file{where, count, sizes};
  const ShapeText text = parse_shape(wish.shape);
  if (!text.axes.empty()) return by_letters(file, text.axes);
  if (!text.sizes.empty()) return by_sizes(file, text.sizes, wish.curves, wish.shape);
  if (wish.expected) {
    if (auto made = as_expected(sizes, *wish.expected)) return *std::move(made);
  }
  return as_file(file, wish.curves);
}

void shape_trials(Trials& trials, const ShapeWish& wish) {
  if (wish.shape.empty() && !wish.expected) return;
  Sizes sizes = {trials.shape.height, trials.shape.width};
  if (trials.shape.channels > 1) sizes.push_back(trials.shape.channels);
  TrialAxes made;
  if (!wish.shape.empty()) {
    made = trial_axes(trials.count, sizes, wish, trials.source);
  } else if (auto same = as_expected(sizes, *wish.expected)) {
    made = *std::move(same);
  } else {
    return;
  }
  std::vector<StridedAxis> axes{{static_cast<std::uint64_t>(trials.count),
                                 static_cast<std::uint64_t>(trials.values_per_trial())}};
  for (const std::size_t axis : made.order) {
    const Sizes inner(sizes.begin() + static_cast<std::ptrdiff_t>(axis) + 1, sizes.end());
    axes.push_back(
        {static_cast<std::uint64_t>(sizes[axis]), static_cast<std::uint64_t>(product(inner))});
  }
  std::visit([&](auto& values) { values = StridedArray(axes).ordered(std::move(values)); },
             trials.values);
  trials.shape = made.trial;
}

void drop_alpha(Trials& trials) {
  if (trials.shape.kind != TrialKind::image || trials.shape.channels != most_image_channels) return;
  std::visit(
      [](auto& values) {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
          if (i % 4 != 3) values[kept++] = values[i];
        }
        values.resize(kept);
      },
      trials.values);
  trials.shape.channels = 3;
  trials.notes.push_back(trials.source +
                         ": the fourth channel of its images is taken for alpha and left out");
}

}  // namespace vgan
