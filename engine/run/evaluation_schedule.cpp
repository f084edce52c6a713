#include "engine/run/evaluation_schedule.hpp"

#include <algorithm>
#include <cmath>

namespace vgan {
namespace {

// All work is in multiplications at the speed of an epoch's, 1e11 in a second of one core where
// these numbers were found: differences of the processor time of runs with no, one and ten
// evaluations, on MNIST, tables of 6, 15 and 187 columns. An epoch passes a batch forward and back
// through each network, and the generated half of D's batch twice.
constexpr double passes_of_epoch = 6.0;
// Learning a feature space of images or curves costs so much a number of a trial, up to a bound
// that the learning itself keeps to; what is learnt of rows is nearly nothing.
constexpr double features_per_value = 5e8;
constexpr double most_features_work = 4.2e11;
constexpr double setup_of_rows = 5e10;
constexpr double setup_per_value = 2e3;
// An evaluation draws samples, and finds their neighbours among features or rows.
constexpr double evaluation_samples = 2000.0;
constexpr double evaluation_of_features = 1.4e11;
constexpr double evaluation_of_rows = 3e10;

constexpr double most_evaluations = 20.0;

// The next of 1, 2, 5, 10, 20, 50 and so on.
std::uint64_t round_up(double epochs) {
  for (double decade = 1.0;; decade *= 10.0) {
    for (const double step : {1.0, 2.0, 5.0}) {
      if (decade * step >= epochs) return static_cast<std::uint64_t>(decade * step);
    }
  }
}

}  // namespace

std::uint64_t automatic_evaluation(const RunSize& size) {
  const auto epochs = static_cast<double>(size.epochs);
  const auto multiplications = static_cast<double>(size.multiplications);
  const auto values = static_cast<double>(size.values_per_trial);
  const double run = epochs * static_cast<double>(size.batch) * multiplications * passes_of_epoch;
  const double features = size.learns_features
                              ? std::min(most_features_work, features_per_value * values)
                              : setup_of_rows;
  const double setup =
      features + setup_per_value * values * static_cast<double>(size.training_trials);
  const double each = (size.learns_features ? evaluation_of_features : evaluation_of_rows) +
                      evaluation_samples * multiplications;
  const double affordable = (evaluation_share * run - setup) / each;
  if (!(affordable >= 1.0)) return 0;
  const double evaluations = std::min(most_evaluations, std::floor(affordable));
  return std::min(size.epochs, round_up(epochs / evaluations));
}

}  // namespace vgan
