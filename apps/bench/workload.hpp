// What one epoch asks of the seam: which operations, at which shapes, how often.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/device/backend.hpp"
#include "engine/settings/config.hpp"

namespace vgan::bench {

/// One operation of the seam at one shape. A product is [rows, inputs] x [inputs, outputs] with
/// the layer's weights, or its backward passes; any other operation takes [rows, inputs], and
/// `outputs` is 0. Adam's is [1, parameters].
/// How many nearest rows of each query `nearest_rows` finds.
constexpr std::int64_t nearest_neighbours = 5;

struct OperationSpec {
  std::string name;  ///< as in engine/device/backend.hpp
  /// A product's; queries, columns and points of `nearest_rows`, which is counted among them.
  std::int64_t rows = 0, inputs = 0, outputs = 0;
  ElementType type = ElementType::f32;    ///< of activations and weights
  ElementType result = ElementType::f32;  ///< of what is written
  ElementType at = ElementType::f32;      ///< of the outputs whose activation is undone
  Activation activation = Activation::identity;
  bool bias = false;        ///< added, or its gradient taken
  bool accumulate = false;  ///< the weight gradient is added to what is there
  bool exact = false;       ///< R1's products where the others are in tf32
  bool average = false;     ///< Adam keeps an averaged copy
  double per_epoch = 1.0;   ///< how often an epoch runs it; lazy R1's are fractions

  bool is_product() const { return outputs > 0; }
  /// 2 rows inputs outputs for a product, 3 for `nearest_rows`, else 0: other arithmetic is not
  /// counted.
  double flops() const;
  /// Least traffic: every operand read once, every result written once.
  double bytes() const;
  /// "128 x 512 -> 1024" or "128 x 784".
  std::string shape() const;
  /// But for `per_epoch`.
  bool same_work(const OperationSpec& other) const;
};

/// The operations of an epoch as engine/train/alternating_step.cpp and engine/objectives/gan.cpp
/// put them on queues, for trials of `trial` numbers. Equal ones are one entry.
std::vector<OperationSpec> step_operations(const TrainConfig& config, std::int64_t trial,
                                           Precision precision);
/// G's forward pass on `rows` rows.
std::vector<OperationSpec> generator_products(const TrainConfig& config, std::int64_t trial,
                                              Precision precision, std::int64_t rows);
/// Only the products, without bias and activation, merged again.
std::vector<OperationSpec> bare_products(const std::vector<OperationSpec>& operations);
/// Floating-point operations of all products of an epoch.
double flops_per_epoch(const std::vector<OperationSpec>& operations);

}  // namespace vgan::bench
