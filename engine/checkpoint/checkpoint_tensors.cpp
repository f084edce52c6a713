#include "engine/checkpoint/checkpoint_tensors.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/base/error.hpp"
#include "engine/checkpoint/safetensors.hpp"

namespace vgan {
namespace {

template <class Number>
CheckpointTensor made_of(TensorType type, std::vector<std::int64_t> shape,
                         std::span<const Number> values) {
  const auto bytes = std::as_bytes(values);
  return {type, std::move(shape), {bytes.begin(), bytes.end()}};
}

template <class Number>
std::vector<Number> numbers_of(const CheckpointTensor& tensor) {
  std::vector<Number> numbers(tensor.bytes.size() / sizeof(Number));
  if (numbers.empty()) return numbers;
  std::memcpy(numbers.data(), tensor.bytes.data(), numbers.size() * sizeof(Number));
  return numbers;
}

}  // namespace

CheckpointTensor tensor_of(std::vector<std::int64_t> shape, std::span<const float> values) {
  return made_of(TensorType::f32, std::move(shape), values);
}

CheckpointTensor f64_tensor(std::vector<std::int64_t> shape, std::span<const double> values) {
  return made_of(TensorType::f64, std::move(shape), values);
}

std::vector<float> floats_of(const CheckpointTensor& tensor) { return numbers_of<float>(tensor); }

std::vector<double> f64_numbers(const CheckpointTensor& tensor) {
  return numbers_of<double>(tensor);
}

bool all_finite(const std::vector<float>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](float value) { return std::isfinite(value); });
}

void refuse_tensor(const std::string& origin, const std::string& name, const std::string& found,
                   const std::string& allowed) {
  throw Error(ErrorCode::bad_data, {"cannot use a checkpoint", origin + ", tensor " + name, found,
                                    allowed, "use a checkpoint that vgan wrote"});
}

std::vector<float> load_floats(const Checkpoint& checkpoint, const std::string& name,
                               const std::vector<std::int64_t>& shape, const std::string& origin) {
  const auto found = checkpoint.tensors.find(name);
  const std::string wanted = type_text(TensorType::f32, shape);
  if (found == checkpoint.tensors.end()) refuse_tensor(origin, name, "none", wanted);
  const CheckpointTensor& tensor = found->second;
  if (tensor.type != TensorType::f32 || tensor.shape != shape) {
    refuse_tensor(origin, name, type_text(tensor.type, tensor.shape), wanted);
  }
  require_bytes(tensor, name, origin);
  std::vector<float> values = floats_of(tensor);
  if (!all_finite(values)) refuse_tensor(origin, name, "NaN or Inf", "finite numbers");
  return values;
}

void require_bytes(const CheckpointTensor& tensor, const std::string& name,
                   const std::string& origin) {
  const std::uint64_t promised =
      tensor_bytes(tensor.type, tensor.shape, ErrorCode::bad_data, origin + ", tensor " + name);
  if (tensor.bytes.size() == promised) return;
  refuse_tensor(origin, name, std::to_string(tensor.bytes.size()) + " bytes",
                std::to_string(promised) + ", as " + type_text(tensor.type, tensor.shape) + " has");
}

std::string type_text(TensorType type, const std::vector<std::int64_t>& shape) {
  std::string line = std::string(tensor_type_name(type)) + " [";
  for (const std::int64_t extent : shape) {
    line += (line.back() == '[' ? "" : ", ") + std::to_string(extent);
  }
  return line + "]";
}

}  // namespace vgan
