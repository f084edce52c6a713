#include "engine/metrics/measure_list.hpp"

#include <array>
#include <limits>
#include <vector>

#include "engine/base/check.hpp"

namespace vgan {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

using enum MeasureGoal;
using enum MeasureGroup;
using Kind = MeasuredKind;

constexpr std::array<MeasureInfo, 28> all_measures{{
    {"frechet", "Frechet distance", fidelity, lower, Kind::features, 0.0, infinity,
     "how far apart Gaussians of both sides' features lie"},
    {"kernel-distance", "kernel distance", fidelity, lower, Kind::features, -infinity, infinity,
     "squared MMD of both sides' features by a cubic kernel, unbiased: about 0 at best"},
    {"precision", "precision", fidelity, higher, Kind::features, 0.0, 1.0,
     "share of virtual trials that lie among real ones"},
    {"recall", "recall", diversity, higher, Kind::features, 0.0, 1.0,
     "share of real trials that lie among virtual ones"},
    {"density", "density", fidelity, as_real, Kind::features, 0.0, infinity,
     "how many real trials' neighbourhoods a virtual one lies in: 1 where sides are alike"},
    {"coverage", "coverage", diversity, higher, Kind::features, 0.0, 1.0,
     "share of real trials that have a virtual one in their neighbourhood"},
    {"modes", "modes", diversity, higher, Kind::features, 0.0, infinity,
     "how many classes, or clusters of real trials, virtual trials come from"},
    {"smallest-class", "smallest class", diversity, as_real, Kind::features, 0.0, 1.0,
     "share of virtual trials in the class, or cluster, that has the fewest"},
    {"class-difference", "class difference", diversity, lower, Kind::features, 0.0, 1.0,
     "total variation between the shares of classes, or of clusters"},
    {"spectrum", "spectra", fidelity, lower, Kind::curves, 0.0, infinity,
     "log-spectral distance of mean power spectra, in decibels"},
    {"autocorrelation", "autocorrelation", fidelity, lower, Kind::curves, 0.0, 2.0,
     "how far mean autocorrelations lie apart, root mean square over lags"},
    {"bands", "quantile bands", diversity, lower, Kind::curves, 0.0, 1.0,
     "how far the shares of curves within real quantile bands are off, mean over times"},
    {"shape", "shapes of columns", fidelity, higher, Kind::tables, 0.0, 1.0,
     "1 - KS distance of numbers, 1 - total variation of words, mean of columns"},
    {"ks-complement", "KS complement", fidelity, higher, Kind::tables, 0.0, 1.0,
     "SDMetrics' KSComplement: missing values left out, mean of columns of numbers"},
    {"tv-complement", "TV complement", fidelity, higher, Kind::tables, 0.0, 1.0,
     "SDMetrics' TVComplement, mean of columns of words"},
    {"trend", "trends of pairs", fidelity, higher, Kind::tables, 0.0, 1.0,
     "1 - total variation of pairs of columns in up to 8 x 8 cells, mean of pairs"},
    {"correlation", "correlations", fidelity, higher, Kind::tables, 0.0, 1.0,
     "SDMetrics' CorrelationSimilarity, mean of pairs of numbers"},
    {"contingency", "contingencies", fidelity, higher, Kind::tables, 0.0, 1.0,
     "SDMetrics' ContingencySimilarity, mean of pairs of words"},
    {"c2st", "two-sample test", fidelity, half, Kind::tables, 0.0, 1.0,
     "AUC of boosted trees that tell virtual rows from real ones"},
    {"mmd", "MMD", fidelity, lower, Kind::tables, -infinity, 2.0,
     "squared MMD of rows by a Gaussian kernel, unbiased: about 0 at best"},
    {"sliced-wasserstein", "sliced Wasserstein", fidelity, lower, Kind::all, 0.0, infinity,
     "how far apart both sides lie along lines, mean of lines"},
    {"utility", "utility", usefulness, higher, Kind::tables, -infinity, 1.0,
     "how well trees learned from virtual rows predict the outcome of real ones"},
    {"dcr", "distance to the closest record", privacy, as_real, Kind::all, 0.0, infinity,
     "median distance to the closest training trial over that of held-out ones"},
    {"neighbour-ratio", "nearest neighbour ratio", privacy, as_real, Kind::all, 0.0, 1.0,
     "median of the distance to the closest training trial over the second closest's"},
    {"copies", "copies", privacy, lower, Kind::all, 0.0, 1.0,
     "share of virtual trials that are a training trial, number for number"},
    {"near-copies", "near copies", privacy, lower, Kind::all, 0.0, 1.0,
     "share nearer to a training trial than 99 of 100 held-out ones are"},
    {"dcr-share", "share of the closest record", privacy, half, Kind::all, 0.0, 1.0,
     "how often training trials are closest to samples, held-out ones as often at 0.5"},
    {"membership", "membership attack", privacy, half, Kind::all, 0.0, 1.0,
     "AUC of telling training from held-out trials by the closest virtual one"},
}};

}  // namespace

std::span<const MeasureInfo> measure_list() { return all_measures; }

const MeasureInfo* find_measure(std::string_view name) {
  for (const MeasureInfo& info : all_measures) {
    if (name == info.name) return &info;
  }
  return nullptr;
}

const MeasureInfo& measure_called(const char* setting, const std::string& name) {
  if (const MeasureInfo* found = find_measure(name)) return *found;
  std::vector<std::string> names;
  for (const MeasureInfo& info : all_measures) names.emplace_back(info.name);
  refuse_word(setting, name, names);
}

Measure listed_measure(std::string_view name) {
  const MeasureInfo* found = find_measure(name);
  require(found != nullptr, "a measure", std::string(name), "a name of measure_list");
  Measure made;
  made.name = found->name;
  made.title = found->title;
  made.group = found->group;
  made.goal = found->goal;
  return made;
}

}  // namespace vgan
