// How a time is taken, and how several become one figure.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/device/queue.hpp"

namespace vgan::bench {

/// Median, least and most of the rounds.
struct Spread {
  double median = 0.0;
  double least = 0.0;
  double most = 0.0;
};

/// The spread of `values`, of which there is at least one.
Spread spread_of(std::vector<double> values);
nlohmann::json to_json(const Spread& spread);
/// "9.81 (9.12 to 10.04)", with three significant digits or more.
std::string text_of(const Spread& spread);
/// `value` with three significant digits or more, never as a power of ten.
std::string figure(double value);

template <class Body>
double seconds_of(Body&& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Repeats `run`, which puts work on `queue`, and waits for its end: seconds of one run. One more
/// goes before, untimed, for the caches.
template <class Run>
double seconds_each(Queue& queue, std::int64_t repeats, Run&& run) {
  run();
  queue.synchronise();
  return seconds_of([&] {
           for (std::int64_t i = 0; i < repeats; ++i) run();
           queue.synchronise();
         }) /
         static_cast<double>(repeats);
}

/// How many repeats of `run` last `seconds`; those that it takes to find out warm it up.
template <class Run>
std::int64_t repeats_for(double seconds, Queue& queue, Run&& run) {
  std::int64_t repeats = 2;
  for (;;) {
    const double each = seconds_each(queue, repeats, run);
    if (each * static_cast<double>(repeats) >= 0.5 * seconds || repeats >= 1 << 24) {
      return std::max<std::int64_t>(
          2, static_cast<std::int64_t>(std::ceil(seconds / std::max(each, 1e-9))));
    }
    repeats *= 4;
  }
}

}  // namespace vgan::bench
