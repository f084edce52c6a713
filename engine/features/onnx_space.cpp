#include "engine/features/onnx_space.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "engine/base/check.hpp"
#include "engine/base/text.hpp"

namespace vgan {
namespace {

constexpr std::int64_t rows_at_once = 64;

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::vector<std::string> extents;
  for (const std::int64_t extent : shape) {
    extents.push_back(extent < 0 ? "any" : std::to_string(extent));
  }
  return joined(extents, " x ");
}

// Whether an image of `channels` can be given to a place for `wanted`, -1 for any.
bool channels_fit(std::int64_t wanted, std::int64_t channels) {
  return wanted < 0 || wanted == channels || (channels == 1 && wanted == 3);
}

/// Where a number of an axis of `size` lies between two of one of `from`.
struct Between {
  std::int64_t first, second;
  float share;  ///< of the second
};

Between between(std::int64_t at, std::int64_t size, std::int64_t from) {
  const double place =
      (static_cast<double>(at) + 0.5) * static_cast<double>(from) / static_cast<double>(size) - 0.5;
  const double held = std::clamp(place, 0.0, static_cast<double>(from - 1));
  const auto first = static_cast<std::int64_t>(std::floor(held));
  return {first, std::min(first + 1, from - 1),
          static_cast<float>(held - static_cast<double>(first))};
}

}  // namespace

OnnxInput OnnxInput::of(const std::vector<std::int64_t>& shape, const TrialShape& trial,
                        const std::string& file) {
  OnnxInput input;
  const auto refuse = [&](const std::string& allowed) {
    throw Error(ErrorCode::bad_data, {"cannot use a network for these trials", file,
                                      "an input of " + shape_text(shape), allowed, ""});
  };
  input.batch = shape.empty() || shape[0] < 0 ? 0 : shape[0];
  if (!shape.empty() && shape[0] == 0) refuse("one trial or more at a time");
  if (shape.size() == 2) {
    if (shape[1] >= 0 && shape[1] != trial.size())
      refuse(counted(trial.size(), "number") + " for a trial");
    input.channels = trial.size();
    return input;
  }
  const bool is_image = trial.kind == TrialKind::image;
  if (shape.size() != 4 || !is_image) {
    refuse(is_image ? "N x C x H x W, N x H x W x C or N x numbers" : "N x numbers");
  }
  // Three or one is taken for channels; where both ends could be, they come first.
  const bool first = channels_fit(shape[1], trial.channels);
  const bool last = channels_fit(shape[3], trial.channels);
  const bool last_alone = last && (!first || (shape[1] < 0 && shape[3] > 0));
  if (!first && !last) {
    refuse(trial.channels == 1 ? "1 or 3 channels" : counted(trial.channels, "channel"));
  }
  input.order = last_alone ? Order::channels_last : Order::channels_first;
  const std::size_t height = last_alone ? 1 : 2;
  const auto given = [](std::int64_t extent, std::int64_t own) {
    return extent < 0 ? own : extent;
  };
  input.height = given(shape[height], trial.height);
  input.width = given(shape[height + 1], trial.width);
  input.channels = given(shape[last_alone ? 3 : 1], trial.channels);
  if (input.height < 1 || input.width < 1) refuse("images of one pixel or more");
  return input;
}

std::vector<float> resized(const std::vector<float>& image, const TrialShape& from,
                           const OnnxInput& to) {
  std::vector<float> made;
  made.reserve(static_cast<std::size_t>(to.height * to.width * to.channels));
  for (std::int64_t y = 0; y < to.height; ++y) {
    const Between rows = between(y, to.height, from.height);
    for (std::int64_t x = 0; x < to.width; ++x) {
      const Between columns = between(x, to.width, from.width);
      for (std::int64_t c = 0; c < to.channels; ++c) {
        const auto pixel = [&](std::int64_t row, std::int64_t column) {
          const std::int64_t channel = from.channels == 1 ? 0 : c;
          return image[static_cast<std::size_t>((row * from.width + column) * from.channels +
                                                channel)];
        };
        const auto along = [&](std::int64_t row) {
          return (1.0F - columns.share) * pixel(row, columns.first) +
                 columns.share * pixel(row, columns.second);
        };
        made.push_back((1.0F - rows.share) * along(rows.first) + rows.share * along(rows.second));
      }
    }
  }
  return made;
}

OnnxSpace::OnnxSpace(const std::string& file, const Trials& training, std::int64_t threads)
    : file_(file),
      session_(file, threads),
      shape_(training.shape),
      input_(OnnxInput::of(session_.input_shape(), training.shape, file)) {
  if (!training.is_u8()) {
    low_ = static_cast<float>(training.low);
    range_ = static_cast<float>(training.high - training.low);
    if (!(range_ > 0.0F)) range_ = 1.0F;
  }
  const onnx::Tensor probe = run(TrialRows(training, 1), 0, 1);
  const std::int64_t trials = input_.batch > 0 ? input_.batch : 1;
  const auto numbers = static_cast<std::int64_t>(probe.values.size());
  if (probe.shape.empty() || probe.shape[0] != trials || numbers < trials) {
    throw Error(ErrorCode::bad_data,
                {"cannot use a network", file, "an output of " + shape_text(probe.shape),
                 "a row of features for each trial", ""});
  }
  size_ = numbers / trials;
}

std::string OnnxSpace::name() const { return std::filesystem::path(file_).filename().string(); }

std::string OnnxSpace::text() const {
  return counted(size(), "output") + " of " + name() + ", run by ONNX Runtime " +
         session_.runtime_version();
}

// One trial, in the order of the network's input.
void OnnxSpace::put(const TrialRows& trials, std::int64_t row, float* values) const {
  std::vector<float> trial(static_cast<std::size_t>(trials.size()));
  trials.read(row, trial.data());
  for (float& value : trial) value = (value - low_) / range_;
  if (input_.order == OnnxInput::Order::flat) {
    std::copy(trial.begin(), trial.end(), values);
    return;
  }
  const std::vector<float> image = resized(trial, shape_, input_);
  if (input_.order == OnnxInput::Order::channels_last) {
    std::copy(image.begin(), image.end(), values);
    return;
  }
  const std::int64_t pixels = input_.height * input_.width;
  for (std::int64_t at = 0; at < pixels; ++at) {
    for (std::int64_t c = 0; c < input_.channels; ++c) {
      values[c * pixels + at] = image[static_cast<std::size_t>(at * input_.channels + c)];
    }
  }
}

// A batch that is fixed is filled up with zeros.
onnx::Tensor OnnxSpace::run(const TrialRows& trials, std::int64_t first, std::int64_t count) const {
  const std::int64_t rows = input_.batch > 0 ? input_.batch : count;
  onnx::Tensor input;
  switch (input_.order) {
    case OnnxInput::Order::flat: input.shape = {rows, input_.channels}; break;
    case OnnxInput::Order::channels_first:
      input.shape = {rows, input_.channels, input_.height, input_.width};
      break;
    case OnnxInput::Order::channels_last:
      input.shape = {rows, input_.height, input_.width, input_.channels};
      break;
  }
  const std::int64_t pixels =
      input_.order == OnnxInput::Order::flat ? 1 : input_.height * input_.width;
  const std::int64_t each = pixels * input_.channels;
  input.values.assign(static_cast<std::size_t>(rows * each), 0.0F);
  for (std::int64_t i = 0; i < count; ++i) {
    put(trials, first + i, input.values.data() + i * each);
  }
  return session_.run(input);
}

Features OnnxSpace::features(const TrialRows& trials) const {
  require(trials.size() == shape_.size(), "features",
          "trials of " + counted(trials.size(), "number"), std::to_string(shape_.size()));
  const TrialRows own = trials.in(nullptr);
  const std::int64_t at_once = input_.batch > 0 ? input_.batch : rows_at_once;
  Features made{own.count(), size_, {}};
  for (std::int64_t first = 0; first < own.count(); first += at_once) {
    const std::int64_t count = std::min(at_once, own.count() - first);
    const onnx::Tensor output = run(own, first, count);
    const auto taken = static_cast<std::size_t>(count * size_);
    require(output.values.size() >= taken, "features",
            std::to_string(output.values.size()) + " outputs", std::to_string(taken));
    for (std::size_t i = 0; i < taken; ++i) {
      if (std::isfinite(output.values[i])) continue;
      throw Error(ErrorCode::bad_data, {"cannot use a network", file_,
                                        "NaN or Inf among its outputs", "finite numbers", ""});
    }
    made.values.insert(made.values.end(), output.values.begin(),
                       output.values.begin() + static_cast<std::ptrdiff_t>(taken));
  }
  return made;
}

}  // namespace vgan
