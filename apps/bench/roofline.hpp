// The floor of a step on the CPU: its matrix products, and one pass over Adam's memory.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "apps/bench/measure.hpp"
#include "apps/bench/memory_pass.hpp"
#include "apps/bench/operation.hpp"

namespace vgan::bench {

/// Times each product of an epoch alone, through the seam and so in the step's own shapes, tiling
/// and threads, without bias and activation; then a plain read-modify-write of Adam's bytes by as
/// many threads. Operands are as warm in the caches as their size allows, which favours the floor.
class Roofline {
 public:
  /// Opens the CPU with `threads` threads for itself. Warms everything up.
  Roofline(const TrainConfig& config, std::int64_t trial, Precision precision, int threads);

  /// One round, beside the `step_seconds` that an epoch took in the same round.
  void measure(double step_seconds);

  /// Milliseconds an epoch, and the ratio step / sum of each round; the products one by one.
  nlohmann::json record() const;
  std::string text() const;

 private:
  struct Product {
    std::unique_ptr<Operation> operation;
    std::int64_t repeats = 0;
    std::vector<double> seconds;  ///< of one run, for each round
  };

  Spread products_ms() const { return spread_of(products_ms_); }
  Spread memory_ms() const { return spread_of(memory_ms_); }

  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Queue> queue_;
  std::vector<Product> products_;
  std::unique_ptr<MemoryPass> memory_;
  std::int64_t memory_repeats_ = 0;
  std::vector<double> products_ms_, memory_ms_, sum_ms_, ratio_;  ///< for each round
};

}  // namespace vgan::bench
