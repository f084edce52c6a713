// Tensors of f32, and of f64, in a checkpoint, by name.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/checkpoint/checkpoint.hpp"

namespace vgan {

/// `values` has as many numbers as `shape`.
CheckpointTensor tensor_of(std::vector<std::int64_t> shape, std::span<const float> values);
CheckpointTensor f64_tensor(std::vector<std::int64_t> shape, std::span<const double> values);
/// The numbers of a tensor of type f64, as many as are whole.
std::vector<double> f64_numbers(const CheckpointTensor& tensor);
/// The numbers of a tensor of type f32.
std::vector<float> floats_of(const CheckpointTensor& tensor);
bool all_finite(const std::vector<float>& values);

/// The finite numbers of tensor `name`, of this shape; throws `refuse_tensor`'s error otherwise.
std::vector<float> load_floats(const Checkpoint& checkpoint, const std::string& name,
                               const std::vector<std::int64_t>& shape, const std::string& origin);
/// Throws bad_data: the file `origin` has something else in tensor `name` than is allowed.
[[noreturn]] void refuse_tensor(const std::string& origin, const std::string& name,
                                const std::string& found, const std::string& allowed);

/// Throws refuse_tensor's error unless the tensor has the bytes that its type and shape promise, as
/// every tensor from a file has.
void require_bytes(const CheckpointTensor& tensor, const std::string& name,
                   const std::string& origin);

/// "F32 [2, 3]".
std::string type_text(TensorType type, const std::vector<std::int64_t>& shape);

}  // namespace vgan
