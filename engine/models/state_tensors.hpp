// Networks to and from checkpoint tensors: `g.0.weight` [inputs, outputs], `g.0.bias` [outputs] and
// the others of nn::tensors_of, Adam's moments as `adam_m.g.0.weight` and `adam_v.g.0.weight`, the
// averaged G as `g_ema.0.weight`; all f32, row-major.
#pragma once

#include <string>
#include <vector>

#include "engine/checkpoint/checkpoint.hpp"
#include "engine/device/backend.hpp"
#include "engine/nn/network.hpp"

namespace vgan {

/// Adds all that network `name` ("g", "d") needs to go on training.
void save_network(Backend& backend, Queue& queue, const nn::Network& network,
                  const std::string& name, Checkpoint& checkpoint);
/// Throws bad_data unless `checkpoint` has every tensor of network `name`, in f32, of its shape,
/// and finite throughout: weights, moments and, with `average`, the EMA; variances and second
/// moments are not below 0.
void check_network(const std::vector<nn::LayerSpec>& layers, const std::string& name, bool average,
                   const Checkpoint& checkpoint, const std::string& origin);
/// Throws bad_data, before anything is changed, for a missing tensor or one of another shape.
void load_network(Backend& backend, Queue& queue, nn::Network& network, const std::string& name,
                  const Checkpoint& checkpoint);
/// Weights, and the average where the network has one; nothing of what they were moved by. Throws
/// as load_network.
void load_start(Backend& backend, Queue& queue, nn::Network& network, const std::string& name,
                const Checkpoint& checkpoint);
/// Weights only, from the tensors `prefix`.0.weight and so on.
void load_weights(Backend& backend, Queue& queue, nn::Network& network, const std::string& prefix,
                  const Checkpoint& checkpoint);
/// Throws diverged, naming the tensor and `epoch`, if a number of those that save_network would
/// save is NaN or Inf. The device looks; nothing is copied.
void require_finite(Backend& backend, Queue& queue, const nn::Network& network,
                    const std::string& name, std::uint64_t epoch, const std::string& remedy);
/// Its slow twin: the same of what is in `checkpoint`.
void require_finite(const Checkpoint& checkpoint, std::uint64_t epoch, const std::string& remedy);

}  // namespace vgan
