#include "engine/compare/compare_place.hpp"

#include <algorithm>
#include <cstdio>
#include <span>
#include <system_error>
#include <type_traits>
#include <utility>
#include <variant>

#include "engine/base/error.hpp"
#include "engine/data/readers/npy.hpp"
#include "engine/data/readers/open_trials.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t fewest_trials = 100;
constexpr std::int64_t held_out_share = 10;  // every tenth
constexpr std::int64_t most_held_out = 10000;

}  // namespace

// Making a folder is what claims it.
fs::path claim_comparison_folder(const fs::path& wanted) {
  std::error_code error;
  if (!wanted.empty()) {
    fs::create_directories(wanted, error);
    if (!error && fs::is_empty(wanted, error) && !error) return wanted;
    if (error)
      throw Error(ErrorCode::io, {"cannot make a folder", wanted.string(), error.message()});
    const bool comparison = fs::exists(wanted / "comparison.json", error);
    throw Error(ErrorCode::bad_config,
                {comparison ? "the folder already holds a comparison" : "the folder is not empty",
                 wanted.string(), "", "",
                 comparison ? "go on with it by compare --resume " + wanted.string() +
                                  ", or choose another --out"
                            : "choose another --out"});
  }
  fs::create_directories("runs", error);
  for (int number = 1; !error; ++number) {
    char name[32];
    std::snprintf(name, sizeof(name), "compare-%04d", number);
    if (fs::create_directory(fs::path("runs") / name, error)) return fs::path("runs") / name;
  }
  throw Error(ErrorCode::io, {"cannot make a folder", "runs", error.message()});
}

namespace {

// Where a net is for curves, what could be one is one, for every model.
bool has_curve_net(const CompareRequest& request) {
  return std::any_of(request.models.begin(), request.models.end(), [](const std::string& model) {
    return comparable_config(model).net == NetKind::conv1d;
  });
}

}  // namespace

Split open_split(const CompareRequest& request) {
  Trials all = open_trials({.data = request.data,
                            .labels = request.labels,
                            .array = request.array,
                            .dataset = request.dataset,
                            .seed = request.seed,
                            .shape = {request.shape, has_curve_net(request), std::nullopt},
                            .threads = static_cast<int>(request.threads)});
  if (all.count < fewest_trials) {
    throw Error(ErrorCode::bad_data,
                {"too few trials to hold some out", all.source, std::to_string(all.count),
                 std::to_string(fewest_trials) + " or more", ""});
  }
  const std::int64_t held_out = std::min(all.count / held_out_share, most_held_out);
  const double share = static_cast<double>(held_out) / static_cast<double>(all.count);
  Trials last = all.part(all.count - held_out, held_out);
  all.keep_first(all.count - held_out);
  return {std::move(all), std::move(last), share};
}

void write_trials(const fs::path& path, const Trials& trials) {
  std::visit(
      [&](const auto& pixels) {
        using Number = typename std::decay_t<decltype(pixels)>::value_type;
        NpyWriter writer(path, value_type_of<Number>(), trials.array_shape());
        writer.append(std::span(pixels));
        writer.finish();
      },
      trials.values);
}

}  // namespace vgan
